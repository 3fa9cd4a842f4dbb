import { LINKED_KINDS } from '../../../src/api/linked-fields.ts';
import type { PlannedSeed } from '../choose-seeds.ts';
import { type LinkedHistory, drawLinkedHistory } from './draw-history.ts';
import { LINKED_EDIT_NAMES } from './edits.ts';
import { LINKED_FAULT_NAMES } from './faults.ts';
import type { LinkedAccount } from './simulate-seed.ts';

/** Everything that the simulation of linked lists can make happen. */
export const ALL_LINKED_KINDS: readonly string[] = [
  ...LINKED_FAULT_NAMES.map((name) => `fault: ${name}`),
  ...LINKED_EDIT_NAMES.map((name) => `edit: ${name}`),
  ...['complete', 'budget', 'interrupted', 'death'].map((name) => `pass: ${name}`),
];

/** What happened in the nights of a seed. */
export function listLinkedKinds({ history, nights }: LinkedAccount): Set<string> {
  return new Set([
    ...nights.flatMap(({ served }) =>
      served.requests.flatMap(({ fault }) => (fault === null ? [] : `fault: ${fault}`)),
    ),
    ...nights.flatMap(({ served }) => served.edits.map((name) => `edit: ${name}`)),
    ...nights.map(({ pass }) => `pass: ${pass}`),
    ...listShapes(history),
  ]);
}

function listShapes({ shapes }: LinkedHistory): string[] {
  return LINKED_KINDS.flatMap((kind) => [
    `shape: ${kind} ${shapes[kind].envelope ?? ''}`,
    `empty: ${kind} ${shapes[kind].empty ?? ''}`,
  ]);
}

/** What a seed plans: the kinds of {@link listLinkedKinds} that are known before it is played. */
export function planLinkedSeed(seed: number): PlannedSeed {
  const history = drawLinkedHistory(seed);
  const kinds = history.badNights.flatMap(({ faults, edits }) => [
    ...faults.map(({ fault }) => `fault: ${fault}`),
    ...edits.map(({ edit }) => `edit: ${edit}`),
  ]);
  return {
    seed,
    kinds: new Set([...kinds, ...listShapes(history)]),
    days: history.badNights.length + 4,
  };
}

/** What a seed did, with all that did not hold, and how to see it again. */
export function renderLinkedAccount({ history, nights, violations }: LinkedAccount): string {
  return [
    `Linked seed ${history.seed}: ${history.cases} cases, shapes ${JSON.stringify(history.shapes)}`,
    ...nights.flatMap(({ run, pass, served }, at) => [
      `night ${at + 1}: run ${run}, pass ${pass}; ${served.edits.join(', ') || 'no edits'}`,
      `  ${served.requests.map(({ list, fault }) => (fault === null ? list : `${list} (${fault})`)).join(' ')}`,
    ]),
    ...violations.map((violation) => `VIOLATED: ${violation}`),
    `Again: npm run simulate -- --linked --seed ${history.seed}`,
  ].join('\n');
}
