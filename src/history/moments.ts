import { MirrorError } from '../errors/mirror-error.ts';
import { fromLocalTime, toLocalTime, type LocalTime } from '../lib/local-time.ts';

/** A time as a user gives it: a run, or a period with its first and last millisecond. */
export type AsOf =
  | { readonly kind: 'run'; readonly runId: number }
  | { readonly kind: 'time'; readonly from: Date; readonly until: Date };

/** The time that "yesterday" is relative to. */
export interface AsOfClock {
  readonly now: Date;
  readonly timeZone: string;
}

/** The accepted forms of a time, for help texts. */
const MOMENT_FORMS =
  'the number of a run (7), a day (2026-03-01), a month (2026-03), yesterday, last monday, 7d, 36h, or a time (2026-03-01T03:17:00Z)';

/**
 * Parses the value of every flag that takes a time. Days, months and times without a zone use the local calendar and
 * clock; "7d" is that long ago. Fails with USAGE.
 */
export function parseAsOf(text: string, clock: AsOfClock): AsOf {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ');
  return (
    parseRun(words, text, clock) ??
    parseDate(words, text, clock) ??
    parseWords(words, text, clock) ??
    fail(text)
  );
}

/** Parses the beginning of a period, which has to be in the past. Fails with USAGE. */
export function parseSince(text: string, clock: AsOfClock): AsOf {
  const since = parseAsOf(text, clock);
  if (since.kind === 'time' && since.from > clock.now)
    throw new MirrorError(
      'USAGE',
      `${JSON.stringify(text)} is still to come, so nothing can have changed since then.`,
      {
        hint: `Give a time in the past: ${MOMENT_FORMS}.`,
      },
    );
  return since;
}

function fail(text: string, why = 'is neither a run nor a date'): never {
  throw new MirrorError('USAGE', `${JSON.stringify(text)} ${why}.`, { hint: `Give ${MOMENT_FORMS}.` });
}

/** A number that is as likely a year as the number of a run. */
const isLikeYear = (number: number): boolean => number >= 1900 && number < 2100;

/** A run as {@link parseAsOf} reads it, in one word, so that a shell needs no quotes. */
export const toRunText = (runId: number): string => (isLikeYear(runId) ? `run${runId}` : String(runId));

function parseRun(words: string, text: string, { now }: AsOfClock): AsOf | null {
  const [, prefix = '', digits] = /^(run ?|#)?(\d+)$/.exec(words) ?? [];
  if (digits === undefined) return null;
  const runId = Number(digits);
  if (prefix === '' && digits.length === 4 && isLikeYear(runId))
    throw new MirrorError('USAGE', `${JSON.stringify(text)} can be a year or a run.`, {
      hint:
        runId > now.getUTCFullYear()
          ? `Give a time in the past, or "run ${digits}" for the run.`
          : `Give a month (${digits}-12) or a day (${digits}-12-31) of the year, or "run ${digits}".`,
    });
  if (runId < 1 || !Number.isSafeInteger(runId)) fail(text, 'is no number of a run');
  return { kind: 'run', runId };
}

const DATE = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/;
const DATE_AND_TIME = /^(\S+?)(?:t| )(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(z|[+-]\d{2}:?\d{2})?$/;

function parseDate(words: string, text: string, clock: AsOfClock): AsOf | null {
  const [, year, month, day] = DATE.exec(words) ?? [];
  if (year !== undefined) {
    const start = { ...NEW_YEAR, year: Number(year), month: Number(month), day: Number(day ?? 1) };
    if (!isReal(start))
      fail(text, day === undefined ? 'is a month that does not exist' : 'is a day that does not exist');
    return toSpan(start, day === undefined ? { months: 1 } : { days: 1 }, clock);
  }
  const [, date, hour, minute, second = '0', fraction = '', zone] = DATE_AND_TIME.exec(words) ?? [];
  if (date === undefined) return null;
  const start = toDay(date, clock);
  if (start === null) return null;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const local = { ...start, hour: Number(hour), minute: Number(minute), second: Number(second), ms };
  if (!isReal(local)) fail(text, 'is a time that does not exist');
  const at = zone === undefined ? fromLocalTime(local, clock.timeZone) : fromZonedTime(local, zone);
  return { kind: 'time', from: at, until: at };
}

/** The day before a time of day: a date, or a word. */
function toDay(date: string, clock: AsOfClock): LocalTime | null {
  const [, year, month, day] = DATE.exec(date) ?? [];
  if (day !== undefined) return { ...NEW_YEAR, year: Number(year), month: Number(month), day: Number(day) };
  const back = DAYS_BACK.get(date);
  return back === undefined ? null : shift(today(clock), { days: -back });
}

function fromZonedTime(local: LocalTime, zone: string): Date {
  const at = fromLocalTime(local, 'UTC');
  if (zone === 'z') return at;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(at.getTime() - (sign === '-' ? -offset : offset));
}

const DAYS_BACK: ReadonlyMap<string, number> = new Map([
  ['today', 0],
  ['yesterday', 1],
]);
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function parseWords(words: string, text: string, clock: AsOfClock): AsOf | null {
  if (words === 'now') return { kind: 'time', from: clock.now, until: clock.now };
  const back = DAYS_BACK.get(words);
  if (back !== undefined) return toSpan(shift(today(clock), { days: -back }), { days: 1 }, clock);
  return parseWeekday(words, clock) ?? parsePeriod(words, clock) ?? parseAge(words, text, clock);
}

/** "monday" is the newest Monday, today included; "last monday" is before today. */
function parseWeekday(words: string, clock: AsOfClock): AsOf | null {
  const [, last, name = ''] = /^(last )?([a-z]{3,9})$/.exec(words) ?? [];
  const weekday = WEEKDAYS.findIndex((day) => day === name || (name.length === 3 && day.startsWith(name)));
  if (weekday === -1) return null;
  const since = (weekdayOf(today(clock)) - weekday + 7) % 7;
  const days = since === 0 && last !== undefined ? 7 : since;
  return toSpan(shift(today(clock), { days: -days }), { days: 1 }, clock);
}

/** "this month", "last week": weeks begin on Monday. */
function parsePeriod(words: string, clock: AsOfClock): AsOf | null {
  const [, which, unit] = /^(this|last) (week|month|year)$/.exec(words) ?? [];
  if (unit === undefined) return null;
  const day = today(clock);
  const start =
    unit === 'week'
      ? shift(day, { days: -((weekdayOf(day) + 6) % 7) })
      : { ...day, day: 1, month: unit === 'year' ? 1 : day.month };
  const length = unit === 'week' ? { days: 7 } : { months: unit === 'year' ? 12 : 1 };
  const back = unit === 'week' ? { days: -7 } : { months: unit === 'year' ? -12 : -1 };
  return toSpan(which === 'last' ? shift(start, back) : start, length, clock);
}

const DAY_MS = 86_400_000;
const MAX_MS = 366 * 500 * DAY_MS;

const UNITS: readonly (readonly [names: RegExp, length: Length])[] = [
  [/^(m|min|mins|minutes?)$/, { ms: 60_000 }],
  [/^(h|hrs?|hours?)$/, { ms: 3_600_000 }],
  [/^(d|days?)$/, { days: 1 }],
  [/^(w|weeks?)$/, { days: 7 }],
  [/^(mo|months?)$/, { months: 1 }],
  [/^(y|years?)$/, { months: 12 }],
];

/** "36h", "7 days ago", "a week ago": that long before now, at the same time of day. */
function parseAge(words: string, text: string, clock: AsOfClock): AsOf | null {
  const [, count = '', unit = ''] = /^(?:last )?(\d{1,6}|an?) ?([a-z]+)(?: ago)?$/.exec(words) ?? [];
  const length = UNITS.find(([names]) => names.test(unit))?.[1];
  if (length === undefined) return null;
  const times = /\d/.test(count) ? Number(count) : 1;
  const { ms = 0, days = 0, months = 0 } = length;
  if (times * (ms + (days + 31 * months) * DAY_MS) > MAX_MS) fail(text, 'is too long ago');
  const local = shift(toLocalTime(clock.now, clock.timeZone), {
    days: -days * times,
    months: -months * times,
  });
  const start = days === 0 && months === 0 ? clock.now : fromLocalTime(local, clock.timeZone);
  const at = new Date(start.getTime() - ms * times);
  return { kind: 'time', from: at, until: at };
}

/** A duration. Days and months are calendar days and months, also when the clock is changed. */
interface Length {
  readonly ms?: number;
  readonly days?: number;
  readonly months?: number;
}

const NEW_YEAR: LocalTime = { year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0, ms: 0 };

function today({ now, timeZone }: AsOfClock): LocalTime {
  const { year, month, day } = toLocalTime(now, timeZone);
  return { ...NEW_YEAR, year, month, day };
}

/** By the calendar. If the month has no such day, its last day is used. */
function shift(local: LocalTime, { days = 0, months = 0 }: Length): LocalTime {
  const inMonth = { ...local, month: local.month + months };
  const last = toLocalTime(fromLocalTime({ ...inMonth, month: inMonth.month + 1, day: 0 }, 'UTC'), 'UTC').day;
  const day = months === 0 ? local.day : Math.min(local.day, last);
  return toLocalTime(fromLocalTime({ ...inMonth, day: day + days }, 'UTC'), 'UTC');
}

function weekdayOf(local: LocalTime): number {
  return fromLocalTime(local, 'UTC').getUTCDay();
}

function toSpan(start: LocalTime, length: Length, { timeZone }: AsOfClock): AsOf {
  const end = fromLocalTime(shift(start, length), timeZone);
  return { kind: 'time', from: fromLocalTime(start, timeZone), until: new Date(end.getTime() - 1) };
}

/** Whether the date exists: JavaScript would turn 30 February into 2 March. */
function isReal(local: LocalTime): boolean {
  const same = toLocalTime(fromLocalTime(local, 'UTC'), 'UTC');
  return (Object.keys(local) as (keyof LocalTime)[]).every((part) => same[part] === local[part]);
}
