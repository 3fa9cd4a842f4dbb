import { EXIT_CODES } from '../errors/exit-codes.ts';

/*
 * Handles signals before the command listens for them. Until then, Node would exit on them, even on SIGHUP, which makes
 * `nightly` reload its settings. This module is loaded before all others.
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

/** Exits at once on a signal for commands that handle signals themselves, because nothing has started yet. */
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

/** Stops listening to SIGINT and SIGTERM, because the command listens now. */
export function handOverEnds(): void {
  ends = null;
  process.off('SIGINT', endBySigint).off('SIGTERM', endBySigterm);
}

/** Stops listening to SIGHUP, because the command listens now. Returns whether SIGHUP arrived before. */
export function handOverHangups(): boolean {
  takesHangups = false;
  process.off('SIGHUP', noteHangup);
  const had = hadHangup;
  hadHangup = false;
  return had;
}

/** Runs a step that blocks the event loop, such as waiting for a pipe. During it, signals end the process. */
export function whileSignalsEnd<Result>(block: () => Result): Result {
  listenNoMore();
  try {
    return block();
  } finally {
    listen();
  }
}
