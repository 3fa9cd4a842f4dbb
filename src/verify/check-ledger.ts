import { createHash } from 'node:crypto';
import type { Mirror } from '../mirror/open-mirror.ts';
import type { Flaw, Flaws } from './checks.ts';
import { LEDGER_RULES } from './ledger-rules.ts';
import { show } from './show.ts';

const TABLES = [
  'sync_runs',
  'status_syncs',
  'departure_checks',
  'coverage_checks',
  'kept_aside',
  'payload_drift',
];

/** Checks what the mirror recorded of its runs. */
export function* checkLedger({ sqlite }: Mirror): Flaws {
  for (const { what, expected, sql } of LEDGER_RULES) {
    for (const row of sqlite.prepare<[], { run_id: unknown; found: unknown }>(sql).iterate())
      yield {
        what,
        expected,
        found: typeof row.found === 'string' ? row.found.slice(0, 200) : show(row.found),
        ...(typeof row.run_id === 'number' && { runId: row.run_id }),
      };
  }
  yield* checkKeptAside(sqlite);
  let checked = 0;
  for (const table of TABLES)
    checked += sqlite.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  return checked;
}

function* checkKeptAside(sqlite: Mirror['sqlite']): Generator<Flaw> {
  const records = sqlite.prepare<
    [],
    { fingerprint: string; record: unknown; bytes: unknown; first_run_id: number }
  >('SELECT fingerprint, record, bytes, first_run_id FROM kept_aside');
  for (const { fingerprint, record, bytes, first_run_id: runId } of records.iterate()) {
    const kept = Buffer.isBuffer(bytes) ? bytes : String(bytes ?? record);
    const found = createHash('sha256').update(kept).digest('hex');
    if (found !== fingerprint)
      yield { what: `kept_aside: the fingerprint of ${show(record)}`, expected: fingerprint, found, runId };
  }
}
