import type Database from 'better-sqlite3';

/** The tables of what a writer has in progress. Only one row of all of them can be: there is one writer. */
export const LOGS = ['sync_runs', 'linked_passes', 'text_passes', 'file_passes'] as const;
export type Log = (typeof LOGS)[number];

/** A run or pass whose process died without recording its end. */
export interface Died {
  readonly type: 'died';
  readonly log: Log;
  readonly id: number;
}

/**
 * Marks runs and passes whose process was killed (kill -9, power failure) as died. The caller holds the writer lock, so none of them is
 * active. `ended_at` stays null, because the time is unknown. What they had stored stays.
 */
export function recordDied(sqlite: Database.Database, foundAt: Date): Died[] {
  const message = `The process died without recording its end; found at ${foundAt.toISOString()}.`;
  const toUpdate = (log: string, outcome: string): string =>
    `UPDATE ${log} SET outcome = '${outcome}', error_code = 'PROCESS_DIED', error_message = ? WHERE outcome = 'running'`;
  return sqlite
    .transaction(() => {
      sqlite.prepare(toUpdate('list_syncs', 'interrupted')).run(message);
      return LOGS.flatMap((log) =>
        sqlite
          .prepare<[string], number>(`${toUpdate(log, 'died')} RETURNING id`)
          .pluck()
          .all(message)
          .map((id): Died => ({ type: 'died', log, id })),
      );
    })
    .immediate();
}
