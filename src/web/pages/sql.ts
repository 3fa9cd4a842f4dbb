import { readFileSync } from 'node:fs';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { PACKAGE_FOLDER } from '../../lib/package-info.ts';
import { ADDRESS } from '../addresses.ts';
import { type Failure, renderHint } from '../failures.ts';
import { type Content, type Html, html, linkTo, toHref } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { type ColumnOf, renderNotice, renderTable } from '../html/parts.ts';
import { renderBar } from '../html/plots.ts';
import { FILE_LIMITS, PAGE_LIMITS } from '../sql/run-statement.ts';
import type { PageCell, PageRows } from '../sql/task.ts';

/** What became of a statement. */
export type SqlResult =
  | { readonly kind: 'none' }
  /** Another website filled it in, so the reader decides. */
  | { readonly kind: 'not run' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'rows'; readonly rows: PageRows; readonly milliseconds: number };

/** Longer statements do not fit into an address. */
export const MAX_SQL = 6000;

export function makeSqlPage(sql: string, result: SqlResult): Page {
  return {
    title: 'SQL',
    heading: 'Ask the mirror in SQL',
    section: 'sql',
    body: html`
      <p>
        One statement that reads: SELECT, WITH, VALUES or EXPLAIN, in the SQL of SQLite.
        ${linkTo(ADDRESS.schema(), 'Tables, views and columns')} are described; the views that begin with
        <code>clean_</code> are the place to start. A statement runs beside the pages for at most
        ${PAGE_LIMITS.milliseconds / 1000} seconds.
      </p>
      <form class="sql" action="${toHref(ADDRESS.sql())}">
        <p>
          <label for="sql">Statement</label>
          <textarea id="sql" name="sql" rows="9" maxlength="${MAX_SQL}" spellcheck="false" required>
${sql}</textarea>
        </p>
        <p><button>Run the statement</button></p>
      </form>
      ${renderResult(sql, result)}
      <section aria-labelledby="questions">
        <h2 id="questions">Questions to start with</h2>
        <ul class="questions">
          ${listQuestions().map(
            (question) => html`<li>${linkTo(ADDRESS.sql(question.sql), question.title)}</li> `,
          )}
        </ul>
      </section>
    `,
  };
}

function renderResult(sql: string, result: SqlResult): Content {
  switch (result.kind) {
    case 'none':
      return null;
    case 'not run':
      return renderNotice(
        'A link on another website filled in this statement. Read it before you run it.',
        'warning',
      );
    case 'failed': {
      const { code, message, hint } = result.failure;
      return html`<section class="failed" aria-labelledby="result">
        <h2 id="result">The statement has no result</h2>
        <p class="notice warning"><strong>${code}</strong>: ${message}</p>
        ${renderHint(hint)}
      </section>`;
    }
    case 'rows':
      return renderRows(sql, result.rows, result.milliseconds);
  }
}

function renderRows(sql: string, { columns, rows, isCut }: PageRows, milliseconds: number): Html {
  const found = isCut ? `The first ${renderPlural(rows.length, 'row')}` : renderPlural(rows.length, 'row');
  const bar = findBar(columns, rows);
  const shown: ColumnOf<readonly PageCell[]>[] = columns.map((name, at) => ({
    heading: name,
    isNumber: rows.length > 0 && rows.every((row) => row[at] === null || typeof row[at] === 'number'),
    cell: (row) => renderCell(name, row[at] ?? null),
  }));
  const drawn: ColumnOf<readonly PageCell[]>[] =
    bar === null
      ? []
      : [
          {
            heading: html`<span class="hidden">Bar</span>`,
            cell: (row) => renderBar(Number(row[bar.column] ?? 0), bar.max),
          },
        ];
  return html`<section aria-labelledby="result">
    <pre class="on-paper">${sql}</pre>
    <h2 id="result">${found}</h2>
    ${
      isCut
        ? html`<p>
            There are more rows than a page can show. The files have all of them, up to
            ${renderPlural(FILE_LIMITS.rows, 'row')} and ${FILE_LIMITS.milliseconds / 1000} seconds; beyond
            that the download breaks off.
          </p>`
        : null
    }
    ${
      rows.length === 0
        ? html`<p>The columns are ${columns.join(', ')}.</p>`
        : html`<div class="${bar === null ? 'result' : 'result with-bars'}">
            ${renderTable({
              caption: `Result of the statement, found in ${renderCount(milliseconds)} ms`,
              columns: [...shown, ...drawn],
              rows,
            })}
          </div>`
    }
    <div class="downloads">
      <p>
        The whole result as ${linkTo(ADDRESS.sql(sql, 'csv'), 'CSV')} or
        ${linkTo(ADDRESS.sql(sql, 'json'), 'JSON')}
      </p>
    </div>
  </section>`;
}

function renderCell(column: string, cell: PageCell): Content {
  if (cell === null) return html`<span class="off">NULL</span>`;
  if (column === 'case_id' && Number.isSafeInteger(cell))
    return linkTo(ADDRESS.case(Number(cell)), String(cell));
  return String(cell);
}

const MOST_BARS = 100;

/** The column to draw as bars: the only numbers of a short result, none of them negative, beside something to name them. */
function findBar(
  columns: readonly string[],
  rows: PageRows['rows'],
): { readonly column: number; readonly max: number } | null {
  if (columns.length !== 2 || rows.length < 2 || rows.length > MOST_BARS) return null;
  const numbers = rows.map((row) => row[1]);
  if (!numbers.every((value) => typeof value === 'number' && value >= 0)) return null;
  return { column: 1, max: Math.max(...numbers.map(Number)) };
}

/** A statement of the documentation, with what it answers. */
export interface SavedQuestion {
  readonly title: string;
  readonly sql: string;
}

/** The pages with questions; they are part of the package. */
const PAGES = ['questions', 'history', 'linked-lists', 'search'];

/** The statements of a page: a comment in the first line names one, otherwise its heading does. */
function parseQuestions(page: string): SavedQuestion[] {
  let heading = '';
  const questions: SavedQuestion[] = [];
  for (const [, title, block] of page.matchAll(/^#+ (.+)$|^```sql\n([^]*?)^```$/gm)) {
    if (title !== undefined) heading = title.replaceAll('`', '');
    if (block === undefined) continue;
    const sql = block.trim();
    questions.push({ title: /^-- (.+)/.exec(sql)?.[1] ?? heading, sql });
  }
  return questions;
}

let known: readonly SavedQuestion[] | undefined;

export function listQuestions(): readonly SavedQuestion[] {
  known ??= PAGES.flatMap((name) =>
    parseQuestions(readFileSync(new URL(`docs/${name}.md`, PACKAGE_FOLDER), 'utf8')),
  );
  return known;
}
