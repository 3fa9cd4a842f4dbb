import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { type SnapshotRequest, takeAndRotate, takeSnapshot } from '../backup/snapshot.ts';
import type { Runtime } from '../api/pacing.ts';
import type { SampleSize } from '../config/paths.ts';
import type { PublishSettings, SnapshotSettings } from '../config/settings.ts';
import { createExportRecorder, findNewestRunId } from '../db/exports.ts';
import { toDatabaseError } from '../db/errors.ts';
import { openMirrorReadOnly } from '../db/open-mirror.ts';
import { EXIT_CODES, type ExitName } from '../errors/exit-codes.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { chooseRun } from '../export/run.ts';

import { codeOf } from '../lib/system-errors.ts';
import type { RunReport } from '../sync/report.ts';
import { endEarly, verifyMirror } from '../verify/proof.ts';
import { type ScheduledRun, type StepRecord, writeWhole } from './state-file.ts';
import { renderPlural } from '../lib/layout.ts';

/** What is known about a scheduled run when its steps start. */
export interface RunSummary {
  readonly run: ScheduledRun;
  /** How the run ended or, if it succeeded, how its first failed step ended. */
  readonly exit: ExitName;
  /** Its sync reports and those of earlier runs that were never reported; oldest first. */
  readonly reports: readonly RunReport[];
  /** The steps before this one. */
  readonly steps: readonly StepRecord[];
}

/** A step that had a reason to do nothing. */
export interface SkippedStep {
  readonly skipped: string;
}

/** A step after a scheduled run. The steps do not depend on each other. */
export interface AfterRunStep {
  readonly step: string;
  /** Skipped unless the scheduled run is complete. */
  readonly onlyIfComplete: boolean;
  /** Returns what it did, in a few words, or why it did nothing; null if there was nothing to do. */
  readonly run: (signal: AbortSignal, summary: RunSummary) => Promise<string | SkippedStep | null>;
}

const STOPPED = 'the process was stopped';

/**
 * Does one step after the other. A failed step is recorded and does not stop the others. If the process is stopped, the
 * current step and those after it are skipped, and `isCut` is true. Returns the exit code with the steps included.
 */
export async function runSteps(
  steps: readonly AfterRunStep[],
  of: Omit<RunSummary, 'steps'>,
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<Pick<RunSummary, 'exit' | 'steps'> & { readonly isCut: boolean }> {
  const records: StepRecord[] = [];
  let { exit } = of;
  let isCut = false;
  const skip = (step: string, detail: string): void => {
    records.push({ step, outcome: 'skipped', detail });
  };
  for (const { step, onlyIfComplete, run } of steps) {
    if (signal.aborted) {
      isCut = true;
      skip(step, STOPPED);
    } else if (onlyIfComplete && of.run.outcome !== 'complete') skip(step, 'the run was not complete');
    else {
      try {
        const detail = await run(signal, { ...of, exit, steps: [...records] });
        if (detail === null) skip(step, 'there was nothing to do');
        else if (typeof detail === 'object') skip(step, detail.skipped);
        else records.push({ step, outcome: 'done', detail });
      } catch (error) {
        if (error === signal.reason) {
          isCut = true;
          skip(step, STOPPED);
          continue;
        }
        onFailed(error);
        if (exit === 'complete') exit = error instanceof MirrorError ? error.exit : 'unexpected';
        const detail = error instanceof MirrorError ? `${error.code}: ${error.message}` : String(error);
        records.push({ step, outcome: 'failed', detail });
      }
    }
  }
  return { exit, steps: records, isCut };
}

/** The number of cases of one kind in these syncs. */
export function countCases(
  reports: readonly RunReport[],
  kind: 'cases_new' | 'cases_changed' | 'cases_unchanged',
): number {
  return reports.flatMap(({ lists }) => lists).reduce((total, { figures }) => total + figures[kind], 0);
}

/** The number of cases that these syncs marked as departed. Suspicious departures are not marked. */
export function countDeparted(reports: readonly RunReport[]): number {
  return reports
    .flatMap(({ departures }) => departures ?? [])
    .filter(({ outcome }) => outcome !== 'suspicious')
    .reduce((total, { cases_gone }) => total + cases_gone, 0);
}

/** The scheduled run, its steps so far and its sync reports, as JSON for other programs. */
export function toSummaryJson(
  { run, exit, reports, steps }: RunSummary,
  toReport: (report: RunReport) => unknown,
) {
  return {
    event: 'scheduled-run',
    exit_code: EXIT_CODES[exit].code,
    scheduled_run: { ...run, steps },
    reports: reports.map(toReport),
  };
}

/** Reports of the same due time get a number. */
const MAX_REPORTS_OF_ONE_TIME = 10_000;

/**
 * Writes the report of a scheduled run to a new file, named for its due time. An existing report, of another mirror or an
 * earlier run for the same time, stays: the name of the new one gets a number.
 */
export function createReportStep(
  database: string,
  folder: string,
  toReport: (report: RunReport) => unknown,
): AfterRunStep {
  return {
    step: 'report',
    onlyIfComplete: false,
    run: (_signal, summary) => {
      const stamp = summary.run.due_at.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
      const json = { database, ...toSummaryJson(summary, toReport) };
      return Promise.resolve(
        writeNew(join(folder, `scheduled-run-${stamp}`), `${JSON.stringify(json, null, 2)}\n`),
      );
    },
  };
}

function writeNew(start: string, text: string): string {
  for (let number = 1; ; number++) {
    const path = `${start}${number === 1 ? '' : `-${number}`}.json`;
    try {
      writeWhole(path, text, { makesFolder: true, mustBeNew: true });
      return path;
    } catch (error) {
      const isTaken = error instanceof Error && codeOf(error.cause) === 'EEXIST';
      if (!isTaken || number === MAX_REPORTS_OF_ONE_TIME) throw error;
    }
  }
}

/** Takes a snapshot of a complete mirror, then removes the snapshots that are no longer to be kept. */
export function createSnapshotStep(
  database: string,
  settings: SnapshotSettings,
  now: () => Date,
): AfterRunStep {
  return {
    step: 'snapshot',
    onlyIfComplete: true,
    run: async (signal, { steps }) => {
      const proof = judgeProof(steps);
      if (proof === 'damaged') return { skipped: 'verify found damage, so no snapshot was taken or removed' };
      const { folder } = settings;
      const request: SnapshotRequest = {
        database,
        to: { folder },
        takenAt: now(),
        takenBy: 'schedule',
        withTexts: settings.texts,
        signal,
      };
      const { taken, removed } =
        proof === 'failed'
          ? { taken: await takeSnapshot(request), removed: [] }
          : await takeAndRotate(request, { folder, retention: settings, unmarked: false });
      if (taken.latestFailure !== null) throw taken.latestFailure;
      return [
        taken.path,
        ...(removed.length === 0 ? [] : [`${removed.length} older removed`]),
        ...(proof === 'failed' ? ['none removed, because verify did not finish'] : []),
      ].join('; ');
    },
  };
}

const DAMAGE = /^(VERIFY_FAILED|DATABASE_DAMAGED|DATABASE_FOREIGN|HISTORY_DAMAGED)\b/;

/** The result of the verify step of the same run; `unknown` if it is turned off. */
function judgeProof(steps: readonly StepRecord[]): 'sound' | 'damaged' | 'failed' | 'unknown' {
  const verify = steps.find(({ step }) => step === 'verify');
  if (verify === undefined) return 'unknown';
  if (verify.outcome === 'done') return 'sound';
  return DAMAGE.test(verify.detail) ? 'damaged' : 'failed';
}

/** Publishes a complete mirror to Postgres. The client of Postgres is loaded only now. */
export function createPublishStep(
  database: string,
  { publishUrl, publishSchema, publishTexts }: PublishSettings,
  env: NodeJS.ProcessEnv,
  { sleep, now }: Pick<Runtime, 'sleep' | 'now'>,
  onRows: () => void,
): AfterRunStep {
  return {
    step: 'publish',
    onlyIfComplete: true,
    run: async (signal) => {
      if (publishUrl === null) throw toUnnamed();
      const [{ LOCK_MS, publishMirror }, { findServer, toPublishedPlace }] = await Promise.all([
        import('../publish/publish.ts'),
        import('../publish/address.ts'),
      ]);
      const server = findServer(publishUrl, env);
      const mirror = openMirrorReadOnly(database);
      try {
        mirror.sqlite.exec('BEGIN');
        const selection = { schema: publishSchema, withoutTexts: !publishTexts };
        let unrecorded = '';
        const recorder = createExportRecorder(database, now, (_place, fault) => {
          unrecorded = `; not on record for \`redact\`: ${fault}`;
        });
        const place = toPublishedPlace(server, selection, findNewestRunId(mirror));
        const { schema, run, merged } = await publishMirror(mirror, {
          ...selection,
          server,
          onPlacing: () => {
            recorder.open(place);
            recorder.begin(place);
          },
          onAbandoned: () => {
            recorder.abandon(place.place);
          },
          onPlaced: () => {
            recorder.finish(place);
          },
          isFull: false,
          run: chooseRun(mirror, null, false),
          signal,
          sleep,
          lockMs: LOCK_MS,
          onRows,
        });
        const how =
          merged === null
            ? 'all tables built anew'
            : `${renderPlural(merged.written, 'row')} written, ${renderPlural(merged.removed, 'row')} removed`;
        return `run ${run.id} in the schema ${schema}: ${how}${unrecorded}`;
      } catch (thrown) {
        throw toDatabaseError(thrown, database);
      } finally {
        mirror.close();
      }
    },
  };
}

function toUnnamed(): MirrorError {
  return new MirrorError('SETTING_INVALID', 'CLEARINGHOUSE_PUBLISH_URL is not set.', {
    hint: 'Set it to the address of the Postgres server, or leave out --nightly-publish.',
  });
}

/** Verifies the file, the run log and a random sample of the cases. */
export function createVerifyStep(database: string, size: SampleSize, random: () => number): AfterRunStep {
  return {
    step: 'verify',
    onlyIfComplete: false,
    run: async (signal) => {
      const mirror = openMirrorReadOnly(database);
      const steps = verifyMirror(mirror, { of: 'sample', size, random }, () => undefined);
      try {
        let findings = 0;
        for (let step = steps.next(); ; step = steps.next()) {
          signal.throwIfAborted();
          if (step.done === true) {
            if (findings > 0) throw toFindings(findings);
            return `${step.value.casesChecked} of ${renderPlural(step.value.casesMirrored, 'case')} verified`;
          }
          findings++;
          await nextTick();
        }
      } catch (thrown) {
        throw toDatabaseError(thrown, database);
      } finally {
        endEarly(steps);
        mirror.close();
      }
    },
  };
}

function toFindings(count: number): MirrorError {
  return new MirrorError('VERIFY_FAILED', `Verification found ${renderPlural(count, 'violation')}.`);
}
