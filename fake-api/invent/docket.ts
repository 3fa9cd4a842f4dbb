import type { JsonObject } from '../../src/lib/json.ts';
import { DESCRIPTION_LENGTHS, DOCKET_ENTRIES } from './profile.ts';
import { type Day, midnightText, oneOClockText } from './times.ts';
import { ATTACHMENT_TITLES, ENTRY_CLAUSES, ENTRY_HEADS, SPECIAL_CLAUSES } from './words.ts';
import { type Cast, type Phrase, cutPhrases, fillPhrase } from './texts.ts';
import { Random, valueAt } from './random.ts';

/** A table, because calculating a length for each of a million entries takes longer than writing the entry. */
const LENGTHS = Array.from({ length: 2000 }, (_, step) => valueAt(DESCRIPTION_LENGTHS, (step + 0.5) / 2000));

/** The source of the entries of a docket. Each source omits different values. */
export const ORIGINS = {
  /** Scraped from a court's page: without links, and the address is the text "nan". */
  scraped: { nan: 0.93, file: 0.03, court: 0.04, bare: 0, attachmentsKnown: 1, numbered: 0.9, documentId: 0 },
  /** Scraped from the page and completed later from an archive. */
  mixed: {
    nan: 0.14,
    file: 0.01,
    court: 0.3,
    bare: 0.02,
    attachmentsKnown: 0.6,
    numbered: 0.93,
    documentId: 0.45,
  },
  archive: {
    nan: 0,
    file: 0,
    court: 0,
    bare: 0.15,
    attachmentsKnown: 0.74,
    numbered: 0.84,
    documentId: 0.75,
  },
} as const;
export type Origin = (typeof ORIGINS)[keyof typeof ORIGINS];

/** The properties that all entries of a docket share. */
export interface DocketTraits {
  readonly origin: Origin;
  readonly archiveNumber: number;
  readonly slug: string;
  readonly courtCode: string;
  /** A factor for the length of descriptions, which are three times as long in some dockets as in others. */
  readonly wordiness: number;
  readonly clauses: readonly Phrase[];
  readonly cast: Cast;
}

/**
 * One docket entry as JSON text. Entries are nine tenths of all bytes; to write the text directly takes half the time
 * of building an object and converting it to text.
 */
export function inventEntryText(
  random: Random,
  traits: DocketTraits,
  row: number,
  id: number,
  day: Day,
): string {
  const { origin } = traits;
  const hasDocument = random.chance(origin.documentId);
  const entryNumber = random.chance(origin.numbered) ? `"${row + 1}"` : 'null';
  const filed = random.chance(0.0001)
    ? 'null'
    : `"${random.chance(0.13) ? oneOClockText(day) : midnightText(day)}"`;
  const attachments = inventAttachmentsText(random, traits);
  const url = inventUrl(random, traits, row);
  const file =
    hasDocument && random.chance(origin.file === 0 ? 0.2 : 0.1)
      ? `"https://storage.docketfinder.example/recap/inv.court.${traits.courtCode}.${traits.archiveNumber}/inv.${traits.courtCode}.${row}.0.pdf"`
      : 'null';
  const documentId = hasDocument ? `"${random.chance(0.8) ? '400' : '1'}${id}"` : 'null';
  const description = random.chance(0.0003) ? '' : inventDescription(random, traits);
  return `{"row_number":${row},"id":${id},"entry_number":${entryNumber},"date_filed":${filed},"attachments":${attachments},"url":"${url}","recap_pdf_url":${file},"pacer_doc_id":${documentId},"description":"${description}"}`;
}

function inventDescription(random: Random, { wordiness, clauses, cast }: DocketTraits): string {
  const length = (LENGTHS[random.below(LENGTHS.length)] ?? 0) * wordiness + 30;
  let text = `${random.pick(ENTRY_HEADS)} ${random.pick(cast.persons)}.`;
  for (let misses = 0; misses < 2;) {
    const next = fillPhrase(random, random.pick(clauses), cast);
    if (text.length + next.length <= length) text += next;
    else misses++;
  }
  return text;
}

function inventUrl(random: Random, traits: DocketTraits, row: number): string {
  const { origin, archiveNumber, courtCode, slug } = traits;
  let aim = random.share();
  if ((aim -= origin.nan) < 0) return 'nan';
  if ((aim -= origin.file) < 0) return `file:///C:/Users/invented/Dockets/${slug}%20docket.html#row${row}`;
  if ((aim -= origin.court) < 0) {
    return `https://ecf.${courtCode}.courts.example/doc1/${archiveNumber}${row}?caseid=${archiveNumber}&de_seq_num=${row * 3}&pdf_header=1&pdf_toggle_possible=1`;
  }
  if (aim < origin.bare) return 'https://www.docketfinder.example';
  return `https://www.docketfinder.example/docket/${archiveNumber}/${row + 1}/${slug}/`;
}

function inventAttachmentsText(random: Random, traits: DocketTraits): string {
  if (!random.chance(traits.origin.attachmentsKnown)) return 'null';
  if (traits.origin.documentId === 0 || !random.chance(0.06)) return '[]';
  const count = random.chance(0.01) ? 20 + random.below(92) : 1 + random.below(5);
  return JSON.stringify(
    Array.from({ length: count }, (_, index) => inventAttachment(random, traits, index + 1)),
  );
}

/** The optional keys come first, as in the API. */
function inventAttachment(random: Random, traits: DocketTraits, number: number): JsonObject {
  const recapId = 1_000_000 + random.below(400_000_000);
  const file = `https://storage.docketfinder.example/recap/inv.court.${traits.courtCode}.${traits.archiveNumber}/inv.${recapId}.${number}.pdf`;
  return {
    ...(random.chance(0.003) && { doc_id: 40_000_000 + random.below(1_000_000) }),
    ...(random.chance(0.3) && { pdf_url: file }),
    ...(random.chance(0.016) && { pending: random.chance(0.5) }),
    recap_id: recapId,
    pacer_url: `https://ecf.${traits.courtCode}.courts.example/doc1/${recapId}${number}`,
    description: random.pick(ATTACHMENT_TITLES),
    attachment_number: number,
  };
}

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
 * The number of entries in the docket of the case at an index. The shares are spread evenly over the indexes instead
 * of drawn: every collection, even a small one, then has the sizes of the whole, and its total hardly depends on the
 * seed.
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
