import type { JsonObject } from '../../json.ts';
import { DOCKET_ENTRIES } from './case-profile.ts';
import { type DocketTraits, inventEntryText, type Origin, ORIGINS } from './invent-entry.ts';
import { SPECIAL_CLAUSES, ENTRY_CLAUSES } from './invented-phrases.ts';
import { type Cast, cutPhrases } from './invented-text.ts';
import { valueAt } from './quantiles.ts';
import { Random } from './random.ts';

const ASCII = /^[\x20-\x7e]*$/;
const PLAIN = cutPhrases(ENTRY_CLAUSES);
const SPECIAL = [...PLAIN, ...cutPhrases(SPECIAL_CLAUSES)];
/** Each case has its own range of entry ids; the largest docket (5,312 entries) fits into half of it. */
const ENTRY_IDS_A_CASE = 16_384;
const FIRST_ENTRY_ID = 1_000_000;
/** Entries that were collected a second time have ids from the second half, so ids don't follow the rows. */
const LATER_ENTRY_IDS = ENTRY_IDS_A_CASE / 2;
const FIRST_DOCKET_ID = 20_000;
const GOLDEN_RATIO = 0.618_033_988_749_895;

/**
 * How many entries the docket of the case at an index has. The shares are spread evenly over the indexes instead of
 * drawn: every collection, even a small one, then has the sizes of the whole, and its total hardly depends on the seed.
 */
export function entryCount(seed: number, index: number): number {
  const share = (new Random(seed).share() + index * GOLDEN_RATIO) % 1;
  return Math.round(valueAt(DOCKET_ENTRIES, share));
}

/** The id of a docket's entry by its row; unique over all cases of a collection. */
function entryId(index: number, row: number, later: boolean): number {
  return FIRST_ENTRY_ID + index * ENTRY_IDS_A_CASE + row + (later ? LATER_ENTRY_IDS : 0);
}

/** The docket without its entries: `docket_entries` is there, and empty. */
export function inventMainDocket(
  random: Random,
  index: number,
  traits: DocketTraits,
  court: string,
  state: string,
  filingYear: number | null,
): JsonObject {
  const filingNumber = 1 + random.below(random.chance(0.1) ? 30_000 : 5200);
  const kind = random.share();
  const federal = kind < 0.77;
  const stateForm = kind < 0.97 ? '' : null;
  const office = String(1 + random.below(4));
  const year = filingYear ?? 2010;
  const number = `${String(year).slice(-2)}-${federal ? 'cv-' : ''}${String(filingNumber).padStart(5, '0')}`;
  return {
    id: FIRST_DOCKET_ID + index * 4 + random.below(4),
    docket_entries: [],
    docket_case_type: federal ? (random.chance(0.02) ? 'mc' : 'cv') : stateForm,
    docket_year: random.chance(0.89) ? year : null,
    docket_filing_number: random.chance(0.89) ? filingNumber : null,
    is_main_docket: true,
    court,
    state,
    docket_office_number: federal ? office : stateForm,
    docket_number_manual: random.chance(0.02) ? '' : federal ? `${office}:${number}` : number,
    scales_html: random.chance(0.43)
      ? `https://casehouse-invented-media.storage.example/media/docket-html/${traits.courtCode}-${traits.archiveNumber}-${filingNumber}.html`
      : null,
    recap_link:
      traits.origin !== ORIGINS.scraped && random.chance(0.72)
        ? `https://www.docketfinder.example/docket/${traits.archiveNumber}/${traits.slug}/`
        : null,
    is_active: random.chance(0.92),
  };
}

export function inventTraits(
  random: Random,
  index: number,
  count: number,
  caseName: string,
  cast: Cast,
): DocketTraits {
  const kind = random.share();
  const origin: Origin = kind < 0.06 ? ORIGINS.scraped : kind < 0.3 ? ORIGINS.mixed : ORIGINS.archive;
  // The few dockets with thousands of entries have short ones: minutes, notices.
  const wordiness = (0.61 + 1.3 * random.share() ** 2) * (count > 2000 ? 0.35 : 1);
  return {
    origin,
    archiveNumber: 4_000_000 + index * 7 + random.below(7),
    slug: caseName
      .toLowerCase()
      .replace(/[^a-z]+/g, '-')
      .slice(0, 60),
    courtCode: `${String.fromCharCode(97 + random.below(26), 97 + random.below(26))}d`,
    wordiness,
    clauses: random.chance(0.15) ? SPECIAL : PLAIN,
    cast,
  };
}

/** Whether the texts of the docket's entries are pure ASCII. */
export function isPlain({ clauses, cast }: DocketTraits): boolean {
  return clauses === PLAIN && [...cast.persons, ...cast.offices].every((name) => ASCII.test(name));
}

/** The entries as one JSON text; only roughly by date, as the API returns them. */
export function inventEntriesText(
  random: Random,
  index: number,
  traits: DocketTraits,
  count: number,
): string {
  const { firstDay, lastDay } = traits.cast;
  const twice = random.chance(0.4);
  const entries: string[] = [];
  for (let row = 0; row < count; row++) {
    const day = firstDay + Math.floor(((lastDay - firstDay) * row) / count);
    entries.push(inventEntryText(random, traits, row, entryId(index, row, twice && random.chance(0.3)), day));
  }
  for (let row = 1; row < count; row++) {
    if (count === 2 || random.chance(0.25)) swap(entries, row, Math.max(0, row - 1 - random.below(4)));
  }
  let text = '[';
  for (let place = 0; place < count; place++) text += (place === 0 ? '' : ',') + (entries[place] ?? '');
  return `${text}]`;
}

function swap(entries: string[], one: number, other: number): void {
  [entries[one], entries[other]] = [entries[other] ?? '', entries[one] ?? ''];
}
