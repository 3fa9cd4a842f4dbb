import { is, SQL } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/sqlite-core';
import type { Mirror } from './open-mirror.ts';
import { docketEntries } from './schema.ts';

/**
 * The indexes by which docket entries are found across cases. Kept up row by row while millions of entries come in, they
 * cost more than all else that is written: each page of cases touches every part of them. Built at once, they take seconds.
 */
const ACROSS_CASES = getTableConfig(docketEntries)
  .indexes.filter(({ config }) => !config.unique)
  .map(({ config: { name, columns } }) => ({
    name,
    columns: columns.flatMap((column) => (is(column, SQL) ? [] : [column.name])),
  }));

/**
 * Does without those indexes from here on where no docket entry is stored yet: the first run fills the table, and
 * {@link restoreIndexes} builds them. Where that run died they stay away until one comes to its end. Without them every
 * answer is the same, only later.
 */
export function deferIndexes({ sqlite }: Mirror): void {
  const isEmpty = sqlite.prepare('SELECT 1 FROM docket_entries LIMIT 1').get() === undefined;
  if (!isEmpty) return;
  sqlite.transaction(() => {
    for (const { name } of ACROSS_CASES) sqlite.exec(`DROP INDEX IF EXISTS \`${name}\``);
  })();
}

/** Builds those that are not there. */
export function restoreIndexes({ sqlite }: Mirror): void {
  for (const { name, columns } of ACROSS_CASES) {
    const list = columns.map((column) => `\`${column}\``).join(',');
    sqlite.exec(`CREATE INDEX IF NOT EXISTS \`${name}\` ON \`docket_entries\` (${list})`);
  }
}
