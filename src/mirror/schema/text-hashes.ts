import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { cases } from './cases.ts';

/**
 * In which bytes a case came last, so that the same bytes need not be read again. It says nothing about a case that is
 * not in the other tables: without a row, or with a stale one, a case is read and compared as a whole.
 */
export const textHashes = sqliteTable(
  'text_hashes',
  {
    case_id: integer('case_id')
      .primaryKey()
      .references(() => cases.id, { onDelete: 'cascade' }),
    /** SHA-256 of the bytes, and of what the program expects of them. */
    hash: text('hash').notNull(),
    /** The fingerprint of the case that they make. The row holds as long as it is that of the stored case. */
    fingerprint: text('fingerprint').notNull(),
  },
  (table) => [index('text_hashes_hash').on(table.hash)],
);
