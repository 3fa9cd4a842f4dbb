import { LINKED_KINDS } from '../../../src/api/linked-fields.ts';
import type { PlannedSeed } from '../choose-seeds.ts';
import { type LinkedHistory, drawLinkedHistory } from './draw-history.ts';
import { LINKED_EDIT_NAMES } from './edits.ts';
import { LINKED_FAULT_NAMES } from './faults.ts';
import type { LinkedAccount } from './simulate-seed.ts';

/** Everything that the simulation of linked lists can cause. */
export const ALL_LINKED_KINDS: readonly string[] = [
  ...LINKED_FAULT_NAMES.map((name) => `fault: ${name}`),
  ...LINKED_EDIT_NAMES.map((name) => `edit: ${name}`),
  ...['complete', 'budget', 'interrupted', 'death'].map((name) => `pass: ${name}`),
];

/** The kinds of events on the days of a seed. */
export function listLinkedKinds({ history, days }: LinkedAccount): Set<string> {
  return new Set([
    ...days.flatMap(({ served }) =>
      served.requests.flatMap(({ fault }) => (fault === null ? [] : `fault: ${fault}`)),
    ),
    ...days.flatMap(({ served }) => served.edits.map((name) => `edit: ${name}`)),
    ...days.map(({ pass }) => `pass: ${pass}`),
    ...listShapes(history),
  ]);
}

function listShapes({ shapes }: LinkedHistory): string[] {
  return LINKED_KINDS.flatMap((kind) => [
    `shape: ${kind} ${shapes[kind].envelope ?? ''}`,
    `empty: ${kind} ${shapes[kind].empty ?? ''}`,
  ]);
}

/** The plan of a seed: the kinds of {@link listLinkedKinds} that are known before its simulation. */
export function planLinkedSeed(seed: number): PlannedSeed {
  const history = drawLinkedHistory(seed);
  const kinds = history.faultyDays.flatMap(({ faults, edits }) => [
    ...faults.map(({ fault }) => `fault: ${fault}`),
    ...edits.map(({ edit }) => `edit: ${edit}`),
  ]);
  return {
    seed,
    kinds: new Set([...kinds, ...listShapes(history)]),
    days: history.faultyDays.length + 4,
  };
}

/** The days of a seed, with all violations and the command that replays them. */
export function renderLinkedAccount({ history, days, violations }: LinkedAccount): string {
  return [
    `Linked seed ${history.seed}: ${history.cases} cases, shapes ${JSON.stringify(history.shapes)}`,
    ...days.flatMap(({ run, pass, served }, at) => [
      `day ${at + 1}: run ${run}, pass ${pass}; ${served.edits.join(', ') || 'no edits'}`,
      `  ${served.requests.map(({ list, fault }) => (fault === null ? list : `${list} (${fault})`)).join(' ')}`,
    ]),
    ...violations.map((violation) => `VIOLATED: ${violation}`),
    `Replay: npm run simulate -- --linked --seed ${history.seed}`,
  ].join('\n');
}
