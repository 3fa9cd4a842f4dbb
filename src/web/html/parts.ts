import { ADDRESS, LIST_FORMS, type ListForm, type Parameters } from '../addresses.ts';
import { renderCount } from '../../lib/layout.ts';
import { toLocalMinute, toZoneName } from '../../lib/local-time.ts';
import { type Content, type Html, html, linkTo, toHref } from './html.ts';

/** A column of a table. */
export interface ColumnOf<Row> {
  readonly heading: Content;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** The cell that names the row. */
  readonly isName?: boolean;
  /** Left out if no row has anything in it. */
  readonly isOptional?: boolean;
  readonly cell: (row: Row) => Content;
}

export interface TableOf<Row> {
  /** Says what the table shows. Readers of a screen hear it first. */
  readonly caption: string;
  /** The caption is not shown if a heading above says the same. */
  readonly isCaptionHidden?: boolean;
  readonly columns: readonly ColumnOf<Row>[];
  readonly rows: readonly Row[];
}

/**
 * A table in a box that scrolls sideways where it is narrow. The box can be reached by keyboard, because otherwise nobody
 * without a mouse could scroll it. It is a group, not a region: a region would be one more landmark for each table.
 */
export function renderTable<Row>({ caption, isCaptionHidden, columns: all, rows }: TableOf<Row>): Html {
  const columns = all.filter(
    ({ isOptional, cell }) => isOptional !== true || rows.some((row) => (cell(row) ?? '') !== ''),
  );
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${caption}">
    <table>
      <caption class="${isCaptionHidden === true ? 'hidden' : ''}">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(
            ({ heading, isNumber }) =>
              html`<th scope="col" class="${isNumber === true ? 'number' : ''}">${heading}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => renderCell(column, row))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function renderCell<Row>({ isNumber, isName, cell }: ColumnOf<Row>, row: Row): Html {
  const kind = isNumber === true ? 'number' : '';
  return isName === true
    ? html`<th scope="row" class="${kind}">${cell(row)}</th>`
    : html`<td class="${kind}">${cell(row)}</td>`;
}

/** A part of a list. */
export interface Window {
  /** From 1. */
  readonly page: number;
  readonly size: number;
  readonly total: number;
  /** Whether there can be more rows than the total. */
  readonly isAtLeast?: boolean;
}

/** Which rows of a list the page shows, and links to the other pages. */
export function renderPager(
  { page, size, total, isAtLeast = false }: Window,
  noun: string,
  toAddressOf: (page: number) => string,
): Html | null {
  const pages = Math.max(1, Math.ceil(total / size));
  if (pages === 1) return null;
  const first = Math.min((page - 1) * size + 1, total);
  const last = Math.min(page * size, total);
  const toTotal = (count: number): string => `${isAtLeast ? 'at least ' : ''}${renderCount(count)}`;
  const step = (label: string, to: number, rel: string): Content =>
    to < 1 || to > pages || to === page
      ? html`<li><span class="off">${label}</span></li>`
      : html`<li><a href="${toHref(toAddressOf(to))}" rel="${rel}">${label}</a></li>`;
  return html`<nav class="pager" aria-label="Pages of the list">
    <p>
      ${noun} ${renderCount(first)} to ${renderCount(last)} of ${toTotal(total)}, page ${renderCount(page)} of
      ${toTotal(pages)}
    </p>
    <ul>
      ${step('First', 1, 'first')} ${step('Previous', page - 1, 'prev')} ${step('Next', page + 1, 'next')}
      ${isAtLeast ? null : step('Last', pages, 'last')}
    </ul>
  </nav>`;
}

/** The rows of a window; an index beyond the last page shows the last. */
export function toWindow(asked: number, size: number, total: number): Window {
  const pages = Math.max(1, Math.ceil(total / size));
  return { page: Math.min(Math.max(1, asked), pages), size, total };
}

const FORM_NAMES: Readonly<Record<ListForm, string>> = { csv: 'CSV', json: 'JSON' };

/** Links to the files with all rows of a list, and the SQL that reads the same, if it is short enough to read. */
export function renderDownloads(
  what: string,
  sql: string | null,
  toAddressOf: (filters: Parameters, form: ListForm) => string,
  filters: Parameters = {},
): Html {
  return html`<div class="downloads">
    <p>
      ${what} as
      ${LIST_FORMS.map((form, at) => [
        at === 0 ? '' : ' or ',
        linkTo(toAddressOf(filters, form), FORM_NAMES[form]),
      ])}
    </p>
    ${
      sql === null
        ? null
        : html`<details>
            <summary>SQL of this list</summary>
            <pre tabindex="0" role="group" aria-label="SQL of this list"><code>${sql}</code></pre>
            <p>
              ${linkTo(ADDRESS.sql(sql), 'Run it here')}, with <code>clearinghouse-mirror query</code>, or in
              any SQLite client.
            </p>
          </details>`
    }
  </div>`;
}

/** Labels with their values. Each may have an explanation, which is text and needs no mouse. */
export interface Fact {
  readonly label: string;
  readonly value: Content;
  readonly meaning?: string | undefined;
}

export function renderFacts(facts: readonly Fact[]): Html {
  return html`<dl class="facts">
    ${facts.map(
      ({ label, value, meaning }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}${meaning === undefined ? null : html`<p class="meaning">${meaning}</p>`}</dd>
        </div>`,
    )}
  </dl>`;
}

/** A message that stands out: a warning, or what a reader has to know first. */
export function renderNotice(content: Content, kind: 'note' | 'warning' = 'note'): Html {
  return html`<p class="notice ${kind}">${content}</p>`;
}

/** A stored time in the zone of the reader, and for programs as it is stored. */
export function renderTime(timestamp: string, timeZone: string): Html {
  const text = `${toLocalMinute(timestamp, timeZone)} ${toZoneName(timestamp, timeZone)}`;
  return html`<time datetime="${timestamp}">${text}</time>`;
}

/** The same, if there is a time. */
export function renderMaybeTime(timestamp: string | null, timeZone: string): Html | string {
  return timestamp === null ? '–' : renderTime(timestamp, timeZone);
}

/** The day of a date that the API sent, which can be any text. */
export function toDay(date: string | null | undefined): string {
  const text = (date ?? '').trim();
  return /^\d{4}-\d{2}-\d{2}/.test(text) ? text.slice(0, 10) : text;
}

/** The same, on one line where it is a day. */
export function renderDay(date: string | null | undefined): Html | string {
  const day = toDay(date);
  return day === '' || day.length > 10 ? day : html`<span class="nowrap">${day}</span>`;
}

/** A field of a form for a text. The examples stay in sight while somebody types, and a screen reader says them. */
export const renderTextField = ({
  name,
  label,
  value = '',
  examples,
}: {
  readonly name: string;
  readonly label: string;
  readonly value?: string | undefined;
  readonly examples: string;
}): Html =>
  html`<p>
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" value="${value}" aria-describedby="${name}-examples" />
    <small id="${name}-examples">${examples}</small>
  </p>`;

/** The fields of a form that ask for a period of runs, as `--since` and `--until` do. */
export const renderPeriodFields = ({
  since,
  until,
}: {
  readonly since: string | undefined;
  readonly until: string | undefined;
}): Html =>
  html`${renderTextField({ name: 'since', label: 'Since', value: since, examples: 'last monday, run 7, 2026-03-01' })}
  ${renderTextField({ name: 'until', label: 'Until', value: until, examples: 'yesterday' })}`;
