import { Random } from '../../src/replica/invent/random.ts';
import { recordedCases } from '../../src/replica/collection/recorded-cases.ts';
import { inListOrder } from '../../src/replica/serve/list-order.ts';
import { isPageFault } from '../../src/replica/serve/distort-page.ts';
import type { Fault } from '../../src/replica/serve/fault.ts';
import type { ReplicaRequest } from '../../src/replica/serve/replica-request.ts';
import { startReplica, type Replica } from '../../src/replica/serve/start-replica.ts';
import type { History, NightPlan, PlannedFault, Place } from './draw-history.ts';
import { EDITS } from './edits.ts';
import { FAULTS, type FaultName } from './faults.ts';
import { inventSmallCase } from './invent-small-case.ts';
import { toListKey, toServed, type ServedRequest } from './served-log.ts';

/** The server's side of one night. */
export interface ServedNight {
  /** What was answered, in order. */
  readonly log: readonly ServedRequest[];
  /** Edits done before and during the night. */
  readonly edits: readonly string[];
}

/** The API of a history: a replica that goes wrong as planned, and keeps a record of what it said. */
export interface ServedWorld {
  readonly replica: Replica;
  /** Begins a night; `onRequest` is called before each answer. */
  beginNight(plan: NightPlan, now: () => Date, onRequest: () => void): ServedNight;
  /** From now on nothing goes wrong, nothing changes and nothing is recorded. */
  endNight(): void;
}

interface Night {
  readonly plan: NightPlan;
  readonly now: () => Date;
  readonly onRequest: () => void;
  readonly log: ServedRequest[];
  readonly edits: string[];
  readonly faults: { readonly plan: PlannedFault; readonly random: Random; matched: number }[];
  requests: number;
}

export async function startWorld(history: History, token: string): Promise<ServedWorld> {
  const random = new Random(history.seed);
  const source = recordedCases(
    Array.from({ length: history.cases }, (_, index) => inventSmallCase((index + 1) * 10, random)),
  );
  let night: Night | null = null;

  const edit = (of: Night, request: number): void => {
    for (const planned of of.plan.edits.filter((one) => one.request === request)) {
      EDITS[planned.edit](source, new Random(planned.seed));
      of.edits.push(request === 0 ? planned.edit : `${planned.edit} (before request ${request})`);
    }
  };
  const listIds = (request: ReplicaRequest): number[] =>
    inListOrder(source.find(request.filters), history.order, request.number).flatMap(({ id }) => id ?? []);

  const replica = await startReplica({
    source,
    token,
    pageSize: history.pageSize,
    order: history.order,
    gzip: history.gzip,
    beforePage: () => {
      if (night === null) return;
      edit(night, ++night.requests);
      night.onRequest();
    },
    faults: (request) => {
      if (night === null || request.route.kind !== 'cases') return undefined;
      const ids = listIds(request);
      const isPage = toServed(undefined, ids, request.page, history.pageSize).kind === 'page';
      const chosen = chooseFault(night, request, isPage, token);
      night.log.push({
        list: toListKey(request.filters),
        page: request.page,
        isNamed: new URL(request.url, 'http://replica').searchParams.has('page'),
        fault: chosen?.name ?? null,
        listIds: ids,
        answer: toServed(chosen?.fault, ids, request.page, history.pageSize),
      });
      return chosen?.fault;
    },
  });
  return {
    replica,
    beginNight: (plan, now, onRequest) => {
      night = {
        plan,
        now,
        onRequest,
        log: [],
        edits: [],
        requests: 0,
        faults: plan.faults.map((one) => ({ plan: one, random: new Random(one.seed), matched: 0 })),
      };
      edit(night, 0);
      return night;
    },
    endNight: () => {
      night = null;
    },
  };
}

/** The first fault whose turn it is. What spoils a page waits for a request that is answered with one. */
function chooseFault(
  night: Night,
  request: ReplicaRequest,
  isPage: boolean,
  token: string,
): { readonly name: FaultName; readonly fault: Fault } | undefined {
  for (const one of night.faults) {
    const { fault: name, place, from, times } = one.plan;
    if (!isAt(place, request)) continue;
    const fault = FAULTS[name]({ random: one.random, token, now: night.now() });
    if (isPageFault(fault) && !isPage) continue;
    one.matched++;
    if (one.matched < from || one.matched >= from + times) continue;
    return { name, fault };
  }
  return undefined;
}

function isAt(place: Place, { filters, page }: ReplicaRequest): boolean {
  switch (place) {
    case 'any':
      return true;
    case 'look-up':
      return filters.case_id !== undefined;
    case 'count':
      return filters.case_id === undefined && filters.case_ongoing === undefined;
    case 'later page':
      return page > 1;
    case 'page 2':
      return page === 2;
  }
}
