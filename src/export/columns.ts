import { MirrorError } from '../errors/mirror-error.ts';

/* Columns of exported tables: their types, and the values that fit them. Every format writes the same values. */

export const COLUMN_TYPES = ['integer', 'boolean', 'date', 'timestamp', 'text', 'list'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** A date is `YYYY-MM-DD`, a timestamp ISO 8601 in UTC with milliseconds, a list a list of texts. */
export type Value = bigint | boolean | string | readonly string[] | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  /** Whether it takes few values, which the codebook counts. */
  readonly isCoded?: boolean;
  /** The date column whose value this text column repeats where the type cannot hold it. */
  readonly besides?: string;
  /** Whether `besides` also repeats what the type holds only a part of, such as a date with a time. */
  readonly isWhole?: boolean;
}

/** A value of SQLite, with every integer as bigint. */
export type Cell = bigint | number | string | Buffer | null;

/** How many values were changed because a type, a format, or a program that reads it, cannot hold them; each by column. */
export interface Misfits {
  /** Dates and timestamps that are null. */
  readonly untyped: Record<string, number>;
  /** Texts in which U+FFFD stands for a NUL, at which several programs end a text without a word. */
  readonly nulReplaced: Record<string, number>;
  /** Texts and lists whose end was cut off, which they say. */
  readonly cut: Record<string, number>;
  /** Texts and elements of lists in which U+FFFD stands for characters that the format cannot hold. */
  readonly controlsReplaced: Record<string, number>;
  /** Days and numbers that are texts, because the format has no such day or number. */
  readonly asText: Record<string, number>;
}

export const noMisfits = (): Misfits => ({
  untyped: {},
  nulReplaced: {},
  cut: {},
  controlsReplaced: {},
  asText: {},
});

/** The years that the date types of pandas, Arrow, Spark, DuckDB and Postgres all hold. */
const [FIRST_DATE, LAST_DATE] = ['1678-01-01', '2261-12-31'];

/** Workbooks have no days before this one: Excel takes 1900 for a leap year. */
export const FIRST_DAY = '1900-03-01';

const DATE = /^\d{4}-\d{2}-\d{2}/;

/** The calendar day with which a text begins; null if it is none, or outside the years that every type holds. */
export function toDate(text: string): string | null {
  const day = DATE.exec(text)?.[0];
  if (day === undefined || day < FIRST_DATE || day > LAST_DATE) return null;
  if (text.length > day.length && text.charAt(day.length) !== 'T' && text.charAt(day.length) !== ' ')
    return null;
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? null : day;
}

function toTimestamp(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(text) || toDate(text) === null) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

export const countMisfit = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

const MAX_INT64 = 2n ** 63n - 1n;

type Convert = (cell: Cell, name: string, misfits: Misfits) => Value;

const CONVERT: Readonly<Record<ColumnType, Convert>> = {
  integer: (cell) =>
    typeof cell === 'bigint' && cell <= MAX_INT64 && cell >= -MAX_INT64 - 1n ? cell : refuse(),
  boolean: (cell) => (cell === 0n ? false : cell === 1n ? true : refuse()),
  date: (cell, name, misfits) => orUntyped(toDate(String(cell)), cell, name, misfits),
  timestamp: (cell, name, misfits) => orUntyped(toTimestamp(String(cell)), cell, name, misfits),
  text: (cell, name, misfits) => {
    const text = Buffer.isBuffer(cell) ? cell.toString('base64') : String(cell);
    if (!text.includes('\0')) return text;
    countMisfit(misfits.nulReplaced, name);
    return text.replaceAll('\0', '\ufffd');
  },
  list: (cell, name, misfits) => {
    const list = JSON.parse(String(cell)) as unknown;
    if (!Array.isArray(list)) return refuse();
    // The order of a list carries no meaning, and depends on when the mirror first stored it.
    return list.map((one) => toElement(one, name, misfits)).sort();
  },
};

function orUntyped(value: string | null, cell: Cell, name: string, misfits: Misfits): string | null {
  if (value === null && String(cell).trim() !== '') countMisfit(misfits.untyped, name);
  return value;
}

function toElement(one: unknown, name: string, misfits: Misfits): string {
  const isWrapped = typeof one === 'object' && one !== null && Object.keys(one).join() === 'value';
  const plain = isWrapped ? (one as { readonly value: unknown }).value : one;
  const text = typeof plain === 'string' ? plain.toWellFormed() : JSON.stringify(plain);
  return CONVERT.text(text, name, misfits) as string;
}

class Misfit extends Error {}

function refuse(): never {
  throw new Misfit();
}

/**
 * Prepares the conversion of the rows of a table, which counts what does not fit. It fails with EXPORT_FAILED if a value is
 * of another kind than its column, and names the row and the field.
 */
export function prepareToValues(
  table: string,
  columns: readonly Column[],
  misfits: Misfits,
): (cells: readonly Cell[]) => Value[] {
  const beside = columns.flatMap(({ besides, isWhole = false }, text) =>
    besides === undefined
      ? []
      : [{ text, typed: columns.findIndex(({ name }) => name === besides), name: besides, isWhole }],
  );
  return (cells) => {
    const values = columns.map((column, at) => toValue(column, cells[at] ?? null, misfits, table, cells));
    for (const { text, typed, name, isWhole } of beside) {
      const [asSent, value] = [values[text] ?? null, values[typed] ?? null];
      const isBlank = typeof asSent === 'string' && asSent.trim() === '';
      if (asSent === value || isBlank || (value !== null && !isWhole)) values[text] = null;
      else if (value === null && (cells[typed] ?? null) === null) countMisfit(misfits.untyped, name);
    }
    return values;
  };
}

/** The first two fields, which are or begin the key. */
const toRowName = (cells: readonly Cell[]): string => cells.slice(0, 2).map(String).join(' ');

function toValue(
  { name, type }: Column,
  cell: Cell,
  misfits: Misfits,
  table: string,
  cells: readonly Cell[],
): Value {
  // Some programs read a null list as an empty one, so no meaning may depend on the difference.
  if (cell === null) return type === 'list' ? [] : null;
  try {
    return CONVERT[type](cell, name, misfits);
  } catch (thrown) {
    if (!(thrown instanceof Misfit || thrown instanceof SyntaxError)) throw thrown;
    throw new MirrorError(
      'EXPORT_FAILED',
      `The field ${name} in the row ${toRowName(cells)} of ${table} is no ${type}.`,
      {
        cause: thrown,
        hint: 'Run `clearinghouse-mirror verify`, which names everything that is damaged.',
      },
    );
  }
}
