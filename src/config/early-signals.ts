import { EXIT_CODES } from '../errors/exit-codes.ts';

/*
 * Signals in the first moments of a process, before the command that it runs listens to them. Until then Node would die of
 * them: of a SIGHUP too, which has `nightly` read its settings again. This module is loaded before all others.
 */

type EndSignal = 'SIGINT' | 'SIGTERM';

let ends: Readonly<Record<EndSignal, number>> | null = null;
let takesHangups = false;
let hadHangup = false;

const endBySigint = (): void => process.exit(ends?.SIGINT);
const endBySigterm = (): void => process.exit(ends?.SIGTERM);
const noteHangup = (): void => {
  hadHangup = true;
};

/** Listens for the commands that end well when they are told to end: nothing has begun yet, so they end at once. */
export function listenEarly([command, ...rest]: readonly string[]): void {
  if (command !== 'nightly' && command !== 'sync') return;
  const isSchedule = command === 'nightly' && !rest.includes('--once');
  ends = isSchedule
    ? { SIGINT: 0, SIGTERM: 0 }
    : { SIGINT: EXIT_CODES.interrupted.code, SIGTERM: EXIT_CODES.terminated.code };
  takesHangups = command === 'nightly';
  listen();
}

function listen(): void {
  if (ends !== null) process.on('SIGINT', endBySigint).on('SIGTERM', endBySigterm);
  if (takesHangups) process.on('SIGHUP', noteHangup);
}

function listenNoMore(): void {
  process.off('SIGINT', endBySigint).off('SIGTERM', endBySigterm).off('SIGHUP', noteHangup);
}

/** Somebody else listens to SIGINT and SIGTERM from now on. */
export function handOverEnds(): void {
  ends = null;
  process.off('SIGINT', endBySigint).off('SIGTERM', endBySigterm);
}

/** Somebody else listens to SIGHUP from now on. Returns whether one has come before. */
export function handOverHangups(): boolean {
  takesHangups = false;
  process.off('SIGHUP', noteHangup);
  const had = hadHangup;
  hadHangup = false;
  return had;
}

/** Does something during which no listener is called, such as waiting for a pipe: a signal ends the process then. */
export function whileSignalsEnd<Result>(block: () => Result): Result {
  listenNoMore();
  try {
    return block();
  } finally {
    listen();
  }
}
