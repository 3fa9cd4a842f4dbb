import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { MirrorError } from '../errors/mirror-error.ts';
import { handOverEnds, handOverHangups } from '../config/early-signals.ts';
import { EXIT_CODES } from '../errors/exit-codes.ts';
import type { Io } from './io.ts';
import { findOwnZone } from '../lib/local-time.ts';
import { createReadStream } from 'node:fs';
import { decodeText } from '../config/env-file.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';

const STOP_SIGNALS = {
  SIGINT: ['INTERRUPTED', 'Stopped by Ctrl-C.', EXIT_CODES.interrupted.code],
  SIGTERM: ['TERMINATED', 'Stopped by SIGTERM.', EXIT_CODES.terminated.code],
} as const;

/** Lines that arrived together with an earlier one, for example if several answers are pasted at once. */
const pasted: string[] = [];

async function askAtTerminal(question: string, isSecret: boolean, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline'); // 1 ms that most commands can do without
  process.stderr.write(question);
  const known = pasted.shift();
  if (known !== undefined) {
    process.stderr.write(isSecret ? '\n' : `${known}\n`);
    return known;
  }
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const terminal = createInterface({
    input: process.stdin,
    output: isSecret ? nowhere : process.stderr,
    terminal: true,
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = (): void => {
        reject(new MirrorError('INTERRUPTED', 'Nothing was written.'));
      };
      terminal.once('line', (line) => {
        resolve(line);
        terminal.on('line', (more) => pasted.push(more));
      });
      for (const event of ['SIGINT', 'close'] as const) terminal.once(event, stop);
      signal.addEventListener('abort', stop, { once: true });
    });
  } finally {
    terminal.close();
    if (isSecret) process.stderr.write('\n');
  }
}

/** Waits until the writer ends the input; tells a user at a terminal what it waits for. */
async function readStdin(): Promise<string> {
  if (process.stdin.isTTY)
    process.stderr.write('Type or paste the text; Ctrl-D in a line of its own ends it.\n');
  const text = await readStatementText(process.stdin as AsyncIterable<Buffer>, 'Standard input');
  if (text.trim() === '') throw new MirrorError('USAGE', 'Standard input is empty.');
  return text;
}

/** The real process: its streams, environment, clock and signals. */
export const PROCESS_IO: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  folder: process.cwd(),
  runtime: {
    now: () => new Date(),
    stopwatch: () => performance.now(),
    random: Math.random,
    sleep: async (ms, signal) => {
      await delay(ms, undefined, { signal }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : error;
      });
    },
  },
  get timeZone() {
    return findOwnZone();
  },
  readStdin,
  get ask() {
    return isatty(0) ? askAtTerminal : null;
  },
  onReload(reload) {
    process.on('SIGHUP', reload);
    if (handOverHangups()) setImmediate(reload);
    return () => process.off('SIGHUP', reload);
  },
  onStop(stop) {
    let asked = false;
    const listeners = Object.entries(STOP_SIGNALS).map(([signal, [code, message, exitCode]]) => {
      const listener = (): void => {
        // A second signal means that the user does not want to wait for the current page.
        if (asked) process.exit(exitCode);
        asked = true;
        stop(new MirrorError(code, message));
      };
      process.on(signal, listener);
      return { signal, listener };
    });
    handOverEnds(); // only now, so that a listener exists at every moment
    return () => {
      for (const { signal, listener } of listeners) process.off(signal, listener);
    };
  },
};

/** No statement is longer; a device such as /dev/zero never ends. */
const MAX_BYTES = 16_000_000;

/** Reads a text until its writer ends it, however long that takes. `name` begins its messages. Fails with USAGE. */
async function readStatementText(chunks: AsyncIterable<Buffer>, name: string): Promise<string> {
  const kept: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      kept.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES)
        throw new MirrorError('USAGE', `${name} holds more than 16 MB, which is no statement.`);
    }
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    throw new MirrorError('USAGE', `${name} cannot be read: ${wordsOf(cause)}.`, {
      cause,
      ...(codeOf(cause) === 'ENOENT' && { hint: 'Check the name of the file, and its folder.' }),
    });
  }
  return decodeText(Buffer.concat(kept), name);
}

/** Reads a file that may be a pipe, as in `--file <(generate)`, or may have no end. Fails with USAGE. */
export function readStatementFile(path: string): Promise<string> {
  return readStatementText(createReadStream(path) as AsyncIterable<Buffer>, path);
}
