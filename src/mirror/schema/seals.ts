import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * One row for each table whose rows nothing else proves: how many it has, and a digest of all of them. Written together
 * with the rows themselves; `verify` compares it with what is there.
 */
export const seals = sqliteTable('seals', {
  table_name: text('table_name').primaryKey(),
  row_count: integer('row_count').notNull(),
  /** The SHA-256 of each row, combined by XOR, in hex: the order of the rows carries no meaning. */
  digest: text('digest').notNull(),
});
