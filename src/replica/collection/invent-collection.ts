import type { OngoingStatusId } from '../../clearinghouse/swept-status.ts';
import { CaseCollection } from './collection.ts';
import { inventSlot } from './case-slot.ts';

export interface InventedCollectionOptions {
  /** The same seed gives the same cases. Default 1. */
  readonly seed?: number;
  /** How many cases. About 12,300 are as many as the real collection has. Default 300. */
  readonly size?: number;
  /** Ids of `case_ongoing` that no case shall have, so that their lists are empty. Default none. */
  readonly emptyStatuses?: readonly OngoingStatusId[];
}

/** Invented cases; none is held in memory, each is made when it is read. */
export function inventCollection(options: InventedCollectionOptions = {}): CaseCollection {
  const { seed = 1, size = 300, emptyStatuses = [] } = options;
  const inventAt = (index: number) => inventSlot(seed, index, emptyStatuses);
  const slots = Array.from({ length: size }, (_, index) => inventAt(index));
  return new CaseCollection(slots, { seed, nextIndex: size, inventAt });
}
