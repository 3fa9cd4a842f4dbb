import { integer } from 'drizzle-orm/sqlite-core';

/** SQLite has no booleans: 0 and 1 in the file, true and false in the code. */
export const flag = (name: string) => integer(name, { mode: 'boolean' });
