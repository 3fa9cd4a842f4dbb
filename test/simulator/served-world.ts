import { Random } from '../../fake-api/invent/random.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { inListOrder, startFakeApi, type FakeApi } from '../../fake-api/serve/server.ts';
import { type Fault, isPageFault } from '../../fake-api/serve/faults.ts';
import { type FakeApiRequest } from '../../fake-api/serve/request.ts';
import type { History, DayPlan, PlannedFault, Place } from './draw-history.ts';
import { EDITS } from './edits.ts';
import { FAULTS, type FaultName } from './faults.ts';
import { inventSmallCase } from './invent-small-case.ts';
import { toAskedPause } from './asked-pause.ts';
import { bringsRecords, toListKey, toServed, type ServedRequest } from './served-log.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One day on the side of the server. */
export interface ServedDay {
  /** The responses, in order. */
  readonly log: readonly ServedRequest[];
  /** Edits before and during the day. */
  readonly edits: readonly string[];
  /** Requests that came before the end of a pause that the server required on this day or before. */
  readonly tooEarly: readonly string[];
}

/** The API of a history: a fake API with the planned faults, and a log of its responses. */
export interface ServedWorld {
  readonly fakeApi: FakeApi;
  /** Begins a day; `onRequest` is called before each response. */
  beginDay(plan: DayPlan, clock: VirtualClock, onRequest: () => void): ServedDay;
  /** Forgets the pause that the server required, because no process can know it anymore. */
  forgetPause(): void;
  /** After this, there are no faults and no edits, and nothing is recorded. */
  endDay(): void;
}

interface Day {
  readonly plan: DayPlan;
  readonly clock: VirtualClock;
  readonly onRequest: () => void;
  readonly log: ServedRequest[];
  readonly edits: string[];
  readonly tooEarly: string[];
  readonly faults: { readonly plan: PlannedFault; readonly random: Random; matched: number }[];
  requests: number;
}

export async function startWorld(history: History, token: string): Promise<ServedWorld> {
  const random = new Random(history.seed);
  const source = recordedCases(
    Array.from({ length: history.cases }, (_, index) => inventSmallCase((index + 1) * 10, random)),
  );
  let day: Day | null = null;
  /** The elapsed time of the clock before which the server forbids requests. */
  let pausedUntil = 0;

  const edit = (of: Day, request: number): void => {
    for (const planned of of.plan.edits.filter((one) => one.request === request)) {
      EDITS[planned.edit](source, new Random(planned.seed));
      of.edits.push(request === 0 ? planned.edit : `${planned.edit} (before request ${request})`);
    }
  };
  const listIds = (request: FakeApiRequest): number[] =>
    inListOrder(source.find(request.filters), history.order, request.number).flatMap(({ id }) => id ?? []);

  const fakeApi = await startFakeApi({
    source,
    token,
    pageSize: history.pageSize,
    order: history.order,
    gzip: history.gzip,
    beforePage: () => {
      if (day === null) return;
      const early = pausedUntil - day.clock.elapsed();
      if (early > 0)
        day.tooEarly.push(`request ${day.requests + 1} came ${early} ms before the pause was over`);
      edit(day, ++day.requests);
      day.onRequest();
    },
    faults: (request) => {
      if (day === null || request.route.kind !== 'cases') return undefined;
      const ids = listIds(request);
      const isPage = toServed(undefined, ids, request.page, history.pageSize).kind === 'page';
      const chosen = chooseFault(day, request, isPage, token);
      const header = chosen?.fault.kind === 'status' ? chosen.fault.headers?.['retry-after'] : undefined;
      if (header !== undefined)
        pausedUntil = Math.max(pausedUntil, day.clock.elapsed() + toAskedPause(header, day.clock.now()));
      const wholeIds = listIds({ ...request, filters: {} });
      const response = toServed(chosen?.fault, ids, request.page, history.pageSize, wholeIds);
      const read = bringsRecords(chosen?.fault)
        ? toServed(undefined, ids, request.page, history.pageSize)
        : response;
      day.log.push({
        list: toListKey(request.filters),
        page: request.page,
        isNamed: new URL(request.url, 'http://fake-api').searchParams.has('page'),
        fault: chosen?.name ?? null,
        listIds: ids,
        response,
        broughtIds: read.kind === 'page' ? read.ids : [],
      });
      return chosen?.fault;
    },
  });
  return {
    fakeApi,
    forgetPause: () => {
      pausedUntil = 0;
    },
    beginDay: (plan, clock, onRequest) => {
      day = {
        plan,
        clock,
        onRequest,
        log: [],
        edits: [],
        tooEarly: [],
        requests: 0,
        faults: plan.faults.map((one) => ({ plan: one, random: new Random(one.seed), matched: 0 })),
      };
      edit(day, 0);
      return day;
    },
    endDay: () => {
      day = null;
    },
  };
}

/** The first fault that is due. A fault of a page waits for a request whose response is a page. */
function chooseFault(
  day: Day,
  request: FakeApiRequest,
  isPage: boolean,
  token: string,
): { readonly name: FaultName; readonly fault: Fault } | undefined {
  for (const one of day.faults) {
    const { fault: name, place, from, times } = one.plan;
    if (!isAt(place, request)) continue;
    const fault = FAULTS[name]({
      random: one.random,
      token,
      now: day.clock.now(),
      isWhole: toListKey(request.filters) === '',
    });
    if (isPageFault(fault) && !isPage) continue;
    one.matched++;
    if (one.matched < from || one.matched >= from + times) continue;
    return { name, fault };
  }
  return undefined;
}

function isAt(place: Place, { filters, page }: FakeApiRequest): boolean {
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
