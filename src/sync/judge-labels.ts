import {
  CASE_STATUSES,
  ONGOING_STATUSES,
  type SweptStatus,
  UNCLASSIFIED,
  toSweptStatusId,
} from '../clearinghouse/swept-status.ts';
import { MirrorError } from '../errors.ts';
import type { JsonValue } from '../json.ts';

/** Which status a case comes under. */
export interface CasePlace {
  readonly statusId: number;
  /** Whether the label of the case names it; otherwise only the list does, and the run says later whether it is believed. */
  readonly isNamed: boolean;
}

const isKnownLabel = (label: JsonValue | undefined): boolean =>
  ONGOING_STATUSES.some((one) => one.label === label);

/**
 * Says which status a case comes under. A known label decides, whatever list the case came in: a server that ignores the
 * filter would otherwise move every case. A case without a label that is stored stays where it was, until the whole run
 * is known; one that is new comes under the status of its list. `list` is null for a case that was asked for by its id.
 */
export function toCasePlace(
  label: JsonValue | undefined,
  list: SweptStatus | null,
  storedId: number | null | undefined,
): CasePlace {
  if (list === null || isKnownLabel(label)) return { statusId: toSweptStatusId(label), isNamed: true };
  return { statusId: storedId ?? list.id, isNamed: false };
}

/** What a case says of the lists in which it stands. */
export interface CaseLabels {
  readonly case_ongoing?: JsonValue;
  readonly case_status?: JsonValue;
}

/**
 * Whether a case that came in the list of a status carries the label of another one, in the field by which the list is
 * filtered. A label that nobody knows does not count: the site may have given a status a new name.
 */
export function isOfAnotherList(labels: CaseLabels, { id }: SweptStatus): boolean {
  return id === UNCLASSIFIED.id
    ? CASE_STATUSES.some((one) => one.label === labels.case_status && one.id !== id)
    : ONGOING_STATUSES.some((one) => one.label === labels.case_ongoing && one.id !== id);
}

/** What it says of a list that a page of it holds so many cases of other lists; null when there are none. */
export function judgeLabels(ofOthers: number, { label }: SweptStatus): MirrorError | null {
  if (ofOthers === 0) return null;
  const cases = ofOthers === 1 ? '1 case' : `${ofOthers} cases`;
  return new MirrorError(
    'ANOTHER_LIST',
    `A page of the list "${label}" held ${cases} with the label of another list.`,
  );
}
