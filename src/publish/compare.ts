import type { Table } from '../export/table.ts';
import { toHashSql } from './copy-text.ts';
import { PARTS, inSchema, quote } from './layout.ts';
import type { PartSums } from './load.ts';
import { type Changed, type PartTable, type Tokens, WHOLE, toPartColumn, toPartTable } from './parts.ts';
import type { Session } from './session.ts';

/* Compares what the server holds with what the mirror has: per part, the number of rows and the sum of their hashes. */

/** How many parts that differ are asked for. */
const MAX_FOUND = 100_000;

/** Finds the parts of which the server holds other rows than the mirror had when they were recorded. */
export async function listDifferent(
  session: Session,
  schema: string,
  tables: readonly Table[],
): Promise<Changed> {
  const different = new Map<PartTable, Set<bigint>>();
  for (const part of new Set(tables.map((table) => toPartTable(table)))) {
    const sums = tables
      .filter((table) => toPartTable(table) === part)
      .map((table) => {
        const column = toPartColumn(table);
        const key = column === null ? `${WHOLE}::bigint` : `r.${quote(column)}`;
        return `SELECT ${key} AS key, count(*) AS n, sum(${toHashSql(table.name, table.columns)}) AS s FROM ${inSchema(schema, table.name)} r GROUP BY 1`;
      });
    const found = await session.queryLong<{ key: string }>(
      `SELECT coalesce(h.key, p.part_key)::text AS key
       FROM (SELECT key, sum(n) AS n, sum(s) AS s FROM (${sums.join(' UNION ALL ')}) AS each GROUP BY key) AS h
       FULL JOIN (SELECT * FROM ${inSchema(schema, PARTS)} WHERE part_table = '${part}') AS p ON p.part_key = h.key
       WHERE (coalesce(h.n, 0), coalesce(h.s, 0)) <> (coalesce(p.row_count, 0), coalesce(p.row_sum, 0)) LIMIT ${MAX_FOUND}`,
    );
    if (found.length > 0) different.set(part, new Set(found.map(({ key }) => BigInt(key))));
  }
  return different;
}

/**
 * Records the parts of the mirror that were loaded, with their tokens: all of them in a new table, or those that changed in
 * place of what was recorded of them.
 */
export async function recordParts(
  session: Session,
  schema: string,
  sums: PartSums,
  tokens: ReadonlyMap<PartTable, Tokens>,
  changed: Changed | null,
): Promise<void> {
  const parts = inSchema(schema, PARTS);
  if (changed !== null)
    for (const [table, keys] of changed)
      await session.query(`DELETE FROM ${parts} WHERE part_table = $1 AND part_key = ANY ($2::bigint[])`, [
        table,
        [...keys].map(String),
      ]);
  const copy = session.copyIn(`COPY ${parts} FROM STDIN${changed === null ? ' WITH (FREEZE)' : ''}`);
  for (const [table, known] of tokens)
    for (const [key, token] of known) {
      if (changed !== null && changed.get(table)?.has(key) !== true) continue;
      const sum = sums.get(table)?.get(key);
      const fields = [table, key, token ?? String.raw`\N`, sum?.rows ?? 0, sum?.sum ?? 0];
      await copy.write(`${fields.join('\t')}\n`);
    }
  await copy.finish();
}
