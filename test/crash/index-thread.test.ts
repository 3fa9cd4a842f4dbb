import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';
import { verifyFast } from '../support/eventful-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { times } from '../support/times.ts';
import { startCommand, toEnvironment } from './run-command.ts';

/** So many that their docket entries are worth a second thread. */
const CASES = 190;
/** The last one is after the indexes are committed. */
const DEATHS = [
  'before COMMIT of CREATE VIRTUAL',
  'before ATTACH ?',
  'before create index docket_entries',
  'after COMMIT of CREATE VIRTUAL',
];

test.each(DEATHS.slice(0, times(1, DEATHS.length)))(
  'a first sync killed %s leaves a mirror that the next sync completes, and its thread leaves no file',
  async (label) => {
    const database = join(tempFolder(), 'mirror.db');
    await using fakeApi = await startFakeApi({ source: inventCollection({ size: CASES }) });
    const env = { ...toEnvironment(fakeApi, database), CLEARINGHOUSE_LINKED_BUDGET: '0' };
    const listFiles = () =>
      readdirSync(dirname(database)).filter((name) => name.startsWith(`.${basename(database)}.indexing.`));
    const killed = await startCommand(['sync', '--no-linked'], { ...env, CRASH_AT: label }).ended;
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
    if (availableParallelism() >= 2) expect(listFiles()).toHaveLength(1);
    const next = await startCommand(['sync', '--no-linked'], env).ended;
    expect(next).toMatchObject({ exitCode: EXIT_CODES.complete.code });
    expect(existsSync(database) && listFiles()).toEqual([]);
    expect(verifyFast(database)).toMatchObject({ findings: [] });
  },
);
