/* Finds the due times of a cron expression by checking the local time of every minute: slow, but simple. */

const MINUTE = 60_000;

type Wall = readonly [year: number, month: number, day: number, hour: number, minute: number];

function createWallReader(timezone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return (instant) => {
    // "27/11/2026, 03:17"
    const [day = 0, month = 0, year = 0, hour, minute] = format.format(instant).split(/\D+/).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute);
  };
}

function toWall(minute: number): Wall {
  const date = new Date(minute);
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
  ];
}

function holds(field: string, value: number, least: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [from, to] = range === '*' ? [least, Infinity] : range.split('-').map(Number);
    if (from === undefined) return false;
    const last = to ?? from;
    return value >= from && value <= last && (value - from) % Number(step) === 0;
  });
}

function matches(cron: string, minute: number): boolean {
  const [minutes = '', hours = ''] = cron.split(' ');
  const [, , , hour, minuteOfHour] = toWall(minute);
  return holds(minutes, minuteOfHour, 0) && holds(hours, hour, 0) && matchesDay(cron, minute);
}

/** crontab(5): if both day fields are restricted, that is, do not begin with `*`, either is enough. */
function matchesDay(cron: string, minute: number): boolean {
  const [, , days = '', months = '', weekdays = ''] = cron.split(' ');
  const [, month, day] = toWall(minute);
  const weekday = new Date(minute).getUTCDay();
  const isDay = holds(days, day, 1);
  const isWeekday = holds(weekdays, weekday, 0) || (weekday === 0 && holds(weekdays, 7, 0));
  const isEither = !days.startsWith('*') && !weekdays.startsWith('*');
  return holds(months, month, 1) && (isEither ? isDay || isWeekday : isDay && isWeekday);
}

const DAY = 24 * 60 * MINUTE;
/** After this many days every date has fallen on every day of the week. */
const DAYS_OF_28_YEARS = 10_227;

/** Whether the expression matches any date: `0 0 31 9 *` matches none. */
export function matchesSomeDate(cron: string): boolean {
  for (let day = 0; day < DAYS_OF_28_YEARS; day++)
    if (matchesDay(cron, Date.UTC(2024, 0, 1) + day * DAY)) return true;
  return false;
}

/** All due times after one instant, up to and including another. */
export function listDueByTheMinute(cron: string, timezone: string, after: number, upTo: number): string[] {
  const wallAt = createWallReader(timezone);
  const isHourNamed = !String(cron.split(' ')[1]).startsWith('*');
  const due: string[] = [];
  const shown = new Set<number>();
  const start = after - 30 * 60 * MINUTE;
  let last = wallAt(start);
  for (let instant = start + MINUTE; instant <= upTo; instant += MINUTE) {
    const wall = wallAt(instant);
    let isDue = matches(cron, wall) && !(isHourNamed && shown.has(wall));
    if (isHourNamed)
      for (let leftOut = last + MINUTE; leftOut < wall; leftOut += MINUTE) isDue ||= matches(cron, leftOut);
    shown.add(wall);
    last = wall;
    if (isDue && instant > after) due.push(new Date(instant).toISOString());
  }
  return due;
}

/** Finds the quarters of a day in which the clock of a zone changes between two instants. Looks into days with a change only. */
export function listShiftHours(timezone: string, from: number, to: number): number[] {
  const wallAt = createWallReader(timezone);
  const isShifted = (instant: number, ms: number): boolean => wallAt(instant + ms) - wallAt(instant) !== ms;
  const quarters: number[] = [];
  for (let day = from; day < to; day += DAY) {
    if (!isShifted(day, DAY)) continue;
    for (let quarter = day; quarter < day + DAY; quarter += DAY / 4)
      if (isShifted(quarter, DAY / 4)) quarters.push(quarter);
  }
  return quarters;
}
