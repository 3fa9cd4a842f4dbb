import { type CaseSlot, slotOf, inventSlot } from './slot.ts';
import { CASE_STATUSES, ONGOING_LISTS, type OngoingListId } from '../../src/api/lists.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';

import { LinkedData } from './linked-data.ts';
import { advanceLinked } from './linked-days.ts';
import { type Newcomers, type Day, type DayPlan, advanceOneDay } from './edits.ts';

/** The filters of a list request; a case must match all of them. Values are the ids that the API accepts. */
export interface CaseFilters {
  readonly case_ongoing?: number;
  readonly case_id?: number;
  readonly case_status?: number;
}

/**
 * The cases that a fake API serves, ordered by id. Only records that were added by hand are kept in memory. An
 * invented case is generated each time it is read, with the changes of each day applied.
 */
export class CaseCollection {
  private slots: CaseSlot[];
  private readonly newcomers: Newcomers;
  private days = 0;
  /** The documents, dockets and resources of the cases. */
  readonly linked: LinkedData;

  constructor(slots: readonly CaseSlot[], newcomers: Newcomers, linked = new LinkedData()) {
    this.linked = linked;
    this.slots = inOrder(slots);
    this.newcomers = { ...newcomers };
  }

  get size(): number {
    return this.slots.length;
  }

  /** The number of days that have passed. */
  get day(): number {
    return this.days;
  }

  ids(): number[] {
    return this.slots.flatMap(({ id }) => (id === undefined ? [] : [id]));
  }

  /** The cases that match, in order of id; records without a usable id come last. */
  find(filters: CaseFilters = {}): readonly CaseSlot[] {
    const ongoing = labelOf(ONGOING_LISTS, filters.case_ongoing);
    const status = labelOf(CASE_STATUSES, filters.case_status);
    return this.slots.filter(
      (slot) =>
        (ongoing === undefined || slot.ongoing === ongoing) &&
        (status === undefined || slot.status === status) &&
        (filters.case_id === undefined || slot.id === filters.case_id),
    );
  }

  has(id: number): boolean {
    return this.slots.some((slot) => slot.id === id);
  }

  /** The current state of the case. */
  get(id: number): JsonObject | undefined {
    const slot = this.slots.find((candidate) => candidate.id === id);
    const value = slot && (JSON.parse(Buffer.concat(slot.read()).toString()) as JsonValue);
    return isJsonObject(value) ? value : undefined;
  }

  /** Adds a record, or replaces the one with its id. Accepts any JSON, so that odd responses can be served. */
  put(record: JsonValue): void {
    const slot = slotOf(record);
    if (slot.id !== undefined) this.remove(slot.id);
    const order = orderOf(slot);
    const place = this.slots.findIndex((other) => orderOf(other) > order);
    this.slots.splice(place < 0 ? this.slots.length : place, 0, slot);
  }

  /** Removes a case; false if there was none. */
  remove(id: number): boolean {
    const place = this.slots.findIndex((slot) => slot.id === id);
    if (place >= 0) this.slots.splice(place, 1);
    return place >= 0;
  }

  /** Changes one case: `change` gets a copy that it may change or replace. */
  edit(id: number, change: (record: JsonObject) => JsonObject | undefined): void {
    const record = this.get(id);
    if (record === undefined) throw new RangeError(`There is no case ${id}`);
    const changed = change(record) ?? record;
    this.remove(id);
    this.put(changed);
  }

  /**
   * Lets one day pass. The same collection, days and plans give the same changes. @returns the ids of the cases
   * concerned
   */
  advance(plan: DayPlan = {}): Day {
    this.days += 1;
    const { slots, day } = advanceOneDay(this.slots, plan, this.days, this.newcomers);
    this.slots = inOrder(slots);
    advanceLinked(this.linked, day.linked, this.newcomers.seed, this.days);
    return day;
  }
}

function inOrder(slots: readonly CaseSlot[]): CaseSlot[] {
  return [...slots].sort((one, other) => orderOf(one) - orderOf(other));
}

function orderOf({ id }: CaseSlot): number {
  return id ?? Number.MAX_SAFE_INTEGER;
}

/** The label of an id; a label that no case has for an unknown id. */
function labelOf(
  known: readonly { id: number; label: string }[],
  id: number | undefined,
): string | undefined {
  if (id === undefined) return undefined;
  return known.find((status) => status.id === id)?.label ?? '';
}

export interface InventedCollectionOptions {
  /** The same seed gives the same cases. Default 1. */
  readonly seed?: number;
  /** The number of cases. The real collection has about 12,300. Default 300. */
  readonly size?: number;
  /** Ids of `case_ongoing` that no case has, so that their lists are empty. Default none. */
  readonly emptyLists?: readonly OngoingListId[];
}

/** Invented cases. None is kept in memory; each is generated when it is read. */
export function inventCollection(options: InventedCollectionOptions = {}): CaseCollection {
  const { seed = 1, size = 300, emptyLists = [] } = options;
  const inventAt = (index: number) => inventSlot(seed, index, emptyLists);
  const slots = Array.from({ length: size }, (_, index) => inventAt(index));
  return new CaseCollection(slots, { seed, nextIndex: size, inventAt }, new LinkedData({ seed, emptyLists }));
}
