import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import { inventEntryText, inventTraits } from '../invent/docket.ts';
import { PUBLISHED, dateText, midnightText, yearOf } from '../invent/times.ts';
import { inventCast } from '../invent/texts.ts';
import { Random, mixSeeds } from '../invent/random.ts';
import { VOCABULARIES } from '../invent/vocabularies.ts';
import { type CaseSlot } from './slot.ts';

/** One change of one case on one night. Small, so that thousands can be kept and applied whenever the case is read. */
export type CaseChange =
  | {
      readonly kind: 'entries';
      readonly night: number;
      readonly seed: number;
      readonly firstId: number;
      readonly count: number;
    }
  | { readonly kind: 'field'; readonly night: number; readonly seed: number }
  | { readonly kind: 'list'; readonly night: number; readonly seed: number }
  | { readonly kind: 'move'; readonly night: number };

/** Above every id that an invented collection of up to 90,000 cases uses. */
const FIRST_NIGHT_ENTRY_ID = 1_500_000_000;
const ENTRY_IDS_A_NIGHT = 100_000;

function drawChange(random: Random, night: number, entriesBefore: number, maxEntries: number): CaseChange {
  const seed = random.below(2 ** 32);
  const kind = random.share();
  if (kind < 0.2) return { kind: 'field', night, seed };
  if (kind < 0.35) return { kind: 'list', night, seed };
  const firstId = FIRST_NIGHT_ENTRY_ID + night * ENTRY_IDS_A_NIGHT + entriesBefore;
  return { kind: 'entries', night, seed, firstId, count: 1 + random.below(Math.max(1, maxEntries)) };
}

/** The case after the change; the one given stays as it is. Applied twice to the same case, it gives the same. */
function changeCase(record: JsonObject, change: CaseChange): JsonObject {
  switch (change.kind) {
    case 'entries':
      return appendEntries(record, change);
    case 'field':
      return editField(record, new Random(change.seed), change.night);
    case 'list':
      return addIssue(record, new Random(change.seed), change.night);
    case 'move':
      return moveStatus(record, change.night);
  }
}

function appendEntries(record: JsonObject, change: CaseChange & { kind: 'entries' }): JsonObject {
  const { main_docket: docket } = record;
  const entries = isJsonObject(docket) ? docket.docket_entries : undefined;
  if (!isJsonObject(docket) || !Array.isArray(entries))
    return editField(record, new Random(change.seed), change.night);
  const random = new Random(change.seed);
  const day = PUBLISHED + change.night;
  const cast = inventCast(random, textOf(record.court), day - 60, day);
  const traits = inventTraits(random, change.seed % 10_000, entries.length, textOf(record.name), cast);
  const added = Array.from({ length: change.count }, (_, index): JsonValue => {
    const text = inventEntryText(random, traits, entries.length + index, change.firstId + index, day);
    return JSON.parse(text) as JsonValue;
  });
  return {
    ...record,
    last_checked_date: midnightText(day),
    main_docket: { ...docket, docket_entries: [...entries, ...added] },
  };
}

function editField(record: JsonObject, random: Random, night: number): JsonObject {
  const day = dateText(PUBLISHED + night);
  const edits: readonly JsonObject[] = [
    { summary: `${typeof record.summary === 'string' ? record.summary : ''}<p>Updated on ${day}.</p>` },
    { summary_short: `The case was looked at again on ${day}.` },
    { plaintiff_description: `Invented passengers, counted again on ${day}.` },
    { cause_other: `Invented Night Code § ${night}` },
  ];
  return { ...record, ...random.pick(edits) };
}

function addIssue(record: JsonObject, random: Random, night: number): JsonObject {
  const { issues } = record;
  if (!Array.isArray(issues)) return editField(record, random, night);
  const fresh = Object.keys(VOCABULARIES.issues).filter((issue) => !issues.includes(issue));
  return fresh.length === 0
    ? editField(record, random, night)
    : { ...record, issues: [...issues, random.pick(fresh)] };
}

function moveStatus(record: JsonObject, night: number): JsonObject {
  const day = PUBLISHED + night;
  if (record.case_ongoing !== 'Yes')
    return { ...record, case_ongoing: 'Yes', terminating_date: null, closing_year: null };
  return { ...record, case_ongoing: 'No', terminating_date: dateText(day), closing_year: yearOf(day) };
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** What one night brings. Each number below 1 is a share of the collection, from 1 on a count of cases. */
export interface NightPlan {
  /** Cases whose content differs: new docket entries as a rule, sometimes a field or a list value. Default 0.01. */
  readonly changed?: number;
  /** The most docket entries that a changed case gets. Default 5. */
  readonly newEntries?: number;
  /** New cases. Default 0. */
  readonly inserted?: number;
  /** Cases that vanish. Default 0. */
  readonly removed?: number;
  /** Cases whose status changes: Yes becomes No, with a terminating date; any other becomes Yes. Default 0. */
  readonly statusMoves?: number;
}

/** What a night brought: ids in rising order; no id is in two lists. */
export interface Night {
  readonly night: number;
  readonly changed: readonly number[];
  readonly inserted: readonly number[];
  readonly removed: readonly number[];
  readonly moved: readonly number[];
}

/** Where the cases of a later night come from. `nextIndex` goes up with each one. */
export interface Newcomers {
  readonly seed: number;
  nextIndex: number;
  readonly inventAt: (index: number) => CaseSlot;
}

const NIGHT_SALT = 19;

export function advanceOneNight(
  slots: readonly CaseSlot[],
  plan: NightPlan,
  number: number,
  newcomers: Newcomers,
): { slots: CaseSlot[]; night: Night } {
  const random = new Random(mixSeeds(newcomers.seed, number, NIGHT_SALT));
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
  const taken = new Set(slots.map(({ id }) => id));
  const inserted = Array.from({ length: countOf(plan.inserted) }, () => nextNewcomer(newcomers, taken));
  let entries = 0;
  const after = slots.flatMap((slot) => {
    if (removed.has(slot)) return [];
    if (moved.has(slot)) return changedSlot(slot, { kind: 'move', night: number });
    if (!changed.has(slot)) return slot;
    const change = drawChange(random, number, entries, plan.newEntries ?? 5);
    if (change.kind === 'entries') entries += change.count;
    return changedSlot(slot, change);
  });
  const ids = (some: Iterable<CaseSlot>) =>
    [...some].flatMap(({ id }) => id ?? []).sort((one, other) => one - other);
  return {
    slots: [...after, ...inserted],
    night: {
      night: number,
      changed: ids(changed),
      inserted: ids(inserted),
      removed: ids(removed),
      moved: ids(moved),
    },
  };
}

/** The slot with a change on top: it is worked in on reading, so a night holds no case in memory. */
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
