import { renderPlural } from '../lib/layout.ts';
import type { Column, Misfits } from './columns.ts';
import type { Export, WrittenTable } from './manifest.ts';
import type { ColumnStatistics } from './tally.ts';

/* The codebook: what each column means, how often it is missing and which values it takes. */

/** The most frequent values that codebook.md shows of a column; codebook.csv has all of them. */
const MAX_SHOWN = 30;

export const CODEBOOK_COLUMNS = [
  'table',
  'column',
  'type',
  'description',
  'rows',
  'missing',
  'least',
  'greatest',
  'value',
  'count',
] as const;

/** The codebook as a table: one row for each column, and one more for each of its values. */
export function* listCodebook({ tables }: Export): Generator<readonly (string | null)[]> {
  for (const { table, statistics, rows, isWhole } of tables) {
    if (isWhole) continue;
    for (const [at, { name, type, description }] of table.columns.entries()) {
      const { missing, least, greatest, values } = statistics[at] ?? NO_STATISTICS;
      const facts = [table.name, name, type, description, String(rows), String(missing), least, greatest];
      yield [...facts, null, null];
      for (const [value, count] of values ?? []) yield [...facts, value, String(count)];
    }
  }
}

const NO_STATISTICS: ColumnStatistics = { missing: 0, least: null, greatest: null, values: null };

const escape = (text: string): string =>
  text.replaceAll(/[\\`*_{}[\]<>|]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ');

/** A sentence with names in backticks, which stay code. */
const renderSentence = (text: string): string =>
  text.replaceAll(/`[^`|]+`|[^`]+|`/g, (part) => (/^`.+`$/s.test(part) ? part : escape(part)));

export function renderCodebook(one: Export): string {
  return [
    '# Codebook',
    'NULL means that the API sent nothing, or nothing usable. An empty list means that there is no value. In CSV, NULL is an empty field and an empty text is `""`; no meaning depends on the difference.',
    ...one.tables.map((written) => renderTable(written)),
  ].join('\n\n');
}

/** What was done to values that a type or a format cannot hold. */
const CHANGED = {
  untyped: 'is NULL because its type does not hold what the API sent.',
  nulReplaced: 'has U+FFFD where the API sent a NUL.',
  cut: 'is cut, because a cell holds 32,767 characters. Its end says so.',
  controlsReplaced: 'has U+FFFD in place of characters that a workbook cannot hold.',
  asText: 'is a text, because a workbook has no such day or number.',
} as const satisfies Record<keyof Misfits, string>;

function renderTable({ table, rows, statistics, isWhole, misfits }: WrittenTable): string {
  const heading = `## ${table.name}\n\n${table.description} ${renderPlural(rows, 'row')}, in the order of ${table.key.map((name) => `\`${name}\``).join(', ')}.`;
  if (isWhole)
    return `${heading} Each line is a whole case with the fields of the API, as JSON; the documentation of the API applies.\n`;
  const changed = Object.entries(CHANGED).flatMap(([kind, what]) =>
    Object.entries(misfits[kind as keyof Misfits]).map(
      ([name, count]) => `In ${renderPlural(count, 'row')}, \`${name}\` ${what}`,
    ),
  );
  const lines = table.columns.map((column, at) =>
    renderColumn(column, statistics[at] ?? NO_STATISTICS, rows),
  );
  return [
    heading,
    ...changed,
    ['| column | type | meaning | missing | values |', '| --- | --- | --- | --- | --- |', ...lines].join(
      '\n',
    ),
  ].join('\n\n');
}

function renderColumn(
  { name, type, description }: Column,
  statistics: ColumnStatistics,
  rows: number,
): string {
  const share = rows === 0 ? '' : `${((statistics.missing / rows) * 100).toFixed(1)} %`;
  return `| \`${name}\` | ${type} | ${renderSentence(description)} | ${share} | ${renderValues(statistics)} |`;
}

function renderValues({ values, least, greatest }: ColumnStatistics): string {
  if (least !== null) return least === greatest ? least : `${least} to ${greatest ?? ''}`;
  if (values === null) return '';
  const shown = values
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MAX_SHOWN)
    .map(([value, count]) => `${escape(value)} (${count})`);
  const rest = values.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
