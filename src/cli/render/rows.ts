import { stringify } from 'csv-stringify/sync';
import type { Cell, QueryAnswer } from '../../mirror/query.ts';
import { renderRowTable } from './row-table.ts';
import { toText } from './cell-text.ts';

export const ROW_FORMATS = ['table', 'csv', 'tsv', 'json', 'ndjson'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/**
 * Renders the rows of a query piece by piece, in one of the formats; memory is a few rows, whatever the result. A table
 * is made to fit `width` columns of a terminal, where one is given.
 */
export function* renderRows(answer: QueryAnswer, format: RowFormat, width = Infinity): Generator<string> {
  switch (format) {
    case 'table':
      yield* renderRowTable(answer, width);
      return;
    case 'csv':
      yield* renderAsDelimited(answer, ',');
      return;
    case 'tsv':
      yield* renderAsDelimited(answer, '\t');
      return;
    case 'ndjson':
      for (const row of answer.rows) yield `${toJsonRow(answer.columns, row)}\n`;
      return;
    case 'json': {
      let separator = '[';
      for (const row of answer.rows) {
        yield `${separator}\n  ${toJsonRow(answer.columns, row)}`;
        separator = ',';
      }
      yield separator === '[' ? '[]\n' : '\n]\n';
    }
  }
}

function* renderAsDelimited({ columns, rows }: QueryAnswer, delimiter: string): Generator<string> {
  yield stringify([[...columns]], { delimiter });
  for (const row of rows) yield stringify([row.map(toText)], { delimiter });
}

/** Names that occur twice in a join stay apart, as "id" and "id_2": a JSON object can hold each only once. */
function toJsonRow(columns: readonly string[], row: readonly Cell[]): string {
  const used = new Map<string, number>();
  const members = columns.map((column, at) => {
    const times = (used.get(column) ?? 0) + 1;
    used.set(column, times);
    const cell = row[at] ?? null;
    const value =
      typeof cell === 'bigint'
        ? cell.toString()
        : JSON.stringify(Buffer.isBuffer(cell) ? cell.toString('base64') : cell);
    return `${JSON.stringify(times === 1 ? column : `${column}_${times}`)}:${value}`;
  });
  return `{${members.join(',')}}`;
}
