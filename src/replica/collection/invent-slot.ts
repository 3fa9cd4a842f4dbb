import type { OngoingStatusId } from '../../clearinghouse/ongoing-status.ts';
import type { CaseSlot } from './case-slot.ts';
import { inventCaseBytes } from '../invent/invent-case.ts';
import { caseIdAt } from '../invent/invent-names.ts';
import { inventStatus } from '../invent/invent-status.ts';

/** The slot of an invented case; the case itself is made whenever it is read. */
export function inventSlot(seed: number, index: number, emptyStatuses: readonly OngoingStatusId[]): CaseSlot {
  const { ongoing, status } = inventStatus(seed, index, emptyStatuses);
  return {
    id: caseIdAt(seed, index),
    ongoing: ongoing ?? undefined,
    status,
    read: () => inventCaseBytes(seed, index, emptyStatuses),
  };
}
