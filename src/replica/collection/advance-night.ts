import { isJsonObject, type JsonValue } from '../../json.ts';
import type { CaseSlot } from './case-slot.ts';
import { type CaseChange, changeCase, drawChange } from './change-case.ts';
import { mixSeeds, Random } from '../invent/random.ts';

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
