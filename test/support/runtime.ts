import type { Runtime } from '../../src/api/pacing.ts';

export interface FakeRuntime extends Runtime {
  /** Every requested wait, in milliseconds. */
  readonly waits: readonly number[];
}

/** A clock that moves only by sleep, sleep that takes no real time, and a random source that always returns `luck`. */
export function fakeRuntime({ start = '2030-01-15T03:17:00Z', luck = 0.5 } = {}): FakeRuntime {
  let time = Date.parse(start);
  const waits: number[] = [];
  return {
    waits,
    now: () => new Date(time),
    random: () => luck,
    sleep: (ms, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      waits.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
}
