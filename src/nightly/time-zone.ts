import { toOffset } from '../local-time.ts';

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
export function createZoneClock(timezone: string): ZoneClock {
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
