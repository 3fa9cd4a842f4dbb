import { Cron } from 'croner';
import { createTask } from 'node-cron';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { toOffset, toZonedMinute } from '../lib/local-time.ts';
import { renderPlural } from '../lib/layout.ts';

/** A change of the clock of a time zone: at this instant its offset from UTC changes from `before` to `after` ms. */
export interface ClockShift {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** The clock of a time zone. Instants and offsets are milliseconds. */
export interface ZoneClock {
  /** The offset from UTC at this instant. */
  readonly offsetAt: (instant: number) => number;
  /** The first shift after one instant and up to another; null if there is none. */
  readonly findShift: (after: number, upTo: number) => ClockShift | null;
}

/** No time zone sets its clock twice within this time. */
const SPAN_MS = 12 * 3_600_000;
const SECOND_MS = 1000;

/** Fails with a RangeError if there is no time zone with this name. Looks up each span of time once. */
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

/** When runs are due: a checked cron expression in a checked time zone. */
export interface Schedule {
  /** Five fields, or a nickname such as @daily. A time such as 03:17 is converted to five fields. */
  readonly cron: string;
  readonly timezone: string;
  /** The first due time after this instant; null if there is none. */
  readonly findNext: (after: Date) => Date | null;
  /** The last `max` due times up to and including this instant, newest first. */
  readonly listLast: (upTo: Date, max: number) => readonly Date[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Leap days are at most eight years apart. Only a given weekday on a leap day is rarer. */
const MAX_LOOK_BACK_MS = 41 * 366 * DAY_MS;
/** A schedule rarer than monthly is probably a mistake. */
const A_MONTH_MS = 31 * DAY_MS;

const FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week'] as const;
const NICKNAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

const HINT =
  'Give a time such as 03:17, or five fields (minute, hour, day of the month, month, day of the week) such as "17 3 * * *".';

/** Where the two were set, for messages. */
export interface ScheduleSource {
  readonly schedule: string;
  readonly timezone: string;
}

interface Written {
  readonly text: string;
  readonly from: string;
}

/**
 * Fails with SETTING_INVALID. As in cron, if both day fields are restricted, either one is enough. A named hour is due once a
 * day, also when the clock changes: a time in the skipped hour is due at its end, and in a repeated hour the first one counts.
 * If the hour field starts with `*`, a run is due whenever the clock shows a matching time.
 */
export function parseSchedule(
  text: string,
  timezone: string,
  from: ScheduleSource = { schedule: '--schedule', timezone: '--timezone' },
): Schedule {
  const written = { text, from: from.schedule };
  const clock = openClock(timezone, from.timezone);
  const cron = toCron(written);
  checkForm(cron, written);
  const times = parseTimes(cron, written);
  const isHourNamed = !fieldsOf(cron).hour.startsWith('*');
  const findNext = (after: Date): Date | null => findNextDue(times, clock, isHourNamed, after.getTime());
  const listLast = (upTo: Date, max: number): readonly Date[] => {
    for (let span = MINUTE_MS; ; span *= 2) {
      const due: Date[] = [];
      for (let next = findNext(new Date(upTo.getTime() - span)); next !== null && next <= upTo;) {
        due.push(next);
        next = findNext(next);
      }
      if (due.length >= max || span > MAX_LOOK_BACK_MS) return due.slice(-max).reverse();
    }
  };
  // Looks ahead as far as croner can.
  if (times.nextRun() === null)
    throw new MirrorError('SETTING_INVALID', `${written.from} ${JSON.stringify(text)} matches no date.`, {
      hint: HINT,
    });
  return { cron, timezone, findNext, listLast };
}

/** A warning about a schedule that is valid but probably a mistake; null if there is none. */
export function findScheduleWarning({ cron, timezone, findNext }: Schedule, now: Date): string | null {
  const next = findNext(now);
  if (next === null) return `The schedule ${JSON.stringify(cron)} has no more runs.`;
  const days = Math.round((next.getTime() - now.getTime()) / DAY_MS);
  if (next.getTime() - now.getTime() <= A_MONTH_MS) return null;
  return `The next run of the schedule ${JSON.stringify(cron)} is ${renderPlural(days, 'day')} away, at ${toZonedMinute(next, timezone)}.`;
}

/** A hint for an unknown time zone. */
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

/** Converts a time such as 03:17 or 3:17 pm to a cron expression; returns anything else unchanged. */
function toCron(written: Written): string {
  const [, hour, minute, half] = /^(\d{1,2}):(\d{2})(?:\s*([ap])\.?m\.?)?$/i.exec(written.text.trim()) ?? [];
  if (hour === undefined || minute === undefined) return written.text.trim();
  if (half === undefined) return `${Number(minute)} ${Number(hour)} * * *`;
  if (Number(hour) < 1 || Number(hour) > 12)
    throw toInvalid(written, `the hour before "${half.toLowerCase()}m" must be from 1 to 12`);
  const hours = (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return `${Number(minute)} ${hours} * * *`;
}

/** Allows five fields of crontab(5) or a nickname. Rejects what croner allows in addition, such as seconds, years and dates. */
function checkForm(cron: string, written: Written): void {
  if (NICKNAMES.includes(cron.toLowerCase())) return;
  const fields = cron.split(/\s+/);
  if (cron === '') throw toInvalid(written, 'it is empty');
  if (fields.length !== FIELDS.length)
    throw toInvalid(written, `it has ${renderPlural(fields.length, 'field')}, not five`);
  const odd = fields.findIndex((field) => field.startsWith('+'));
  if (odd !== -1) throw toInvalid(written, toWrongField(odd, String(fields[odd])));
}

function toInvalid(written: Written, why: string | null, cause?: unknown): MirrorError {
  const which = why === null ? '' : `: ${why}`;
  const message = `${written.from} ${JSON.stringify(written.text)} is neither a time nor a cron expression${which}.`;
  return new MirrorError('SETTING_INVALID', message, { cause, hint: HINT });
}

/** The matches of an expression on a clock without shifts: UTC stands for the local time of any zone. */
function parseTimes(cron: string, written: Written): Cron {
  const { day, weekday } = fieldsOf(cron);
  try {
    // As in cron, a field that starts with `*` is not restricted, even with a step.
    const domAndDow = [day, weekday].some((field) => /^[*?]/.test(field));
    return new Cron(cron, { utcOffset: 0, domAndDow, paused: true });
  } catch (cause) {
    throw toInvalid(written, findWrongField(cron), cause);
  }
}

/** A nickname such as @daily restricts no day field. */
function fieldsOf(cron: string) {
  const [, hour = '0', day = '*', , weekday = '*'] = cron.split(/\s+/);
  return { hour, day, weekday };
}

const toWrongField = (at: number, field: string): string =>
  `the ${FIELDS[at] ?? 'field'} cannot be ${JSON.stringify(field)}`;

/** The field that is invalid by itself, as a phrase; null if none is. */
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
 * The next due time. Between two shifts the local time has a constant offset from UTC. Local times that a shift skips or
 * repeats are handled at the shift.
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
    if (isHourNamed && isSkipped(times, shift)) return new Date(shift.at);
    offset = shift.after;
    settled = shift.at;
    from = isHourNamed ? toEndOfRepeat(shift) - SECOND_MS : shift.at - SECOND_MS;
  }
}

/** When the clock first shows a new time: at the shift, or at the end of the repeated hour. */
function toEndOfRepeat({ at, before, after }: ClockShift): number {
  return at + Math.max(0, before - after);
}

/** Whether the hour that the clock skips contains a matching time. */
function isSkipped(times: Cron, { at, before, after }: ClockShift): boolean {
  const wall = times.nextRun(new Date(at + before - SECOND_MS));
  return wall !== null && wall.getTime() < at + after;
}

/** The guard looks at the clock this long before the full minute, ahead of node-cron. */
const HEAD_START_MS = 250;

/**
 * Resolves at the next full minute, or rejects with the signal's reason; always within a minute. If the clock is set back,
 * node-cron alone would wait for the minute it had planned, which is then far away. If the clock is set forward, as on a machine
 * that starts in 1970, node-cron alone would count every minute in between.
 */
export async function nextMinute(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const task = createTask('* * * * *', () => undefined, { timezone: 'UTC', suppressMissedWarning: true });
  let stop: (() => void) | undefined;
  const timers: NodeJS.Timeout[] = [];
  const start = Date.now();
  const startOnStopwatch = performance.now();
  const wasSet = (): boolean =>
    Math.abs(Date.now() - start - (performance.now() - startOnStopwatch)) > MINUTE_MS;
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', stop);
      // A minute that the machine slept through is reported as missed; it has passed, too.
      for (const event of ['execution:finished', 'execution:missed'] as const) {
        task.on(event, () => {
          resolve();
        });
      }
      const look = (): void => {
        if (wasSet()) resolve();
      };
      timers.push(
        setTimeout(look, MINUTE_MS - (start % MINUTE_MS) - HEAD_START_MS),
        setTimeout(resolve, MINUTE_MS),
      );
      void task.start();
    });
  } finally {
    timers.forEach(clearTimeout);
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    await task.destroy();
  }
}
