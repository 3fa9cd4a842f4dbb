import { is, SQL } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/sqlite-core';
import type { Mirror } from './open-mirror.ts';
import { caseDefendants, cases, docketEntries, dockets, LIST_TABLES, relatedCases } from './schema.ts';

/**
 * The indexes by which cases and what belongs to them are found. Kept up row by row while a million rows come in, they
 * cost more than a tenth of all the work: each page of cases touches every part of them. Built at once, they take seconds.
 */
export const DEFERRED_INDEXES = [
  cases,
  caseDefendants,
  dockets,
  docketEntries,
  relatedCases,
  ...Object.values(LIST_TABLES),
].flatMap((table) => {
  const { name, indexes } = getTableConfig(table);
  return indexes
    .filter(({ config }) => !config.unique)
    .map(({ config }) => ({
      table: name,
      name: config.name,
      columns: config.columns.flatMap((column) => (is(column, SQL) ? [] : [column.name])),
    }));
});

/**
 * Does without those indexes from here on where no docket entry is stored yet: the first run fills the tables, and
 * {@link restoreIndexes} builds them. Where that run died they stay away until one comes to its end. Without them every
 * answer is the same, only later.
 */
export function deferIndexes({ sqlite }: Mirror): void {
  const isEmpty = sqlite.prepare('SELECT 1 FROM docket_entries LIMIT 1').get() === undefined;
  if (!isEmpty) return;
  sqlite.transaction(() => {
    for (const { name } of DEFERRED_INDEXES) sqlite.exec(`DROP INDEX IF EXISTS \`${name}\``);
  })();
}

/** Builds those that are not there. */
export function restoreIndexes({ sqlite }: Mirror): void {
  for (const { table, name, columns } of DEFERRED_INDEXES) {
    const list = columns.map((column) => `\`${column}\``).join(',');
    sqlite.exec(`CREATE INDEX IF NOT EXISTS \`${name}\` ON \`${table}\` (${list})`);
  }
}
