import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';
import type { FakeApiRequest } from '../../fake-api/serve/request.ts';
import { examineRecovery } from './examine.ts';
import { startReader } from './reader.ts';
import { startCommand, toEnvironment } from './run-command.ts';
import { serveWorld } from './served-world.ts';
import { shareDays, usePrepared } from './use-prepared.ts';
import { times } from '../support/times.ts';

const prepared = usePrepared(shareDays);
const STARTS = times(2, 30);
const READERS = times(1, 8);
/** Readers that never pause would take half of the time of these tests. */
const PAUSE_MS = times(25, 0);
const SCENARIOS = ['first sync', 'sync with changes'] as const;

function setUp(name: (typeof SCENARIOS)[number], file: string) {
  const { folder, scenarios } = prepared();
  const scenario = scenarios[name];
  const database = join(folder, file);
  if (scenario.file !== null) copyFileSync(scenario.file, database);
  return { scenario, database };
}

describe.each(SCENARIOS)('%s', (name) => {
  test(`runs once when started ${STARTS} times at once; each other start exits with 8 before the first response`, async () => {
    const { scenario, database } = setUp(name, `crowd ${name}.db`);
    let resolveOthers: () => void = () => undefined;
    const othersHaveExited = new Promise<void>((resolve) => (resolveOthers = resolve));
    await using fakeApi = await serveWorld(scenario.world, () => othersHaveExited);
    let exited = 0;
    const exits: (number | null)[] = [];
    const starts = Array.from({ length: STARTS }, async () => {
      const { exitCode } = await startCommand(['sync'], toEnvironment(fakeApi, database)).ended;
      exits.push(exitCode);
      if (++exited === STARTS - 1) resolveOthers();
    });
    await Promise.all(starts);
    expect(exits).toEqual([
      ...Array.from({ length: STARTS - 1 }, () => EXIT_CODES.locked.code),
      scenario.exitCode,
    ]);
    expect(examineRecovery(database, scenario, null)).toEqual([]);
    expect(fakeApi.requests).toHaveLength(scenario.requests);
  });

  test(`can be read throughout by each of ${READERS} other processes, which never fails, never sees half a case, and sees the mirror grow`, async () => {
    const { scenario, database } = setUp(name, `readers ${name}.db`);
    const readers = Array.from({ length: READERS }, () => startReader(database, PAUSE_MS));
    // Before each page of cases and some of the linked lists, every reader reads the mirror.
    const letRead = async ({ route, number }: FakeApiRequest): Promise<void> => {
      if (route.kind === 'linked' && number % times(8, 20) !== 0) return;
      await Promise.all(readers.map((reader) => reader.turn()));
    };
    await using fakeApi = await serveWorld(scenario.world, letRead);
    const { exitCode } = await startCommand(['sync'], toEnvironment(fakeApi, database)).ended;
    const endings = await Promise.all(readers.map((reader) => reader.end()));
    expect(exitCode).toBe(scenario.exitCode);
    for (const { exitCode, stderr, states } of endings) {
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(states).toBeGreaterThan(times(5, 10));
    }
    expect(examineRecovery(database, scenario, null)).toEqual([]);
  });
});
