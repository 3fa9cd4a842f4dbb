import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The five values of `case_ongoing`, by which the API is swept. */
export const ongoingStatuses = sqliteTable('ongoing_statuses', {
  id: integer('id').primaryKey(),
  label: text('label').notNull().unique(),
});
