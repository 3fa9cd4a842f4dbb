import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { MirrorError } from '../errors/mirror-error.ts';
import * as schema from './schema/schema.ts';

/*
 * The fingerprint of a case proves its payload and the rows made from it. Nothing similar proves what the mirror itself
 * records: that a case existed, in which list, what a run did and when. So the file has a seal of each of these tables:
 * its number of rows and a digest of them. A trigger updates the seal in the transaction that writes a row. The
 * triggers are temporary, so the file contains none.
 */

/** A table with a seal, and the columns that it covers. */
export interface SealedTable {
  readonly table: string;
  readonly columns: readonly string[];
}

const whole = (table: SQLiteTable): SealedTable => ({
  table: getTableName(table),
  columns: Object.values(getTableColumns(table)).map(({ name }) => name),
});

export const SEALED_TABLES: readonly SealedTable[] = [
  {
    table: 'cases',
    columns: [
      'id',
      'mirror_list_id',
      'mirror_first_run_id',
      'mirror_changed_run_id',
      'mirror_departed_run_id',
      'mirror_redacted_run_id',
      'mirror_fingerprint',
      'mirror_entry_keys',
    ] satisfies (keyof typeof schema.cases.$inferSelect)[],
  },
  {
    // The hash proves the value.
    table: 'texts',
    columns: [
      'mirror_id',
      'hash',
      'characters',
      'bytes',
      'mirror_raw',
    ] satisfies (keyof typeof schema.texts.$inferSelect)[],
  },
  ...[
    schema.lists,
    schema.syncRuns,
    schema.listSyncs,
    schema.mirrorDepartureChecks,
    schema.mirrorCoverageChecks,
    schema.mirrorMovedCases,
    schema.rejectedRecords,
    schema.schemaDrift,
    schema.caseChanges,
    schema.caseVersions,
    schema.docketEntryVersions,
    schema.mirrorRawHashes,
    schema.mirrorIdentity,
    schema.mirrorSnapshot,
    schema.documents,
    schema.furtherDockets,
    schema.furtherDocketEntries,
    schema.resources,
    schema.caseDocuments,
    schema.caseFurtherDockets,
    schema.caseResources,
    schema.mirrorDocketDifferences,
    schema.linkedChanges,
    schema.linkedVersions,
    schema.linkedLists,
    schema.linkedPasses,
    schema.documentTexts,
    schema.mirrorReplacedTexts,
    schema.textPasses,
    schema.documentFiles,
    schema.mirrorDroppedFiles,
    schema.filePasses,
    schema.mirrorDocumentListChecks,
    schema.mirrorExports,
    schema.mirrorPausedHosts,
  ].map(whole),
];

export interface Seal {
  readonly rowCount: number;
  readonly digest: string;
}

const DIGEST_BYTES = 32;
const EMPTY = '0'.repeat(2 * DIGEST_BYTES);

/**
 * Updates the seals for everything that this connection writes from now on. The triggers are written to the temporary
 * schema, which SQLite then reads once. After each CREATE TRIGGER it would read a part of it again, and opening a mirror
 * would take half as long again.
 */
export function keepSeals(sqlite: Database.Database): void {
  defineFunction(sqlite);
  requireTables(sqlite);
  triggers ??= SEALED_TABLES.flatMap(toTriggers);
  const rows = triggers.map(() => `('trigger', ?, ?, 0, ?)`).join(', ');
  sqlite.unsafeMode(true);
  try {
    sqlite.pragma('writable_schema = ON');
    sqlite
      .prepare(`INSERT INTO temp.sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ${rows}`)
      .run(triggers.flat());
    // Whatever the number, setting it makes SQLite read the temporary schema for the next statement that uses it.
    sqlite.pragma('temp.schema_version = 1');
    sqlite.prepare('SELECT 1 FROM temp.sqlite_schema').get();
  } finally {
    sqlite.pragma('writable_schema = OFF');
    sqlite.unsafeMode(false);
  }
}

/** Fails with DATABASE_DAMAGED if a table is missing. SQLite ignores a trigger of a missing table when it reads the schema. */
function requireTables(sqlite: Database.Database): void {
  const there = new Set(
    sqlite.prepare(`SELECT name FROM main.sqlite_schema WHERE type = 'table'`).pluck().all(),
  );
  const missing = SEALED_TABLES.map(({ table }) => table).filter((table) => !there.has(table));
  if (missing.length > 0)
    throw new MirrorError('DATABASE_DAMAGED', `The mirror lacks the table ${missing.join(', ')}.`);
}

/** A trigger, as the schema contains it. */
type Trigger = readonly [name: string, table: string, sql: string];

/** The same for every connection, because each opening for writing needs them. */
let triggers: readonly Trigger[] | undefined;

function toTriggers({ table, columns }: SealedTable): Trigger[] {
  const of = (row: 'OLD' | 'NEW', digest: string): string =>
    `mirror_seal(${[digest, ...columns.map((column) => `${row}."${column}"`)].join(', ')})`;
  const trigger = (when: string, more: number, digest: string): Trigger => {
    const name = `mirror_seal_${when.slice(0, 6).toLowerCase()}_${table}`;
    const sql = `CREATE TRIGGER "${name}" AFTER ${when} ON main."${table}" BEGIN
      UPDATE mirror_seals SET row_count = row_count + ${more}, digest = ${digest} WHERE table_name = '${table}';
    END`;
    return [name, table, sql];
  };
  const updated = columns.map((column) => `"${column}"`).join(', ');
  return [
    trigger('INSERT', 1, of('NEW', 'digest')),
    trigger('DELETE', -1, of('OLD', 'digest')),
    trigger(`UPDATE OF ${updated}`, 0, of('NEW', of('OLD', 'digest'))),
  ];
}

/** Computes all seals after a migration, whose writes no trigger has seen. Part of the caller's transaction. */
export function sealAll(sqlite: Database.Database): void {
  const write = sqlite.prepare(
    'INSERT OR REPLACE INTO mirror_seals (table_name, row_count, digest) VALUES (?, ?, ?)',
  );
  for (const one of SEALED_TABLES) {
    const { rowCount, digest } = computeSeal(sqlite, one);
    write.run(one.table, rowCount, digest);
  }
}

/**
 * Recomputes the seal of a table, for a writer without the triggers; does nothing in a file from before there were
 * seals.
 */
export function sealTable(sqlite: Database.Database, table: SQLiteTable): void {
  const one = SEALED_TABLES.find((sealed) => sealed.table === getTableName(table));
  const hasSeals =
    sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'mirror_seals'`).get() !== undefined;
  if (one === undefined || !hasSeals) return;
  const { rowCount, digest } = computeSeal(sqlite, one);
  sqlite
    .prepare('UPDATE mirror_seals SET row_count = ?, digest = ? WHERE table_name = ?')
    .run(rowCount, digest, one.table);
}

/** Computes the seal of a table from its rows. */
export function computeSeal(sqlite: Database.Database, { table, columns }: SealedTable): Seal {
  const names = columns.map((column) => `"${column}"`).join(', ');
  const rows = sqlite
    .prepare<[], unknown[]>(`SELECT ${names} FROM main."${table}"`)
    .raw(true)
    .safeIntegers(true);
  const digest = Buffer.alloc(DIGEST_BYTES);
  let rowCount = 0;
  for (const row of rows.iterate()) {
    addTo(digest, row);
    rowCount++;
  }
  return { rowCount, digest: digest.toString('hex') };
}

function defineFunction(sqlite: Database.Database): void {
  const options = { varargs: true, deterministic: true, safeIntegers: true };
  sqlite.function('mirror_seal', options, (before: unknown, ...row: unknown[]) => {
    const digest = Buffer.from(typeof before === 'string' ? before : EMPTY, 'hex');
    addTo(digest, row);
    return digest.toString('hex');
  });
}

/** Adds a row to a digest. Adding it again removes it. */
function addTo(digest: Buffer, row: readonly unknown[]): void {
  let text = '';
  for (const value of row) text += toMember(value);
  // V8 throws this compiled code away with the type of a buffer that Node creates, so the hash is a text first.
  const added = Buffer.from(hash('sha256', text, 'hex'), 'hex');
  for (let at = 0; at < DIGEST_BYTES; at++) digest[at] = (digest[at] ?? 0) ^ (added[at] ?? 0);
}

/** A value with its type and length, so that no two rows have the same text. */
function toMember(value: unknown): string {
  if (value === null) return 'n;';
  if (typeof value === 'bigint') return `i${value};`;
  if (typeof value === 'number') return `r${value};`;
  if (typeof value === 'string') return `t${value.length}:${value};`;
  return `b${(value as Buffer).toString('hex')};`;
}
