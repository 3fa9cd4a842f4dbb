import type { OngoingStatus, CASE_STATUSES } from '../../src/api/lists.ts';
import {
  type AbsentField,
  RECORDS,
  ONGOING_NULL,
  CLOSED_NULL_SHARES,
  type Absence,
  ABSENCES,
  type ListField,
  LIST_SIZES,
  type TextField,
  TEXT_LENGTHS,
  FILING_YEARS,
} from './profile.ts';
import { type Random, type WeightedTerms, valueAt } from './random.ts';
import type { JsonObject } from '../../src/lib/json.ts';

/** The progress of the coding of a case, which determines its lists and most of its nulls. */
export interface InventedStatus {
  /** Null for an uncoded record, about one in nine; no filter by status finds those. */
  readonly ongoing: OngoingStatus['label'] | null;
  readonly status: (typeof CASE_STATUSES)[number]['label'];
  /**
   * The progress of the coding, from 0 to 1, among the coded or the uncoded cases. Cases with the lowest share lack
   * the most values.
   */
  readonly coding: number;
}

type Presence = 'null' | 'empty' | 'value';

interface Shares {
  readonly null: number;
  /** Among the values that are not null. */
  readonly empty: number;
}

/** Fields that are null together, in the cases with the least coding. */
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

/** Decides whether a field of a case has a value, so that nulls and empty values are as frequent as in the API. */
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

  /** A value, or null with the measured frequency. */
  orNull<T>(field: NullableField, invent: () => T): T | null {
    return this.presence(field) === 'value' ? invent() : null;
  }

  /** A text, null or `""`, each with the measured frequency. */
  text(field: NullableField, invent: () => string): string | null {
    const presence = this.presence(field);
    return presence === 'value' ? invent() : presence === 'empty' ? '' : null;
  }

  /** A list, empty with the measured frequency. */
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
    // Rounded down a little, because the shorter of two sizes is more frequent.
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
