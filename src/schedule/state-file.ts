import { lstatSync, renameSync, mkdirSync } from 'node:fs';
import { MirrorError } from '../errors/mirror-error.ts';
import { readRegularFile, describeMissingFolder } from '../lib/files.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import type { Waiting } from './plan.ts';

import { dirname } from 'node:path';
import { replaceFile } from '../lib/replace-file.ts';

export const SCHEDULED_RUN_OUTCOMES = [
  'running',
  'complete',
  'partial',
  'suspicious',
  'failed',
  'interrupted',
  'missed',
] as const;
export type ScheduledRunOutcome = (typeof SCHEDULED_RUN_OUTCOMES)[number];

/** The last error, for a person. */
export interface ScheduledRunError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What became of one of the steps after a scheduled run. */
export interface StepRecord {
  readonly step: string;
  readonly outcome: 'done' | 'skipped' | 'failed';
  readonly detail: string;
}

/** One due time of the schedule, or of a further run by `--once`, and what became of it. Times are ISO 8601 in UTC. */
export interface ScheduledRun {
  readonly due_at: string;
  /** `missed`: no process kept the schedule, and a later run caught up. */
  readonly outcome: ScheduledRunOutcome;
  readonly attempts: number;
  readonly first_began_at: string | null;
  /** Null while an attempt is running, and after one that was interrupted. */
  readonly last_ended_at: string | null;
  /** Nothing is left to do: it succeeded or was given up, and its steps are done. */
  readonly is_over: boolean;
  /** Its runs in the run log of the mirror. */
  readonly run_ids: readonly number[];
  readonly error: ScheduledRunError | null;
  /** The steps after the run; empty while it is not over. */
  readonly steps: readonly StepRecord[];
}

/** The process that keeps the schedule. */
export interface SchedulerProcess {
  readonly process_id: number;
  readonly version: string;
  readonly started_at: string;
  /** The cron expression. */
  readonly schedule: string;
  readonly timezone: string;
  /** Started with `--once` by a timer or a person, so that no process keeps a schedule between the runs. */
  readonly is_once?: boolean;
  /** Null while a run is in progress. */
  readonly waiting: Waiting | null;
  /** When the wait ends; null while a run is in progress, or if no other run is due. */
  readonly until: string | null;
}

/** The content of the scheduler state file beside a mirror. */
export interface SchedulerState {
  readonly process: SchedulerProcess | null;
  /** Newest first. */
  readonly scheduled_runs: readonly ScheduledRun[];
  /** Runs with a due time in the future, from a clock that was ahead then or is behind now. */
  readonly ahead?: readonly ScheduledRun[];
}

/** A year and a month of daily runs. Older ones are dropped here; their runs stay in the run log. */
export const MAX_SCHEDULED_RUNS = 400;
/** A year of runs takes some hundred kilobytes. */
const MAX_BYTES = 64e6;
export const EMPTY_STATE: SchedulerState = { process: null, scheduled_runs: [] };

export function toStateFilePath(database: string): string {
  return `${database}.nightly.json`;
}

/** Reads the state. A file that cannot be read is set aside: the mirror itself knows which lists are incomplete. */
export function loadState(database: string, onFailed: (error: unknown) => void): SchedulerState {
  const path = toStateFilePath(database);
  try {
    return readStateFile(path);
  } catch (error) {
    onFailed(error);
    try {
      setStateFileAside(path);
    } catch (failure) {
      onFailed(failure); // a run does not depend on the state file
    }
    return EMPTY_STATE;
  }
}

/** A file that does not exist is an empty state. Fails with STATE_FILE_DAMAGED. */
export function readStateFile(path: string): SchedulerState {
  let text: string;
  try {
    text = readRegularFile(path, MAX_BYTES).toString('utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return EMPTY_STATE;
    throw toDamage(path, cause);
  }
  try {
    return parseState(JSON.parse(text));
  } catch (cause) {
    throw toDamage(path, cause);
  }
}

/** Replaces the file as a whole: a reader sees the old state or the new one. Fails with FILE_UNWRITABLE. */
export function writeStateFile(path: string, state: SchedulerState, database?: string): void {
  writeWhole(path, `${JSON.stringify(state, null, 2)}\n`, {
    ...(database !== undefined && { belongsWith: database }),
  });
}

/** Renames a file that cannot be read; earlier ones stay. Fails with FILE_UNWRITABLE. */
export function setStateFileAside(path: string): void {
  try {
    for (let number = 1; ; number++) {
      const aside = `${path}.damaged${number === 1 ? '' : `-${number}`}`;
      if (lstatSync(aside, { throwIfNoEntry: false }) !== undefined) continue;
      renameSync(path, aside);
      return;
    }
  } catch (cause) {
    throw new MirrorError('FILE_UNWRITABLE', `${path} cannot be set aside: ${wordsOf(cause)}.`, { cause });
  }
}

function parseState(json: unknown): SchedulerState {
  if (!isJsonObject(json)) throw new TypeError('it is not a JSON object');
  const { process, scheduled_runs, ahead = [] } = 'nights' in json ? upgradeState(json) : json;
  if (!areScheduledRuns(scheduled_runs)) throw new TypeError('its scheduled runs are missing or malformed');
  if (process !== null && !isJsonObject(process)) throw new TypeError('its process is malformed');
  if (!areScheduledRuns(ahead)) throw new TypeError('a run in the future is malformed');
  return {
    process: process as unknown as SchedulerProcess | null,
    scheduled_runs,
    ...(ahead.length > 0 && { ahead }),
  };
}

/** The form before 0.1. What it says about its process is of no use: that process has ended. */
function upgradeState({ nights = [], ahead = [] }: JsonObject): JsonObject {
  return { process: null, scheduled_runs: upgradeRuns(nights), ahead: upgradeRuns(ahead) };
}

function upgradeRuns(runs: JsonValue): JsonValue {
  if (!Array.isArray(runs)) return runs;
  return runs.map((run) =>
    isJsonObject(run) && run.outcome === 'doubtful' ? { ...run, outcome: 'suspicious' } : run,
  );
}

function areScheduledRuns(value: unknown): value is readonly ScheduledRun[] {
  return Array.isArray(value) && value.every(isScheduledRun);
}

function isScheduledRun(value: unknown): value is ScheduledRun {
  return (
    isJsonObject(value) &&
    typeof value.due_at === 'string' &&
    !Number.isNaN(Date.parse(value.due_at)) &&
    (SCHEDULED_RUN_OUTCOMES as readonly unknown[]).includes(value.outcome) &&
    Number.isSafeInteger(value.attempts) &&
    [value.first_began_at, value.last_ended_at].every((at) => at === null || typeof at === 'string') &&
    typeof value.is_over === 'boolean' &&
    Array.isArray(value.run_ids) &&
    value.run_ids.every(Number.isSafeInteger) &&
    (value.error === null || hasTexts(value.error, ['code', 'message', 'hint'])) &&
    Array.isArray(value.steps) &&
    value.steps.every((step) => hasTexts(step, ['step', 'outcome', 'detail']))
  );
}

function hasTexts(value: unknown, names: readonly string[]): boolean {
  return isJsonObject(value) && names.every((name) => typeof value[name] === 'string');
}

function toDamage(path: string, cause: unknown): MirrorError {
  return new MirrorError('STATE_FILE_DAMAGED', `${path} cannot be read: ${wordsOf(cause)}.`, { cause });
}

/**
 * The state without the runs whose due time is in the future: the clock was ahead when they began, or was set back since.
 * Which of the two shows later, so they are kept separately.
 */
export function dropAhead(state: SchedulerState, now: Date): SchedulerState {
  const isAhead = ({ due_at }: ScheduledRun): boolean => Date.parse(due_at) > now.getTime();
  const ahead = state.scheduled_runs.filter(isAhead);
  if (ahead.length === 0) return state;
  return {
    ...state,
    scheduled_runs: state.scheduled_runs.filter((run) => !isAhead(run)),
    ahead: [...ahead, ...without(state.ahead ?? [], ahead)].slice(0, MAX_SCHEDULED_RUNS),
  };
}

/**
 * The state with those of the separate runs that were due before this one: they are no longer in the future. If another run
 * was done for the same time meanwhile, that one counts.
 */
export function takeBackAhead(state: SchedulerState, due: Date): SchedulerState {
  const isPast = ({ due_at }: ScheduledRun): boolean => Date.parse(due_at) < due.getTime();
  const past = without((state.ahead ?? []).filter(isPast), state.scheduled_runs);
  const left = (state.ahead ?? []).filter((run) => !isPast(run) && run.due_at !== due.toISOString());
  return {
    process: state.process,
    scheduled_runs: [...state.scheduled_runs, ...past].toSorted((a, b) => b.due_at.localeCompare(a.due_at)),
    ...(left.length > 0 && { ahead: left }),
  };
}

function without(runs: readonly ScheduledRun[], others: readonly ScheduledRun[]): readonly ScheduledRun[] {
  return runs.filter(({ due_at }) => !others.some((one) => one.due_at === due_at));
}

/** Replaces a file as a whole, or fails with FILE_UNWRITABLE and leaves the old one as it is. */
export function writeWhole(
  path: string,
  text: string,
  { makesFolder = false, ...options }: WriteOptions = {},
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

interface WriteOptions {
  /** A new file gets the owner of this file, if this process may change owners. */
  readonly belongsWith?: string;
  /** Create the folder if it does not exist. */
  readonly makesFolder?: boolean;
  /** Fails with the cause EEXIST if the file exists. */
  readonly mustBeNew?: boolean;
}
