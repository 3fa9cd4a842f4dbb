import {
  type CASE_STATUSES,
  ONGOING_STATUSES,
  type OngoingStatus,
  type OngoingStatusId,
} from '../../src/api/lists.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import { entryCount, inventEntriesText, inventTraits, isPlain } from './docket.ts';
import { TERMS, caseNameAt, inventFields } from './fields.ts';
import {
  ABSENCES,
  type Absence,
  type AbsentField,
  CLOSED_NULL_SHARES,
  FILING_YEARS,
  LIST_SIZES,
  type ListField,
  ONGOING_COUNTS,
  ONGOING_NULL,
  RECORDS,
  STATUS_COUNTS,
  TEXT_LENGTHS,
  type TextField,
} from './profile.ts';
import { Random, WeightedTerms, mixSeeds, valueAt } from './random.ts';
import { inventCast } from './texts.ts';
import { inventLifetime } from './times.ts';
import { inventCourt } from './words.ts';

/** What the coding of a case has come to: it decides both statuses and most of the nulls. */
export interface InventedStatus {
  /** Null for an uncoded record, about one in nine; no filter by status finds those. */
  readonly ongoing: OngoingStatus['label'] | null;
  readonly status: (typeof CASE_STATUSES)[number]['label'];
  /** How far the coding has come, 0 to 1, among the coded or the uncoded; those of the lowest share lack the most. */
  readonly coding: number;
}

const IN_PROCESS = 'In Process (Public)';
const IN_PROCESS_SHARE = (STATUS_COUNTS[IN_PROCESS] - ONGOING_NULL) / (RECORDS - ONGOING_NULL);
const FINISHED = new WeightedTerms({
  Approved: STATUS_COUNTS.Approved,
  'Coding Complete': STATUS_COUNTS['Coding Complete'],
});
const ONGOING = new WeightedTerms({ uncoded: ONGOING_NULL, ...ONGOING_COUNTS });
/** Steps by an irrational share spread the statuses evenly, so that even a small collection has the rare ones. */
const STATUS_STEP = Math.SQRT2 - 1;
const STATUS_SALT = 11;

/**
 * The statuses of an invented case, known without inventing the rest. A case that would get one of `emptyStatuses`
 * gets another one.
 */
export function inventStatus(
  seed: number,
  index: number,
  emptyStatuses: readonly OngoingStatusId[],
): InventedStatus {
  const random = new Random(mixSeeds(seed, index, STATUS_SALT));
  const drawn = ONGOING.at((new Random(~seed).share() + index * STATUS_STEP) % 1);
  const coding = random.share();
  if (drawn === 'uncoded') return { ongoing: null, status: IN_PROCESS, coding };
  const allowed = labelsBut(emptyStatuses);
  return {
    ongoing: allowed.includes(drawn) ? drawn : random.pick(allowed),
    status: coding < IN_PROCESS_SHARE ? IN_PROCESS : FINISHED.draw(random),
    coding,
  };
}

function labelsBut(emptyStatuses: readonly OngoingStatusId[]): OngoingStatus['label'][] {
  return ONGOING_STATUSES.filter(({ id }) => !emptyStatuses.includes(id)).map(({ label }) => label);
}

type Presence = 'null' | 'empty' | 'value';

interface Shares {
  readonly null: number;
  /** Of the values that are not null. */
  readonly empty: number;
}

/** Fields that are null together, in the cases whose coding has come the least far. */
const TOGETHER: ReadonlySet<AbsentField> = new Set([
  'cause_other',
  'class_action_granted',
  'class_action_sought',
  'defendant_payment',
  'injunction_duration',
  'last_checked_date',
  'non_docket_case_number_type_other',
  'prevailing_party',
  'pro_se_status',
  'public_interest_lawyer',
  'relief_nature_other',
  'summary',
  'summary_published_date',
  'summary_short',
]);

const UNCODED = mapFields(({ uncoded }) => toShares(uncoded.null, uncoded.empty));
const CODED = mapFields((absence) => {
  const coded = RECORDS - ONGOING_NULL;
  const rest = (all: number, uncodedShare: number) => Math.max(0, all - uncodedShare * ONGOING_NULL) / coded;
  return toShares(rest(absence.null, absence.uncoded.null), rest(absence.empty, absence.uncoded.empty));
});

/** Decides whether a field of a case has a value, so that nulls and empties come as often as they were counted. */
function inventPresence(random: Random, field: AbsentField, status: InventedStatus): Presence {
  const shares = (status.ongoing === null ? UNCODED : CODED)[field];
  const draw = TOGETHER.has(field) ? status.coding : random.share();
  if (draw < nullShare(field, status, shares)) return 'null';
  return random.share() < shares.empty ? 'empty' : 'value';
}

function nullShare(field: AbsentField, { ongoing }: InventedStatus, shares: Shares): number {
  if (ongoing === null || (field !== 'closing_year' && field !== 'terminating_date')) return shares.null;
  const byOngoing = CLOSED_NULL_SHARES[field];
  return ongoing === 'No' || ongoing === 'Yes' ? byOngoing[ongoing] : byOngoing.other;
}

function toShares(nullShare: number, emptyShare: number): Shares {
  return { null: nullShare, empty: nullShare < 1 ? emptyShare / (1 - nullShare) : 0 };
}

function mapFields(toFieldShares: (absence: Absence) => Shares): Record<AbsentField, Shares> {
  const entries = Object.entries(ABSENCES).map(
    ([field, absence]) => [field, toFieldShares(absence)] as const,
  );
  return Object.fromEntries(entries) as Record<AbsentField, Shares>;
}

type NullableField = Exclude<AbsentField, ListField>;

/** The draws behind one case: each field with its own shares of null and empty, and its own sizes. */
export class CaseDraw {
  readonly random: Random;
  private readonly status: InventedStatus;

  constructor(random: Random, status: InventedStatus) {
    this.random = random;
    this.status = status;
  }

  /** A value, or null as often as the field is null. */
  orNull<T>(field: NullableField, invent: () => T): T | null {
    return this.presence(field) === 'value' ? invent() : null;
  }

  /** A text, or null, or `""`, each as often as counted. */
  text(field: NullableField, invent: () => string): string | null {
    const presence = this.presence(field);
    return presence === 'value' ? invent() : presence === 'empty' ? '' : null;
  }

  /** A list that is empty as often as counted. */
  list<T>(field: ListField & AbsentField, invent: (size: number) => T[]): T[] {
    return this.presence(field) === 'value' ? invent(this.size(field)) : [];
  }

  terms(field: ListField & AbsentField, vocabulary: WeightedTerms<string>): string[] {
    return this.list(field, (size) => vocabulary.drawDifferent(this.random, size));
  }

  /** The lists whose items the API wraps: `[{"value": "..."}]`. */
  values(field: ListField & AbsentField, vocabulary: WeightedTerms<string>): JsonObject[] {
    return this.terms(field, vocabulary).map((value) => ({ value }));
  }

  /** The size of a list that is not empty. */
  size(field: ListField): number {
    // Rounded a little down: short lists are the more frequent of two neighbours.
    const size = valueAt(LIST_SIZES[field], this.presentShare(LIST_SIZES[field]));
    return Math.max(1, Math.round(size - 0.08));
  }

  /** The length of a text that is not empty. */
  length(field: TextField): number {
    return Math.max(1, Math.round(valueAt(TEXT_LENGTHS[field], this.presentShare(TEXT_LENGTHS[field]))));
  }

  filingYear(): number {
    return Math.floor(valueAt(FILING_YEARS, this.random.share()));
  }

  private presence(field: AbsentField) {
    return inventPresence(this.random, field, this.status);
  }

  /** A share among the values that are not empty: the second point of every field says how many are. */
  private presentShare(quantiles: (typeof LIST_SIZES)[ListField]): number {
    const emptyShare = quantiles[1]?.[0] ?? 0;
    return emptyShare + this.random.share() * (1 - emptyShare);
  }
}

const CASE_SALT = 13;
const NO_ENTRIES = '"docket_entries":[]';

/**
 * The invented case at an index as JSON bytes, in pieces: the same for the same seed and index, whatever else was made
 * before. No case gets one of `emptyStatuses`.
 */
export function inventCaseBytes(
  seed: number,
  index: number,
  emptyStatuses: readonly OngoingStatusId[] = [],
): Buffer[] {
  const random = new Random(mixSeeds(seed, index, CASE_SALT));
  const status = inventStatus(seed, index, emptyStatuses);
  const draw = new CaseDraw(random, status);
  const name = caseNameAt(seed, index);
  const lifetime = inventLifetime(draw, status);
  const state = TERMS.state.draw(random);
  const cast = inventCast(random, inventCourt(random, state), lifetime.filed, lifetime.last);
  const count = entryCount(seed, index);
  const traits = inventTraits(random, index, count, name, cast);
  const fields = inventFields(draw, { seed, index, name, state, status, lifetime, traits });
  const text = JSON.stringify(fields);
  // The quotes of this key can't occur inside a JSON string, so the first place found is the docket's own.
  const place = text.indexOf(NO_ENTRIES) + NO_ENTRIES.length - 2;
  const entries = inventEntriesText(random, index, traits, count);
  // Entries are nine tenths of the bytes, and copying ASCII is several times as fast as encoding.
  const encoding = isPlain(traits) ? 'latin1' : 'utf8';
  return [
    Buffer.from(text.slice(0, place)),
    Buffer.from(entries, encoding),
    Buffer.from(text.slice(place + 2)),
  ];
}

/** The same case as an object. */
export function inventCase(
  seed: number,
  index: number,
  emptyStatuses: readonly OngoingStatusId[] = [],
): JsonObject {
  const invented = JSON.parse(
    Buffer.concat(inventCaseBytes(seed, index, emptyStatuses)).toString(),
  ) as JsonValue;
  if (!isJsonObject(invented)) throw new TypeError('An invented case is an object');
  return invented;
}
