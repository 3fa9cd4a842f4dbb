import type { JsonObject } from '../../src/lib/json.ts';
import { type CaseDraw, type InventedStatus } from './draw.ts';
import { type DocketTraits, inventMainDocket } from './docket.ts';
import { RECORDS, TEXT_LENGTHS, type TextField } from './profile.ts';
import { Random, WeightedTerms, mixSeeds, valueAt } from './random.ts';
import { type Cast, composeText, cutPhrases } from './texts.ts';
import {
  type Lifetime,
  PUBLISHED,
  dateText,
  inventDay,
  inventYear,
  midnightText,
  momentText,
  yearOf,
} from './times.ts';
import { VOCABULARIES } from './vocabularies.ts';
import {
  INVENTED_TERMS,
  PLACES,
  PLAINTIFF_SENTENCES,
  SHORT_SENTENCES,
  SUMMARY_SENTENCES,
  inventCaseName,
  inventCourt,
  inventOffice,
} from './words.ts';

const FIRST_CASE_ID = 40;
const NAME_SALT = 7;
const ID_SALT = 17;

/** The id of the case at an index: rising with the index, with gaps. */
export function caseIdAt(seed: number, index: number): number {
  return FIRST_CASE_ID + index * 4 + (mixSeeds(seed, index, ID_SALT) % 4);
}

/** The index of the invented case with an id; undefined if no invented case has it. */
export function caseIndexOf(seed: number, caseId: number): number | undefined {
  const index = Math.floor((caseId - FIRST_CASE_ID) / 4);
  return index >= 0 && caseIdAt(seed, index) === caseId ? index : undefined;
}

/** The name of the case at an index; one in some twelve hundred is empty, a few end in a blank. */
export function caseNameAt(seed: number, index: number): string {
  const random = new Random(mixSeeds(seed, index, NAME_SALT));
  if (random.chance(1 / RECORDS)) return '';
  const name = inventCaseName(random, Math.round(valueAt(TEXT_LENGTHS.name, random.share())));
  return random.chance(0.01) ? `${name} ` : name;
}

const LEVELS = ['Invented School System', 'Ferry Board', 'Lamp Commission', 'pier '];

/** One of `case_defendants`. It has no id, and most of its fields are usually empty. */
function inventDefendant(random: Random): JsonObject {
  const place = random.pick(PLACES);
  const level = random.chance(0.045) ? random.pick(LEVELS) : null;
  const unknown = random.chance(0.045);
  return {
    name: random.chance(0.5) ? inventOffice(random) : `${place} (${place}), County`,
    institution: unknown ? null : random.chance(0.38) ? inventOffice(random) : '',
    institution_city: random.chance(0.33) ? place : '',
    institution_county: random.chance(0.3) ? `${place} County` : null,
    institution_alt_state: random.chance(0.09) ? '- United States (national) -' : null,
    defendant_level: level,
    defendant_level_other: level ?? (unknown ? null : ''),
    is_active: true,
  };
}

const PARAGRAPHS = cutPhrases(SUMMARY_SENTENCES);
const SHORT = cutPhrases(SHORT_SENTENCES);
const PLAINTIFFS = cutPhrases(PLAINTIFF_SENTENCES);
const NON_BREAKING_SPACE = '\u00a0';

/** An HTML summary of about the given length, in paragraphs. Sometimes one is empty, or there is none. */
function inventSummary(draw: CaseDraw, cast: Cast): string {
  const { random } = draw;
  const length = draw.length('summary');
  if (length < 60) return 'Pending.';
  if (random.chance(0.06)) return composeText(random, SHORT, cast, length, '\r\n');
  let html = '';
  while (html.length + 60 < length) {
    const paragraph = Math.min(250 + random.below(900), length - html.length - 8);
    html += `${html === '' ? '' : '\n'}<p>${composeText(random, PARAGRAPHS, cast, paragraph, ' ')}</p>`;
    if (random.chance(0.08)) html += '\n<p>&nbsp;</p>';
  }
  return html;
}

/** A short text. Some end with a space, and a few contain a non-breaking space. */
function inventShortText(draw: CaseDraw, field: 'summary_short' | 'summary_tiny', cast: Cast): string {
  const { random } = draw;
  const most = field === 'summary_tiny' ? 256 : Infinity;
  const text = composeText(random, SHORT, cast, Math.min(most, draw.length(field) + 25), ' ');
  return roughen(random, text).slice(0, most);
}

function inventPlaintiffs(draw: CaseDraw, cast: Cast): string {
  return composeText(draw.random, PLAINTIFFS, cast, draw.length('plaintiff_description') + 5, ' ');
}

/** Words for the "other" fields. */
function inventRemark(draw: CaseDraw, field: TextField & ('cause_other' | 'relief_nature_other')): string {
  const remark = `Invented ${draw.random.pick(['Lamp', 'Ferry', 'Fog', 'Bell', 'Pier', 'Toll'])} Code § ${1 + draw.random.below(900)}`;
  return `${remark}; `.repeat(Math.ceil(draw.length(field) / (remark.length + 2))).slice(0, -2);
}

function inventPayment(random: Random): string {
  const amount = Math.round(10 ** (3 + random.share() * 4.5));
  const grouped = String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
  return random.pick([String(amount), `$${grouped}`, `${grouped}.00`, `$${grouped}`]);
}

function roughen(random: Random, text: string): string {
  const blank = random.chance(0.1) ? ' ' : '';
  return `${random.chance(0.03) ? text.replace(' ', NON_BREAKING_SPACE) : text}${blank}`;
}

export const TERMS = Object.fromEntries(
  Object.entries(VOCABULARIES).map(([field, weights]) => [field, new WeightedTerms<string>(weights)]),
) as Readonly<Record<keyof typeof VOCABULARIES, WeightedTerms<string>>>;

type TermField = keyof typeof VOCABULARIES & Parameters<CaseDraw['orNull']>[0];

/** The facts about a case that are decided before its fields are drawn. */
interface CaseFrame {
  readonly seed: number;
  readonly index: number;
  readonly name: string;
  readonly state: string;
  readonly status: InventedStatus;
  readonly lifetime: Lifetime;
  readonly traits: DocketTraits;
}

/** All 59 fields in the API's order. The docket has no entries yet. */
export function inventFields(draw: CaseDraw, frame: CaseFrame): JsonObject {
  const { random } = draw;
  const { seed, index, name, state, status, lifetime, traits } = frame;
  const { cast } = traits;
  const { court } = cast;
  const id = caseIdAt(seed, index);
  const filingYear = draw.orNull('filing_year', () => yearOf(lifetime.filed));
  const term = (field: TermField) => draw.orNull(field, () => TERMS[field].draw(random));
  return {
    attorney_orgs: draw.terms('attorney_orgs', INVENTED_TERMS.attorney_orgs),
    available_documents: draw.terms('available_documents', TERMS.available_documents),
    case_defendants: draw.list('case_defendants', (size) =>
      Array.from({ length: size }, () => inventDefendant(random)),
    ),
    case_ongoing: status.ongoing,
    case_status: status.status,
    case_types: TERMS.case_types.drawDifferent(random, draw.size('case_types')),
    cause_other: draw.text('cause_other', () => inventRemark(draw, 'cause_other')),
    causes: draw.terms('causes', TERMS.causes),
    class_action_granted: term('class_action_granted'),
    class_action_sought: term('class_action_sought'),
    closing_year: draw.orNull('closing_year', () => inventYear(draw, 'closing_year', lifetime)),
    constitutional_clause: draw.values('constitutional_clause', TERMS.constitutional_clause),
    content_of_injunction: draw.values('content_of_injunction', TERMS.content_of_injunction),
    court,
    custom_issues: draw.terms('custom_issues', INVENTED_TERMS.custom_issues),
    defendant_payment: draw.text('defendant_payment', () => inventPayment(random)),
    defendant_type: draw.values('defendant_type', TERMS.defendant_type),
    docket_status: term('docket_status'),
    facility_type: draw.values('facility_type', TERMS.facility_type),
    filing_date: draw.orNull('filing_date', () => dateText(lifetime.filed)),
    filing_year: filingYear,
    id,
    injunction_duration: draw.text('injunction_duration', () =>
      String(12 + random.below(random.chance(0.1) ? 1200 : 60)),
    ),
    issues: draw.terms('issues', TERMS.issues),
    last_checked_date: draw.orNull('last_checked_date', () => midnightText(PUBLISHED - random.below(900))),
    main_docket: inventMainDocket(
      random,
      index,
      traits,
      random.chance(0.96) ? court : inventCourt(random, state),
      state,
      filingYear,
    ),
    name,
    never_filed: random.chance(38 / RECORDS),
    non_docket_case_number: draw.text(
      'non_docket_case_number',
      () => `${100 + random.below(800)}-${1 + random.below(80)}-${1 + random.below(400)}`,
    ),
    non_docket_case_number_type: term('non_docket_case_number_type'),
    non_docket_case_number_type_other: draw.text(
      'non_docket_case_number_type_other',
      () => 'Invented pier number',
    ),
    order_end_year: draw.orNull('order_end_year', () => inventYear(draw, 'order_end_year', lifetime)),
    order_start_year: draw.orNull('order_start_year', () => inventYear(draw, 'order_start_year', lifetime)),
    permanent_injunction: random.chance(49 / RECORDS),
    plaintiff_description: draw.text('plaintiff_description', () => inventPlaintiffs(draw, cast)),
    plaintiff_type: draw.values('plaintiff_type', TERMS.plaintiff_type),
    prevailing_party: term('prevailing_party'),
    pro_se_status: term('pro_se_status'),
    public_interest_lawyer: term('public_interest_lawyer'),
    related_cases: draw.list('related_cases', (size) =>
      Array.from({ length: size }, () => relatedCase(random, seed, index)),
    ),
    relief_natures: draw.terms('relief_natures', TERMS.relief_natures),
    relief_nature_other: draw.text('relief_nature_other', () => inventRemark(draw, 'relief_nature_other')),
    relief_sources: draw.terms('relief_sources', TERMS.relief_sources),
    settlement_agreement: draw.terms('settlement_agreement', TERMS.settlement_agreement),
    settlement_judgment_date: draw.orNull('settlement_judgment_date', () =>
      dateText(inventDay(draw, lifetime)),
    ),
    settlement_judgment_year: draw.orNull('settlement_judgment_year', () =>
      random.chance(0.03) ? 202 : yearOf(inventDay(draw, lifetime)),
    ),
    special_collections: draw.terms('special_collections', INVENTED_TERMS.special_collections),
    special_case_type: draw.values('special_case_type', TERMS.special_case_type),
    state,
    summary: draw.orNull('summary', () => inventSummary(draw, cast)),
    summary_published_date: draw.orNull('summary_published_date', () => {
      const day = PUBLISHED - random.below(2000);
      return random.chance(0.6)
        ? momentText(day, random.below(86_400), random.below(1_000_000))
        : midnightText(day);
    }),
    summary_short: draw.text('summary_short', () => inventShortText(draw, 'summary_short', cast)),
    summary_tiny: draw.orNull('summary_tiny', () => inventShortText(draw, 'summary_tiny', cast)),
    terminating_date: draw.orNull('terminating_date', () => dateText(lifetime.last)),
    clearinghouse_link: `casehouse.example/case/${id}`,
    is_active: random.chance(0.86),
    case_documents_url: `https://casehouse.example/api/v2/documents/?case=${id}`,
    case_dockets_url: `https://casehouse.example/api/v2/dockets/?case=${id}`,
    case_resources_url: `https://casehouse.example/api/v2/resources/?case=${id}`,
  };
}

/** An earlier case of the list. It may have been removed since, as related cases sometimes are. */
function relatedCase(random: Random, seed: number, index: number): JsonObject {
  const other = random.below(index + 1);
  return { id: caseIdAt(seed, other), name: caseNameAt(seed, other) };
}
