import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inventCollection } from '../../../fake-api/collection/collection.ts';
import { startFakeApi } from '../../../fake-api/serve/server.ts';
import { findProgram } from '../../support/program.ts';

export interface Mirrors {
  readonly before: string;
  /** The same mirror after a day on which many cases changed. */
  readonly after: string;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command of the built program. */
export function startCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<CommandResult> } {
  const child = spawn(process.execPath, [findProgram(), ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<CommandResult>((resolve) => {
    child.once('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
  return { child, ended };
}

export async function makeMirrors(folder: string, cases: number): Promise<Mirrors> {
  const [before, after] = [join(folder, 'before.db'), join(folder, 'after.db')];
  for (const path of [before, after]) rmSync(path, { force: true });
  const source = inventCollection({ seed: 4, size: cases });
  await using fakeApi = await startFakeApi({ source });
  const sync = async (): Promise<void> => {
    const { exitCode, stderr } = await startCommand(
      ['sync', '--api-url', fakeApi.url, '--database', after, '--delay', '0', '--linked-budget', '100'],
      { CLEARINGHOUSE_API_TOKEN: fakeApi.token },
    ).ended;
    if (exitCode !== 0) throw new Error(stderr);
  };
  await sync();
  copyFileSync(after, before);
  source.advance({ changed: 0.3 });
  await sync();
  return { before, after };
}
