import type { Runtime } from '../../src/api/pacing.ts';
import type { Random } from '../../fake-api/invent/random.ts';

export interface VirtualClock extends Runtime {
  /** Sets the clock forward or back. */
  readonly jump: (ms: number) => void;
  /** Lets time pass. */
  readonly pass: (ms: number) => void;
  /** The time since the beginning, in milliseconds, independent of how the clock was set meanwhile. */
  readonly elapsed: () => number;
}

/** A clock that moves only by sleep, which takes no real time, and by jumps. Randomness comes from the seed. */
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
