import type { Table } from '../export/table.ts';
import { createPlainTable, inSchema, quote, quoteAll, sortByReferences } from './layout.ts';
import { type Changed, toPartColumn, toPartTable } from './parts.ts';
import type { Session } from './session.ts';

/*
 * Brings the tables that readers have to a new state without replacing them: rows that differ are updated, so that views,
 * foreign keys and triggers of others stay, and readers see the old state until the commit.
 */

/** The table with the parts that are replaced. */
const CHANGED = 'mirror_changed';

export interface MergedRows {
  readonly written: number;
  readonly removed: number;
}

export async function createStaging(
  session: Session,
  beside: string,
  tables: readonly Table[],
): Promise<void> {
  for (const table of tables) await session.query(createPlainTable(beside, table));
  await session.query(
    `CREATE UNLOGGED TABLE ${inSchema(beside, CHANGED)} (part_table text, part_key bigint)`,
  );
}

export async function clearStaging(
  session: Session,
  beside: string,
  tables: readonly Table[],
): Promise<void> {
  const names = [...tables.map(({ name }) => name), CHANGED];
  await session.query(`TRUNCATE ${names.map((name) => inSchema(beside, name)).join(', ')}`);
}

export async function removeStaging(
  session: Session,
  beside: string,
  tables: readonly Table[],
): Promise<void> {
  const names = [...tables.map(({ name }) => name), CHANGED];
  await session.query(`DROP TABLE ${names.map((name) => inSchema(beside, name)).join(', ')} RESTRICT`);
}

/** Records which parts are replaced by what is in the staging tables; by nothing if they are gone. */
export async function recordChanged(session: Session, beside: string, changed: Changed): Promise<void> {
  const copy = session.copyIn(`COPY ${inSchema(beside, CHANGED)} FROM STDIN`);
  for (const [table, keys] of changed) for (const key of keys) await copy.write(`${table}\t${key}\n`);
  await copy.finish();
}

/** Replaces the rows of the changed parts. Only rows that differ are written. */
export async function mergeTables(
  session: Session,
  schema: string,
  beside: string,
  tables: readonly Table[],
): Promise<MergedRows> {
  await session.run(
    `ANALYZE ${[...tables.map(({ name }) => name), CHANGED].map((name) => inSchema(beside, name)).join(', ')}`,
  );
  const sorted = sortByReferences(tables);
  let [written, removed] = [0, 0];
  for (const table of sorted) written += await session.run(toUpsert(schema, beside, table));
  // Only now does no row that stays refer to one that goes: the keys of changes are positions, and theirs move.
  for (const table of sorted.toReversed()) removed += await session.run(toRemoval(schema, beside, table));
  return { written, removed };
}

function toRemoval(schema: string, beside: string, table: Table): string {
  const part = toPartColumn(table);
  const isSame = table.key.map((name) => `new.${quote(name)} = old.${quote(name)}`).join(' AND ');
  const isReplaced =
    part === null
      ? 'true'
      : `old.${quote(part)} IN (SELECT part_key FROM ${inSchema(beside, CHANGED)} WHERE part_table = '${toPartTable(table)}')`;
  return `DELETE FROM ${inSchema(schema, table.name)} AS old WHERE ${isReplaced}
    AND NOT EXISTS (SELECT FROM ${inSchema(beside, table.name)} AS new WHERE ${isSame})`;
}

function toUpsert(schema: string, beside: string, table: Table): string {
  const names = table.columns.map(({ name }) => name);
  const rest = names.filter((name) => !table.key.includes(name));
  const of = (alias: string): string => rest.map((name) => `${alias}.${quote(name)}`).join(', ');
  const update =
    rest.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${rest.map((name) => `${quote(name)} = excluded.${quote(name)}`).join(', ')}
         WHERE (${of('old')}) IS DISTINCT FROM (${of('excluded')})`;
  return `INSERT INTO ${inSchema(schema, table.name)} AS old (${quoteAll(names)})
    SELECT ${quoteAll(names)} FROM ${inSchema(beside, table.name)} ON CONFLICT (${quoteAll(table.key)}) DO ${update}`;
}
