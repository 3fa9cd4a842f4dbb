import { isOfficialApi } from '../api/urls.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { type AsOf, toRunText } from '../history/moments.ts';
import { findRunAsOf } from '../history/period.ts';
import { renderCount, renderPlural } from '../lib/layout.ts';
import { SITE } from './citation.ts';

/** The run whose state is exported. */
export interface ExportedRun {
  readonly id: number;
  readonly startedAt: string;
  /** The end of the run, or its start if it died. */
  readonly endedAt: string;
  readonly outcome: string;
  /** Why the state may lack cases; null if every list was read completely. */
  readonly lacking: string | null;
  /** The address of the API if it is not the Clearinghouse's own, as with invented data; null if it is. */
  readonly otherSource: string | null;
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
  const row = findRow(mirror, asOf, allowsPartial);
  const run = toExportedRun(mirror, row, asOf);
  if (run.lacking !== null && !allowsPartial) throw toIncomplete(mirror, row, run.lacking, asOf === null);
  return run;
}

/**
 * The run whose state is cited: the one that was asked for, or else the newest complete one, or the newest that ended if
 * none is complete. The citation says what it lacks. Fails with EXPORT_INCOMPLETE if no run has ended, or nothing was read.
 */
export function findCitedRun(mirror: Mirror, asOf: AsOf | null): ExportedRun {
  return toExportedRun(mirror, findRow(mirror, asOf, false), asOf);
}

function findRow(mirror: Mirror, asOf: AsOf | null, allowsPartial: boolean): RunRow {
  const row =
    asOf === null ? findNewest(mirror, allowsPartial) : findNamed(mirror, findRunAsOf(mirror, asOf).runId);
  if (row === undefined)
    throw new MirrorError('EXPORT_INCOMPLETE', `${mirror.path} has no run that ended.`, {
      hint: 'Run `clearinghouse-mirror sync` first.',
    });
  refuseNothingRead(mirror, row);
  return row;
}

/** A run before which nothing was read has no state: empty tables would say that the site is empty. */
function refuseNothingRead({ path, sqlite }: Mirror, { id, outcome }: RunRow): void {
  const hasRead = sqlite
    .prepare<[number, number], number>(
      `SELECT EXISTS (SELECT 1 FROM cases WHERE mirror_first_run_id <= ?)
         OR EXISTS (SELECT 1 FROM list_syncs WHERE run_id <= ? AND outcome IN ('complete', 'empty'))`,
    )
    .pluck()
    .get(id, id);
  if (hasRead === 1) return;
  throw new MirrorError(
    'EXPORT_INCOMPLETE',
    `Up to run ${id} (${outcome}), ${path} has neither a case nor a list that was read completely.`,
    { hint: 'Run `clearinghouse-mirror sync` first.' },
  );
}

function toExportedRun(mirror: Mirror, row: RunRow, asOf: AsOf | null): ExportedRun {
  const lacking = explainLack(mirror, row);
  const later = asOf === null ? `${IS_SYNC} AND` : '';
  const isPast =
    mirror.sqlite.prepare(`SELECT 1 FROM sync_runs WHERE ${later} id > ? LIMIT 1`).get(row.id) !== undefined;
  return {
    id: row.id,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? row.started_at,
    outcome: row.outcome,
    lacking,
    otherSource: findOtherSource(mirror, row.id),
    isPast,
  };
}

/**
 * The address from which the mirror was filled, up to a run if one is named, if it is not the Clearinghouse's own; null if it is.
 */
export function findOtherSource({ sqlite }: Mirror, runId: number | null): string | null {
  const address = sqlite
    .prepare<[number | null], string>(
      `SELECT api_url FROM sync_runs WHERE ${IS_SYNC} AND id <= coalesce(?, id) ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .get(runId);
  return address === undefined ? null : toOtherSource(address);
}

function toOtherSource(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return isOfficialApi(url) ? null : url.href;
}

/** Every address from which a mirror was filled, as a manifest names it. */
export function listSources({ sqlite }: Mirror): ReadonlySet<string> {
  const addresses = sqlite
    .prepare<[], string>(`SELECT DISTINCT api_url FROM sync_runs WHERE ${IS_SYNC}`)
    .pluck()
    .all();
  return new Set(addresses.map((address) => toOtherSource(address) ?? SITE));
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
      : ` The newest complete run before it is ${complete}: --as-of ${toRunText(complete)}.`;
  return new MirrorError('EXPORT_INCOMPLETE', `The export would not be complete: ${lacking}.`, {
    hint: `Run \`clearinghouse-mirror sync\` until it is complete, or add --allow-partial; the manifest then says that the export is partial.${other}`,
  });
}

/** When a run of a mirror began; undefined if it has no such run. */
export const findStart = ({ sqlite }: Mirror, runId: number): string | undefined =>
  sqlite.prepare<[number], string>('SELECT started_at FROM main.sync_runs WHERE id = ?').pluck().get(runId);

/** When a run of a mirror ended, or began if it died, as in {@link ExportedRun}; undefined if it has no such run. */
export const findEnd = ({ sqlite }: Mirror, runId: number): string | undefined =>
  sqlite
    .prepare<[number], string>('SELECT coalesce(ended_at, started_at) FROM main.sync_runs WHERE id = ?')
    .pluck()
    .get(runId);

/** The id that a mirror and all its copies share. */
export function readMirrorId({ sqlite, path }: Mirror): string {
  const id = sqlite.prepare<[], string>('SELECT mirror_id FROM main.mirror_identity').pluck().get();
  if (id === undefined) throw new MirrorError('DATABASE_DAMAGED', `${path} has lost its id.`);
  return id;
}

/** How much of the site the exported state has, with the runs that prove it. */
export interface Coverage {
  /** For each list of the API, the newest run that read it to its end. */
  readonly lists: readonly {
    readonly list: string;
    readonly run: number | null;
    readonly cases: number | null;
  }[];
  /** How many cases the site counted, as far as the run asked. */
  readonly cases_on_site: number | null;
  /** Lists of documents, dockets and resources of the cases: how many there are, and how many were read. */
  readonly linked_lists: number;
  readonly linked_lists_read: number;
  /** Records of the API that could not be read as cases. */
  readonly rejected_records: number;
}

/** How many linked lists were not read; null if all were. */
export function explainUnread({ linked_lists, linked_lists_read }: Coverage): string | null {
  const unread = linked_lists - linked_lists_read;
  return unread <= 0
    ? null
    : `${renderCount(unread)} of ${renderPlural(linked_lists, 'list')} of documents, dockets and resources ${unread === 1 ? 'was' : 'were'} not read yet: what they have is not here.`;
}

/** Reads the coverage of a run. The tables of the connection have their state after that run. */
export function findCoverage({ sqlite }: Mirror, { id }: ExportedRun): Coverage {
  const count = (sql: string): number => sqlite.prepare<[], number>(sql).pluck().get() ?? 0;
  const lists = sqlite
    .prepare<[number], Coverage['lists'][number]>(
      `SELECT lists.label AS list, newest.run_id AS run, newest.count_last AS cases
       FROM lists LEFT JOIN list_syncs AS newest ON newest.list_id = lists.id AND newest.run_id =
         (SELECT max(run_id) FROM list_syncs WHERE list_id = lists.id AND outcome IN ('complete', 'empty') AND run_id <= ?)
       ORDER BY lists.id`,
    )
    .all(id);
  const cases_on_site =
    sqlite
      .prepare<[number], number | null>('SELECT count_all FROM mirror_coverage_checks WHERE run_id = ?')
      .pluck()
      .get(id) ?? null;
  return {
    lists,
    cases_on_site,
    linked_lists: 3 * count('SELECT count(*) FROM cases WHERE mirror_departed_run_id IS NULL'),
    linked_lists_read: count(
      'SELECT count(*) FROM linked_lists JOIN cases ON cases.id = case_id WHERE mirror_departed_run_id IS NULL AND read_run_id IS NOT NULL',
    ),
    rejected_records: count('SELECT count(*) FROM rejected_records'),
  };
}
