import { spawn, type ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';
import type { Runtime } from '../../src/api/pacing.ts';
import type { Io, Out } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import type { MirrorError } from '../../src/errors/mirror-error.ts';
import { fakeRuntime } from './runtime.ts';
import { tempFolder } from './temp-folder.ts';
import { findProgram } from './program.ts';

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The folder with .env; a new folder by default. */
  readonly folder?: string;
  readonly isTTY?: boolean;
  readonly runtime?: Runtime;
  /** The standard input; empty by default. */
  readonly stdin?: string;
  /** UTC by default. */
  readonly timeZone?: string;
  /** The columns of the terminal; 100 by default. */
  readonly columns?: number;
  /** Answers the questions of the command; none by default. */
  readonly ask?: Io['ask'];
  /** Receives the function that stops the command as a signal would. */
  readonly onStop?: (stop: (reason: MirrorError) => void) => void;
}

/** Only the tests of linked lists read linked lists. */
const NO_LINKED = { CLEARINGHOUSE_LINKED_BUDGET: '0' } as const;

/** Runs the command line in this process, with its own streams, environment and clock. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const stdout = collect(options.isTTY, options.columns);
  const stderr = collect(options.isTTY, options.columns);
  const io: Io = {
    stdout: stdout.out,
    stderr: stderr.out,
    env: { ...NO_LINKED, ...options.env },
    folder: options.folder ?? tempFolder(),
    runtime: options.runtime ?? fakeRuntime(),
    timeZone: options.timeZone ?? 'UTC',
    onReload: () => () => undefined,
    readStdin: () => Promise.resolve(options.stdin ?? ''),
    ask: options.ask ?? null,
    onStop: (stop) => {
      options.onStop?.(stop);
      return () => undefined;
    },
  };
  const exitCode = await main(args, io);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collect(isTTY = false, columns = 100): { out: Out; text: () => string } {
  const chunks: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { out: Object.assign(sink, { isTTY, columns }), text: () => chunks.join('') };
}

/** The environment of a process that does not wait for minutes to pass. */
export const SKIPS_SLEEP: NodeJS.ProcessEnv = {
  NODE_OPTIONS: `--import=${new URL('skip-sleep.js', import.meta.url).href}`,
};

/** Starts the real command as a process. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** Resolves when the text has been seen on standard output or standard error. */
  readonly saw: (text: string) => Promise<void>;
}

export function spawnCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  folder = tempFolder(),
): CliProcess {
  const child = spawn(process.execPath, [findProgram(), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...NO_LINKED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<CliResult>((resolve) => {
    child.once('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
  const saw = async (text: string): Promise<void> => {
    while (!`${stdout}${stderr}`.includes(text)) {
      if (child.exitCode !== null)
        throw new Error(`ended without ${JSON.stringify(text)}: ${stdout}${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { child, ended, saw };
}
