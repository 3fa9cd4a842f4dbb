import { type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import type { OngoingListId } from '../../src/api/lists.ts';
import { inventStatus, inventCaseBytes } from '../invent/case.ts';
import { caseIdAt } from '../invent/fields.ts';

/** One case of a collection: what the filters need, and how to get the rest. */
export interface CaseSlot {
  /** Undefined when the record has no usable id. */
  readonly id: number | undefined;
  readonly ongoing: string | undefined;
  readonly status: string | undefined;
  /** The record as JSON bytes, in pieces. */
  readonly read: () => Buffer[];
}

/** The slot of a record. `read` when its JSON text is to be served exactly as it was read; else the slot holds it. */
export function slotOf(record: JsonValue, read: CaseSlot['read'] = toText(record)): CaseSlot {
  const { id, case_ongoing: ongoing, case_status: status } = isJsonObject(record) ? record : {};
  return {
    id: typeof id === 'number' ? id : undefined,
    ongoing: typeof ongoing === 'string' ? ongoing : undefined,
    status: typeof status === 'string' ? status : undefined,
    read,
  };
}

function toText(record: JsonValue): CaseSlot['read'] {
  const bytes = Buffer.from(JSON.stringify(record));
  return () => [bytes];
}

/** The slot of an invented case; the case itself is made whenever it is read. */
export function inventSlot(seed: number, index: number, emptyLists: readonly OngoingListId[]): CaseSlot {
  const { ongoing, status } = inventStatus(seed, index, emptyLists);
  return {
    id: caseIdAt(seed, index),
    ongoing: ongoing ?? undefined,
    status,
    read: () => inventCaseBytes(seed, index, emptyLists),
  };
}
