import { recordedCases } from '../../../fake-api/collection/recorded-cases.ts';
import { Random } from '../../../fake-api/invent/random.ts';
import type { Fault } from '../../../fake-api/serve/faults.ts';
import type { FakeApiRequest } from '../../../fake-api/serve/request.ts';
import { type FakeApi, startFakeApi } from '../../../fake-api/serve/server.ts';
import { toAskedPause } from '../asked-pause.ts';
import { inventSmallCase } from '../invent-small-case.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { LinkedHistory, LinkedDay } from './draw-history.ts';
import { LINKED_EDITS, addLinkedData } from './edits.ts';
import { makeLinkedFault } from './faults.ts';

/** One day on the side of the server. */
export interface ServedDay {
  /** The requests for linked lists, in order: the list, and the fault of the response. */
  readonly requests: readonly { readonly list: string; readonly fault: string | null }[];
  readonly edits: readonly string[];
  /** Requests that came before the end of a pause that the server required. */
  readonly tooEarly: readonly string[];
}

export interface LinkedWorld {
  readonly fakeApi: FakeApi;
  /** Begins a day; `onRequest` is called with the number of each request for a linked list, from 1. */
  beginDay(plan: LinkedDay, clock: VirtualClock, onRequest: (number: number) => void): ServedDay;
  /** After this, there are no faults and no edits, and nothing is recorded. */
  endDay(): void;
  /** Forgets the pause that the server required, because no process can know it anymore. */
  forgetPause(): void;
}

interface Day {
  readonly plan: LinkedDay;
  readonly clock: VirtualClock;
  readonly onRequest: (number: number) => void;
  readonly requests: { list: string; fault: string | null }[];
  readonly edits: string[];
  readonly tooEarly: string[];
  readonly faultSources: readonly Random[];
}

/** The API of a history: cases that stay unchanged, and linked lists with the planned edits and faults. */
export async function startLinkedWorld(history: LinkedHistory, token: string): Promise<LinkedWorld> {
  const random = new Random(history.seed);
  const source = recordedCases(
    Array.from({ length: history.cases }, (_, index) => inventSmallCase((index + 1) * 10, random)),
  );
  addLinkedData(source, random);
  let day: Day | null = null;
  /** The elapsed time of the clock before which the server forbids requests for linked lists. */
  let pausedUntil = 0;

  const edit = (of: Day, request: number): void => {
    for (const planned of of.plan.edits.filter((one) => one.request === request)) {
      LINKED_EDITS[planned.edit](source, new Random(planned.seed));
      of.edits.push(planned.edit);
    }
  };
  const chooseFault = (of: Day, request: FakeApiRequest): { name: string; fault: Fault } | undefined => {
    const number = of.requests.length + 1;
    for (const [at, { fault: name, from, times }] of of.plan.faults.entries()) {
      if (number < from || number >= from + times) continue;
      const context = {
        random: of.faultSources[at] ?? random,
        token,
        now: of.clock.now(),
        isWhole: false,
      };
      const fault = makeLinkedFault(name, request, context, source.ids());
      if (fault !== undefined) return { name, fault };
    }
    return undefined;
  };

  const fakeApi = await startFakeApi({
    source,
    token,
    linked: history.shapes,
    beforePage: ({ route }) => {
      if (day === null || route.kind !== 'linked') return;
      const number = day.requests.length + 1;
      const early = pausedUntil - day.clock.elapsed();
      if (early > 0) day.tooEarly.push(`request ${number} came ${early} ms before the pause was over`);
      edit(day, number);
      day.onRequest(number);
    },
    faults: (request) => {
      if (day === null || request.route.kind !== 'linked') return undefined;
      const chosen = chooseFault(day, request);
      const header = chosen?.fault.kind === 'status' ? chosen.fault.headers?.['retry-after'] : undefined;
      if (header !== undefined) {
        const pause = toAskedPause(header, day.clock.now());
        pausedUntil = Math.max(pausedUntil, day.clock.elapsed() + pause);
      }
      const { caseId, list } = request.route;
      day.requests.push({ list: `${caseId}/${list}`, fault: chosen?.name ?? null });
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
        requests: [],
        edits: [],
        tooEarly: [],
        faultSources: plan.faults.map(({ seed }) => new Random(seed)),
      };
      edit(day, 0);
      return day;
    },
    endDay: () => {
      day = null;
    },
  };
}
