import type { Runtime } from '../api/client.ts';
import { writeSync } from 'node:fs';
import { MirrorError } from '../errors/mirror-error.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { wrapLines } from '../lib/layout.ts';

/** A stream that a person or a file may be behind. */
export type Out = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything that a command takes from outside, so that a test can give it something else. */
export interface Io {
  /** Data: what a command was asked for. */
  readonly stdout: Out;
  /** Talk: progress, advice, errors. */
  readonly stderr: Out;
  readonly env: NodeJS.ProcessEnv;
  /** The folder in which .env is looked for. */
  readonly folder: string;
  readonly runtime: Runtime;
  /** The time zone of the person, such as "America/Detroit". */
  readonly timeZone: string;
  /** All of standard input, whenever it comes. Fails with USAGE. */
  readonly readStdin: () => Promise<string>;
  /** Asks the person at the terminal; null where there is none. What is secret is not shown while it is typed. */
  readonly ask: ((question: string, isSecret: boolean, signal: AbortSignal) => Promise<string>) | null;
  /** Calls `stop` at Ctrl-C or SIGTERM, with the error that says which. Returns how to stop listening. */
  onStop(stop: (reason: MirrorError) => void): () => void;
  /** Calls `reload` at SIGHUP. Returns how to stop listening. */
  onReload(reload: () => void): () => void;
}

/** Streams to which nothing is written any more, each with why, in words; null where the reader has left of its own accord. */
const gone = new WeakMap<Out, string | null>();

/**
 * Has a stream that can no longer be written to end nothing: not the command, and least of all a sync. A reader that has
 * seen enough (`| head`) closes the pipe, which is no failure; a full disk is one, and {@link findLoss} tells of it.
 */
export function outliveFailures(out: Out): void {
  out.on('error', (error: NodeJS.ErrnoException) => {
    // Node takes standard output for writable again after that, so it is noted here.
    if (!gone.has(out)) gone.set(out, error.code === 'EPIPE' ? null : wordsOf(error));
    out.emit('drain'); // whoever waits for the reader waits no longer
  });
}

/** Why something that was written to a stream is lost, in words; null when nothing is, or when nobody wanted it. */
export function findLoss(out: Out): string | null {
  return gone.get(out) ?? null;
}

/** Waits until everything that was written has arrived, or is known to be lost. */
export async function flush(out: Out): Promise<void> {
  if (isGone(out)) return;
  await new Promise<void>((resolve) => {
    out.write('', () => {
      resolve();
    });
  });
}

/**
 * Writes lines of talk: at once, or never. A terminal gets them broken at words. A log whose disk has room again goes on.
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

/** Fails with OUTPUT_LOST where something that was printed could not be written. */
export function checkPrinted({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): void {
  for (const [name, out] of [
    ['standard output', stdout],
    ['standard error', stderr],
  ] as const) {
    const loss = findLoss(out);
    if (loss !== null) throw new MirrorError('OUTPUT_LOST', `Not all could be written to ${name}: ${loss}.`);
  }
}

/** Whether nothing that is written can arrive. */
function isGone(out: Out): boolean {
  return gone.has(out) || !out.writable;
}

/** Writes and waits while the reader is slower than we are; nothing when the reader is gone. */
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

/** Writes a text for people; a terminal gets its lines broken at words. */
export async function writeText(io: Pick<Io, 'stdout' | 'env'>, text: string): Promise<void> {
  await write(io.stdout, io.stdout.isTTY === true ? wrapLines(text, textWidth(io)) : text);
}

/** Writes piece by piece; what comes after the reader is gone is not even made. Returns whether there was nothing. */
export async function writePieces(out: Out, pieces: Iterable<string>): Promise<boolean> {
  let isEmpty = true;
  for (const piece of pieces) {
    isEmpty = false;
    if (isGone(out)) break;
    await write(out, piece);
  }
  return isEmpty;
}

/** Color is for a person at a terminal who has not said no. See https://no-color.org. */
function wantsColor(out: Out, env: NodeJS.ProcessEnv): boolean {
  return out.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** How a report is printed on standard output. */
export function reportStyle({ stdout, env, timeZone }: Pick<Io, 'stdout' | 'env' | 'timeZone'>) {
  return { color: wantsColor(stdout, env), width: textWidth({ stdout, env }), timeZone };
}

/** Where there is no terminal and no COLUMNS, text is set for the width that every terminal and mail has. */
const USUAL_WIDTH = 80;
const NARROWEST = 20;

/** How many columns a text for people takes: those of the terminal, else COLUMNS, else 80. */
export function textWidth({ stdout, env }: Pick<Io, 'stdout' | 'env'>): number {
  return knownWidth(stdout, env) ?? USUAL_WIDTH;
}

/** How many columns a table of rows takes: those of the terminal, else COLUMNS; elsewhere nothing limits it. */
export function tableWidth({ stdout, env }: Pick<Io, 'stdout' | 'env'>): number {
  return knownWidth(stdout, env) ?? Infinity;
}

/** A terminal may say that it has 0 columns, which means that it does not know. */
function terminalWidth(out: Out): number {
  return Number(out.columns) > 0 ? Math.max(NARROWEST, Number(out.columns)) : USUAL_WIDTH;
}

function knownWidth(out: Out, env: NodeJS.ProcessEnv): number | null {
  const columns = out.isTTY === true && Number(out.columns) > 0 ? Number(out.columns) : Number(env.COLUMNS);
  if (Number.isSafeInteger(columns) && columns > 0) return Math.max(NARROWEST, columns);
  return out.isTTY === true ? USUAL_WIDTH : null;
}

/** What a person types to run this program again: npm puts it on the path of a checkout only for what it runs itself. */
export function ownCommand({ env }: Pick<Io, 'env'>): string {
  return env.npm_command === undefined ? 'clearinghouse-mirror' : 'npx clearinghouse-mirror';
}

/** Runs something that a stop may interrupt. */
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
