import type { Cell, QueryAnswer } from '../../mirror/query.ts';
import { escapeJson } from './cell-text.ts';
import { toText } from './cell-values.ts';
import { renderAsDelimited } from './delimited.ts';
import { renderRowTable } from './row-table.ts';
import { escapeMarkdown } from './writing-style.ts';

export const ROW_FORMATS = ['table', 'csv', 'tsv', 'json', 'ndjson', 'markdown'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

export interface RowAnswer extends QueryAnswer {
  /** Columns that hold sentences: a table gives them more room, and breaks them into lines instead of clipping them. */
  readonly wrapped?: readonly string[];
}

export interface RowStyle {
  readonly format: RowFormat;
  /** How many columns a table takes. */
  readonly width: number;
  /** What stands for NULL. By default "NULL" in a table, and nothing at all in CSV, where an empty text is `""`. */
  readonly nullText?: string;
  /** Whether CSV is for a spreadsheet. */
  readonly isForSpreadsheet?: boolean;
  /** Whether it goes to a terminal, which control characters could steer. */
  readonly isForTerminal?: boolean;
}

/** What was printed. */
export interface RowTally {
  rows: number;
  /** Cells of which only the beginning is printed. */
  clipped: number;
}

/** Renders the rows of a query piece by piece, in one of the formats; memory is a few rows, whatever the result. */
export function* renderRows(
  answer: RowAnswer,
  style: RowStyle,
  tally: RowTally = { rows: 0, clipped: 0 },
): Generator<string> {
  switch (style.format) {
    case 'table':
      yield* renderRowTable(answer, style, tally);
      return;
    case 'csv':
    case 'tsv':
      yield* renderAsDelimited(answer, style, tally);
      return;
    case 'markdown':
      yield* renderAsMarkdown(answer, style, tally);
      return;
    case 'ndjson':
    case 'json': {
      const objects = toJsonRows(answer, tally);
      yield* style.format === 'json' ? toJsonList(objects) : toJsonLines(objects);
    }
  }
}

function* toJsonRows({ columns, rows }: QueryAnswer, tally: RowTally): Generator<string> {
  for (const row of rows) {
    tally.rows++;
    yield toJsonRow(columns, row);
  }
}

export function* toJsonLines(objects: Iterable<string>): Generator<string> {
  for (const object of objects) yield `${object}\n`;
}

export function* toJsonList(objects: Iterable<string>): Generator<string> {
  let separator = '[';
  for (const object of objects) {
    yield `${separator}\n  ${object}`;
    separator = ',';
  }
  yield separator === '[' ? '[]\n' : '\n]\n';
}

function* renderAsMarkdown(
  { columns, rows }: QueryAnswer,
  { nullText = 'NULL' }: RowStyle,
  tally: RowTally,
): Generator<string> {
  const toLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  yield toLine(columns.map(escapeMarkdown));
  yield toLine(columns.map(() => '---'));
  for (const row of rows) {
    tally.rows++;
    yield toLine(
      columns.map((_, at) => {
        const cell = row[at] ?? null;
        return escapeMarkdown(cell === null ? nullText : toText(cell));
      }),
    );
  }
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
  return escapeJson(`{${members.join(',')}}`);
}
