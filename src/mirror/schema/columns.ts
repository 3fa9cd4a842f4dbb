import { integer } from 'drizzle-orm/sqlite-core';
import { cases } from './cases.ts';

/** The column that ties a child row to its case. */
export const caseId = () =>
  integer('case_id')
    .notNull()
    .references(() => cases.id, { onDelete: 'cascade' });

/** Where an element stood in the API's list, from 0. */
export const position = () => integer('mirror_position').notNull();
