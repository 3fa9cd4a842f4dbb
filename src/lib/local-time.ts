/** A date and a time of day on a calendar and a clock, without a zone. The month is 1 to 12. */
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

/** The calendar and the clock of a zone at an instant. */
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

/** How far a zone is ahead of UTC at an instant, in milliseconds. Fails with a RangeError when there is no such zone. */
export function toOffset(at: Date, timeZone: string): number {
  return toUtcMs(toLocalTime(at, timeZone)) - at.getTime();
}

/**
 * A zone that Intl can use, for the one that it says this process is in. Of a TZ that is empty or no name of a zone it
 * says "Etc/Unknown", "GMT+05:00" or nothing at all, and refuses its own word; the clock then tells how far it is from UTC.
 */
export function toUsableZone(zone: string | undefined, minutesBehindUtc: number): string {
  if (zone !== undefined && isZone(zone)) return zone;
  const hours = minutesBehindUtc / 60;
  const fixed = `Etc/GMT${hours < 0 ? '-' : '+'}${Math.abs(hours)}`;
  return hours !== 0 && isZone(fixed) ? fixed : 'UTC';
}

/** A zone by its distance from UTC, such as `EST5EDT`, or the path of a file of zones: what the system reads, and Intl may not. */
const ZONE_OF_SYSTEM = /^:?(?:\/|<?[A-Za-z\d+-]{3,}>?[+-]?\d)/;

/** Whether what the variable TZ says is a time zone; an empty one means UTC. */
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
 * The instant of a local time. Fields beyond their range carry over, as with Date: day 0 is the last of the month before.
 * Of an hour that occurs twice it is the first; a time that a change of the clock skips is as much later.
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
  // Date.UTC takes the years 0 to 99 for those of the twentieth century; calendars repeat after 400 years.
  return Date.UTC(year + 400, month - 1, day, hour, minute, second, ms) - DAYS_IN_400_YEARS * DAY_MS;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** A stored timestamp as people read it: "2026-03-01 04:17", on the clock of their zone. Fails with RangeError. */
export function toLocalMinute(timestamp: string | Date, timeZone: string): string {
  const { year, month, day, hour, minute } = toLocalTime(toInstant(timestamp), timeZone);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
}

/** What people call the zone at that time, such as "UTC", "EST" or "GMT+1". Fails with RangeError. */
export function toZoneName(timestamp: string | Date, timeZone: string): string {
  return (
    formatOf(timeZone)
      .formatToParts(toInstant(timestamp))
      .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
  );
}

/** A stored timestamp as it stands in a sentence: "2026-03-01 04:17 EST". Fails with RangeError. */
export function toZonedMinute(timestamp: string | Date, timeZone: string): string {
  return `${toLocalMinute(timestamp, timeZone)} ${toZoneName(timestamp, timeZone)}`;
}

/** As the program writes them. What a person typed stands in quotation marks, and stays as it is. */
const TIMESTAMP = /(?<!")\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** A message, whose times are in UTC for whoever reads it as JSON, with the times of a person who reads it as text. */
export function localizeTimes(text: string, timeZone: string): string {
  return text.replaceAll(TIMESTAMP, (found) =>
    Number.isNaN(Date.parse(found)) ? found : toZonedMinute(found, timeZone),
  );
}

/** A damaged value must not pass for a time: null would be the year 1970. */
function toInstant(timestamp: unknown): Date {
  const at = new Date(typeof timestamp === 'string' || timestamp instanceof Date ? timestamp : Number.NaN);
  if (Number.isNaN(at.getTime())) throw new RangeError('A stored time is not a time.');
  return at;
}
