import {
  ABSENCES,
  type Absence,
  type AbsentField,
  CLOSED_NULL_SHARES,
  ONGOING_NULL,
  RECORDS,
} from './case-profile.ts';
import type { InventedStatus } from './invent-status.ts';
import type { Random } from './random.ts';

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
export function inventPresence(random: Random, field: AbsentField, status: InventedStatus): Presence {
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
