import { mixSeeds, Random } from '../../../fake-api/invent/random.ts';
import type { LinkedShape } from '../../../fake-api/serve/options.ts';
import { LINKED_KINDS, type LinkedKind } from '../../../src/api/linked-fields.ts';
import { LINKED_EDIT_NAMES, type LinkedEditName } from './edits.ts';
import { LINKED_FAULT_NAMES, type LinkedFaultName } from './faults.ts';

/** Affects `times` requests for linked lists in a row, from this request of the day on. */
export interface PlannedLinkedFault {
  readonly fault: LinkedFaultName;
  readonly from: number;
  readonly times: number;
  readonly seed: number;
}

export interface PlannedLinkedEdit {
  readonly edit: LinkedEditName;
  /** The edit comes before this request for a linked list; 0 is before the day. */
  readonly request: number;
  readonly seed: number;
}

export interface LinkedDay {
  readonly faults: readonly PlannedLinkedFault[];
  readonly edits: readonly PlannedLinkedEdit[];
  /** As in the setting. */
  readonly budget: string;
  /** How the pass is interrupted at this request for a linked list, if at all. */
  readonly cut: { readonly how: 'death' | 'power cut' | 'signal'; readonly request: number } | null;
}

/** Everything that a seed decides. */
export interface LinkedHistory {
  readonly seed: number;
  readonly cases: number;
  readonly shapes: Readonly<Record<LinkedKind, LinkedShape>>;
  readonly faultyDays: readonly LinkedDay[];
}

/** Until the end of the day. */
const FOR_GOOD = 1000;

/** Draws the history of a seed. The same seed always has the same history. */
export function drawLinkedHistory(seed: number): LinkedHistory {
  const random = new Random(mixSeeds(seed, 0x6c));
  const drawShape = (): LinkedShape => ({
    envelope: random.pick(['counted', 'counted', 'uncounted', 'cursor', 'bare']),
    empty: random.pick(['no-results', 'empty-list', 'not-found']),
    pageSize: 1 + random.below(4),
  });
  const shapes = Object.fromEntries(LINKED_KINDS.map((kind) => [kind, drawShape()])) as Record<
    LinkedKind,
    LinkedShape
  >;
  return {
    seed,
    cases: 3 + random.below(6),
    shapes,
    faultyDays: Array.from({ length: 1 + random.below(4) }, (_, at) =>
      drawDay(random, at === 0 ? seed : null),
    ),
  };
}

/** The number of the seed determines one fault and one edit, so a small number of seeds covers all of them. */
function drawDay(random: Random, seed: number | null): LinkedDay {
  const newSeed = (): number => random.below(2 ** 32);
  const faults = Array.from({ length: random.pick([0, 1, 2, 4]) }, (_, at) => ({
    fault:
      at === 0 && seed !== null
        ? (LINKED_FAULT_NAMES[seed % LINKED_FAULT_NAMES.length] ?? '500')
        : random.pick(LINKED_FAULT_NAMES),
    from: 1 + random.below(at === 0 && seed !== null ? 6 : 30),
    times: random.pick([1, 1, 2, 5, FOR_GOOD]),
    seed: newSeed(),
  }));
  const edits = Array.from({ length: random.pick([0, 3, 6, 12]) }, (_, at) => ({
    edit:
      at === 0 && seed !== null
        ? (LINKED_EDIT_NAMES[seed % LINKED_EDIT_NAMES.length] ?? 'a document is added')
        : random.pick(LINKED_EDIT_NAMES),
    request: random.chance(0.6) ? 0 : 1 + random.below(40),
    seed: newSeed(),
  }));
  return {
    faults,
    edits,
    budget: seed === null ? random.pick(['all', 'all', '30', '9', '2']) : random.pick(['all', '30', '9']),
    cut: random.chance(0.3)
      ? { how: random.pick(['death', 'power cut', 'signal']), request: 1 + random.below(40) }
      : null,
  };
}
