import { customType } from 'drizzle-orm/sqlite-core';

/**
 * SQLite has no booleans: 0 and 1 in the file, true and false in the code. Drizzle's own boolean mode would make 0 of
 * null, and null means that the API did not say.
 */
export const flag = customType<{ data: boolean; driverData: number | null }>({
  dataType: () => 'integer',
  toDriver: (value: boolean | null) => (value === null ? null : Number(value)),
  fromDriver: Boolean,
});
