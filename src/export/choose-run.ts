import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { AsOf } from '../history/moments.ts';
import { findRunAsOf } from '../history/period.ts';

/** The run whose state is exported. */
export interface ExportedRun {
  readonly id: number;
  readonly startedAt: string;
  /** The end of the run, or its start if it died. */
  readonly endedAt: string;
  readonly outcome: string;
  /** Why the state may lack cases; null if every list was read completely. */
  readonly lacking: string | null;
  /** Whether a later run has written since, so that the state is rebuilt from the history. */
  readonly isPast: boolean;
}

interface RunRow {
  readonly id: number;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly outcome: string;
}

const COLUMNS = 'SELECT id, started_at, ended_at, outcome FROM sync_runs';
const IS_SYNC = `trigger <> 'redact'`;

/**
 * Chooses the run: the one that was asked for, or else the newest complete one. Fails with EXPORT_INCOMPLETE unless the run
 * and every list is complete, or partial runs are allowed; then the newest run that has ended is chosen.
 */
export function chooseRun(mirror: Mirror, asOf: AsOf | null, allowsPartial: boolean): ExportedRun {
  const row =
    asOf === null ? findNewest(mirror, allowsPartial) : findNamed(mirror, findRunAsOf(mirror, asOf).runId);
  if (row === undefined)
    throw new MirrorError('EXPORT_INCOMPLETE', `${mirror.path} has no run that ended.`, {
      hint: 'Run `clearinghouse-mirror sync` first.',
    });
  const lacking = explainLack(mirror, row);
  if (lacking !== null && !allowsPartial) throw toIncomplete(mirror, row, lacking, asOf === null);
  const later = asOf === null ? `${IS_SYNC} AND` : '';
  const isPast =
    mirror.sqlite.prepare(`SELECT 1 FROM sync_runs WHERE ${later} id > ? LIMIT 1`).get(row.id) !== undefined;
  return {
    id: row.id,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? row.started_at,
    outcome: row.outcome,
    lacking,
    isPast,
  };
}

function findNewest({ sqlite }: Mirror, allowsPartial: boolean): RunRow | undefined {
  const newest = (condition: string): RunRow | undefined =>
    sqlite.prepare<[], RunRow>(`${COLUMNS} WHERE ${IS_SYNC} AND ${condition} ORDER BY id DESC LIMIT 1`).get();
  const ended = newest(`outcome <> 'running'`);
  return allowsPartial ? ended : (newest(`outcome = 'complete'`) ?? ended);
}

function findNamed({ sqlite }: Mirror, id: number): RunRow | undefined {
  return sqlite.prepare<[number], RunRow>(`${COLUMNS} WHERE id = ?`).get(id);
}

/** A removal on request is no sync: its state is as complete as that of the run before it. */
function explainLack({ sqlite }: Mirror, { id, outcome }: RunRow): string | null {
  const sync = sqlite
    .prepare<[number], RunRow>(`${COLUMNS} WHERE ${IS_SYNC} AND id <= ? ORDER BY id DESC LIMIT 1`)
    .get(id);
  if (sync === undefined) return `run ${id} has no sync before it`;
  if (sync.outcome !== 'complete') return `run ${sync.id} is ${sync.id === id ? outcome : sync.outcome}`;
  const missing = sqlite
    .prepare<[number], string>(
      `SELECT label FROM lists WHERE filter = 'case_ongoing' AND id NOT IN
         (SELECT list_id FROM list_syncs WHERE run_id <= ? AND outcome IN ('complete', 'empty')) ORDER BY id`,
    )
    .pluck()
    .all(id);
  if (missing.length === 0) return null;
  return `no run up to ${id} has read ${missing.map((label) => `"${label}"`).join(', ')} completely`;
}

function toIncomplete(mirror: Mirror, { id }: RunRow, lacking: string, isNewest: boolean): MirrorError {
  const complete = mirror.sqlite
    .prepare<[number], number>(
      `SELECT id FROM sync_runs WHERE outcome = 'complete' AND ${IS_SYNC} AND id < ? ORDER BY id DESC`,
    )
    .pluck()
    .get(id);
  const other =
    isNewest || complete === undefined
      ? ''
      : ` The newest complete run before it is ${complete}: --as-of ${complete}.`;
  return new MirrorError('EXPORT_INCOMPLETE', `The export would not be complete: ${lacking}.`, {
    hint: `Run \`clearinghouse-mirror sync\` until it is complete, or add --allow-partial: then the manifest says so.${other}`,
  });
}
