import { LINKED_KINDS, type LinkedKind } from '../../api/linked-fields.ts';
import type { Mirror } from '../open-mirror.ts';
import type { RecordedError } from '../run-log.ts';

const HOUR_MS = 60 * 60 * 1000;
const NIGHT_MS = 24 * HOUR_MS;
/** A pass may begin this much earlier than the one before, and a list is due all the same. */
const SLACK_MS = 6 * HOUR_MS;
const MAX_PAUSE_NIGHTS = 30;
/** A list of the round is left alone for this long after an attempt. */
const MIN_AGE_MS = 20 * HOUR_MS;

/** Until when a list is left alone after so many failures in a row: 1, 2, 4, 8 and up to 30 nights. */
export function toPauseEnd(failures: number, at: Date): Date {
  const nights = Math.min(MAX_PAUSE_NIGHTS, 2 ** Math.max(0, failures - 1));
  return new Date(at.getTime() + nights * NIGHT_MS - SLACK_MS);
}

/** No pause that this program makes ends later: if one does, the clock was ahead when it was made. */
export const toFarthestPause = (now: Date): Date => new Date(now.getTime() + MAX_PAUSE_NIGHTS * NIGHT_MS);

/** The cases whose list of one kind is due (A44), each in the order of its turn. */
export interface DueLists {
  /** The case is new or has changed since its list was read, its documents have, or the last read of the list is in doubt. */
  readonly urgent: readonly number[];
  /** Due by its age (A54): first the lists that were never attempted, then the least recently attempted. */
  readonly round: readonly number[];
}

export interface DueRequest {
  /** The run that the pass follows. */
  readonly runId: number;
  readonly now: Date;
  /** Cases whose documents changed, according to the list of all documents (A44). */
  readonly changedDocuments?: readonly number[];
  /** Lists every list, however recently it was attempted and whatever came of it. */
  readonly isAll: boolean;
}

/*
 * A pause that ends later than any that this program makes, and an attempt in the future, show that the clock was ahead:
 * neither counts.
 */
const IS_FREE = `(@isAll OR l.pause_until IS NULL OR l.pause_until <= @now OR l.pause_until > @farthest)`;
const IS_OLD = `(@isAll OR l.attempted_at IS NULL OR l.attempted_at <= @since OR l.attempted_at > @now)`;
const IS_LISTED = `c.id IN (SELECT value FROM json_each(@listed))`;
const FROM_PRESENT = `FROM cases c LEFT JOIN linked_lists l ON l.case_id = c.id AND l.kind = @kind
  WHERE c.mirror_departed_run_id IS NULL AND c.mirror_redacted_run_id IS NULL AND ${IS_FREE}`;

/*
 * Cases that changed after the last pass, or whose documents did, come first, by their oldest change; then what earlier passes left over. A list
 * that failed since the change comes after those that were not attempted.
 */
const URGENT = `SELECT c.id ${FROM_PRESENT}
  AND (l.read_run_id IS NULL OR c.mirror_changed_run_id > l.read_run_id OR l.doubted_run_id < @runId OR ${IS_LISTED})
  AND (l.attempted_run_id IS NULL OR l.attempted_run_id < @runId OR @isAll)
  ORDER BY c.mirror_changed_run_id <= @lastRunId AND NOT ${IS_LISTED},
    l.attempted_run_id IS NOT NULL AND l.attempted_run_id >= c.mirror_changed_run_id,
    c.mirror_changed_run_id, c.id`;

const ROUND = `SELECT c.id ${FROM_PRESENT} AND ${IS_OLD}
  ORDER BY l.attempted_at IS NOT NULL, l.attempted_at > @now DESC, l.attempted_at, c.id`;

/** Lists what is due of each kind: the ids of cases, and nothing more of them. */
export function listDue(
  { sqlite }: Pick<Mirror, 'sqlite'>,
  { runId, now, isAll, changedDocuments = [] }: DueRequest,
): Record<LinkedKind, DueLists> {
  const lastRunId =
    sqlite
      .prepare<[number], number>('SELECT max(run_id) FROM linked_passes WHERE run_id < ?')
      .pluck()
      .get(runId) ?? 0;
  const [urgent, round] = [URGENT, ROUND].map((sql) => sqlite.prepare<[object], number>(sql).pluck());
  const at = (ms: number): string => new Date(now.getTime() + ms).toISOString();
  const list = (kind: LinkedKind): DueLists => {
    const values = {
      kind,
      runId,
      lastRunId,
      isAll: Number(isAll),
      listed: JSON.stringify(kind === 'documents' ? changedDocuments : []),
      now: at(0),
      since: at(-MIN_AGE_MS),
      farthest: toFarthestPause(now).toISOString(),
    };
    return { urgent: urgent?.all(values) ?? [], round: round?.all(values) ?? [] };
  };
  return Object.fromEntries(LINKED_KINDS.map((kind) => [kind, list(kind)])) as Record<LinkedKind, DueLists>;
}

/** Finds the address of a linked list according to its case; null if the case names none. */
export function prepareFindAnnounced({
  sqlite,
}: Mirror): (caseId: number, kind: LinkedKind) => string | null {
  const statements = Object.fromEntries(
    LINKED_KINDS.map((kind) => [
      kind,
      sqlite.prepare<[number], string | null>(`SELECT case_${kind}_url FROM cases WHERE id = ?`).pluck(),
    ]),
  );
  return (caseId, kind) => statements[kind]?.get(caseId) ?? null;
}

/** An attempt on one list. */
export interface Attempt {
  readonly caseId: number;
  readonly kind: LinkedKind;
  readonly runId: number;
  readonly at: Date;
}

/** Records that a list could not be read. What is known of it stays; it is left alone for a pause that grows. */
export function prepareRecordFailure({
  sqlite,
}: Pick<Mirror, 'sqlite'>): (attempt: Attempt, error: RecordedError) => void {
  const find = sqlite
    .prepare<[number, LinkedKind], number>('SELECT failures FROM linked_lists WHERE case_id = ? AND kind = ?')
    .pluck();
  const write = sqlite.prepare<[object]>(
    `INSERT INTO linked_lists (case_id, kind, attempted_at, attempted_run_id, failures, pause_until, error_code, error_message)
     VALUES (@caseId, @kind, @at, @runId, @failures, @pauseUntil, @code, @message)
     ON CONFLICT (case_id, kind) DO UPDATE SET attempted_at = excluded.attempted_at,
       attempted_run_id = excluded.attempted_run_id, failures = excluded.failures, pause_until = excluded.pause_until,
       error_code = excluded.error_code, error_message = excluded.error_message`,
  );
  return ({ caseId, kind, runId, at }, { code, message }) => {
    const failures = (find.get(caseId, kind) ?? 0) + 1;
    write.run({
      caseId,
      kind,
      runId,
      failures,
      code,
      message,
      at: at.toISOString(),
      pauseUntil: toPauseEnd(failures, at).toISOString(),
    });
  };
}

/** The linked lists of one kind in a mirror, of the cases that have not departed. */
export interface LinkedKindState {
  readonly kind: LinkedKind;
  /** One for each case. */
  readonly lists: number;
  /** Read completely at least once. */
  readonly read: number;
  readonly never_read: number;
  /** The last attempt failed. */
  readonly failing: number;
  readonly doubted: number;
  /** The last read found none. */
  readonly empty: number;
  /** Records in the last reads. */
  readonly records: number;
  /** When the list was read whose last read is the oldest; null if none was read. */
  readonly oldest_read_at: string | null;
  /** The API had no list of this kind for any case: it does not seem to offer them. */
  readonly not_offered: boolean;
}

/** After so many lists that are all a 404, the API does not seem to offer the kind. */
export const NOT_OFFERED_AFTER = 20;

/**
 * The cases that have departed or are redacted, each by its index: few, while a look at each case would read the pages of
 * all of them.
 */
const GONE = `SELECT id FROM cases WHERE mirror_departed_run_id > 0
  UNION ALL SELECT id FROM cases WHERE mirror_redacted_run_id > 0`;

type KindCounts = Omit<LinkedKindState, 'lists' | 'never_read' | 'not_offered'> & {
  readonly not_found: number;
};

export function listKindStates({ sqlite }: Pick<Mirror, 'sqlite'>): LinkedKindState[] {
  const lists =
    sqlite.prepare<[], number>(`SELECT count(*) FROM cases WHERE id NOT IN (${GONE})`).pluck().get() ?? 0;
  // The plus keeps SQLite from an index by kind: one scan of the table is faster than a look-up of each row.
  const found = sqlite.prepare<[], KindCounts>(
    `SELECT l.kind, count(l.read_at) AS read, coalesce(sum(l.failures > 0), 0) AS failing,
       count(l.doubted_run_id) AS doubted, coalesce(sum(l.read_at IS NOT NULL AND l.records = 0), 0) AS empty,
       coalesce(sum(l.records), 0) AS records, min(l.read_at) AS oldest_read_at,
       coalesce(sum(l.read_at IS NOT NULL AND l.envelope = 'not_found_404'), 0) AS not_found
     FROM linked_lists l WHERE l.case_id NOT IN (${GONE}) GROUP BY +l.kind`,
  );
  const byKind = new Map(found.all().map((row) => [row.kind, row]));
  return LINKED_KINDS.map((kind) => {
    const { not_found, ...counts } = byKind.get(kind) ?? NOTHING_READ;
    const not_offered = not_found >= NOT_OFFERED_AFTER && not_found === counts.read;
    return { kind, lists, ...counts, never_read: lists - counts.read, not_offered };
  });
}

const NOTHING_READ = {
  read: 0,
  failing: 0,
  doubted: 0,
  empty: 0,
  records: 0,
  oldest_read_at: null,
  not_found: 0,
} as const satisfies Omit<KindCounts, 'kind'>;
