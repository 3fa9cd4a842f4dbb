import type { Mirror } from '../../db/open-mirror.ts';
import { LIST_TABLES } from '../../db/schema/schema.ts';
import type { Column, ColumnType } from '../../export/columns.ts';
import { describeColumn } from '../../export/descriptions.ts';
import { toCases, toDefendants } from '../../export/tables-of-cases.ts';
import { toDocuments, toResources } from '../../export/tables-of-records.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { type Content, type Html, html } from '../html/html.ts';
import { renderTable } from '../html/parts.ts';

/*
 * What the columns of a clean view hold now: the codebook of an export, counted from the rows when the page is asked for. Nothing
 * is stored, so that it cannot be out of date. See docs/decisions/0035-a-codebook-is-counted-when-it-is-read.md.
 */

/** The most frequent values that are shown of a column. */
const MAX_SHOWN = 12;

/** Views of at most some ten thousand rows, by the table of an export that describes them. */
const DESCRIBED = new Map([
  ['clean_cases', toCases],
  ['clean_documents', toDocuments],
  ['clean_resources', toResources],
  ['clean_case_defendants', toDefendants],
]);

interface ColumnFacts {
  readonly name: string;
  readonly description: string;
  /** The share of rows without a value. */
  readonly missing: string;
  readonly values: string;
}

/** The codebook of a view; null if the view has none. */
export function renderCodebook(mirror: Mirror, view: string): Html | null {
  const facts = listFacts(mirror, view);
  if (facts === null) return null;
  const run = mirror.sqlite.prepare<[], number | null>('SELECT max(id) FROM sync_runs').pluck().get();
  return html`<section aria-labelledby="codebook">
    <h2 id="codebook">What is in it now</h2>
    <p>
      ${renderPlural(facts.rows, 'row')}, counted for this page. The newest run is ${renderCount(run ?? 0)}.
    </p>
    ${renderTable({
      caption: `Values of ${view}`,
      isCaptionHidden: true,
      columns: [
        {
          heading: 'Column',
          isName: true,
          cell: ({ name }: ColumnFacts): Content => html`<code>${name}</code>`,
        },
        { heading: 'Meaning', cell: ({ description }: ColumnFacts) => description },
        { heading: 'Missing', cell: ({ missing }: ColumnFacts) => missing },
        { heading: 'Values', cell: ({ values }: ColumnFacts) => values },
      ],
      rows: facts.columns,
    })}
  </section>`;
}

function listFacts(mirror: Mirror, view: string): { rows: number; columns: ColumnFacts[] } | null {
  const list = view.replace(/^clean_/, '');
  if (view.startsWith('clean_') && Object.hasOwn(LIST_TABLES, list)) return listListFacts(mirror, view, list);
  const make = DESCRIBED.get(view);
  if (make === undefined) return null;
  const known = new Map(
    make({ isRaw: false, withoutTexts: false }).columns.map((column) => [column.name, column]),
  );
  const names = mirror.sqlite.prepare<[]>(`SELECT * FROM ${view}`).columns();
  const columns = names.flatMap(({ name }) => known.get(name) ?? []);
  return countColumns(mirror, view, columns);
}

/** A view of a list has a row for each element. */
function listListFacts(mirror: Mirror, view: string, list: string): { rows: number; columns: ColumnFacts[] } {
  const rows = mirror.sqlite.prepare<[], number>(`SELECT count(*) FROM ${view}`).pluck().get() ?? 0;
  const values = listValues(mirror, view, ['value']).get('value') ?? '';
  return {
    rows,
    columns: [{ name: 'value', description: describeColumn('cases', list), missing: '', values }],
  };
}

function countColumns(
  mirror: Mirror,
  view: string,
  columns: readonly Column[],
): { rows: number; columns: ColumnFacts[] } {
  // The least and the greatest of long texts would cost most of the time, and nobody sees them.
  const counted = columns.flatMap(({ name, type }) => [
    `count(${name})`,
    ...(ORDERED.has(type) ? [`min(${name})`, `max(${name})`] : ['NULL', 'NULL']),
  ]);
  const [rows, ...facts] = mirror.sqlite
    .prepare<[], [number, ...(string | number | null)[]]>(
      `SELECT count(*), ${counted.join(', ')} FROM ${view}`,
    )
    .raw()
    .get() ?? [0];
  const coded = columns.filter(({ isCoded = false }) => isCoded).map(({ name }) => name);
  const values = listValues(mirror, view, coded);
  return {
    rows,
    columns: columns.map(({ name, description }, at) => {
      const [present, least, greatest] = facts.slice(3 * at, 3 * at + 3);
      const share = rows === 0 ? '' : `${(((rows - Number(present)) / rows) * 100).toFixed(1)} %`;
      const range =
        least == null ? '' : least === greatest ? String(least) : `${String(least)} to ${String(greatest)}`;
      return { name, description, missing: share, values: values.get(name) ?? range };
    }),
  };
}

/** The most frequent values of columns, in one pass over the rows: a view can have long texts beside them. */
function listValues(
  { sqlite }: Mirror,
  view: string,
  columns: readonly string[],
): ReadonlyMap<string, string> {
  if (columns.length === 0) return new Map();
  const counts = columns.map(() => new Map<string | number, number>());
  const rows = sqlite
    .prepare<[], (string | number | null)[]>(`SELECT ${columns.join(', ')} FROM ${view}`)
    .raw()
    .iterate();
  for (const row of rows)
    for (let at = 0; at < row.length; at++) {
      const value = row[at];
      const known = counts[at];
      if (value != null) known?.set(value, (known.get(value) ?? 0) + 1);
    }
  return new Map(columns.map((name, at) => [name, toValueWords([...(counts[at] ?? [])].sort(byCount))]));
}

const byCount = (
  [one, more]: readonly [string | number, number],
  [other, fewer]: readonly [string | number, number],
): number => fewer - more || (one < other ? -1 : 1);

/** The types of which the page shows the least and the greatest value. */
const ORDERED: ReadonlySet<ColumnType> = new Set(['integer', 'date', 'timestamp']);

/** The most frequent values with their counts. */
function toValueWords(found: readonly (readonly [value: string | number, count: number])[]): string {
  const shown = found.slice(0, MAX_SHOWN).map(([value, count]) => `${String(value)} (${renderCount(count)})`);
  const rest = found.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${renderCount(rest)} more` : ''}`;
}
