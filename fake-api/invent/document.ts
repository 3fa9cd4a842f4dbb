import type { JsonObject } from '../../src/lib/json.ts';
import type { DocketTraits } from './docket.ts';
import {
  DOCUMENTS_A_CASE,
  DOCUMENT_ABSENCES,
  DOCUMENT_IDS_A_CASE,
  DOCUMENT_TERMS,
  DOCUMENT_TERM_NULLS,
  DOCUMENT_TRAITS,
  type DocumentAbsentField,
  type DocumentTermField,
  FILLED,
  PLACEHOLDERS,
  TITLE_LENGTHS,
} from './document-profile.ts';
import { RECORDS } from './profile.ts';
import { Random, WeightedTerms, mixSeeds, valueAt } from './random.ts';
import { type Cast, composeText, cutPhrases } from './texts.ts';
import { type Day, dateText, slashedText, yearOf } from './times.ts';
import { PLACES } from './words.ts';

/** The facts about a case that its linked lists need. */
export interface CaseFacts {
  readonly traits: DocketTraits;
  readonly state: string;
  /** Entries of the main docket when the case was invented. */
  readonly entries: number;
  /** Whether the main docket has a link to the archive. */
  readonly isArchived: boolean;
  /** The archive's numbers of the other dockets of the case. */
  readonly furtherDockets: readonly number[];
}

const COUNT_SALT = 23;
const DOCUMENT_SALT = 29;
/**
 * Irrational, and different from that of the docket entries, so that a case with many documents doesn't always have
 * many entries.
 */
const COUNT_STEP = Math.sqrt(3) - 1;
/** More than in the measured data, so that even a small collection has a case without any document. */
const WITHOUT_DOCUMENTS = 0.03;

/** The ids of the documents of a case, descending. */
export interface DocumentIds {
  readonly ids: readonly number[];
  /** One of them: a document without content. Almost every case has one. */
  readonly placeholder: number | undefined;
}

/** The documents that a case was invented with. A number can be the id of a document and that of a docket. */
export function inventDocumentIds(seed: number, caseId: number): DocumentIds {
  const random = new Random(mixSeeds(seed, caseId, COUNT_SALT));
  if (random.chance(WITHOUT_DOCUMENTS)) return { ids: [], placeholder: undefined };
  const share = (new Random(seed).share() + Math.floor(caseId / 4) * COUNT_STEP) % 1;
  const hasPlaceholder = random.chance(PLACEHOLDERS / RECORDS);
  const count = Math.round(valueAt(DOCUMENTS_A_CASE, share)) + (hasPlaceholder ? 1 : 0);
  const last = caseId * DOCUMENT_IDS_A_CASE + count - 1;
  const ids = Array.from({ length: count }, (_, place) => last - place);
  return { ids, placeholder: hasPlaceholder ? random.pick(ids) : undefined };
}

/** The case that an invented document belongs to. */
export function caseOfDocument(documentId: number): number {
  return Math.floor(documentId / DOCUMENT_IDS_A_CASE);
}

/** Fewer than the 99.9 % of the measured data, so that `--core` leaves something out even in a small collection. */
const CORE = 0.95;

const TERMS = Object.fromEntries(
  Object.entries(DOCUMENT_TERMS).map(([field, weights]) => [field, new WeightedTerms<string>(weights)]),
) as Readonly<Record<DocumentTermField, WeightedTerms<string>>>;

const TITLES = cutPhrases([
  'Order',
  'Opinion',
  'Complaint',
  'Docket of the Ferry Matter',
  'Decree on the Lamps of {place}',
  'Order about a Toll, with Reasons',
  'Third Complaint, now about Lanterns, Bells and the Tolls of {place}',
  'Request of {office} that the Claims about Bells be Struck',
  'Leave for {person} to Speak for the Keepers of {place}',
  'Brief of {person} for the Keepers of Lanterns',
  'Report of the Monitor on the Lamps of {place}, No. {number}',
  'Letter from {person} to {office} re: ferry timetable of {year}',
  'Draft “Agreed” Order on Timetables – {place}',
]);
const DESCRIPTIONS = cutPhrases([
  'Dated {date}.',
  'Signed by {person}; some pages are missing.',
  'From the files of {office} in {place}.',
]);

/** The authors of a document, by its type. `+` joins the parties of one document. */
const PARTIES_OF_COURT = new WeightedTerms({ Court: 88, none: 7, 'Court+Defendant+Plaintiff': 5 });
const PARTIES: Readonly<Record<string, WeightedTerms<string>>> = {
  'Order/Opinion': PARTIES_OF_COURT,
  Docket: PARTIES_OF_COURT,
  'Magistrate Report/Recommendation': PARTIES_OF_COURT,
  Complaint: new WeightedTerms({ Plaintiff: 97, 'Plaintiff-Intervenor': 2, none: 1 }),
  'Settlement Agreement': new WeightedTerms({
    'Defendant+Plaintiff': 50,
    'Court+Defendant+Plaintiff': 35,
    Court: 10,
    none: 5,
  }),
  'Monitor/Expert/Receiver Report': new WeightedTerms({ 'Monitor/Master': 80, Expert: 18, Receiver: 1 }),
};
const OTHER_PARTIES = new WeightedTerms({
  Plaintiff: 940,
  Defendant: 680,
  'Amicus Curiae': 132,
  'Plaintiff+Defendant': 120,
  none: 80,
  'Plaintiff-Intervenor': 45,
  'Defendant-Intervenor': 29,
  'Other/Unknown': 27,
  'Expert+Plaintiff': 20,
  Mediator: 3,
  'Administrative tribunal': 1,
});

/** An absent value with the measured frequency, or the value that `invent` returns. */
function orAbsent(random: Random, field: DocumentAbsentField, invent: () => string): string | null {
  const { null: nulls, empty } = DOCUMENT_ABSENCES[field];
  const share = random.share() * FILLED;
  return share < nulls ? null : share < nulls + empty ? '' : invent();
}

function termOrNull(random: Random, field: DocumentTermField): string | null {
  return random.chance(DOCUMENT_TERM_NULLS[field] / FILLED) ? null : TERMS[field].draw(random);
}

/** The document with an id as the API lists it; `address` is where its text would be. */
export function inventDocument(
  seed: number,
  id: number,
  facts: CaseFacts,
  isPlaceholder: boolean,
  textAddress: string,
): JsonObject {
  const random = new Random(mixSeeds(seed, id, DOCUMENT_SALT));
  const { cast } = facts.traits;
  const status = isPlaceholder ? null : TERMS.document_status.draw(random);
  if (status === null) return blankDocument(id);
  const type = termOrNull(random, 'document_type');
  const date = orAbsent(random, 'date', () => dateText(inventDate(random, id, cast)));
  const file = inventFile(random, id, status);
  const hasText = file === null || status === 'Empty/Missing Document' ? false : !lacksText(random, status);
  return {
    ...blankDocument(id),
    date,
    date_is_estimate: random.chance(0.021),
    date_not_available: date === null && random.chance(0.55),
    description: orAbsent(random, 'description', () =>
      composeText(random, DESCRIPTIONS, cast, random.chance(0.02) ? 700 : 40, ' '),
    ),
    document_source: termOrNull(random, 'document_source'),
    document_status: status,
    document_type: type,
    order_type: inventOrderType(random, type),
    ...inventCitation(random, cast),
    court: orAbsent(random, 'court', () => cast.court),
    no_title: random.chance(0.004),
    party_types: inventParties(random, type),
    per_curium: random.chance(0.01),
    is_core_document: random.chance(CORE),
    file,
    title: orAbsent(random, 'title', () => inventTitle(random, cast)),
    document_type_other: orAbsent(
      random,
      'document_type_other',
      () => `Invented ${random.pick(PLACES)} paper`,
    ),
    ...inventDocketNumbers(random, facts),
    has_text: hasText,
    text_url: hasText ? textAddress : null,
  };
}

/** All fields in the API's order, as a placeholder has them. */
export function blankDocument(id: number): JsonObject {
  return {
    date: null,
    date_is_estimate: false,
    date_not_available: false,
    description: null,
    document_source: null,
    document_status: null,
    document_type: null,
    order_type: null,
    citation_paren: null,
    cite_1_page: null,
    cite_1_reporter: null,
    cite_1_vol: null,
    cite_2_page: null,
    cite_2_reporter: null,
    cite_2_vol: null,
    cite_3_page: null,
    cite_3_reporter: null,
    cite_3_vol: null,
    citation_status: null,
    court: null,
    no_title: false,
    party_types: [],
    per_curium: false,
    is_core_document: true,
    id,
    file: null,
    title: null,
    document_type_other: null,
    external_url: null,
    ecf_number: null,
    clearinghouse_link: `casehouse.example/doc/${id}`,
    has_text: false,
    text_url: null,
  };
}

/** Later documents usually have later dates, with many exceptions. */
function inventDate(random: Random, id: number, { firstDay, lastDay }: Cast): Day {
  const days = lastDay - firstDay + 1;
  const share = random.chance(0.6) ? ((id % DOCUMENT_IDS_A_CASE) % 12) / 12 : random.share();
  return Math.min(lastDay, firstDay + Math.floor(days * share) + random.below(30));
}

function inventOrderType(random: Random, type: string | null): string | null {
  const share = type === 'Order/Opinion' ? 0.926 : type === 'Settlement Agreement' ? 0.65 : 0.038;
  return random.chance(share) ? TERMS.order_type.draw(random) : null;
}

function inventParties(random: Random, type: string | null): string[] {
  if (type === null) return [];
  const parties = (PARTIES[type] ?? OTHER_PARTIES).draw(random);
  return parties === 'none' ? [] : parties.split('+');
}

const MEDIA = 'https://casehouse-invented-media.storage.example/media/';

function inventFile(random: Random, id: number, status: string): string | null {
  const absent = status === 'Empty/Missing Document' ? 0.5 : status === 'Deleted' ? 0.11 : 0.007;
  if (random.chance(absent)) return null;
  const folder = random.chance(DOCUMENT_TRAITS.nonpublicFile / FILLED) ? 'nonpublic/doc' : 'doc';
  const again = random.chance(0.004) ? `_${random.pick(PLACES).slice(0, 4)}Q${random.below(10)}` : '';
  return `${MEDIA}${folder}/${id}${again}.pdf`;
}

function lacksText(random: Random, status: string): boolean {
  return random.chance(status === 'Deleted' ? 0.06 : 0.0007);
}

function inventTitle(random: Random, cast: Cast): string {
  const title = composeText(random, TITLES, cast, valueAt(TITLE_LENGTHS, random.share()), ', ');
  return random.chance(0.03) ? `${title} ` : title;
}

function inventCitation(random: Random, cast: Cast): JsonObject {
  const status = termOrNull(random, 'citation_status');
  const isOfficial = status === 'Official citation found/coded' && random.chance(0.995);
  const isInService = status?.startsWith('WL/LEXIS') === true || (isOfficial && random.chance(0.13));
  const year = yearOf(cast.lastDay);
  return {
    citation_status: status,
    ...(isOfficial && {
      cite_1_page: 1 + random.below(1400),
      cite_1_reporter: random.pick(['Inv.Supp.', 'Inv.3d', 'Inv.Supp.3d', 'Inv.R.D.', 'L.Inv.2d']),
      cite_1_vol: 1 + random.below(980),
    }),
    ...(isInService && {
      cite_2_page: 1_000_000 + random.below(8_000_000),
      cite_2_reporter: random.chance(0.9) ? 'IWL' : 'I.Ct.',
      cite_2_vol: year,
    }),
    ...(isInService &&
      random.chance(0.25) && {
        cite_3_page: 10_000 + random.below(90_000),
        cite_3_reporter: random.pick(['Inv.Dist.LEXIS', 'Inv.App.LEXIS']),
        cite_3_vol: year,
      }),
    ...((isOfficial || isInService) && random.chance(0.035) && { citation_paren: `Inv. Ct. App. ${year}` }),
  };
}

/** The forms of a document number that is not only digits. */
const NUMBER_FORMS = [
  (number: number) => `${number}-1`,
  (number: number) => `${number}-2 `,
  (number: number) => `${number} (& ${number}-1 to ${number}-4)`,
  (number: number) => `${number} (incl. ${number}-1 to ${number}-9)`,
  (number: number) => `${number}, ${number}-3 & ${number + 1}`,
] as const;
const FURTHER_DOCKET_SHARE = 0.06;

/** `external_url` and `ecf_number`, which name the docket entry that the document is. */
function inventDocketNumbers(random: Random, facts: CaseFacts): JsonObject {
  const { traits, entries, isArchived, furtherDockets } = facts;
  const isKnown = entries > 0 && random.chance(0.96);
  const number = 1 + random.below(isKnown ? entries : entries + 200);
  const hasNumber = random.chance(entries > 0 ? 0.78 : 0.255);
  const written = random.chance(0.92) ? String(number) : random.pick(NUMBER_FORMS)(number);
  const absent = random.chance(0.187) ? '' : null;
  const inDocket = isArchived && random.chance(0.335);
  const docket = random.chance(FURTHER_DOCKET_SHARE)
    ? (furtherDockets[random.below(furtherDockets.length)] ?? traits.archiveNumber + 900_000)
    : traits.archiveNumber;
  return {
    external_url: inDocket
      ? `https://www.docketfinder.example/docket/${docket}/${number}/${traits.slug}/`
      : inventOtherUrl(random, traits.cast),
    ecf_number: hasNumber ? written : absent,
  };
}

function inventOtherUrl(random: Random, cast: Cast): string | null {
  const share = random.share();
  if (share < 0.132) return null;
  if (share < 0.944) return '';
  return random.pick([
    `https://web.archive.example/web/2009${1000 + random.below(9000)}/http://www.lamps.example/order.pdf`,
    `http://www.invented-bureau.example/crt/${random.below(900)}.php`,
    `Withdrawn, formerly http://www.ferries.example/${slashedText(cast.lastDay)}`,
  ]);
}
