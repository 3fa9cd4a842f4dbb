import type { Runtime } from '../../src/api/client.ts';
import type { Random } from '../../fake-api/invent/random.ts';

export interface VirtualClock extends Runtime {
  /** Sets the clock forward, or back. */
  readonly jump: (ms: number) => void;
  /** Lets so much time go by. */
  readonly pass: (ms: number) => void;
  /** How much time has gone by since the beginning, in milliseconds, however the clock was set meanwhile. */
  readonly elapsed: () => number;
}

/** A clock that moves only by sleep, which takes no time, and by jumps; chance comes from the seed. */
export function createVirtualClock(start: string, random: Random): VirtualClock {
  let time = Date.parse(start);
  let elapsed = 0;
  const pass = (ms: number): void => {
    time += ms;
    elapsed += ms;
  };
  return {
    now: () => new Date(time),
    random: () => random.share(),
    sleep: (ms, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      pass(ms);
      return Promise.resolve();
    },
    pass,
    elapsed: () => elapsed,
    jump: (ms) => {
      time += ms;
    },
  };
}
