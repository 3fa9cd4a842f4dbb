import { listAudits } from '../../db/audits.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { StatementLimits } from './task.ts';
import type { StatementRunner } from './run-statement.ts';

/** The number of cases of each audit, by the name of its view. */
export type AuditCounts = ReadonlyMap<string, number>;

/** Counts audits in a process of their own: some take as long as several pages. */
export interface AuditCounter {
  /** The counts for this state of the mirror, which are made once. */
  readonly count: (state: string) => Promise<AuditCounts>;
}

const LIMITS: StatementLimits = {
  milliseconds: 120_000,
  memory: 768 * 1024 * 1024,
  rows: 100,
  bytes: 100_000,
};

const SQL = listAudits()
  .map(({ view }) => `SELECT '${view}' AS audit, (SELECT count(*) FROM ${view}) AS cases`)
  .join(' UNION ALL ');

export function createAuditCounter(runner: StatementRunner): AuditCounter {
  let current: { readonly state: string; readonly counts: Promise<AuditCounts> } | null = null;
  return {
    count(state) {
      if (current?.state === state) return current.counts;
      const counts = runner
        .run(SQL, new AbortController().signal, LIMITS)
        .then(({ rows }) => new Map(rows.map(([view, count]) => [String(view), Number(count)])));
      const made = { state, counts };
      current = made;
      counts.catch(() => {
        if (current === made) current = null; // the next reader tries again
      });
      return counts;
    },
  };
}

/** What changes when a run ends, and with another file: the state that counts belong to. */
export function findState({ sqlite }: Mirror, file: string): string {
  const ended = sqlite
    .prepare<[], string>(
      `SELECT count(*) || ' ' || coalesce(max(ended_at), '') FROM sync_runs WHERE outcome <> 'running'`,
    )
    .pluck()
    .get();
  return `${file} ${ended ?? ''}`;
}
