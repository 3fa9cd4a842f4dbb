import { recordedCases } from '../../../fake-api/collection/recorded-cases.ts';
import { Random } from '../../../fake-api/invent/random.ts';
import type { Fault } from '../../../fake-api/serve/faults.ts';
import type { FakeApiRequest } from '../../../fake-api/serve/request.ts';
import { type FakeApi, startFakeApi } from '../../../fake-api/serve/server.ts';
import { toAskedPause } from '../asked-pause.ts';
import { inventSmallCase } from '../invent-small-case.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { LinkedHistory, LinkedNight } from './draw-history.ts';
import { LINKED_EDITS, addLinkedData } from './edits.ts';
import { makeLinkedFault } from './faults.ts';

/** The server's side of one night. */
export interface ServedNight {
  /** The requests for linked lists, in order: the list, and what was wrong with the answer. */
  readonly requests: readonly { readonly list: string; readonly fault: string | null }[];
  readonly edits: readonly string[];
  /** Requests that came before a pause was over for which the server had asked. */
  readonly tooEarly: readonly string[];
}

export interface LinkedWorld {
  readonly fakeApi: FakeApi;
  /** Begins a night; `onRequest` is told of each request for a linked list, from 1. */
  beginNight(plan: LinkedNight, clock: VirtualClock, onRequest: (number: number) => void): ServedNight;
  /** From now on nothing goes wrong, nothing changes and nothing is recorded. */
  endNight(): void;
  /** Nobody can know any more of the pause that the server has asked for. */
  forgetPause(): void;
}

interface Night {
  readonly plan: LinkedNight;
  readonly clock: VirtualClock;
  readonly onRequest: (number: number) => void;
  readonly requests: { list: string; fault: string | null }[];
  readonly edits: string[];
  readonly tooEarly: string[];
  readonly faultSources: readonly Random[];
}

/** The API of a history: cases that stay as they are, and linked lists that change and go wrong as planned. */
export async function startLinkedWorld(history: LinkedHistory, token: string): Promise<LinkedWorld> {
  const random = new Random(history.seed);
  const source = recordedCases(
    Array.from({ length: history.cases }, (_, index) => inventSmallCase((index + 1) * 10, random)),
  );
  addLinkedData(source, random);
  let night: Night | null = null;
  /** Elapsed time of the clock before which the server wants no request for a linked list. */
  let pausedUntil = 0;

  const edit = (of: Night, request: number): void => {
    for (const planned of of.plan.edits.filter((one) => one.request === request)) {
      LINKED_EDITS[planned.edit](source, new Random(planned.seed));
      of.edits.push(planned.edit);
    }
  };
  const chooseFault = (of: Night, request: FakeApiRequest): { name: string; fault: Fault } | undefined => {
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
      if (night === null || route.kind !== 'linked') return;
      const number = night.requests.length + 1;
      const early = pausedUntil - night.clock.elapsed();
      if (early > 0) night.tooEarly.push(`request ${number} came ${early} ms before the pause was over`);
      edit(night, number);
      night.onRequest(number);
    },
    faults: (request) => {
      if (night === null || request.route.kind !== 'linked') return undefined;
      const chosen = chooseFault(night, request);
      const header = chosen?.fault.kind === 'status' ? chosen.fault.headers?.['retry-after'] : undefined;
      if (header !== undefined) {
        const pause = toAskedPause(header, night.clock.now());
        pausedUntil = Math.max(pausedUntil, night.clock.elapsed() + pause);
      }
      const { caseId, list } = request.route;
      night.requests.push({ list: `${caseId}/${list}`, fault: chosen?.name ?? null });
      return chosen?.fault;
    },
  });
  return {
    fakeApi,
    forgetPause: () => {
      pausedUntil = 0;
    },
    beginNight: (plan, clock, onRequest) => {
      night = {
        plan,
        clock,
        onRequest,
        requests: [],
        edits: [],
        tooEarly: [],
        faultSources: plan.faults.map(({ seed }) => new Random(seed)),
      };
      edit(night, 0);
      return night;
    },
    endNight: () => {
      night = null;
    },
  };
}
