import { type Day, dateText, dayOf } from './days.ts';
import type { CaseDraw } from './case-draw.ts';
import { ZERO_YEAR_SHARES } from './case-profile.ts';
import type { InventedStatus } from './invent-status.ts';

/** The day on which the invented collection was, so to speak, published. Nights count from it. */
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
