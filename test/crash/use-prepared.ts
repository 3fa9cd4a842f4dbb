import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { PROCESS_IO } from '../../src/cli/process-io.ts';
import { type CliOptions, runCli } from '../support/command-line.ts';
import { onceARun } from '../support/once/once-a-run.ts';
import { times } from '../support/times.ts';
import { type Ending, runAsProcess, type RunWhole } from './run-command.ts';
import { prepareDays, type Scenarios } from './scenario.ts';

/** Prepares what the tests of a file share, once, in a folder that is removed after them. */
export function usePrepared<Prepared>(
  prepare: (folder: string) => Promise<Prepared>,
): () => { readonly folder: string; readonly scenarios: Prepared } {
  const folder = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-crash-'));
  let prepared: { folder: string; scenarios: Prepared } | undefined;
  beforeAll(async () => {
    prepared = { folder, scenarios: await prepare(folder) };
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return () => {
    if (prepared === undefined) throw new Error('The scenarios are made before the tests.');
    return prepared;
  };
}

/** The scenarios of days without a death, which all test files of a run share. */
export function shareDays(): Promise<Scenarios<'first sync' | 'sync with changes'>> {
  return onceARun('crash-days', (folder) => prepareDays(folder, runWhole, times(2, 8)));
}

/**
 * Runs a command without a death: in this process, which takes a fifth of the time of a separate one, or in `npm run
 * test:long` as a user does.
 */
export const runWhole: RunWhole = times<RunWhole>((words, env) => runHere(words, { env }), runAsProcess);

/** The same by the real clock. */
export const runWholeNow: RunWhole = times<RunWhole>(
  (words, env) => runHere(words, { env, runtime: PROCESS_IO.runtime }),
  runAsProcess,
);

async function runHere(words: readonly string[], options: CliOptions): Promise<Ending> {
  const { exitCode, stderr } = await runCli(words, options);
  return { exitCode, signal: null, stderr };
}
