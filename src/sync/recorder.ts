import type { ApiList } from '../api/lists.ts';
import type { MirrorError } from '../errors/mirror-error.ts';
import {
  countPresent,
  listMissing,
  type FindRawHash,
  prepareFindKnownRecord,
  prepareFindRawHash,
  prepareFindStoredVersion,
} from '../db/read-case.ts';
import { type BuilderOptions, prepareIndexBuilder } from '../db/index-builder.ts';
import { deferIndexes, refreshStatistics, restoreDeferred } from '../db/migrate.ts';
import type { Mirror } from '../db/open-mirror.ts';
import {
  type RecordedError,
  type RunStart,
  type ListFigures,
  countReturned,
  createSyncLedger,
  recordCoverage,
  recordDepartures,
} from '../db/run-log.ts';
import { mergeSearchIndexes } from '../db/search-index.ts';
import { moveCases } from '../db/write-case.ts';
import { prepareWritePage, type PageContent } from '../db/write-page.ts';
import { prepareIsRedacted } from '../db/public-names.ts';
import type { CaseFinder } from './compare-page.ts';
import type { CoverageFindings } from './coverage.ts';
import type { DepartureFindings, MissingCase } from './departures.ts';
import type { CoverageReport, DepartureReport, RunReport, ListReport } from './report.ts';

/** What a run does with the mirror while it reads lists; a dry run only compares. */
export interface ListRecord extends CaseFinder {
  readonly findRawHash: FindRawHash;
  /** Null for a dry run, which is not recorded. */
  readonly runId: number | null;
  beginList(list: ApiList): void;
  writePage(list: ApiList, content: PageContent, figures: ListFigures): void;
  endList(report: ListReport): void;
  /** The time until which the server accepts no request. */
  recordPause(until: Date): void;
  /** `pausedUntil`: the time until which the server accepts no request. */
  endRun(ending: Pick<RunReport, 'outcome' | 'error'>, pausedUntil?: Date | null): Promise<void>;
  /** Records the end of a run that failed because of the database itself. */
  abandonRun(error: MirrorError | null): void;
  /** Ends what runs beside the run. Called last, however it ended. */
  close(): Promise<void>;
}

/** What a run that writes does in addition. */
export interface RunRecord extends ListRecord {
  countPresent(listIds: readonly number[]): number;
  listMissing(listIds: readonly number[], isSeen: (caseId: number) => boolean): readonly MissingCase[];
  /** Stores a case that was looked up outside any list sync. */
  writeFound(content: Omit<PageContent, 'doubles'>, listId: number): void;
  /** Moves cases to the list that held each of them, if `isMove` returns true for the old and the new list. */
  moveUnnamed(listOf: ReadonlyMap<number, number>, isMove: (oldId: number, listId: number) => boolean): void;
  recordDepartures(findings: DepartureFindings, maxGone: number): DepartureReport;
  recordCoverage(findings: CoverageFindings): CoverageReport;
}

export function beginRecord(
  mirror: Mirror,
  start: RunStart,
  now: () => Date,
  options: BuilderOptions = {},
): RunRecord {
  const ledger = createSyncLedger(mirror);
  const runId = ledger.beginRun(start);
  deferIndexes(mirror.sqlite);
  const builder = prepareIndexBuilder(mirror, options);
  const writePage = prepareWritePage(mirror);
  let hasChanges = false;
  return {
    runId,
    isRedacted: prepareIsRedacted(mirror),
    findStoredVersion: prepareFindStoredVersion(mirror),
    findKnownRecord: prepareFindKnownRecord(mirror),
    findRawHash: prepareFindRawHash(mirror),
    beginList: ({ id }) => {
      ledger.beginList(runId, id, now());
    },
    writePage: ({ id }, content, figures) => {
      hasChanges ||= content.cases.some(({ verdict }) => verdict !== 'unchanged');
      writePage(content, { runId, listId: id, at: now() }, figures);
      builder.follow();
    },
    endList: ({ list, outcome, figures, error }) => {
      mirror.db.transaction(
        () => {
          if (outcome === 'skipped') {
            ledger.skipList(runId, list.id, now(), toRecorded(error) ?? { code: 'SKIPPED', message: '' });
          } else {
            ledger.recordFigures(runId, list.id, figures);
            ledger.endList(runId, list.id, outcome, now(), toRecorded(error));
          }
        },
        { behavior: 'immediate' },
      );
    },
    countPresent: (listIds) => countPresent(mirror, listIds),
    listMissing: (listIds, isSeen) => listMissing(mirror, listIds, isSeen),
    writeFound: (content, listId) => {
      writePage({ ...content, doubles: [] }, { runId, listId, at: now() }, null);
    },
    moveUnnamed: (listOf, isMove) => {
      moveCases(mirror, listOf, isMove, { runId, at: now() });
    },
    recordDepartures: ({ figures: found, goneIds, error }, max_gone) => {
      const figures = { ...found, max_gone, cases_returned: countReturned(mirror, runId) };
      recordDepartures(mirror, figures, goneIds, { runId, at: now() });
      return { ...figures, error };
    },
    recordCoverage: ({ figures, error }) => {
      const cases_mirrored = countPresent(mirror);
      recordCoverage(mirror, figures, cases_mirrored, { runId, at: now() });
      return { ...figures, cases_mirrored, error };
    },
    recordPause: (until) => {
      ledger.recordPause(runId, until);
    },
    endRun: async ({ outcome, error }, pausedUntil) => {
      // The thread indexes the rest while this one builds the other indexes.
      builder.end();
      restoreDeferred(mirror.sqlite);
      await builder.build();
      if (hasChanges) mergeSearchIndexes(mirror.sqlite);
      refreshStatistics(mirror.sqlite);
      ledger.endRun(runId, outcome, now(), toRecorded(error), pausedUntil);
    },
    abandonRun: (error) => {
      ledger.abandonRun(runId, now(), toRecorded(error));
    },
    close: () => builder.close(),
  };
}

/** The recorder of a dry run, which compares and writes nothing. */
export function toNoRecord(mirror: Mirror): ListRecord {
  const nothing = (): void => undefined;
  return {
    runId: null,
    isRedacted: prepareIsRedacted(mirror),
    findStoredVersion: prepareFindStoredVersion(mirror),
    findKnownRecord: prepareFindKnownRecord(mirror),
    findRawHash: prepareFindRawHash(mirror),
    beginList: nothing,
    writePage: nothing,
    endList: nothing,
    recordPause: nothing,
    endRun: () => Promise.resolve(),
    abandonRun: nothing,
    close: () => Promise.resolve(),
  };
}

function toRecorded(error: MirrorError | null): RecordedError | null {
  return error === null ? null : { code: error.code, message: error.message };
}
