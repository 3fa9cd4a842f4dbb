import { sql } from 'drizzle-orm';
import { check, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/* Which mirror a file is, and of which it is a copy. Each table holds one row at most. */

/** One row: which mirror this is. A migration draws the id; every copy of the file keeps it. */
export const mirrorIdentity = sqliteTable(
  'mirror_identity',
  {
    id: integer('id').primaryKey(),
    /** 128 random bits in hexadecimal. */
    mirror_id: text('mirror_id').notNull(),
  },
  (table) => [check('mirror_identity_one_row', sql`${table.id} = 1`)],
);

/** Who had a snapshot taken: the schedule, or a person. */
export const SNAPSHOT_TAKERS = ['schedule', 'hand'] as const;
export type SnapshotTaker = (typeof SNAPSHOT_TAKERS)[number];

/** One row in a snapshot, none in a mirror: what the snapshot is of. */
export const mirrorSnapshot = sqliteTable(
  'mirror_snapshot',
  {
    id: integer('id').primaryKey(),
    /** Path of the mirror, seen from the folder of the snapshot: two copies of one mirror share an id, but no path. */
    source: text('source').notNull(),
    taken_at: text('taken_at').notNull(),
    taken_by: text('taken_by', { enum: SNAPSHOT_TAKERS }).notNull(),
    /** The newest run in it; null before the first. */
    last_run_id: integer('last_run_id'),
    /** Whether each of the five lists of `case_ongoing` was read completely at least once. */
    is_complete: integer('is_complete', { mode: 'boolean' }).notNull(),
    /** The run whose state was rebuilt; null for the state of the moment in which the snapshot was taken. */
    as_of_run_id: integer('as_of_run_id'),
  },
  (table) => [check('mirror_snapshot_one_row', sql`${table.id} = 1`)],
);

/**
 * One row for each table whose rows nothing else proves: how many it has, and a digest of all of them. Written together
 * with the rows themselves; `verify` compares it with what is there.
 */
export const mirrorSeals = sqliteTable('mirror_seals', {
  table_name: text('table_name').primaryKey(),
  row_count: integer('row_count').notNull(),
  /** The SHA-256 of each row, combined by XOR, in hex: the order of the rows carries no meaning. */
  digest: text('digest').notNull(),
});
