import { LINKED_KINDS } from '../../../src/api/linked-fields.ts';
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
    ...LINKED_KINDS.flatMap((kind) => [
      `shape: ${kind} ${history.shapes[kind].envelope ?? ''}`,
      `empty: ${kind} ${history.shapes[kind].empty ?? ''}`,
    ]),
  ]);
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
