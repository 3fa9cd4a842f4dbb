import { lstatSync, renameSync } from 'node:fs';
import { MirrorError } from '../errors/mirror-error.ts';
import { readRegularFile } from '../lib/files.ts';
import { isJsonObject } from '../lib/json.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import type { Waiting } from './plan.ts';
import { writeKeptFile } from './after-run.ts';

export const NIGHT_OUTCOMES = [
  'running',
  'complete',
  'partial',
  'suspicious',
  'failed',
  'interrupted',
  'missed',
] as const;
export type NightOutcome = (typeof NIGHT_OUTCOMES)[number];

/** What failed last, as it is told to a person. */
export interface NightError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What became of one of the things that are done after a night. */
export interface NightStepRecord {
  readonly step: string;
  readonly outcome: 'done' | 'skipped' | 'failed';
  readonly detail: string;
}

/** One night that was due. Times are ISO 8601 in UTC. */
export interface Night {
  readonly due_at: string;
  /** `missed`: nobody kept the schedule, and a later night made up for it. */
  readonly outcome: NightOutcome;
  readonly attempts: number;
  readonly first_began_at: string | null;
  /** Null while an attempt goes on, and after one that did not come to its own end. */
  readonly last_ended_at: string | null;
  /** Whether it is left alone from here on: it brought everything or was given up, and its steps are done. */
  readonly is_over: boolean;
  /** The runs in the ledger of the mirror. */
  readonly run_ids: readonly number[];
  readonly error: NightError | null;
  /** What was done afterwards; nothing yet while it is not over. */
  readonly steps: readonly NightStepRecord[];
}

/** What the process that keeps the schedule is about. */
export interface Watch {
  readonly process_id: number;
  readonly version: string;
  readonly watching_since: string;
  readonly at: string;
  readonly timezone: string;
  /** True where a night is begun by a timer of the host's, or by hand, so that nobody stays to keep a schedule. */
  readonly is_single?: boolean;
  /** Null while a night goes on. */
  readonly waiting: Waiting | null;
  /** Until when it waits; null while a night goes on, or when no other night is due. */
  readonly until: string | null;
}

/** The small state beside a mirror: who keeps the schedule, and what became of the nights, the newest first. */
export interface NightBook {
  readonly watch: Watch | null;
  readonly nights: readonly Night[];
  /** Nights that were due in the future when a night began, because the clock was ahead before or is behind now. */
  readonly ahead?: readonly Night[];
}

/** A year and a month of nights: older ones are forgotten here, their runs never. */
export const MAX_NIGHTS = 400;
/** A year of nights takes some hundred kilobytes. */
const MAX_BYTES = 64e6;
export const EMPTY_BOOK: NightBook = { watch: null, nights: [] };

export function toNightBookPath(database: string): string {
  return `${database}.nightly.json`;
}

/** Reads the book beside a mirror; an absent one is empty. Fails with STATE_FILE_DAMAGED. */
export function readNightBook(path: string): NightBook {
  let text: string;
  try {
    text = readRegularFile(path, MAX_BYTES).toString('utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return EMPTY_BOOK;
    throw toDamage(path, cause);
  }
  try {
    return parseNightBook(JSON.parse(text));
  } catch (cause) {
    throw toDamage(path, cause);
  }
}

/**
 * Writes the book beside a mirror as a whole: whoever reads it meanwhile sees the old one or the new one. Fails with
 * FILE_UNWRITABLE.
 */
export function writeNightBook(path: string, book: NightBook, database?: string): void {
  writeKeptFile(path, `${JSON.stringify(book, null, 2)}\n`, {
    ...(database !== undefined && { belongsWith: database }),
  });
}

/** Gives a book that cannot be read a name of its own; earlier ones stay. Fails with FILE_UNWRITABLE. */
export function setNightBookAside(path: string): void {
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

function parseNightBook(json: unknown): NightBook {
  if (!isJsonObject(json) || !Array.isArray(json.nights)) throw new TypeError('there is no list of nights');
  const nights: unknown = json.nights;
  if (!isNights(nights)) throw new TypeError('a night lacks something, or has another form');
  if (json.watch !== null && !isJsonObject(json.watch)) throw new TypeError('it does not say who keeps it');
  const ahead: unknown = json.ahead ?? [];
  if (!isNights(ahead)) throw new TypeError('a night ahead has another form');
  return {
    watch: json.watch as unknown as Watch | null,
    nights,
    ...(ahead.length > 0 && { ahead }),
  };
}

function isNights(value: unknown): value is readonly Night[] {
  return Array.isArray(value) && value.every(isNight);
}

function isNight(value: unknown): value is Night {
  return (
    isJsonObject(value) &&
    typeof value.due_at === 'string' &&
    !Number.isNaN(Date.parse(value.due_at)) &&
    (NIGHT_OUTCOMES as readonly unknown[]).includes(value.outcome) &&
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
 * The book without nights that were due in the future: either the clock was ahead when they began, or it was set back since
 * then. They say nothing of now; which of the two it was shows later, so they are kept apart.
 */
export function dropAhead(book: NightBook, now: Date): NightBook {
  const isAhead = ({ due_at }: Night): boolean => Date.parse(due_at) > now.getTime();
  const ahead = book.nights.filter(isAhead);
  if (ahead.length === 0) return book;
  return {
    ...book,
    nights: book.nights.filter((night) => !isAhead(night)),
    ahead: [...ahead, ...withoutThose(book.ahead ?? [], ahead)].slice(0, MAX_NIGHTS),
  };
}

/**
 * The book with the nights that were kept apart and were due before this one: time has come to them, so that they are no
 * longer in the future. Where a night was run at the same time by the clock meanwhile, that one counts.
 */
export function takeBackAhead(book: NightBook, due: Date): NightBook {
  const isPast = ({ due_at }: Night): boolean => Date.parse(due_at) < due.getTime();
  const past = withoutThose((book.ahead ?? []).filter(isPast), book.nights);
  const left = (book.ahead ?? []).filter((night) => !isPast(night) && night.due_at !== due.toISOString());
  return {
    watch: book.watch,
    nights: [...book.nights, ...past].toSorted((a, b) => b.due_at.localeCompare(a.due_at)),
    ...(left.length > 0 && { ahead: left }),
  };
}

function withoutThose(nights: readonly Night[], others: readonly Night[]): readonly Night[] {
  return nights.filter(({ due_at }) => !others.some((one) => one.due_at === due_at));
}
