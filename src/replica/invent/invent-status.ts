import {
  type CASE_STATUSES,
  ONGOING_STATUSES,
  type OngoingStatus,
  type OngoingStatusId,
} from '../../clearinghouse/swept-status.ts';
import { ONGOING_COUNTS, ONGOING_NULL, RECORDS, STATUS_COUNTS } from './case-profile.ts';
import { Random, WeightedTerms, mixSeeds } from './random.ts';

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
