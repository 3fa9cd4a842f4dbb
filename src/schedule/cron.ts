import { Cron } from 'croner';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { toOffset, toZonedMinute } from '../lib/local-time.ts';

/** Where the clock of a zone is set: at this instant its distance from UTC changes from `before` to `after` milliseconds. */
export interface ClockShift {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** The clock of a time zone. Instants and offsets are milliseconds. */
export interface ZoneClock {
  /** How far the zone is ahead of UTC at that instant. */
  readonly offsetAt: (instant: number) => number;
  /** The first shift after one instant and up to another; null when there is none. */
  readonly findShift: (after: number, upTo: number) => ClockShift | null;
}

/** No zone sets its clock twice within that time. */
const SPAN_MS = 12 * 3_600_000;
const SECOND_MS = 1000;

/** Fails with a RangeError when there is no zone of that name. Each span of time is looked up once. */
function createZoneClock(timezone: string): ZoneClock {
  const readOffset = (instant: number): number => toOffset(new Date(instant), timezone);
  readOffset(0);
  const offsets = new Map<number, number>();
  const shifts = new Map<number, ClockShift | null>();

  const offsetAtStart = (span: number): number => {
    const known = offsets.get(span);
    if (known !== undefined) return known;
    const offset = readOffset(span * SPAN_MS);
    offsets.set(span, offset);
    return offset;
  };

  /** The shift in a span, its last instant included and its first not. */
  const shiftIn = (span: number): ClockShift | null => {
    const before = offsetAtStart(span);
    const after = offsetAtStart(span + 1);
    if (before === after) return null;
    const known = shifts.get(span);
    if (known !== undefined) return known;
    let low = (span * SPAN_MS) / SECOND_MS;
    let high = ((span + 1) * SPAN_MS) / SECOND_MS;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (readOffset(middle * SECOND_MS) === before) low = middle;
      else high = middle;
    }
    const shift = { at: high * SECOND_MS, before, after };
    shifts.set(span, shift);
    return shift;
  };

  const spanOf = (instant: number): number => Math.ceil(instant / SPAN_MS) - 1;
  return {
    offsetAt: (instant) => {
      const span = spanOf(instant);
      const shift = shiftIn(span);
      if (shift === null) return offsetAtStart(span);
      return instant < shift.at ? shift.before : shift.after;
    },
    findShift: (after, upTo) => {
      for (let span = spanOf(after); span * SPAN_MS < upTo; span++) {
        const shift = shiftIn(span);
        if (shift !== null && shift.at > after) return shift.at <= upTo ? shift : null;
      }
      return null;
    },
  };
}

/** When a night is due: a checked cron expression in a checked time zone. */
export interface Schedule {
  /** Five fields, or a nickname; a time of the day is written as such an expression too. */
  readonly cron: string;
  readonly timezone: string;
  /** The first time that is due after this moment; null when there is none any more. */
  readonly findNext: (after: Date) => Date | null;
  /** The last `most` times that were due up to this moment, itself included; the newest first. */
  readonly listLast: (upTo: Date, most: number) => readonly Date[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Leap days are at most eight years apart; no expression that comes again is rarer, but for a weekday on a leap day. */
const MAX_LOOK_BACK_MS = 41 * 366 * DAY_MS;
/** Rarer than every month: most probably not what was meant. */
const A_MONTH_MS = 31 * DAY_MS;

const FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week'] as const;
const NICKNAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

const HINT =
  'Give a time such as 03:17, or five fields (minute, hour, day of the month, month, day of the week) such as "17 3 * * *".';

/** Where the two were written, for messages. */
export interface ScheduleSource {
  readonly at: string;
  readonly timezone: string;
}

interface Written {
  readonly text: string;
  readonly from: string;
}

/**
 * Fails with SETTING_INVALID when either is not valid. Where both day fields are restricted, a day matches that matches
 * either, as in cron. An hour that is named is due once a day, also where clocks are set: what falls into the hour that is
 * left out is due at its end, and of an hour that comes twice the first one counts. Where the hour begins with `*`, it is
 * due whenever the clock shows the time.
 */
export function parseSchedule(
  text: string,
  timezone: string,
  from: ScheduleSource = { at: '--at', timezone: '--timezone' },
): Schedule {
  const written = { text, from: from.at };
  const clock = openClock(timezone, from.timezone);
  const cron = toCron(written);
  checkForm(cron, written);
  const times = parseTimes(cron, written);
  const isHourNamed = !fieldsOf(cron).hour.startsWith('*');
  const findNext = (after: Date): Date | null => findNextDue(times, clock, isHourNamed, after.getTime());
  const listLast = (upTo: Date, most: number): readonly Date[] => {
    for (let span = MINUTE_MS; ; span *= 2) {
      const due: Date[] = [];
      for (let next = findNext(new Date(upTo.getTime() - span)); next !== null && next <= upTo;) {
        due.push(next);
        next = findNext(next);
      }
      if (due.length >= most || span > MAX_LOOK_BACK_MS) return due.slice(-most).reverse();
    }
  };
  // Looks ahead as far as the calendar can bring it.
  if (times.nextRun() === null)
    throw new MirrorError('SETTING_INVALID', `${written.from} ${JSON.stringify(text)} never comes.`, {
      hint: HINT,
    });
  return { cron, timezone, findNext, listLast };
}

/** What a person should hear of a schedule that is valid and most probably not meant; null when there is nothing. */
export function findScheduleDoubt({ cron, timezone, findNext }: Schedule, now: Date): string | null {
  const next = findNext(now);
  if (next === null) return `No night is due any more by the schedule ${JSON.stringify(cron)}.`;
  const days = Math.round((next.getTime() - now.getTime()) / DAY_MS);
  if (next.getTime() - now.getTime() <= A_MONTH_MS) return null;
  return `By the schedule ${JSON.stringify(cron)} the next night is ${days} days off, at ${toZonedMinute(next, timezone)}.`;
}

/** What to write for a name that is not one of a time zone. */
export function suggestZone(name: string): string {
  const closest = listClosest(name, Intl.supportedValuesOf('timeZone'));
  return suggestNames(closest) ?? 'Use a name such as UTC or America/Detroit.';
}

function openClock(timezone: string, from: string): ZoneClock {
  try {
    return createZoneClock(timezone);
  } catch (cause) {
    throw new MirrorError('SETTING_INVALID', `${from} ${JSON.stringify(timezone)} is not a time zone.`, {
      cause,
      hint: suggestZone(timezone),
    });
  }
}

/** A time of the day as an expression; anything else as it is. */
function toCron(written: Written): string {
  const [, hour, minute, half] = /^(\d{1,2}):(\d{2})(?:\s*([ap])\.?m\.?)?$/i.exec(written.text.trim()) ?? [];
  if (hour === undefined || minute === undefined) return written.text.trim();
  if (half === undefined) return `${Number(minute)} ${Number(hour)} * * *`;
  if (Number(hour) < 1 || Number(hour) > 12)
    throw toInvalid(written, `the hour before "${half.toLowerCase()}m" must be from 1 to 12`);
  const hours = (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return `${Number(minute)} ${hours} * * *`;
}

/** Five fields of crontab(5), or a nickname. What croner takes besides, such as seconds, a year or one date, is refused. */
function checkForm(cron: string, written: Written): void {
  if (NICKNAMES.includes(cron.toLowerCase())) return;
  const fields = cron.split(/\s+/);
  if (cron === '') throw toInvalid(written, 'it is empty');
  if (fields.length !== FIELDS.length) throw toInvalid(written, `it has ${fields.length} of five fields`);
  const odd = fields.findIndex((field) => field.startsWith('+'));
  if (odd !== -1) throw toInvalid(written, toWrongField(odd, String(fields[odd])));
}

function toInvalid(written: Written, why: string | null, cause?: unknown): MirrorError {
  const which = why === null ? '' : `: ${why}`;
  const message = `${written.from} ${JSON.stringify(written.text)} is neither a time nor a cron expression${which}.`;
  return new MirrorError('SETTING_INVALID', message, { cause, hint: HINT });
}

/** The times of an expression by a clock that is never set: UTC stands for the clock of any zone. */
function parseTimes(cron: string, written: Written): Cron {
  const { day, weekday } = fieldsOf(cron);
  try {
    // As in cron, a field counts as restricted unless it begins with `*`, also where a step follows.
    const domAndDow = [day, weekday].some((field) => /^[*?]/.test(field));
    return new Cron(cron, { utcOffset: 0, domAndDow, paused: true });
  } catch (cause) {
    throw toInvalid(written, findWrongField(cron), cause);
  }
}

/** Of a nickname such as @daily no field is restricted by hand. */
function fieldsOf(cron: string) {
  const [, hour = '0', day = '*', , weekday = '*'] = cron.split(/\s+/);
  return { hour, day, weekday };
}

const toWrongField = (at: number, field: string): string =>
  `the ${FIELDS[at] ?? 'field'} cannot be ${JSON.stringify(field)}`;

/** Which field cannot be used, in words; null when it is not for one of them alone. */
function findWrongField(cron: string): string | null {
  for (const [at, field] of cron.split(/\s+/).entries()) {
    const alone = FIELDS.map((_name, other) => (other === at ? field : '*')).join(' ');
    try {
      new Cron(alone, { utcOffset: 0, paused: true });
    } catch {
      return toWrongField(at, field);
    }
  }
  return null;
}

/**
 * The next time that is due. Between two shifts of the zone's clock it is at a steady distance from UTC; what lies in the
 * walls of time that a shift leaves out or repeats is settled at the shift.
 */
function findNextDue(times: Cron, clock: ZoneClock, isHourNamed: boolean, after: number): Date | null {
  let from = after;
  let settled = after;
  let offset = clock.offsetAt(from);
  const recent = clock.findShift(from - 2 * DAY_MS, from);
  if (isHourNamed && recent !== null) from = Math.max(from, toEndOfRepeat(recent) - SECOND_MS);
  for (;;) {
    const wall = times.nextRun(new Date(from + offset));
    if (wall === null) return null;
    const due = wall.getTime() - offset;
    const shift = clock.findShift(settled, due);
    if (shift === null) return new Date(due);
    if (isHourNamed && isLeftOut(times, shift)) return new Date(shift.at);
    offset = shift.after;
    settled = shift.at;
    from = isHourNamed ? toEndOfRepeat(shift) - SECOND_MS : shift.at - SECOND_MS;
  }
}

/** When the clock shows what it has not shown before: at once unless it was set back. */
function toEndOfRepeat({ at, before, after }: ClockShift): number {
  return at + Math.max(0, before - after);
}

/** Whether the clock, set forward, leaves out a time of the expression. */
function isLeftOut(times: Cron, { at, before, after }: ClockShift): boolean {
  const wall = times.nextRun(new Date(at + before - SECOND_MS));
  return wall !== null && wall.getTime() < at + after;
}
