import { statSync } from 'node:fs';
import {
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
import type { ErrorCode } from '../errors/codes.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { isSqliteError, toDatabaseError } from './errors.ts';
import { type Mirror, readAnyVersion } from './open-mirror.ts';
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

/** How the newest list sync of a list ended, as the ledger has it. */
export interface ListEnding {
  readonly outcome: string;
  readonly error_code: string | null;
}

/**
 * Why a list that was read to its last page is not complete all the same, where another try brings nothing more: the
 * mirror then holds everything that can be had.
 */
export const LASTING_SHORTFALLS = [
  'COUNT_MISMATCH_STABLE',
  'RECORDS_REJECTED',
  'CASES_MISSED',
  'JSON_MALFORMED',
] as const satisfies readonly ErrorCode[];

/** Short of pages that could not be read, the cases of which were looked up as far as they were known. */
const ALLOWS_SNAPSHOT: readonly (string | null)[] = [
  ...LASTING_SHORTFALLS,
  'PAGES_UNREADABLE',
] satisfies readonly ErrorCode[];

/** How much of the site a mirror holds: proven to be all; all that can be had; or less. */
export const COMPLETENESS = ['complete', 'best-effort', 'incomplete'] as const;
export type Completeness = (typeof COMPLETENESS)[number];

/** How a list ends that is proven to be all that there is. */
const GOOD_OUTCOMES = ['complete', 'empty'] as const;

export const isGood = ({ outcome }: Pick<ListEnding, 'outcome'>): boolean =>
  (GOOD_OUTCOMES as readonly string[]).includes(outcome);

/**
 * Judges a mirror, or a run, by how its lists ended. It says what a snapshot may be called and whether a run allows one:
 * `complete` and `best-effort` do, and a snapshot of the second kind is marked as not complete, so that retention
 * never gives a complete one away for it. `incomplete` allows none. No list at all proves nothing.
 */
export function judgeCompleteness(lists: readonly ListEnding[]): Completeness {
  if (lists.length === 0) return 'incomplete';
  if (lists.every(isGood)) return 'complete';
  return lists.every((list) => isGood(list) || allowsSnapshot(list)) ? 'best-effort' : 'incomplete';
}

const allowsSnapshot = ({ outcome, error_code }: ListEnding): boolean =>
  outcome === 'partial' && ALLOWS_SNAPSHOT.includes(error_code);

/** Whether every page of a list was read although it does not count as complete. */
export function isReadToItsEnd({ outcome, error_code }: ListEnding): boolean {
  return outcome === 'partial' && (LASTING_SHORTFALLS as readonly (string | null)[]).includes(error_code);
}

/** A reading of a list that brought all of it, or all that can be had. */
export interface GoodReading {
  /** When it ended, as ISO 8601. */
  readonly at: string;
  readonly completeness: Exclude<Completeness, 'incomplete'>;
  /** Why it is not proven to be complete; null where it is. */
  readonly errorCode: string | null;
}

/**
 * Lists when a list was read, all of it or all that can be had, the newest first; nothing of times that lie in the future.
 * A run ended before any later one began: where the record says otherwise, the clock was ahead at the earlier one, and the
 * later beginning counts.
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
 * The ids of the lists that a list sync which began in that time has read completely, in a run that could look up every
 * case that it missed.
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
        // A run that began before an earlier one shows that the clock was ahead at the earlier one.
        sql`NOT EXISTS (SELECT 1 FROM sync_runs later WHERE later.id > ${listSyncs.run_id} AND later.started_at < ${listSyncs.started_at})`,
      ),
    )
    .all()
    .map(({ id }) => id);
}

/**
 * The id that a mirror and all copies of it share. Null where there is no mirror that can be read, or one of an early
 * version that gets its id with its next migration.
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
 * Whether each of the five lists of `case_ongoing` was read completely at least once. The list of the cases without one
 * may be left out, so it does not count.
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

/** Whether the newest reading of each list brought all of it, or all that can be had. */
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

/** The newest checks of coverage, those that were skipped included; newest first. */
export function listCoverage({ db }: Mirror, most: number): CoverageRow[] {
  return db.select().from(mirrorCoverageChecks).orderBy(desc(mirrorCoverageChecks.run_id)).limit(most).all();
}

export type SyncRunRow = typeof syncRuns.$inferSelect;
export type ListSyncRow = typeof listSyncs.$inferSelect;
export type DriftRow = typeof schemaDrift.$inferSelect;

/** The cases that the mirror holds of one list, and the last syncs of that list. */
export interface ListState {
  readonly id: number;
  readonly label: string;
  /** Cases that were last seen in this list and have not departed. */
  readonly cases: number;
  readonly lastListSync: ListSyncRow | null;
  /** When a list sync of it last ended complete or empty, by a clock that may be believed. */
  readonly lastGoodAt: string | null;
  /** The newest list sync that brought all of it, or all that can be had, by such a clock. */
  readonly lastReading: GoodReading | null;
}

export interface MirrorState {
  readonly path: string;
  /** Of the database file and its write-ahead log. */
  readonly fileBytes: number;
  /** Those that have left the site included. */
  readonly cases: number;
  readonly departed: number;
  readonly docketEntries: number;
  readonly rejectedRecords: number;
  readonly lists: readonly ListState[];
  /** Newest first. */
  readonly runs: readonly SyncRunRow[];
  readonly drift: readonly DriftRow[];
  /** Redactions that have not removed every byte yet. */
  readonly pendingRedactions: readonly PendingRedaction[];
  /** Runs that would have begun or ended in the future, the newest first: the clock was ahead, and they prove no freshness. */
  readonly aheadRunIds: readonly number[];
}

/** As many of the runs that were ahead are named. */
const MAX_AHEAD = 5;

/** Reads the state of a mirror at one moment: its content, its newest runs, what drifted. */
export function findMirrorState(mirror: Mirror, maxRuns: number, now: Date): MirrorState {
  const { db, path } = mirror;
  const present = now.toISOString();
  return db.transaction((tx) => {
    const countOf = (table: typeof cases | typeof docketEntries | typeof rejectedRecords): number =>
      tx.select({ n: count() }).from(table).get()?.n ?? 0;
    const perList = new Map(
      tx
        .select({ id: cases.mirror_list_id, n: count() })
        .from(cases)
        .where(isNull(cases.mirror_departed_run_id))
        .groupBy(cases.mirror_list_id)
        .all()
        .map(({ id, n }) => [id, n]),
    );
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
          cases: perList.get(id) ?? 0,
          lastListSync: syncsOfList.orderBy(desc(listSyncs.run_id)).limit(1).get() ?? null,
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
      runs: tx.select().from(syncRuns).orderBy(desc(syncRuns.id)).limit(maxRuns).all(),
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
 * How old a mirror is: when the list ended whose newest reading, of all or of all that can be had, is the oldest; null while
 * one never was read so. The list of the cases without a status counts where it was ever read, because it may be left out.
 */
export function findFreshAsOf(statusStates: readonly ListState[]): string | null {
  const readings = statusStates
    .filter(({ id, lastReading }) => id !== UNCLASSIFIED.id || lastReading !== null)
    .map(({ lastReading }) => lastReading?.at);
  const times = readings.filter((at) => at !== undefined);
  return times.length < readings.length ? null : (times.toSorted()[0] ?? null);
}

/** The lists whose newest reading brought all that can be had, without proof that it is all. */
export function listUnproven(statusStates: readonly ListState[]): ListState[] {
  return statusStates.filter(({ lastReading }) => lastReading?.completeness === 'best-effort');
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
