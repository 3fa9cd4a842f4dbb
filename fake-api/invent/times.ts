import { type CaseDraw, type InventedStatus } from './draw.ts';
import { ZERO_YEAR_SHARES } from './profile.ts';

/** A day as the number of days since 1950-01-01, the first day that invented cases use. */
export type Day = number;

const FIRST_DAY = Date.UTC(1950, 0, 1);
const MILLISECONDS_A_DAY = 86_400_000;

/** Texts are made once a day and kept: a large docket would otherwise spend most of its time on dates. */
const dates = emptyTable();
const midnights = emptyTable();
const slashed = emptyTable();

function dayOf(year: number, dayOfYear: number): Day {
  return Math.round((Date.UTC(year, 0, 1) - FIRST_DAY) / MILLISECONDS_A_DAY) + dayOfYear;
}

/** `2019-04-30` */
export function dateText(day: Day): string {
  return (dates[day] ??= new Date(FIRST_DAY + day * MILLISECONDS_A_DAY).toISOString().slice(0, 10));
}

/** `2019-04-30T00:00:00-04:00`: midnight with the offset of the US east coast, roughly by month. */
export function midnightText(day: Day): string {
  return (midnights[day] ??= `${dateText(day)}T00:00:00${offsetText(day)}`);
}

/** `2019-04-30T01:00:00-04:00` */
export function oneOClockText(day: Day): string {
  return `${dateText(day)}T01:00:00${offsetText(day)}`;
}

/** `2019-04-30T17:05:09.123456-04:00` */
export function momentText(day: Day, second: number, microsecond: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return `${dateText(day)}T${clock}.${String(microsecond).padStart(6, '0')}${offsetText(day)}`;
}

function offsetText(day: Day): string {
  const monthAndDay = dateText(day).slice(5);
  return monthAndDay >= '03-11' && monthAndDay < '11-04' ? '-04:00' : '-05:00';
}

/** `04/30/2019`, as dockets write it */
export function slashedText(day: Day): string {
  return (slashed[day] ??=
    `${dateText(day).slice(5, 7)}/${dateText(day).slice(8)}/${dateText(day).slice(0, 4)}`);
}

/** As long as the years up to 2030, so that filling it in any order keeps it an array, not a hash table. */
function emptyTable(): (string | undefined)[] {
  return Array.from({ length: 30_000 });
}

/** The day on which the invented collection was, so to speak, published. Days count from it. */
export const PUBLISHED = dayOf(2026, 150);

/** When an invented case began and when anything last happened in it. */
export interface Lifetime {
  readonly filed: Day;
  readonly last: Day;
}

export function inventLifetime(draw: CaseDraw, status: InventedStatus): Lifetime {
  const { random } = draw;
  const filed = Math.min(dayOf(draw.filingYear(), random.below(365)), PUBLISHED - 1);
  const years = 0.2 + 14 * random.share() ** 2;
  const ended = Math.min(filed + Math.ceil(years * 365), PUBLISHED);
  const running = status.ongoing === 'Yes' && random.chance(0.9);
  return { filed, last: running ? Math.max(ended, PUBLISHED - random.below(400)) : ended };
}

export function yearOf(day: Day): number {
  return Number(dateText(day).slice(0, 4));
}

/** A year within the lifetime; now and then 0, as in the API. */
export function inventYear(draw: CaseDraw, field: keyof typeof ZERO_YEAR_SHARES, lifetime: Lifetime): number {
  if (draw.random.chance(ZERO_YEAR_SHARES[field])) return 0;
  return field === 'closing_year' ? yearOf(lifetime.last) : yearOf(inventDay(draw, lifetime));
}

export function inventDay({ random }: CaseDraw, { filed, last }: Lifetime): Day {
  return filed + random.below(last - filed + 1);
}
