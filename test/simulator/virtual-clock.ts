import type { Surroundings } from '../../src/clearinghouse/client.ts';
import type { Random } from '../../src/replica/invent/random.ts';

export interface VirtualClock extends Surroundings {
  /** Sets the clock forward, or back. */
  readonly jump: (ms: number) => void;
}

/** A clock that moves only by sleep, which takes no time, and by jumps; chance comes from the seed. */
export function createVirtualClock(start: string, random: Random): VirtualClock {
  let time = Date.parse(start);
  return {
    now: () => new Date(time),
    random: () => random.share(),
    sleep: (ms, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      time += ms;
      return Promise.resolve();
    },
    jump: (ms) => {
      time += ms;
    },
  };
}
