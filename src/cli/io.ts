import type { Runtime } from '../api/pacing.ts';
import { writeSync } from 'node:fs';
import { MirrorError } from '../errors/mirror-error.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { wrapLines } from '../lib/layout.ts';

/** A stream that a terminal, pipe or file may be behind. */
export type Out = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything that a command takes from its environment, so that a test can replace it. */
export interface Io {
  /** Data: the output that the command was asked for. */
  readonly stdout: Out;
  /** Messages: progress, hints, errors. */
  readonly stderr: Out;
  readonly env: NodeJS.ProcessEnv;
  /** The folder with the .env file. */
  readonly folder: string;
  readonly runtime: Runtime;
  /** The time zone of the user, such as "America/Detroit". */
  readonly timeZone: string;
  /** Reads all of standard input. Fails with USAGE. */
  readonly readStdin: () => Promise<string>;
  /** Asks the user at the terminal; null without a terminal. Secret input is not shown while it is typed. */
  readonly ask: ((question: string, isSecret: boolean, signal: AbortSignal) => Promise<string>) | null;
  /** Calls `stop` at Ctrl-C or SIGTERM, with the error for it. Returns a function that removes the listener. */
  onStop(stop: (reason: MirrorError) => void): () => void;
  /** Calls `reload` at SIGHUP. Returns a function that removes the listener. */
  onReload(reload: () => void): () => void;
}

/** Streams that can no longer be written to, each with the reason; null if the reader closed the pipe. */
const gone = new WeakMap<Out, string | null>();

/**
 * Prevents a stream that can no longer be written to from ending the command, least of all a sync. A reader that has
 * seen enough (`| head`) closes the pipe, which is not a failure. A full disk is one, and {@link findLoss} reports it.
 */
export function outliveFailures(out: Out): void {
  out.on('error', (error: NodeJS.ErrnoException) => {
    // Node reports standard output as writable again after that, so it is recorded here.
    if (!gone.has(out)) gone.set(out, error.code === 'EPIPE' ? null : wordsOf(error));
    out.emit('drain'); // wakes whoever waits for the reader
  });
}

/** The reason why output to a stream was lost; null if none was lost, or if the reader closed the pipe. */
export function findLoss(out: Out): string | null {
  return gone.get(out) ?? null;
}

/** Waits until all output has arrived or is known to be lost. */
export async function flush(out: Out): Promise<void> {
  if (isGone(out)) return;
  await new Promise<void>((resolve) => {
    out.write('', () => {
      resolve();
    });
  });
}

/**
 * Writes lines of messages immediately or never. Wraps them at words on a terminal. A log continues after its disk has
 * space again.
 */
export function say(out: Out, text: string): void {
  sayExactly(out, out.isTTY === true ? wrapLines(text, terminalWidth(out)) : text);
}

/** The same for lines that a program may read. */
export function sayExactly(out: Out, text: string): void {
  if (!isGone(out)) out.write(text);
  else if (findLoss(out) !== null && 'fd' in out && typeof out.fd === 'number') {
    try {
      writeSync(out.fd, text);
    } catch {
      // As before: it is known to be lost.
    }
  }
}

/** Fails with OUTPUT_LOST if output could not be written. */
export function checkPrinted({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): void {
  for (const [name, out] of [
    ['standard output', stdout],
    ['standard error', stderr],
  ] as const) {
    const loss = findLoss(out);
    if (loss !== null) throw new MirrorError('OUTPUT_LOST', `Not all could be written to ${name}: ${loss}.`);
  }
}

/** Whether no output can arrive. */
function isGone(out: Out): boolean {
  return gone.has(out) || !out.writable;
}

/** Writes, and waits while the reader is slower; does nothing after the reader has closed the pipe. */
export async function write(out: Out, text: string): Promise<void> {
  if (isGone(out) || out.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      out.off('drain', done);
      out.off('close', done);
      resolve();
    };
    out.on('drain', done);
    out.on('close', done);
  });
}

/** Writes a text for people; wraps its lines at words on a terminal. */
export async function writeText(io: Pick<Io, 'stdout' | 'env'>, text: string): Promise<void> {
  await write(io.stdout, io.stdout.isTTY === true ? wrapLines(text, textWidth(io)) : text);
}

/**
 * Writes piece by piece. After the reader has closed the pipe, no more pieces are made. Returns whether there was no
 * piece.
 */
export async function writePieces(out: Out, pieces: Iterable<string>): Promise<boolean> {
  let isEmpty = true;
  for (const piece of pieces) {
    isEmpty = false;
    if (isGone(out)) break;
    await write(out, piece);
  }
  return isEmpty;
}

/** Color is for a terminal, unless the user has turned it off. See https://no-color.org. */
function wantsColor(out: Out, env: NodeJS.ProcessEnv): boolean {
  return out.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** The format of a report on standard output. */
export function reportStyle({ stdout, env, timeZone }: Pick<Io, 'stdout' | 'env' | 'timeZone'>) {
  return { color: wantsColor(stdout, env), width: textWidth({ stdout, env }), timeZone };
}

/** The width without a terminal and COLUMNS: every terminal and email has it. */
const USUAL_WIDTH = 80;
const NARROWEST = 20;

/** The width of a text for people: that of the terminal, else COLUMNS, else 80. */
export function textWidth({ stdout, env }: Pick<Io, 'stdout' | 'env'>): number {
  return knownWidth(stdout, env) ?? USUAL_WIDTH;
}

/** The width of a table of rows: that of the terminal, else COLUMNS; otherwise unlimited. */
export function tableWidth({ stdout, env }: Pick<Io, 'stdout' | 'env'>): number {
  return knownWidth(stdout, env) ?? Infinity;
}

/** A terminal with an unknown width can report 0 columns. */
function terminalWidth(out: Out): number {
  return Number(out.columns) > 0 ? Math.max(NARROWEST, Number(out.columns)) : USUAL_WIDTH;
}

function knownWidth(out: Out, env: NodeJS.ProcessEnv): number | null {
  const columns = out.isTTY === true && Number(out.columns) > 0 ? Number(out.columns) : Number(env.COLUMNS);
  if (Number.isSafeInteger(columns) && columns > 0) return Math.max(NARROWEST, columns);
  return out.isTTY === true ? USUAL_WIDTH : null;
}

/** The command that runs this program again: in a checkout, npm puts it on the path only for npm scripts. */
export function ownCommand({ env }: Pick<Io, 'env'>): string {
  return env.npm_command === undefined ? 'clearinghouse-mirror' : 'npx clearinghouse-mirror';
}

/** Runs a function that a signal can interrupt. */
export async function withStop<Result>(
  io: Io,
  action: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const forget = io.onStop((reason) => {
    controller.abort(reason);
  });
  try {
    return await action(controller.signal);
  } finally {
    forget();
  }
}

/** Resolves when the signal is aborted, at once if it already is. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else {
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    }
  });
}
