import { Column, getTableColumns, is, Param, Placeholder, sql, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Mirror } from './open-mirror.ts';

/**
 * A prepared statement that takes a whole row as an object whose keys are column names. The columns in the option `own`
 * are taken from the second argument.
 */
export type PreparedWrite = (
  row: object,
  own?: object,
) => { changes: number; lastInsertRowid: number | bigint };

type Values = Readonly<Record<string, unknown>>;

interface InsertOptions {
  /** Turns the insert into an upsert: if a row has the same value in this column, it gets the new values. */
  readonly target?: SQLiteColumn;
  /** Columns that an upsert leaves unchanged. */
  readonly keep?: readonly string[];
  /**
   * Columns that are taken from the second argument. To copy each of a million rows with these columns added would cost
   * as much as the insert.
   */
  readonly own?: readonly string[];
}

/** Prepares a statement the first time that it is needed: a sync that finds few changes runs few of the statements. */
export function onFirstUse<Statement>(prepare: () => Statement): () => Statement {
  let prepared: Statement | undefined;
  return () => (prepared ??= prepare());
}

/**
 * Prepares an insert or upsert of whole rows. Drizzle generates the statement from the schema once per process. The rows
 * are passed to SQLite directly, because Drizzle's substitution of placeholders costs half as much as the insert itself.
 */
export function prepareInsert(
  mirror: Pick<Mirror, 'db' | 'sqlite'>,
  table: SQLiteTable,
  options: InsertOptions = {},
): PreparedWrite {
  const prepared = onFirstUse(() => {
    const { text, parameters } = findInsert(mirror, table, options);
    // One array for all rows: to create an array for each of a million rows costs more than to fill it.
    const bound = new Array<unknown>(parameters.length).fill(null);
    return { statement: mirror.sqlite.prepare(text), parameters, bound };
  });
  return (row, own = row) => {
    const { statement, parameters, bound } = prepared();
    let at = 0;
    for (const { name, encode, isOwn } of parameters) {
      const value = ((isOwn ? own : row) as Values)[name];
      bound[at++] = encode === null ? value : encode(value);
    }
    return statement.run(bound);
  };
}

interface Parameter {
  readonly name: string;
  readonly encode: ((value: unknown) => unknown) | null;
  readonly isOwn: boolean;
}

interface Insert {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

/** The inserts that this process has generated, by table and options. */
const inserts = new Map<SQLiteTable, Map<string, Insert>>();

function findInsert({ db }: Pick<Mirror, 'db'>, table: SQLiteTable, options: InsertOptions): Insert {
  const ofTable = inserts.get(table) ?? new Map<string, Insert>();
  inserts.set(table, ofTable);
  const { target, keep, own } = options;
  const key = JSON.stringify([target?.name, keep, own]);
  const insert = ofTable.get(key) ?? generateInsert(db, table, options);
  ofTable.set(key, insert);
  return insert;
}

function generateInsert(
  db: Mirror['db'],
  table: SQLiteTable,
  { target, keep = [], own = [] }: InsertOptions,
): Insert {
  const values: Record<string, Placeholder> = {};
  const updates: Record<string, SQL> = {};
  for (const [key, column] of Object.entries(getTableColumns(table))) {
    values[key] = sql.placeholder(key);
    if (column !== target && !keep.includes(key)) updates[key] = sql`excluded.${sql.identifier(column.name)}`;
  }
  const insert = db.insert(table).values(values as never);
  const { sql: text, params } = (
    target === undefined ? insert : insert.onConflictDoUpdate({ target, set: updates as never })
  ).toSQL();
  const parameters = params.map(toParameter).map((one) => ({ ...one, isOwn: own.includes(one.name) }));
  return { text, parameters };
}

/** The column whose value a parameter takes, and the function that encodes the value for SQLite. */
function toParameter(param: unknown): Omit<Parameter, 'isOwn'> {
  if (!is(param, Param) || !is(param.value, Placeholder))
    throw new TypeError('a statement of whole rows takes nothing but their columns');
  const { encoder } = param;
  const storesAsIs = encoder.mapToDriverValue === Column.prototype.mapToDriverValue;
  return {
    name: param.value.name,
    encode: storesAsIs ? null : (value) => encoder.mapToDriverValue(value),
  };
}

/** Prepares deleting all rows of a case from a child table. */
export function prepareDeleteOf(
  { db }: Pick<Mirror, 'db'>,
  table: SQLiteTable,
  column: SQLiteColumn,
): (id: number) => void {
  const prepared = onFirstUse(() =>
    db
      .delete(table)
      .where(sql`${column} = ${sql.placeholder('id')}`)
      .prepare(),
  );
  return (id) => {
    prepared().run({ id });
  };
}
