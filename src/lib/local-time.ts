/** A local date and time without a zone. The month is 1 to 12. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    timeZoneName: 'short',
  });
  formats.set(timeZone, format);
  return format;
}

/** The local date and time of a zone at an instant. */
export function toLocalTime(at: Date, timeZone: string): LocalTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  return {
    year: of('year'),
    month: of('month'),
    day: of('day'),
    hour: of('hour'),
    minute: of('minute'),
    second: of('second'),
    ms: ((at.getTime() % 1000) + 1000) % 1000,
  };
}

/** The offset of a zone from UTC at an instant, in milliseconds. Throws a RangeError if there is no such zone. */
export function toOffset(at: Date, timeZone: string): number {
  return toUtcMs(toLocalTime(at, timeZone)) - at.getTime();
}

/**
 * Returns a zone that Intl can use for the zone that it reports for this process. If TZ is empty or not a zone, Intl
 * reports "Etc/Unknown", "GMT+05:00" or nothing, and rejects its own value; the clock then shows the offset from UTC.
 */
export function toUsableZone(zone: string | undefined, minutesBehindUtc: number): string {
  if (zone !== undefined && isZone(zone)) return zone;
  const hours = minutesBehindUtc / 60;
  const fixed = `Etc/GMT${hours < 0 ? '-' : '+'}${Math.abs(hours)}`;
  return hours !== 0 && isZone(fixed) ? fixed : 'UTC';
}

/**
 * A zone given as an offset, such as `EST5EDT`, or as the path of a zone file. The system reads these; Intl may not.
 */
const ZONE_OF_SYSTEM = /^:?(?:\/|<?[A-Za-z\d+-]{3,}>?[+-]?\d)/;

/** Whether the value of TZ is a time zone; an empty value means UTC. */
export function isZoneOfTz(tz: string): boolean {
  return tz === '' || isZone(tz.replace(/^:/, '')) || ZONE_OF_SYSTEM.test(tz);
}

/** The time zone of this process. */
export function findOwnZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions() as { timeZone: string | undefined };
  return toUsableZone(timeZone, new Date().getTimezoneOffset());
}

function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

const DAY_MS = 86_400_000;
const DAYS_IN_400_YEARS = 146_097;

/**
 * The instant of a local time. Fields out of range carry over, as with Date: day 0 is the last day of the previous
 * month. If an hour occurs twice, the first counts; a time that a change of the clock skips moves forward by the
 * skipped amount.
 */
export function fromLocalTime(local: LocalTime, timeZone: string): Date {
  const asUtc = toUtcMs(local);
  const [before, after] = [-DAY_MS, DAY_MS].map((shift) => {
    const near = new Date(asUtc + shift);
    return asUtc - (toUtcMs(toLocalTime(near, timeZone)) - near.getTime());
  }) as [number, number];
  const isExact = (ms: number): boolean => toUtcMs(toLocalTime(new Date(ms), timeZone)) === asUtc;
  return new Date(!isExact(before) && isExact(after) ? after : before);
}

function toUtcMs({ year, month, day, hour, minute, second, ms }: LocalTime): number {
  // Date.UTC maps the years 0 to 99 to the twentieth century. The calendar repeats after 400 years.
  return Date.UTC(year + 400, month - 1, day, hour, minute, second, ms) - DAYS_IN_400_YEARS * DAY_MS;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** A stored timestamp in the given zone: "2026-03-01 04:17". Throws a RangeError. */
export function toLocalMinute(timestamp: string | Date, timeZone: string): string {
  const { year, month, day, hour, minute } = toLocalTime(toInstant(timestamp), timeZone);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
}

/** The common name of the zone at that time, such as "UTC", "EST" or "GMT+1". Throws a RangeError. */
export function toZoneName(timestamp: string | Date, timeZone: string): string {
  return (
    formatOf(timeZone)
      .formatToParts(toInstant(timestamp))
      .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
  );
}

/** A stored timestamp for a sentence: "2026-03-01 04:17 EST". Throws a RangeError. */
export function toZonedMinute(timestamp: string | Date, timeZone: string): string {
  return `${toLocalMinute(timestamp, timeZone)} ${toZoneName(timestamp, timeZone)}`;
}

/**
 * Matches the timestamps that the program writes. Text that a person typed is in quotation marks and stays unchanged.
 */
const TIMESTAMP = /(?<!")\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** Converts the timestamps of a message from UTC, as in JSON, to the zone of a person who reads it. */
export function localizeTimes(text: string, timeZone: string): string {
  return text.replaceAll(TIMESTAMP, (found) =>
    Number.isNaN(Date.parse(found)) ? found : toZonedMinute(found, timeZone),
  );
}

/** A damaged value must not count as a time: null would become the year 1970. */
function toInstant(timestamp: unknown): Date {
  const at = new Date(typeof timestamp === 'string' || timestamp instanceof Date ? timestamp : Number.NaN);
  if (Number.isNaN(at.getTime())) throw new RangeError('A stored time is not a time.');
  return at;
}
