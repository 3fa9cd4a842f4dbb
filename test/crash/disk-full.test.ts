import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ERROR_KINDS } from '../../src/errors/mirror-error.ts';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';
import { examineRecovery, examineRemains } from './examine.ts';
import { startCommand, startLimitedCommand, toEnvironment, type RunningCommand } from './run-command.ts';
import { copyDatabase } from './scenario.ts';
import { serveWorld } from './served-world.ts';
import { runWhole, shareDays, usePrepared } from './use-prepared.ts';
import { times } from '../support/times.ts';

const prepared = usePrepared(shareDays);
const PAGE_BYTES = 4096;
let files = 0;

/**
 * Runs a sync without free space, and then one with free space. Returns the messages of the first, and the faults of
 * the file.
 */
async function fill(
  name: 'first sync' | 'sync with changes',
  startFull: (env: NodeJS.ProcessEnv, fileBytes: number) => RunningCommand,
) {
  const { folder, scenarios } = prepared();
  const scenario = scenarios[name];
  const database = join(folder, `full-${++files}.db`);
  if (scenario.file !== null) copyDatabase(scenario.file, database);
  await using fakeApi = await serveWorld(scenario.world);
  const env = toEnvironment(fakeApi, database);
  const fileBytes = scenario.file === null ? 0 : statSync(scenario.file).size;
  const { exitCode, signal, stderr } = await startFull(env, fileBytes).ended;
  const remains = examineRemains(database, scenario);
  const next = await runWhole(['sync'], env);
  return {
    full: { exitCode, signal },
    said: stderr.split('\n').filter((line) => /^(Error|Hint): /.test(line)),
    faults: [...remains.faults, ...examineRecovery(database, scenario, remains.running)],
    recovered: next.exitCode === scenario.exitCode,
  };
}

const FULL = {
  full: { exitCode: EXIT_CODES.database.code, signal: null },
  said: [expect.stringMatching(/ \[DISK_FULL\]$/), `Hint: ${ERROR_KINDS.DISK_FULL.hint}`],
  faults: [],
  recovered: true,
};

describe('a sync with a full database', () => {
  test.each([
    ['its first page', 1],
    ['some cases', 150],
    ...times<[string, number][]>(
      [],
      [
        ['half of the schema', 60],
        ['nearly all cases', 300],
      ],
    ),
  ])(
    'fails with DISK_FULL after %s of a new mirror, and the next sync with free space is complete',
    async (_, pages) => {
      const outcome = await fill('first sync', (env) =>
        startCommand(['sync'], { ...env, CRASH_MAX_PAGES: String(pages) }),
      );
      expect(outcome).toEqual(FULL);
    },
  );

  test.each(times([8], [0, 8]))(
    'fails with DISK_FULL after %i more pages, and the next sync with free space is complete',
    async (more) => {
      const outcome = await fill('sync with changes', (env, fileBytes) =>
        startCommand(['sync'], { ...env, CRASH_MAX_PAGES: String(fileBytes / PAGE_BYTES + more) }),
      );
      expect(outcome).toEqual(FULL);
    },
  );
});

describe('a sync on a full disk', () => {
  test.each([
    ['no byte', 0],
    ["the log's index", 16],
    ...times<[string, number][]>(
      [],
      [
        ['half of the schema', 100],
        ['some cases', 800],
      ],
    ),
  ])(
    'fails with DISK_FULL after %s of a new mirror and is not killed, and the next sync with free space is complete',
    async (_, kibibytes) => {
      const outcome = await fill('first sync', (env) => startLimitedCommand(kibibytes, ['sync'], env));
      expect(outcome).toEqual(FULL);
    },
  );

  test.each(times([200], [30, 200]))(
    'fails with DISK_FULL after %i KiB, and the next sync with free space is complete',
    async (kibibytes) => {
      const outcome = await fill('sync with changes', (env) => startLimitedCommand(kibibytes, ['sync'], env));
      expect(outcome).toEqual(FULL);
    },
  );
});
