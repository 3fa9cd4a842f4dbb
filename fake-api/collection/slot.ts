import { type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import type { OngoingListId } from '../../src/api/lists.ts';
import { inventStatus, inventCaseBytes } from '../invent/case.ts';
import { caseIdAt } from '../invent/fields.ts';

/** One case of a collection: the fields for the filters, and a function that reads the rest. */
export interface CaseSlot {
  /** Undefined when the record has no usable id. */
  readonly id: number | undefined;
  readonly ongoing: string | undefined;
  readonly status: string | undefined;
  /** The record as JSON bytes, in pieces. */
  readonly read: () => Buffer[];
}

/**
 * The slot of a record. With `read`, its JSON text is served exactly as it was read; otherwise, the slot keeps the
 * record in memory.
 */
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

/** The slot of an invented case. The case is invented when it is read, unless it was read a short time ago. */
export function inventSlot(seed: number, index: number, emptyLists: readonly OngoingListId[]): CaseSlot {
  const { ongoing, status } = inventStatus(seed, index, emptyLists);
  return {
    id: caseIdAt(seed, index),
    ongoing: ongoing ?? undefined,
    status,
    read: () =>
      readRecent(`${seed} ${index} ${emptyLists.join()}`, () => inventCaseBytes(seed, index, emptyLists)),
  };
}

/** Enough for a small collection, which is read again and again. A large one is never kept in memory. */
const MAX_RECENT_BYTES = 16_000_000;
/** The invented cases that were read most recently, oldest first. */
const recent = new Map<string, Buffer[]>();
let recentBytes = 0;

function readRecent(key: string, invent: () => Buffer[]): Buffer[] {
  const known = recent.get(key);
  if (known !== undefined) return known;
  const invented = invent();
  recent.set(key, invented);
  recentBytes += countBytes(invented);
  for (const [oldest, pieces] of recent) {
    if (recentBytes <= MAX_RECENT_BYTES) break;
    recent.delete(oldest);
    recentBytes -= countBytes(pieces);
  }
  return invented;
}

const countBytes = (pieces: readonly Buffer[]): number => pieces.reduce((sum, { length }) => sum + length, 0);
