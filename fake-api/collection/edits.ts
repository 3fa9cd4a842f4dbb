import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import { inventEntryText, inventTraits } from '../invent/docket.ts';
import { PUBLISHED, dateText, midnightText, yearOf } from '../invent/times.ts';
import { inventCast } from '../invent/texts.ts';
import { Random, mixSeeds } from '../invent/random.ts';
import { VOCABULARIES } from '../invent/vocabularies.ts';
import { type CaseSlot } from './slot.ts';

/** One change of one case on one day. Small, so that thousands can be kept and applied whenever the case is read. */
export type CaseChange =
  | {
      readonly kind: 'entries';
      readonly day: number;
      readonly seed: number;
      readonly firstId: number;
      readonly count: number;
    }
  | { readonly kind: 'field'; readonly day: number; readonly seed: number }
  | { readonly kind: 'list'; readonly day: number; readonly seed: number }
  | { readonly kind: 'move'; readonly day: number };

/** Above every id that an invented collection of up to 90,000 cases uses. */
const FIRST_DAY_ENTRY_ID = 1_500_000_000;
const ENTRY_IDS_A_DAY = 100_000;

function drawChange(random: Random, day: number, entriesBefore: number, maxEntries: number): CaseChange {
  const seed = random.below(2 ** 32);
  const kind = random.share();
  if (kind < 0.2) return { kind: 'field', day, seed };
  if (kind < 0.35) return { kind: 'list', day, seed };
  const firstId = FIRST_DAY_ENTRY_ID + day * ENTRY_IDS_A_DAY + entriesBefore;
  return { kind: 'entries', day, seed, firstId, count: 1 + random.below(Math.max(1, maxEntries)) };
}

/**
 * Returns the case after the change, and does not change its argument. The same change of the same case always has
 * the same result.
 */
function changeCase(record: JsonObject, change: CaseChange): JsonObject {
  switch (change.kind) {
    case 'entries':
      return appendEntries(record, change);
    case 'field':
      return editField(record, new Random(change.seed), change.day);
    case 'list':
      return addIssue(record, new Random(change.seed), change.day);
    case 'move':
      return moveStatus(record, change.day);
  }
}

function appendEntries(record: JsonObject, change: CaseChange & { kind: 'entries' }): JsonObject {
  const { main_docket: docket } = record;
  const entries = isJsonObject(docket) ? docket.docket_entries : undefined;
  if (!isJsonObject(docket) || !Array.isArray(entries))
    return editField(record, new Random(change.seed), change.day);
  const random = new Random(change.seed);
  const today = PUBLISHED + change.day;
  const cast = inventCast(random, textOf(record.court), today - 60, today);
  const traits = inventTraits(random, change.seed % 10_000, entries.length, textOf(record.name), cast);
  const added = Array.from({ length: change.count }, (_, index): JsonValue => {
    const text = inventEntryText(random, traits, entries.length + index, change.firstId + index, today);
    return JSON.parse(text) as JsonValue;
  });
  return {
    ...record,
    last_checked_date: midnightText(today),
    main_docket: { ...docket, docket_entries: [...entries, ...added] },
  };
}

function editField(record: JsonObject, random: Random, day: number): JsonObject {
  const today = dateText(PUBLISHED + day);
  const edits: readonly JsonObject[] = [
    { summary: `${typeof record.summary === 'string' ? record.summary : ''}<p>Updated on ${today}.</p>` },
    { summary_short: `The case was looked at again on ${today}.` },
    { plaintiff_description: `Invented passengers, counted again on ${today}.` },
    { cause_other: `Invented Day Code § ${day}` },
  ];
  return { ...record, ...random.pick(edits) };
}

function addIssue(record: JsonObject, random: Random, day: number): JsonObject {
  const { issues } = record;
  if (!Array.isArray(issues)) return editField(record, random, day);
  const fresh = Object.keys(VOCABULARIES.issues).filter((issue) => !issues.includes(issue));
  return fresh.length === 0
    ? editField(record, random, day)
    : { ...record, issues: [...issues, random.pick(fresh)] };
}

function moveStatus(record: JsonObject, day: number): JsonObject {
  const today = PUBLISHED + day;
  if (record.case_ongoing !== 'Yes')
    return { ...record, case_ongoing: 'Yes', terminating_date: null, closing_year: null };
  return { ...record, case_ongoing: 'No', terminating_date: dateText(today), closing_year: yearOf(today) };
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The changes of one day. Each number below 1 is a share of the collection; from 1 on, a number of cases. */
export interface DayPlan {
  /** Cases whose content differs: new docket entries as a rule, sometimes a field or a list value. Default 0.01. */
  readonly changed?: number;
  /** The most docket entries that a changed case gets. Default 5. */
  readonly newEntries?: number;
  /** New cases. Default 0. */
  readonly inserted?: number;
  /** Cases that disappear. Default 0. */
  readonly removed?: number;
  /** Cases whose status changes: Yes becomes No, with a terminating date; any other becomes Yes. Default 0. */
  readonly statusMoves?: number;
  /** Further cases with the status Yes, which becomes No. Default 0. */
  readonly ended?: number;
  /** Cases whose documents, further dockets or resources change; the cases themselves need not. Default 0.005. */
  readonly linked?: number;
  /** Whether the changed cases come first among these: a sync reads their lists again at once. Default false. */
  readonly linkedWithChanged?: boolean;
}

/** The changes of a day: ids in ascending order. Except for `linked`, no id is in two lists. */
export interface Day {
  readonly day: number;
  readonly changed: readonly number[];
  readonly inserted: readonly number[];
  readonly removed: readonly number[];
  readonly moved: readonly number[];
  /** Cases whose linked lists changed; these can be in another list too. */
  readonly linked: readonly number[];
}

/** The source of the cases of a later day. `nextIndex` increases with each one. */
export interface Newcomers {
  readonly seed: number;
  nextIndex: number;
  readonly inventAt: (index: number) => CaseSlot;
}

const DAY_SALT = 19;
const LINKED_SALT = 59;
const ENDED_SALT = 61;

export function advanceOneDay(
  slots: readonly CaseSlot[],
  plan: DayPlan,
  number: number,
  newcomers: Newcomers,
): { slots: CaseSlot[]; day: Day } {
  const random = new Random(mixSeeds(newcomers.seed, number, DAY_SALT));
  const known = slots.filter(({ id }) => id !== undefined);
  const countOf = (wanted = 0) => (wanted < 1 ? Math.round(wanted * slots.length) : wanted);
  const chosen = drawDifferent(
    random,
    known,
    countOf(plan.changed ?? 0.01) + countOf(plan.removed) + countOf(plan.statusMoves),
  );
  const removed = new Set(chosen.splice(0, countOf(plan.removed)));
  const moved = new Set(chosen.splice(0, countOf(plan.statusMoves)));
  const changed = new Set(chosen);
  // Separate random sources: the other changes of the day must not depend on these cases, nor on the linked lists.
  const ended = drawDifferent(
    new Random(mixSeeds(newcomers.seed, number, ENDED_SALT)),
    known.filter((slot) => slot.ongoing === 'Yes' && ![removed, moved, changed].some((one) => one.has(slot))),
    countOf(plan.ended),
  );
  for (const slot of ended) moved.add(slot);
  const taken = new Set(slots.map(({ id }) => id));
  const inserted = Array.from({ length: countOf(plan.inserted) }, () => nextNewcomer(newcomers, taken));
  let entries = 0;
  const after = slots.flatMap((slot) => {
    if (removed.has(slot)) return [];
    if (moved.has(slot)) return changedSlot(slot, { kind: 'move', day: number });
    if (!changed.has(slot)) return slot;
    const change = drawChange(random, number, entries, plan.newEntries ?? 5);
    if (change.kind === 'entries') entries += change.count;
    return changedSlot(slot, change);
  });
  const wanted = countOf(plan.linked ?? 0.005);
  const first = plan.linkedWithChanged === true ? idsOf(changed).slice(0, wanted) : [];
  const others = drawDifferent(
    new Random(mixSeeds(newcomers.seed, number, LINKED_SALT)),
    after.filter(({ id }) => id !== undefined && !first.includes(id)),
    wanted - first.length,
  );
  return {
    slots: [...after, ...inserted],
    day: {
      day: number,
      changed: idsOf(changed),
      inserted: idsOf(inserted),
      removed: idsOf(removed),
      moved: idsOf(moved),
      linked: [...first, ...idsOf(others)].sort((one, other) => one - other),
    },
  };
}

/** The ids of cases, in ascending order. */
function idsOf(slots: Iterable<CaseSlot>): number[] {
  return [...slots].flatMap(({ id }) => id ?? []).sort((one, other) => one - other);
}

/** The slot with a further change, which is applied on reading, so that a day keeps no case in memory. */
function changedSlot(slot: CaseSlot, change: CaseChange): CaseSlot {
  const read = () => {
    const record = JSON.parse(Buffer.concat(slot.read()).toString()) as JsonValue;
    return isJsonObject(record) ? [Buffer.from(JSON.stringify(changeCase(record, change)))] : slot.read();
  };
  if (change.kind !== 'move') return { ...slot, read };
  return { ...slot, ongoing: slot.ongoing === 'Yes' ? 'No' : 'Yes', read };
}

function nextNewcomer(newcomers: Newcomers, taken: Set<number | undefined>): CaseSlot {
  for (;;) {
    const slot = newcomers.inventAt(newcomers.nextIndex++);
    if (!taken.has(slot.id)) {
      taken.add(slot.id);
      return slot;
    }
  }
}

/** Different items, by a shuffle that stops when it has enough. */
function drawDifferent<T>(random: Random, items: readonly T[], count: number): T[] {
  const pool = [...items];
  const drawn: T[] = [];
  while (drawn.length < count && pool.length > 0) {
    const place = random.below(pool.length);
    const item = pool[place];
    const last = pool.pop();
    if (item !== undefined) drawn.push(item);
    if (last !== undefined && place < pool.length) pool[place] = last;
  }
  return drawn;
}
