import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The statuses by which the API is swept: the five of `case_ongoing`, and the one of `case_status` that some cases have instead. */
export const statuses = sqliteTable('statuses', {
  id: integer('id').primaryKey(),
  label: text('label').notNull().unique(),
  /** The parameter that takes the id. */
  filter: text('filter', { enum: ['case_ongoing', 'case_status'] })
    .notNull()
    .default('case_ongoing'),
});
