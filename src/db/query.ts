import { MirrorError } from '../errors/mirror-error.ts';
import { isSqliteError, toDatabaseError } from './errors.ts';
import { explainQueryError, toWriteError, type RefusedStatement } from './query-errors.ts';
import type { MirrorReader } from './open-to-read.ts';

/** A whole number is a bigint only if a number cannot represent it exactly. */
export type Cell = string | number | bigint | Buffer | null;

export interface QueryResult {
  readonly columns: readonly string[];
  /** Read while iterating: a result of any size takes the memory of one row. */
  readonly rows: Iterable<readonly Cell[]>;
}

/**
 * Runs a user's SQL on a read-only mirror. Throws QUERY_WRITES for anything but one statement that returns rows, and
 * QUERY_INVALID for what SQLite does not understand.
 */
export function query({ sqlite, path }: Pick<MirrorReader, 'sqlite' | 'path'>, text: string): QueryResult {
  let statement;
  try {
    statement = sqlite.prepare<[], Cell[]>(text);
  } catch (cause) {
    throw toQueryError({ sqlite, text, cause }, path);
  }
  if (!statement.readonly) throw toWriteError();
  if (!statement.reader)
    throw new MirrorError('QUERY_WRITES', '`query` is read only, and this statement returns no rows.');
  const columns = statement.columns().map(({ name }) => name);
  return { columns, rows: streamRows(statement.raw(true).safeIntegers(true), { sqlite, text }, path) };
}

function* streamRows(
  statement: { iterate(): Iterable<Cell[]> },
  asked: Omit<RefusedStatement, 'cause'>,
  path: string,
): Generator<readonly Cell[]> {
  try {
    for (const row of statement.iterate()) yield row.map(toCell);
  } catch (cause) {
    throw toQueryError({ ...asked, cause }, path);
  }
}

function toCell(cell: Cell): Cell {
  return typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
}

function toQueryError(refused: RefusedStatement, path: string): Error {
  const { cause } = refused;
  const isAboutTheText =
    (isSqliteError(cause) &&
      /^SQLITE_(ERROR|MISMATCH|TOOBIG|RANGE|CONSTRAINT|AUTH|READONLY)/.test(cause.code)) ||
    (!isSqliteError(cause) && cause instanceof Error); // better-sqlite3's own errors: empty text, several statements, parameters.
  return isAboutTheText ? explainQueryError(refused) : toDatabaseError(cause, path);
}
