import { MirrorError } from '../errors/mirror-error.ts';
import type { Table } from '../export/table.ts';
import {
  createNotes,
  createTable,
  inSchema,
  indexNotes,
  listComments,
  listIndexes,
  listReferences,
  quote,
  sortByReferences,
} from './layout.ts';
import type { Session } from './session.ts';
import { type Earlier, type Patience, listDependents, toNames, withLocks } from './target.ts';

/* Builds all tables anew in a schema beside, and exchanges them for those that readers have. */

/** The schema in which tables are built. */
export const toBeside = (schema: string): string => `${schema}_next`;

/**
 * Makes the schema beside. Returns whether it has to be removed: one that an administrator made stays. Fails with
 * PUBLISH_REFUSED if something is in it.
 */
export async function makeBeside(session: Session, schema: string): Promise<boolean> {
  const beside = toBeside(schema);
  const [found] = await session.query<{ objects: number }>(
    `SELECT (SELECT count(*)::int FROM pg_class c WHERE c.relnamespace = n.oid) AS objects FROM pg_namespace n WHERE n.nspname = $1`,
    [beside],
  );
  if (found === undefined) {
    await session.query(`CREATE SCHEMA ${quote(beside)}`);
    return true;
  }
  if (found.objects === 0) return false;
  throw new MirrorError(
    'PUBLISH_REFUSED',
    `The schema ${beside}, in which publish builds its tables, has something in it.`,
    { hint: 'It was not changed. Empty it, or name another schema with --publish-schema.' },
  );
}

export async function removeBeside(session: Session, schema: string): Promise<void> {
  await session.query(`DROP SCHEMA ${quote(toBeside(schema))} RESTRICT`);
}

export async function createTables(
  session: Session,
  schema: string,
  tables: readonly Table[],
): Promise<void> {
  const beside = toBeside(schema);
  for (const table of tables) await session.query(createTable(beside, table));
  await session.query(createNotes(beside));
}

/** Gives full tables their keys, indexes, foreign keys and comments. */
export async function finishTables(
  session: Session,
  schema: string,
  tables: readonly Table[],
): Promise<void> {
  const beside = toBeside(schema);
  for (const table of tables) for (const sql of listIndexes(beside, table)) await session.run(sql);
  for (const table of sortByReferences(tables))
    for (const sql of listReferences(beside, table, tables)) await session.run(sql);
  await session.run(indexNotes(beside));
  for (const table of tables) await session.query(listComments(beside, table).join('; '));
  await session.run(
    `ANALYZE ${toNames(tables)
      .map((name) => inSchema(beside, name))
      .join(', ')}`,
  );
}

/** Refuses to replace tables on which objects of others depend. Fails with PUBLISH_REFUSED. */
export async function refuseDependents(session: Session, schema: string, earlier: Earlier): Promise<void> {
  const dependents = await listDependents(session, schema, earlier);
  if (dependents.length === 0) return;
  throw new MirrorError(
    'PUBLISH_REFUSED',
    `The tables of ${schema} must be built anew, and ${dependents.length === 1 ? 'this depends' : 'these depend'} on them: ${dependents.join(', ')}.`,
    {
      hint: 'Nothing was changed. Save their definitions (pg_dump --schema-only), drop them, publish, and create them again.',
    },
  );
}

/**
 * Exchanges the tables. Whoever has read a table in a transaction that is still open reads it to the end: the exchange
 * waits. Everybody else sees the new tables from the commit on, all at once. Fails with PUBLISH_BLOCKED or PUBLISH_REFUSED.
 */
export async function exchangeTables(
  session: Session,
  schema: string,
  tables: readonly Table[],
  earlier: Earlier | null,
  patience: Patience,
): Promise<void> {
  const beside = toBeside(schema);
  await withLocks(session, patience, async () => {
    const [target] = await session.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
    if (target === undefined) await session.query(`CREATE SCHEMA ${quote(schema)}`);
    const old = earlier?.tables ?? [];
    const list = old.map((name) => inSchema(schema, name)).join(', ');
    if (old.length > 0) await session.query(`LOCK TABLE ${list} IN ACCESS EXCLUSIVE MODE`);
    if (earlier !== null) await refuseDependents(session, schema, earlier);
    const grants = await listGrants(session, schema, toNames(tables), old);
    if (old.length > 0) await session.query(`DROP TABLE ${list} RESTRICT`);
    for (const name of toNames(tables))
      await session.query(`ALTER TABLE ${inSchema(beside, name)} SET SCHEMA ${quote(schema)}`);
    for (const sql of grants) await session.query(sql);
  });
}

/**
 * The statements that give the privileges on the old tables and their columns again; for a table that is new, those that
 * the schema has by default.
 */
async function listGrants(
  session: Session,
  schema: string,
  names: readonly string[],
  old: readonly string[],
): Promise<string[]> {
  const rows = await session.query<{ sql: string }>(
    `WITH grants AS (
       SELECT c.relname AS name, NULL AS attribute, a.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
         WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND a.grantee <> c.relowner
       UNION ALL SELECT c.relname, t.attname, a.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped, aclexplode(t.attacl) a
         WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND a.grantee <> c.relowner
       UNION ALL SELECT names.name, NULL, a.* FROM unnest($2::text[]) AS names (name), pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
         WHERE n.nspname = $1 AND d.defaclobjtype = 'r' AND d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
           AND a.grantee <> d.defaclrole AND NOT (names.name = ANY ($3::text[]))
     )
     SELECT format('GRANT %s%s ON %I.%I TO %s%s', privilege_type, CASE WHEN attribute IS NULL THEN '' ELSE format(' (%I)', attribute) END,
       $1::text, name, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS sql
     FROM grants ORDER BY 1`,
    [schema, [...names], [...old]],
  );
  return rows.map(({ sql }) => sql);
}
