import { stringify } from 'csv-stringify/sync';
import stringWidth from 'string-width';
import type { Cell, QueryAnswer } from '../../mirror/query.ts';
import { clip, pad, toCellText } from './table.ts';

export const ROW_FORMATS = ['table', 'csv', 'tsv', 'json', 'ndjson'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** Renders the rows of a query piece by piece, in one of the formats; memory is a few rows, whatever the result. */
export function* renderRows(answer: QueryAnswer, format: RowFormat): Generator<string> {
  switch (format) {
    case 'table':
      yield* renderAsTable(answer);
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

/** The column widths of a table are taken from its first rows; later cells that are wider are clipped. */
const ROWS_MEASURED = 500;
const WIDEST_CELL = 60;

function* renderAsTable({ columns, rows }: QueryAnswer): Generator<string> {
  let measured: (readonly Cell[])[] | null = [];
  let widths: number[] = [];
  const isNumber = columns.map(() => false);
  const begin = function* (first: readonly (readonly Cell[])[]): Generator<string> {
    columns.forEach((_, at) => {
      isNumber[at] =
        first.some((row) => row[at] !== null) &&
        first.every((row) => row[at] === null || typeof row[at] === 'number');
    });
    const texts = first.map((row) => row.map((cell) => stringWidth(toCellText(toText(cell)))));
    widths = columns.map((column, at) =>
      Math.min(WIDEST_CELL, Math.max(stringWidth(column), ...texts.map((row) => row[at] ?? 0))),
    );
    yield `${columns
      .map((column, at) => pad(clip(column, widths[at] ?? 0), widths[at] ?? 0, 'left'))
      .join('  ')
      .trimEnd()}\n`;
    yield `${widths.map((width) => '─'.repeat(width)).join('  ')}\n`;
    for (const row of first) yield line(row);
  };
  const line = (row: readonly Cell[]): string =>
    `${row
      .map((cell, at) =>
        pad(
          clip(toCellText(toText(cell)), widths[at] ?? 0),
          widths[at] ?? 0,
          isNumber[at] === true ? 'right' : 'left',
        ),
      )
      .join('  ')
      .trimEnd()}\n`;
  for (const row of rows) {
    if (measured === null) {
      yield line(row);
    } else if (measured.push(row) === ROWS_MEASURED) {
      yield* begin(measured);
      measured = null;
    }
  }
  if (measured !== null) yield* begin(measured);
}

function toText(cell: Cell): string {
  if (cell === null) return '';
  return Buffer.isBuffer(cell) ? cell.toString('base64') : String(cell);
}
