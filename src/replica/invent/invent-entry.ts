import type { JsonObject } from '../../json.ts';
import { DESCRIPTION_LENGTHS } from './case-profile.ts';
import { type Day, midnightText, oneOClockText } from './days.ts';
import { ATTACHMENT_TITLES, ENTRY_HEADS } from './invented-phrases.ts';
import { type Cast, fillPhrase, type Phrase } from './invented-text.ts';
import { valueAt } from './quantiles.ts';
import type { Random } from './random.ts';

/** A table, because working out a length for each of a million entries takes longer than writing it. */
const LENGTHS = Array.from({ length: 2000 }, (_, step) => valueAt(DESCRIPTION_LENGTHS, (step + 0.5) / 2000));

/** Where the entries of one docket were collected from; each origin leaves its own gaps. */
export const ORIGINS = {
  /** Read off a court's page: no link to anything, the address is the text "nan". */
  scraped: { nan: 0.93, file: 0.03, court: 0.04, bare: 0, attachmentsKnown: 1, numbered: 0.9, documentId: 0 },
  /** Read off the page and completed later from an archive. */
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

/** What all entries of one docket share. */
export interface DocketTraits {
  readonly origin: Origin;
  readonly archiveNumber: number;
  readonly slug: string;
  readonly courtCode: string;
  /** How long the descriptions are: some dockets have them three times as long as others. */
  readonly wordiness: number;
  readonly clauses: readonly Phrase[];
  readonly cast: Cast;
}

/**
 * One docket entry as JSON text. Entries are nine tenths of all bytes; written at once they cost half of what an object
 * costs that has to be built and turned into text.
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

/** The optional keys come first, as the API has them. */
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
