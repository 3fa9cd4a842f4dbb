import type { Fault } from '../../../fake-api/serve/faults.ts';
import type { FakeApiRequest } from '../../../fake-api/serve/request.ts';
import { FAULTS, type FaultName, SLOW_FAULTS, type FaultContext } from '../faults.ts';

/**
 * Faults of the lists of cases that have no meaning for linked lists, or that serve content that the collection never
 * had. The mirror is compared with the collection.
 */
const NOT_OF_LINKED_LISTS: readonly FaultName[] = [
  'a great many tiny records',
  'a filter that is ignored',
  'a case with the label of another list',
  'lists with more cases than the list of all cases',
  'NaN in a case',
  'a byte of Latin-1 in a case',
];
/** Without its id, a docket counts as a different one. */
const NOT_OF_DOCKETS: ReadonlySet<string> = new Set(['a case without an id', 'a case with a text as id']);

/** Faults that only linked lists can have. */
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
