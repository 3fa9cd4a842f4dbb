import type { Io } from '../../src/cli/io.ts';

/** What a command gets that only prints: no settings, no terminal to ask in, no signals. */
export function createScriptIo(given: Pick<Io, 'stdout' | 'stderr'> & Partial<Io>): Io {
  return {
    env: {},
    folder: '.',
    runtime: { now: () => new Date(0), sleep: () => Promise.resolve(), random: () => 0 },
    timeZone: 'UTC',
    onReload: () => () => undefined,
    readStdin: () => Promise.resolve(''),
    ask: null,
    onStop: () => () => undefined,
    ...given,
  };
}
