import { stringify } from 'csv-stringify/sync';
import type { Cell, QueryResult } from '../../db/query.ts';
import { escapeJson, toCellText } from './words.ts';
import { clipText } from '../../lib/layout.ts';
import { type Column, type Layout, layOut, renderHeading, setRow } from './table.ts';
import { escapeMarkdown } from './style.ts';

/** A value of SQLite as text: null as an empty text, bytes as base64. */
function toText(cell: Cell): string {
  if (cell === null) return '';
  return Buffer.isBuffer(cell) ? cell.toString('base64') : String(cell);
}

/** A member of a JSON object as a value of a row: a list or an object is its JSON. */
function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
}

/** Objects as rows, with the members that become columns. */
export function toObjectRows({
  columns,
  objects,
}: {
  readonly columns: readonly string[];
  readonly objects: Iterable<object>;
}): QueryResult {
  return { columns, rows: toRows(columns, objects) };
}

function* toRows(columns: readonly string[], objects: Iterable<object>): Generator<Cell[]> {
  for (const object of objects)
    yield columns.map((name) => toCell((object as Record<string, unknown>)[name]));
}

/**
 * CSV and TSV. Data stay unchanged: NULL is empty, an empty text is `""`. For a spreadsheet, the file begins with a
 * byte-order mark, without which Excel guesses the encoding wrong, and a text that a spreadsheet could execute gets an
 * apostrophe before it. A reader of the file can remove exactly one apostrophe: a text that already began with
 * apostrophes and a formula gets one more.
 */
function* renderAsDelimited(
  { columns, rows }: RowResult,
  style: RowStyle,
  tally: RowTally,
): Generator<string> {
  const { format, isForSpreadsheet = false } = style;
  const toLine = (cells: readonly Cell[]): string =>
    stringify([cells.map((cell) => toField(cell, style, tally))], {
      delimiter: format === 'tsv' ? '\t' : ',',
      record_delimiter: isForSpreadsheet ? '\r\n' : '\n',
      cast: {
        object: ({ text, isQuoted }) => ({
          value: String(text),
          quoted: isQuoted === true,
          quoted_empty: isQuoted === true,
        }),
      },
    });
  if (isForSpreadsheet) yield '\ufeff';
  yield toLine(columns);
  for (const row of rows) {
    tally.rows++;
    yield toLine(columns.map((_, at) => row[at] ?? null));
  }
}

interface Field {
  readonly text: string;
  /** Whether a value is quoted although it contains no special character: otherwise it would be read as NULL. */
  readonly isQuoted: boolean;
}

function toField(cell: Cell, style: RowStyle, tally: RowTally): Field {
  const { nullText = '', isForSpreadsheet = false, isForTerminal = false } = style;
  if (cell === null) return { text: nullText, isQuoted: false };
  let text = toText(cell);
  if (isForTerminal || isForSpreadsheet) text = text.replace(CONTROLS, '\ufffd');
  if (isForSpreadsheet)
    text = toSpreadsheetText(text, typeof cell === 'string' || Buffer.isBuffer(cell), tally);
  return { text, isQuoted: text === nullText };
}

/** All control characters except tab and line breaks, which are part of texts. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** A spreadsheet cuts longer texts, or puts the rest into separate cells. */
const MAX_CELL_LENGTH = 32_767;
/**
 * Characters before a formula that spreadsheets skip or people do not see, and apostrophes, so that each guard can be
 * removed again.
 */
const SKIPPED = String.raw`['’＇\s\p{Cc}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffd]*`;
/** The first character of a formula, also in its fullwidth or small form, which East Asian spreadsheets accept. */
const FORMULA = new RegExp(String.raw`^(?:'*[\t\r\n]|${SKIPPED}[=+\-@＝＋－＠﹦﹢﹣﹫−])`, 'u');
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

function toSpreadsheetText(text: string, isText: boolean, tally: RowTally): string {
  const inert = isText && FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  if (inert.length <= MAX_CELL_LENGTH) return inert;
  tally.clipped++;
  return `${inert.slice(0, MAX_CELL_LENGTH - 1).toWellFormed()}…`;
}

/** The layout is computed from this many rows; wider texts in later rows are clipped. */
const ROWS_MEASURED = 500;
/** The maximum width of a cell if the width of the table is unlimited. */
const MAX_CELL_WIDTH = 60;
/** The maximum length of a wrapped text, so that no cell fills the screen. */
const MAX_WRAPPED = 1000;

/** Renders a table row by row. Only the first few hundred rows are held in memory, to compute the column widths. */
function* renderRowTable(
  { columns: names, rows, wrapped = [] }: RowResult,
  { width, nullText = 'NULL' }: RowStyle,
  tally: RowTally,
): Generator<string> {
  let first: (readonly Cell[])[] | null = [];
  let columns: readonly Column[] = [];
  let layout: Layout = null;
  let isFirst = true;
  const maxOf = (name: string): number =>
    wrapped.includes(name) ? MAX_WRAPPED : width === Infinity ? MAX_CELL_WIDTH : width * 3;
  const toCells = (row: readonly Cell[]): string[] =>
    names.map((name, at) => {
      const cell = row[at] ?? null;
      return cell === null ? nullText : toCellText(clipText(toText(cell), maxOf(name)));
    });
  const setOne = (row: readonly Cell[]): string => {
    tally.rows++;
    const cells = toCells(row);
    const set = setRow(columns, cells, layout, width, isFirst);
    isFirst = false;
    tally.clipped += set.clipped;
    if (width === Infinity) tally.clipped += countClipped(row, cells);
    return set.text;
  };
  const begin = function* (measured: readonly (readonly Cell[])[]): Generator<string> {
    columns = toColumns(names, measured, wrapped).map((column) => ({
      ...column,
      heading: toCellText(column.heading),
    }));
    layout = layOut(columns, measured.map(toCells), width);
    yield renderHeading(columns, layout);
    for (const row of measured) yield setOne(row);
  };
  for (const row of rows) {
    if (first === null) {
      yield setOne(row);
    } else if (first.push(row) === ROWS_MEASURED) {
      yield* begin(first);
      first = null;
    }
  }
  if (first !== null) yield* begin(first);
}

/** A clipped number or address is useless. */
function toColumns(
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
  wrapped: readonly string[],
): Column[] {
  return names.map((heading, at) => {
    const cells = rows.map((row) => row[at] ?? null).filter((cell) => cell !== null);
    const isOfAll = (test: (cell: Cell) => boolean): boolean => cells.length > 0 && cells.every(test);
    if (isOfAll((cell) => typeof cell === 'number' || typeof cell === 'bigint'))
      return { heading, align: 'right', fit: 'whole' };
    const isShort = isOfAll(
      (cell) => typeof cell === 'string' && /^(?:https?:\/\/\S{1,60}|[\d: -]{1,19})$/.test(cell),
    );
    return { heading, fit: isShort ? 'whole' : wrapped.includes(heading) ? 'wrap' : 'clip' };
  });
}

function countClipped(row: readonly Cell[], cells: readonly string[]): number {
  return cells.filter((cell, at) => cell.endsWith('…') && !toText(row[at] ?? null).endsWith('…')).length;
}

export const ROW_FORMATS = ['table', 'csv', 'tsv', 'json', 'ndjson', 'markdown'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

export interface RowResult extends QueryResult {
  /** Columns that hold sentences: a table gives them more width, and wraps them instead of clipping them. */
  readonly wrapped?: readonly string[];
}

export interface RowStyle {
  readonly format: RowFormat;
  /** The number of columns that a table can use. */
  readonly width: number;
  /** The text for NULL. By default "NULL" in a table and an empty text in CSV, where an empty text is `""`. */
  readonly nullText?: string;
  /** Whether CSV is for a spreadsheet. */
  readonly isForSpreadsheet?: boolean;
  /** Whether the output goes to a terminal, which control characters could control. */
  readonly isForTerminal?: boolean;
}

/** The amount of output. */
export interface RowTally {
  rows: number;
  /** Clipped cells. */
  clipped: number;
}

/**
 * Renders the rows of a query piece by piece in one of the formats. Holds a few rows in memory, whatever the size of
 * the result.
 */
export function* renderRows(
  result: RowResult,
  style: RowStyle,
  tally: RowTally = { rows: 0, clipped: 0 },
): Generator<string> {
  switch (style.format) {
    case 'table':
      yield* renderRowTable(result, style, tally);
      return;
    case 'csv':
    case 'tsv':
      yield* renderAsDelimited(result, style, tally);
      return;
    case 'markdown':
      yield* renderAsMarkdown(result, style, tally);
      return;
    case 'ndjson':
    case 'json': {
      const objects = toJsonRows(result, tally);
      yield* style.format === 'json' ? toJsonList(objects) : toJsonLines(objects);
    }
  }
}

function* toJsonRows({ columns, rows }: QueryResult, tally: RowTally): Generator<string> {
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
  { columns, rows }: QueryResult,
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

/** Makes duplicate names of a join unique, as "id" and "id_2": a JSON object can hold each only once. */
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
