import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What a place is: a folder of an export, of a release or of Delta tables; objects in a bucket; a schema of Postgres. */
export const PLACE_KINDS = ['export', 'release', 'delta', 'bucket', 'postgres'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

/**
 * One row for each place outside of the mirror to which its content was exported, copied or published: what is redacted later may
 * still be there.
 */
export const mirrorExports = sqliteTable('mirror_exports', {
  /** A path, or an address without a password. */
  place: text('place').primaryKey(),
  kind: text('kind', { enum: PLACE_KINDS }).notNull(),
  /** What replaces or removes what is there. */
  command: text('command').notNull(),
  written_at: text('written_at').notNull(),
  /** The newest run that the mirror had when the oldest content there was read; 0 if it is not known. */
  oldest_run_id: integer('oldest_run_id').notNull(),
});
