import { statSync } from 'node:fs';
import { count, desc, eq, gt, isNotNull, isNull, or } from 'drizzle-orm';
import { UNCLASSIFIED } from '../clearinghouse/swept-status.ts';
import { type PendingRedaction, listPendingRedactions } from './finish-redactions.ts';
import { type GoodReading, listGoodReadings } from './how-complete.ts';
import type { Mirror } from './open-mirror.ts';
import {
  cases,
  coverageChecks,
  docketEntries,
  keptAside,
  payloadDrift,
  statusSyncs,
  statuses,
  syncRuns,
} from './schema.ts';

export type CoverageRow = typeof coverageChecks.$inferSelect;

/** The newest checks of coverage, those that were skipped included; newest first. */
export function listCoverage({ db }: Mirror, most: number): CoverageRow[] {
  return db.select().from(coverageChecks).orderBy(desc(coverageChecks.run_id)).limit(most).all();
}

export type SyncRunRow = typeof syncRuns.$inferSelect;
export type StatusSyncRow = typeof statusSyncs.$inferSelect;
export type DriftRow = typeof payloadDrift.$inferSelect;

/** What is in the mirror of one status, and how it was swept last. */
export interface StatusState {
  readonly id: number;
  readonly label: string;
  /** Cases in the mirror that came under this status last and have not departed. */
  readonly cases: number;
  readonly lastSweep: StatusSyncRow | null;
  /** When a sweep of it last ended complete or empty, by a clock that may be believed. */
  readonly lastGoodAt: string | null;
  /** The newest sweep that brought all of it, or all that can be had, by such a clock. */
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
  readonly keptAside: number;
  readonly statuses: readonly StatusState[];
  /** Newest first. */
  readonly runs: readonly SyncRunRow[];
  readonly drift: readonly DriftRow[];
  /** Redactions that have not removed every byte yet. */
  readonly pendingRedactions: readonly PendingRedaction[];
  /** Runs that would have begun or ended in the future, the newest first: the clock was ahead, and they prove no freshness. */
  readonly aheadRunIds: readonly number[];
}

/** As many of the runs that were ahead are named. */
const MOST_AHEAD = 5;

/** Reads the state of a mirror at one moment: its content, its newest runs, what drifted. */
export function findMirrorState(mirror: Mirror, mostRuns: number, now: Date): MirrorState {
  const { db, path } = mirror;
  const present = now.toISOString();
  return db.transaction((moment) => {
    const countOf = (table: typeof cases | typeof docketEntries | typeof keptAside): number =>
      moment.select({ n: count() }).from(table).get()?.n ?? 0;
    const perStatus = new Map(
      moment
        .select({ id: cases.mirror_status_id, n: count() })
        .from(cases)
        .where(isNull(cases.mirror_departed_run_id))
        .groupBy(cases.mirror_status_id)
        .all()
        .map(({ id, n }) => [id, n]),
    );
    const states = moment
      .select()
      .from(statuses)
      .orderBy(statuses.id)
      .all()
      .map(({ id, label }): StatusState => {
        const sweeps = moment.select().from(statusSyncs).where(eq(statusSyncs.status_id, id));
        return {
          id,
          label,
          cases: perStatus.get(id) ?? 0,
          lastSweep: sweeps.orderBy(desc(statusSyncs.run_id)).limit(1).get() ?? null,
          ...findReadings(mirror, id, now),
        };
      });
    return {
      path,
      fileBytes: sizeOf(path) + sizeOf(`${path}-wal`),
      cases: countOf(cases),
      departed:
        moment.select({ n: count() }).from(cases).where(isNotNull(cases.mirror_departed_run_id)).get()?.n ??
        0,
      docketEntries: countOf(docketEntries),
      keptAside: countOf(keptAside),
      statuses: states,
      runs: moment.select().from(syncRuns).orderBy(desc(syncRuns.id)).limit(mostRuns).all(),
      drift: moment.select().from(payloadDrift).orderBy(payloadDrift.field).all(),
      pendingRedactions: listPendingRedactions({ db: moment }),
      aheadRunIds: moment
        .select({ id: syncRuns.id })
        .from(syncRuns)
        .where(or(gt(syncRuns.started_at, present), gt(syncRuns.ended_at, present)))
        .orderBy(desc(syncRuns.id))
        .limit(MOST_AHEAD)
        .all()
        .map(({ id }) => id),
    };
  });
}

function findReadings(
  mirror: Mirror,
  statusId: number,
  now: Date,
): Pick<StatusState, 'lastGoodAt' | 'lastReading'> {
  let lastReading: GoodReading | null = null;
  for (const reading of listGoodReadings(mirror, statusId, now)) {
    lastReading ??= reading;
    if (reading.completeness === 'complete') return { lastGoodAt: reading.at, lastReading };
  }
  return { lastGoodAt: null, lastReading };
}

/**
 * How old a mirror is: when the list ended whose newest reading, of all or of all that can be had, is the oldest; null while
 * one never was read so. The list of the cases without a status counts where it was ever read, because it may be left out.
 */
export function findFreshAsOf(statusStates: readonly StatusState[]): string | null {
  const readings = statusStates
    .filter(({ id, lastReading }) => id !== UNCLASSIFIED.id || lastReading !== null)
    .map(({ lastReading }) => lastReading?.at);
  const times = readings.filter((at) => at !== undefined);
  return times.length < readings.length ? null : (times.toSorted()[0] ?? null);
}

/** The lists whose newest reading brought all that can be had, without proof that it is all. */
export function listUnproven(statusStates: readonly StatusState[]): StatusState[] {
  return statusStates.filter(({ lastReading }) => lastReading?.completeness === 'as far as possible');
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
