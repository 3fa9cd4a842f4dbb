import type { Fault } from '../../../fake-api/serve/faults.ts';
import type { FakeApiRequest } from '../../../fake-api/serve/request.ts';
import { FAULTS, type FaultName, SLOW_FAULTS, type FaultContext } from '../faults.ts';

/**
 * Faults of the lists of cases that mean nothing here, or that bring content which the collection never had: what a mirror holds
 * is compared with it.
 */
const NOT_OF_LINKED_LISTS: readonly FaultName[] = [
  'very many tiny records',
  'a filter that is ignored',
  'a case with the label of another list',
  'lists that count more than the whole',
  'NaN in a case',
  'a byte of Latin-1 in a case',
];
/** Without its id a docket is another docket. */
const NOT_OF_DOCKETS: ReadonlySet<string> = new Set(['a case without an id', 'a case with a text as id']);

/** Faults that only a linked list can have. */
const OWN_FAULTS = ['the list of another case', 'a list without its envelope', 'empty'] as const;
type OwnFault = (typeof OWN_FAULTS)[number];

const isShared = (name: FaultName): boolean => !SLOW_FAULTS.has(name) && !NOT_OF_LINKED_LISTS.includes(name);
const SHARED_FAULTS = (Object.keys(FAULTS) as FaultName[]).filter(isShared);

export type LinkedFaultName = FaultName | OwnFault;
export const LINKED_FAULT_NAMES: readonly LinkedFaultName[] = [...OWN_FAULTS, ...SHARED_FAULTS];

export function makeLinkedFault(
  name: LinkedFaultName,
  { route }: FakeApiRequest,
  context: FaultContext,
  caseIds: readonly number[],
): Fault | undefined {
  if (route.kind !== 'linked') return undefined;
  if (route.list === 'dockets' && NOT_OF_DOCKETS.has(name)) return undefined;
  switch (name) {
    case 'the list of another case':
      return { kind: 'of-case', caseId: context.random.pick(caseIds) };
    case 'a list without its envelope':
      return { kind: 'bare-list' };
    case 'empty':
      return { kind: 'json', body: context.random.pick([[], { count: 0, next: null, results: [] }]) };
    default:
      return FAULTS[name](context);
  }
}
