import { stringify } from 'csv-stringify/sync';
import type { Cell, QueryResult } from '../../db/query.ts';
import { escapeJson, toCellText } from './words.ts';
import { clipText } from '../../lib/layout.ts';
import { type Column, type Layout, layOut, renderHeading, setRow } from './table.ts';
import { escapeMarkdown } from './style.ts';

/** A value of SQLite as text: null as nothing, bytes as base64. */
function toText(cell: Cell): string {
  if (cell === null) return '';
  return Buffer.isBuffer(cell) ? cell.toString('base64') : String(cell);
}

/** A member of a JSON object as a value of a row: a list or an object is its JSON. */
export function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
}

/**
 * CSV and TSV. Data stay as they are: NULL is nothing, an empty text is `""`. For a spreadsheet there is a byte-order
 * mark, without which Excel takes letters for others, and a text that it could execute gets an apostrophe before it, which
 * whoever reads the file back takes off again: a text that began with apostrophes and a formula has one more.
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
  /** Whether it stands in quotes though nothing in it needs them: it would be taken for NULL. */
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

/** All but the tab and the breaks of lines, which belong to texts. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** A spreadsheet cuts longer texts, or puts the rest into cells of its own. */
const MAX_CELL_LENGTH = 32_767;
/** What spreadsheets skip, or people do not see, before a formula; apostrophes, so that each guard can be taken off again. */
const SKIPPED = String.raw`['’＇\s\p{Cc}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffd]*`;
/** What begins a formula: also as wide or small forms, which spreadsheets of East Asia take for the same. */
const FORMULA = new RegExp(String.raw`^(?:[\t\r\n]|${SKIPPED}[=+\-@＝＋－＠﹦﹢﹣﹫−])`, 'u');
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

function toSpreadsheetText(text: string, isText: boolean, tally: RowTally): string {
  const inert = isText && FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  if (inert.length <= MAX_CELL_LENGTH) return inert;
  tally.clipped++;
  return `${inert.slice(0, MAX_CELL_LENGTH - 1).toWellFormed()}…`;
}

/** The layout is taken from so many rows; texts of later ones that are wider are clipped. */
const ROWS_MEASURED = 500;
/** Where nothing limits the width, no cell is wider than this. */
const MAX_CELL_WIDTH = 60;
/** What a text that is wrapped may hold in all, so that no cell fills the screen. */
const MAX_WRAPPED = 1000;

/** Renders a table row by row: only the first few hundred rows are held, to see how wide the columns are. */
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

/** Numbers and addresses are of no use when a part of them is missing. */
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
