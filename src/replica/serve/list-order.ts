import type { CaseSlot } from '../collection/case-slot.ts';
import { mixSeeds } from '../invent/random.ts';
import type { ListOrder } from './replica-options.ts';

/** Puts a list into the order asked for. A shuffled case keeps its place when others come or go. */
export function inListOrder(
  slots: readonly CaseSlot[],
  order: ListOrder,
  requestNumber: number,
): readonly CaseSlot[] {
  if (order === 'id') return slots;
  const salt = order === 'random' ? requestNumber : 0;
  return slots
    .map((slot, place) => ({ slot, rank: mixSeeds(slot.id ?? -place, salt) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ slot }) => slot);
}
