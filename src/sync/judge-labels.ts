import { ONGOING_STATUSES } from '../clearinghouse/ongoing-status.ts';
import { UNCLASSIFIED, type SweptStatus } from '../clearinghouse/swept-status.ts';
import { MirrorError } from '../errors.ts';
import type { JsonValue } from '../json.ts';

/**
 * Whether a case that came in the list of a status carries the label of another one. A label that is none of the five
 * does not count: the site may have given a status a new name. Nor does the list of the cases without a status.
 */
export function isOfAnotherList(label: JsonValue | undefined, { id }: SweptStatus): boolean {
  if (id === UNCLASSIFIED.id) return false;
  return ONGOING_STATUSES.some((one) => one.label === label && one.id !== id);
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
