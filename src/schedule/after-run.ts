import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { type SnapshotRequest, takeAndRotate, takeSnapshot } from '../backup/snapshot.ts';
import type { SampleSize } from '../config/paths.ts';
import type { SnapshotSettings } from '../config/settings.ts';
import { toDatabaseError } from '../db/errors.ts';
import { openMirrorReadOnly } from '../db/open-mirror.ts';
import { EXIT_CODES, type ExitName } from '../errors/exit-codes.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { describeMissingFolder } from '../lib/files.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import type { RunReport } from '../sync/report.ts';
import { verifyMirror } from '../verify/proof.ts';
import type { Night, NightStepRecord } from './state-file.ts';

interface KeptFileOptions {
  /** The file whose owner a new file gets, where this process may give it away. */
  readonly belongsWith?: string;
  /** Whether its folder is created where there is none. */
  readonly makesFolder?: boolean;
  /** Fails, with the cause EEXIST, where there is a file already. */
  readonly mustBeNew?: boolean;
}

/** Writes a file of the schedule as a whole. Fails with FILE_UNWRITABLE, and then leaves the old one as it was. */
export function writeKeptFile(
  path: string,
  text: string,
  { makesFolder = false, ...options }: KeptFileOptions = {},
): void {
  try {
    if (makesFolder) mkdirSync(dirname(path), { recursive: true });
    const fault = describeMissingFolder(dirname(path));
    if (fault !== null) throw new Error(fault);
    replaceFile(path, text, options);
  } catch (cause) {
    throw new MirrorError('FILE_UNWRITABLE', `${path} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}

/** What is known of a night when its steps are done. */
export interface NightSummary {
  readonly night: Night;
  /** How it ended, or how the first of its steps that failed. */
  readonly exit: ExitName;
  /** Those of its runs, the oldest first, and of runs before it that nobody was told of. */
  readonly reports: readonly RunReport[];
  /** What became of the steps before this one. */
  readonly steps: readonly NightStepRecord[];
}

/** A step that found a reason to do nothing. */
export interface SkippedStep {
  readonly skipped: string;
}

/** Something that is done after a night, apart from all others. */
export interface NightStep {
  readonly step: string;
  /** Whether it is done only after a night that brought everything. */
  readonly needsAll: boolean;
  /** Returns what it did, in a few words, or why it did nothing; null when there was nothing to do. */
  readonly run: (signal: AbortSignal, summary: NightSummary) => Promise<string | SkippedStep | null>;
}

const STOPPED = 'the process was told to end';

/**
 * Does one step after the other. One that fails is on record as failed and keeps no other from being done; a stop leaves
 * out the one in hand and those that are left. Returns how the night has ended with all that, and whether a step was left out so.
 */
export async function runSteps(
  steps: readonly NightStep[],
  of: Omit<NightSummary, 'steps'>,
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<Pick<NightSummary, 'exit' | 'steps'> & { readonly isCut: boolean }> {
  const records: NightStepRecord[] = [];
  let { exit } = of;
  let isCut = false;
  const skip = (step: string, detail: string): void => {
    records.push({ step, outcome: 'skipped', detail });
  };
  for (const { step, needsAll, run } of steps) {
    if (signal.aborted) {
      isCut = true;
      skip(step, STOPPED);
    } else if (needsAll && of.night.outcome !== 'complete') skip(step, 'the night did not bring everything');
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

/** How many cases the runs of a night brought, of one kind. */
export function countCases(
  reports: readonly RunReport[],
  kind: 'cases_new' | 'cases_changed' | 'cases_unchanged',
): number {
  return reports.flatMap(({ lists }) => lists).reduce((total, { figures }) => total + figures[kind], 0);
}

/** How many cases the runs of a night marked as departed. Those that are doubted were not marked. */
export function countDeparted(reports: readonly RunReport[]): number {
  return reports
    .flatMap(({ departures }) => departures ?? [])
    .filter(({ outcome }) => outcome !== 'suspicious')
    .reduce((total, { cases_gone }) => total + cases_gone, 0);
}

/** A night, what was done after it so far, and the reports of its runs, for other programs. */
export function toNightJson(
  { night, exit, reports, steps }: NightSummary,
  toReport: (report: RunReport) => unknown,
) {
  return {
    event: 'night',
    exit_code: EXIT_CODES[exit].code,
    night: { ...night, steps },
    reports: reports.map(toReport),
  };
}

/** So many reports of one time are told apart by a number. */
const MAX_OF_ONE_TIME = 10_000;

/**
 * Writes the report of the night into a file of its own, named for the time at which the night was due. A report that is
 * there already, of another mirror or of another run of the same night, stays: the name of the new one gets a number.
 */
export function toReportStep(
  database: string,
  folder: string,
  toReport: (report: RunReport) => unknown,
): NightStep {
  return {
    step: 'report',
    needsAll: false,
    run: (_signal, summary) => {
      const stamp = summary.night.due_at.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
      const json = { database, ...toNightJson(summary, toReport) };
      return Promise.resolve(writeNew(join(folder, `night-${stamp}`), `${JSON.stringify(json, null, 2)}\n`));
    },
  };
}

function writeNew(start: string, text: string): string {
  for (let number = 1; ; number++) {
    const path = `${start}${number === 1 ? '' : `-${number}`}.json`;
    try {
      writeKeptFile(path, text, { makesFolder: true, mustBeNew: true });
      return path;
    } catch (error) {
      const isTaken = error instanceof Error && codeOf(error.cause) === 'EEXIST';
      if (!isTaken || number === MAX_OF_ONE_TIME) throw error;
    }
  }
}

/** Takes a snapshot of a mirror that has everything, then removes those that are not to be kept. */
export function toSnapshotStep(database: string, settings: SnapshotSettings, now: () => Date): NightStep {
  return {
    step: 'snapshot',
    needsAll: true,
    run: async (signal, { steps }) => {
      const proof = judgeProof(steps);
      if (proof === 'damaged')
        return { skipped: 'verify found damage, so no snapshot was taken and none removed' };
      const { folder } = settings;
      const request: SnapshotRequest = {
        database,
        to: { folder },
        takenAt: now(),
        takenBy: 'schedule',
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
        ...(proof === 'failed' ? ['none was removed, because verify did not come to its end'] : []),
      ].join('; ');
    },
  };
}

const DAMAGE = /^(VERIFY_FAILED|DATABASE_DAMAGED|DATABASE_FOREIGN|HISTORY_DAMAGED)\b/;

/** What the verify step of the same night says of the mirror; `unknown` where it is switched off. */
function judgeProof(steps: readonly NightStepRecord[]): 'sound' | 'damaged' | 'failed' | 'unknown' {
  const verify = steps.find(({ step }) => step === 'verify');
  if (verify === undefined) return 'unknown';
  if (verify.outcome === 'done') return 'sound';
  return DAMAGE.test(verify.detail) ? 'damaged' : 'failed';
}

/** Proves the file, the record of runs and some of the cases, others each night. */
export function toVerifyStep(database: string, size: SampleSize, random: () => number): NightStep {
  return {
    step: 'verify',
    needsAll: false,
    run: async (signal) => {
      const mirror = openMirrorReadOnly(database);
      try {
        let findings = 0;
        const steps = verifyMirror(mirror, { of: 'sample', size, random }, () => undefined);
        for (let step = steps.next(); ; step = steps.next()) {
          signal.throwIfAborted();
          if (step.done === true) {
            if (findings > 0) throw toFindings(findings);
            return `${step.value.casesChecked} of ${step.value.casesMirrored} cases proved`;
          }
          findings++;
          await nextTick();
        }
      } catch (thrown) {
        throw toDatabaseError(thrown, database);
      } finally {
        mirror.close();
      }
    },
  };
}

function toFindings(count: number): MirrorError {
  return new MirrorError(
    'VERIFY_FAILED',
    `${count} ${count === 1 ? 'thing is' : 'things are'} not as it should be.`,
  );
}
