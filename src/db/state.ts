import { statSync } from 'node:fs';
import {
  type SQL,
  and,
  between,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  ne,
  notInArray,
  or,
  sql,
} from 'drizzle-orm';
import { UNCLASSIFIED } from '../api/lists.ts';
import { type ErrorCode, MirrorError } from '../errors/mirror-error.ts';
import { isSqliteError, toDatabaseError } from './errors.ts';
import { listRuns, seeDeadList } from './dead-rows.ts';
import { closing } from './engine.ts';
import { type Mirror, openMirrorReadOnly, readAnyVersion } from './open-mirror.ts';
import { type PendingRedaction, listPendingRedactions } from './redact.ts';
import {
  cases,
  mirrorCoverageChecks,
  mirrorDepartureChecks,
  docketEntries,
  rejectedRecords,
  schemaDrift,
  listSyncs,
  lists,
  syncRuns,
} from './schema/schema.ts';

/** How the newest list sync of a list ended, according to the run log. */
export interface ListEnding {
  readonly outcome: string;
  readonly error_code: string | null;
}

/**
 * Why a list that was read to its last page is not complete although another attempt would find nothing more: the
 * mirror has everything that is available.
 */
export const LASTING_SHORTFALLS = [
  'COUNT_MISMATCH_STABLE',
  'RECORDS_REJECTED',
  'CASES_MISSED',
  'JSON_MALFORMED',
] as const satisfies readonly ErrorCode[];

/** Also allows unreadable pages, because their known cases were looked up. */
const ALLOWS_SNAPSHOT: readonly (string | null)[] = [
  ...LASTING_SHORTFALLS,
  'PAGES_UNREADABLE',
] satisfies readonly ErrorCode[];

/** How much of the site a mirror has: provably all; all that is available; or less. */
export const COMPLETENESS = ['complete', 'best-effort', 'incomplete'] as const;
export type Completeness = (typeof COMPLETENESS)[number];

/** The outcomes of a list that is proven to be complete. */
const GOOD_OUTCOMES = ['complete', 'empty'] as const;

export const isGood = ({ outcome }: Pick<ListEnding, 'outcome'>): boolean =>
  (GOOD_OUTCOMES as readonly string[]).includes(outcome);

/**
 * Judges the completeness of a mirror or a run from the outcomes of its lists. `complete` and `best-effort` allow a
 * snapshot. A `best-effort` snapshot is marked as incomplete, so retention never prefers it to a complete one.
 * `incomplete` allows none. Without a list, nothing is proven.
 */
export function judgeCompleteness(lists: readonly ListEnding[]): Completeness {
  if (lists.length === 0) return 'incomplete';
  if (lists.every(isGood)) return 'complete';
  return lists.every((list) => isGood(list) || allowsSnapshot(list)) ? 'best-effort' : 'incomplete';
}

const allowsSnapshot = ({ outcome, error_code }: ListEnding): boolean =>
  outcome === 'partial' && ALLOWS_SNAPSHOT.includes(error_code);

/** Whether every page of a list was read although it is not complete. */
export function isReadToItsEnd({ outcome, error_code }: ListEnding): boolean {
  return outcome === 'partial' && (LASTING_SHORTFALLS as readonly (string | null)[]).includes(error_code);
}

/** A list sync that read all of a list, or all that is available. */
export interface GoodReading {
  /** When it ended, as ISO 8601. */
  readonly at: string;
  readonly completeness: Exclude<Completeness, 'incomplete'>;
  /** Why it is not proven to be complete; null if it is. */
  readonly errorCode: string | null;
}

/**
 * Lists when a list was read completely or as far as available, newest first; without times in the future. A run ended
 * before any later one started. If the log says otherwise, the clock was ahead, and the start of the later run counts.
 */
function* listGoodReadings({ sqlite }: Mirror, listId: number, now: Date): Generator<GoodReading> {
  const rows = sqlite
    .prepare<[number, string], ListEnding & { at: string }>(
      `SELECT at, outcome, error_code FROM (
         SELECT run_id, outcome, error_code, min(ended_at, coalesce(
           (SELECT min(started_at) FROM sync_runs later WHERE later.id > list_syncs.run_id), ended_at)) AS at
         FROM list_syncs
         WHERE list_id = ? AND ended_at IS NOT NULL)
       WHERE at <= ?
       ORDER BY run_id DESC`,
    )
    .iterate(listId, now.toISOString());
  for (const { at, outcome, error_code } of rows) {
    const completeness = judgeCompleteness([{ outcome, error_code }]);
    if (completeness !== 'incomplete')
      yield { at, completeness, errorCode: completeness === 'complete' ? null : error_code };
  }
}

/**
 * The ids of the lists that were read completely by a list sync that started in that period, in a run that looked up
 * every missing case.
 */
export function listReadLists({ db }: Mirror, since: Date, upTo: Date): number[] {
  return db
    .selectDistinct({ id: listSyncs.list_id })
    .from(listSyncs)
    .leftJoin(mirrorDepartureChecks, eq(mirrorDepartureChecks.run_id, listSyncs.run_id))
    .where(
      and(
        inArray(listSyncs.outcome, GOOD_OUTCOMES),
        between(listSyncs.started_at, since.toISOString(), upTo.toISOString()),
        or(isNull(mirrorDepartureChecks.outcome), ne(mirrorDepartureChecks.outcome, 'incomplete')),
        // A run that started before an earlier one shows that the clock was ahead at the earlier one.
        sql`NOT EXISTS (SELECT 1 FROM sync_runs later WHERE later.id > ${listSyncs.run_id} AND later.started_at < ${listSyncs.started_at})`,
      ),
    )
    .all()
    .map(({ id }) => id);
}

/**
 * The id that a mirror and all its copies share. Null if there is no readable mirror, or one of an early version, which
 * gets its id with its next migration.
 */
export function findMirrorId(path: string): string | null {
  try {
    return readAnyVersion(path, (sqlite) => {
      const hasId = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'mirror_identity'`).get();
      if (hasId === undefined) return null;
      return sqlite.prepare<[], string>('SELECT mirror_id FROM mirror_identity').pluck().get() ?? null;
    });
  } catch (thrown) {
    if (toDatabaseError(thrown, path) instanceof MirrorError || isSqliteError(thrown)) return null;
    throw thrown;
  }
}

/**
 * Whether each of the five lists of `case_ongoing` was read completely at least once. The list of the cases without a
 * value may be left out, so it does not count.
 */
export function holdsEveryList({ db }: Mirror): boolean {
  const good = db
    .select({ id: listSyncs.list_id })
    .from(listSyncs)
    .where(inArray(listSyncs.outcome, GOOD_OUTCOMES));
  const missing = db
    .select({ id: lists.id })
    .from(lists)
    .where(and(ne(lists.id, UNCLASSIFIED.id), notInArray(lists.id, good)))
    .limit(1)
    .get();
  return missing === undefined && db.select({ id: lists.id }).from(lists).limit(1).get() !== undefined;
}

/** Whether the newest sync of each list read all of it, or all that is available. */
export function holdsAllThatCanBeHad({ db }: Mirror): boolean {
  const newest = sql`(SELECT max(newer.run_id) FROM list_syncs AS newer WHERE newer.list_id = ${listSyncs.list_id})`;
  const newestOfLists = db
    .select({ id: listSyncs.list_id, outcome: listSyncs.outcome, error_code: listSyncs.error_code })
    .from(listSyncs)
    .where(sql`${listSyncs.run_id} = ${newest}`)
    .all();
  const known = db.select({ id: lists.id }).from(lists).where(ne(lists.id, UNCLASSIFIED.id)).all();
  const isEach = known.every(({ id }) => newestOfLists.some((list) => list.id === id));
  return isEach && judgeCompleteness(newestOfLists) !== 'incomplete';
}

export type CoverageRow = typeof mirrorCoverageChecks.$inferSelect;

/** The newest coverage checks, including skipped ones; newest first. */
export function listCoverage({ db }: Mirror, most: number): CoverageRow[] {
  return db.select().from(mirrorCoverageChecks).orderBy(desc(mirrorCoverageChecks.run_id)).limit(most).all();
}

export type SyncRunRow = typeof syncRuns.$inferSelect;
export type ListSyncRow = typeof listSyncs.$inferSelect;
export type DriftRow = typeof schemaDrift.$inferSelect;

/** The cases of one list in the mirror, and the latest syncs of that list. */
export interface ListState {
  readonly id: number;
  readonly label: string;
  /** Cases that were last seen in this list and have not departed. */
  readonly cases: number;
  readonly lastListSync: ListSyncRow | null;
  /** When a sync of it last ended complete or empty, ignoring times in the future. */
  readonly lastGoodAt: string | null;
  /** The newest sync that read all of it, or all that is available, ignoring times in the future. */
  readonly lastReading: GoodReading | null;
}

export interface MirrorState {
  readonly path: string;
  /** Of the database file and its write-ahead log. */
  readonly fileBytes: number;
  /** Includes departed cases. */
  readonly cases: number;
  readonly departed: number;
  readonly docketEntries: number;
  readonly rejectedRecords: number;
  readonly lists: readonly ListState[];
  /** Newest first. */
  readonly runs: readonly SyncRunRow[];
  readonly drift: readonly DriftRow[];
  /** Redactions that have not yet removed every byte. */
  readonly pendingRedactions: readonly PendingRedaction[];
  /** Runs that started or ended in the future, newest first: the clock was ahead, so they prove no freshness. */
  readonly aheadRunIds: readonly number[];
}

/** The maximum number of these runs to name. */
const MAX_AHEAD = 5;

/** Reads the state of a mirror in one transaction: its content, its latest runs and its schema drift. */
export function findMirrorState(mirror: Mirror, maxRuns: number, now: Date): MirrorState {
  const { db, path } = mirror;
  const present = now.toISOString();
  return db.transaction((tx) => {
    const countOf = (table: typeof cases | typeof docketEntries | typeof rejectedRecords): number =>
      tx.select({ n: count() }).from(table).get()?.n ?? 0;
    // Two indexes answer this. SQLite reads every case instead for a departure that is not null, or for both in one statement.
    const countPerList = (where: SQL | undefined): Map<number | null, number> =>
      new Map(
        tx
          .select({ id: cases.mirror_list_id, n: count() })
          .from(cases)
          .where(where)
          .groupBy(where === undefined ? cases.mirror_list_id : sql`+${cases.mirror_list_id}`)
          .all()
          .map(({ id, n }) => [id, n]),
      );
    const perList = countPerList(undefined);
    const departedPerList = countPerList(gt(cases.mirror_departed_run_id, 0));
    const states = tx
      .select()
      .from(lists)
      .orderBy(lists.id)
      .all()
      .map(({ id, label }): ListState => {
        const syncsOfList = tx.select().from(listSyncs).where(eq(listSyncs.list_id, id));
        return {
          id,
          label,
          cases: (perList.get(id) ?? 0) - (departedPerList.get(id) ?? 0),
          lastListSync: seeDeadList(
            mirror,
            syncsOfList.orderBy(desc(listSyncs.run_id)).limit(1).get() ?? null,
          ),
          ...findReadings(mirror, id, now),
        };
      });
    return {
      path,
      fileBytes: sizeOf(path) + sizeOf(`${path}-wal`),
      cases: countOf(cases),
      departed:
        tx.select({ n: count() }).from(cases).where(isNotNull(cases.mirror_departed_run_id)).get()?.n ?? 0,
      docketEntries: countOf(docketEntries),
      rejectedRecords: countOf(rejectedRecords),
      lists: states,
      runs: listRuns(mirror, { offset: 0, size: maxRuns }),
      drift: tx.select().from(schemaDrift).orderBy(schemaDrift.field).all(),
      pendingRedactions: listPendingRedactions({ db: tx }),
      aheadRunIds: tx
        .select({ id: syncRuns.id })
        .from(syncRuns)
        .where(or(gt(syncRuns.started_at, present), gt(syncRuns.ended_at, present)))
        .orderBy(desc(syncRuns.id))
        .limit(MAX_AHEAD)
        .all()
        .map(({ id }) => id),
    };
  });
}

function findReadings(
  mirror: Mirror,
  listId: number,
  now: Date,
): Pick<ListState, 'lastGoodAt' | 'lastReading'> {
  let lastReading: GoodReading | null = null;
  for (const reading of listGoodReadings(mirror, listId, now)) {
    lastReading ??= reading;
    if (reading.completeness === 'complete') return { lastGoodAt: reading.at, lastReading };
  }
  return { lastGoodAt: null, lastReading };
}

/**
 * The age of a mirror: the end of the newest good sync of its stalest list; null if a list was never read. The list of
 * the cases without a value counts only if it was ever read, because it may be left out.
 */
export function findFreshAsOf(statusStates: readonly ListState[]): string | null {
  const readings = statusStates
    .filter(({ id, lastReading }) => id !== UNCLASSIFIED.id || lastReading !== null)
    .map(({ lastReading }) => lastReading?.at);
  const times = readings.filter((at) => at !== undefined);
  return times.length < readings.length ? null : (times.toSorted()[0] ?? null);
}

/** The lists whose newest sync read all that is available, without proof that it is all. */
export function listUnproven(statusStates: readonly ListState[]): ListState[] {
  return statusStates.filter(({ lastReading }) => lastReading?.completeness === 'best-effort');
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Asks whether something was redacted since the read transaction of a mirror began. It would still be in what is about to be
 * written, published or sent, because the transaction reads the state before. Fails with REDACTED_MEANWHILE, and with `hint` if something
 * was written already.
 */
export function refuseRedactedMeanwhile({ path, sqlite }: Mirror, hint?: string): void {
  const count = (connection: Mirror['sqlite']): number =>
    connection
      .prepare<[], number>(`SELECT count(*) FROM main.sync_runs WHERE trigger = 'redact'`)
      .pluck()
      .get() ?? 0;
  const now = closing(openMirrorReadOnly(path), (mirror) => count(mirror.sqlite));
  if (now !== count(sqlite))
    throw new MirrorError('REDACTED_MEANWHILE', `Something was redacted from ${path} meanwhile.`, {
      ...(hint !== undefined && { hint }),
    });
}
