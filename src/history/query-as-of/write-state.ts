import { closing } from '../../db/engine.ts';
import { setImmediate as nextTick } from 'node:timers/promises';
import { getTableName, isTable } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { MirrorError } from '../../errors/mirror-error.ts';
import { deferIndexes, restoreIndexes } from '../../db/migrate.ts';
import { openMirror, type Mirror } from '../../db/open-mirror.ts';
import * as schema from '../../db/schema/schema.ts';
import { listCasesChangedSince } from './rebuild-changed.ts';
import { refuseMissingHistory } from '../rebuild.ts';
import { fillTables } from './query.ts';
import { shadowTables } from './shadow-tables.ts';
import { listColumns } from './shadow-content.ts';
import { renderPlural } from '../../lib/layout.ts';

/**
 * Tables that are not copied: no earlier state is kept of the first; a copy gets its own metadata; the seals are
 * updated as rows are written.
 */
const LEFT_OUT: ReadonlySet<SQLiteTable> = new Set<SQLiteTable>([
  schema.mirrorRawHashes,
  schema.mirrorSnapshot,
  schema.mirrorSeals,
]);

const TABLES = Object.values(schema)
  .filter((one) => isTable(one))
  .filter((table) => !LEFT_OUT.has(table));

/** The number of rows between two checks of the signal. */
const ROWS_A_STEP = 20_000;

/**
 * Writes the state of a mirror after a finished run to a new mirror in an empty file. Its history and run log end with
 * that run. Two values of that time are unknown: when a rejected record or schema drift was last seen (the copy has its
 * first time), and the content of a case that was redacted later (in the copy, that run redacted it). The source mirror
 * is in a transaction, and its connection can be used for nothing else afterwards. Fails with HISTORY_MISSING,
 * HISTORY_DAMAGED or the signal's reason.
 */
export async function writeStateAsOf(
  mirror: Mirror,
  runId: number,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  refuseMissingHistory(mirror, runId);
  const fills = shadowTables(mirror, runId);
  listCasesChangedSince(mirror, runId);
  fillTables(mirror, runId, fills, () => true);
  await closing(openMirror(path), async (target) => {
    // The file has no final name yet: if the process dies, no reader opens what is left.
    target.sqlite.pragma('journal_mode = DELETE');
    target.sqlite.pragma('journal_mode = OFF');
    target.sqlite.pragma('foreign_keys = OFF');
    deferIndexes(target.sqlite);
    for (const table of TABLES) await copyTable(mirror, target, table, runId, signal);
    restoreIndexes(target.sqlite);
    refuseBrokenReferences(target);
  });
}

async function copyTable(
  source: Mirror,
  target: Mirror,
  table: SQLiteTable,
  runId: number,
  signal: AbortSignal,
): Promise<void> {
  const name = getTableName(table);
  const columns = listColumns(table).map((column) => `"${column.name}"`);
  const values = columns.map((column) => toValueAsOf(name, column, runId));
  // Without a schema, the name refers to the shadow.
  const rows = source.sqlite
    .prepare<[], unknown[]>(`SELECT ${values.join(', ')} FROM ${name}`)
    .raw()
    .safeIntegers()
    .iterate();
  const insert = target.sqlite.prepare(
    `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  target.sqlite.exec(`BEGIN; DELETE FROM ${name}`); // migrations insert rows into some tables
  let left = ROWS_A_STEP;
  for (const row of rows) {
    insert.run(row);
    if (--left > 0) continue;
    left = ROWS_A_STEP;
    await nextTick();
    signal.throwIfAborted();
  }
  target.sqlite.exec('COMMIT');
}

/** The value of a column in a file that ends with this run. */
function toValueAsOf(table: string, column: string, runId: number): string {
  if (column === '"last_run_id"' && (table === 'rejected_records' || table === 'schema_drift'))
    return `coalesce(last_run_id, first_run_id)`;
  if (column === '"mirror_redacted_run_id"') return `min(mirror_redacted_run_id, ${runId})`;
  if (column === '"mirror_changed_run_id"' && table === 'cases')
    return `CASE WHEN mirror_redacted_run_id > ${runId} THEN ${runId} ELSE mirror_changed_run_id END`;
  return column;
}

function refuseBrokenReferences({ sqlite, path }: Mirror): void {
  const broken = sqlite.pragma('foreign_key_check') as unknown[];
  if (broken.length > 0)
    throw new MirrorError(
      'HISTORY_DAMAGED',
      `${path}: ${renderPlural(broken.length, 'row points', 'rows point')} to a row that does not exist.`,
    );
}
