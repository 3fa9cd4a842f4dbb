import { spawn, type ChildProcess } from 'node:child_process';
import type { FakeApi } from '../../fake-api/serve/server.ts';
import { findProgram } from '../support/program.ts';

const WATCH = new URL('./watch-writes.js', import.meta.url).href;

/** How a process ended: by an exit code or by a signal. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
}

/** The environment for a process that uses a fake API and a database. */
export function toEnvironment({ url, token }: FakeApi, database: string): NodeJS.ProcessEnv {
  return {
    CLEARINGHOUSE_API_URL: url,
    CLEARINGHOUSE_API_TOKEN: token,
    CLEARINGHOUSE_DATABASE: database,
    CLEARINGHOUSE_DELAY: '0',
    CLEARINGHOUSE_BACKOFF_MIN: '1',
    CLEARINGHOUSE_LINKED_BUDGET: 'all',
  };
}

/** Starts the real command in a separate process, with each of its writes observed. */
export function startCommand(words: readonly string[], env: NodeJS.ProcessEnv): RunningCommand {
  return startProgram(process.execPath, toNodeArguments(words), env);
}

/** Runs a command to its end. */
export type RunWhole = (words: readonly string[], env: NodeJS.ProcessEnv) => Promise<Ending>;

export const runAsProcess: RunWhole = (words, env) => startCommand(words, env).ended;

/** The same in a shell that limits the size of every file. */
export function startLimitedCommand(
  maxKibibytes: number,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): RunningCommand {
  // POSIX: the unit is 512 bytes.
  const script = `ulimit -f ${maxKibibytes * 2}; exec "$0" "$@"`;
  return startProgram('sh', ['-c', script, process.execPath, ...toNodeArguments(words)], env);
}

function toNodeArguments(words: readonly string[]): string[] {
  return ['--import', WATCH, findProgram(), ...words];
}

function startProgram(program: string, words: readonly string[], env: NodeJS.ProcessEnv): RunningCommand {
  const child = spawn(program, words, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (exitCode, signal) => {
      resolve({ exitCode, signal, stderr });
    });
  });
  return { child, ended };
}
