import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { always } from '../../src/replica/serve/fault-rules.ts';
import type { FaultRule } from '../../src/replica/serve/fault.ts';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { fakeSurroundings } from '../support/surroundings.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function examine(
  change: Record<string, string> = {},
  faults: FaultRule = () => undefined,
  start = new Date().toISOString(),
) {
  const { replica, database } = await startHarness({ source: smallCollection(5), faults });
  const env = {
    CLEARINGHOUSE_API_URL: replica.url,
    CLEARINGHOUSE_API_TOKEN: replica.token,
    CLEARINGHOUSE_DATABASE: database,
    ...change,
  };
  return runCli(['doctor'], { env, surroundings: fakeSurroundings({ start }) });
}

test('says what is good, and ends with 0', async () => {
  const { exitCode, stdout } = await examine();
  expect(exitCode).toBe(0);
  for (const check of ['settings', 'token', 'address', 'clock', 'database', 'disk']) {
    expect(stdout).toMatch(new RegExp(`^(ok|warn) +${check}`, 'm'));
  }
});

const bad: [number, string, string, Record<string, string>, FaultRule?][] = [
  [2, 'settings', 'a wrong setting', { CLEARINGHOUSE_DELAY: 'soon' }],
  [2, 'token', 'no token', { CLEARINGHOUSE_API_TOKEN: '' }],
  [3, 'token', 'a refused token', { CLEARINGHOUSE_API_TOKEN: 'wrong-token' }],
  [4, 'address', 'nobody there', { CLEARINGHOUSE_API_URL: 'http://127.0.0.1:9/' }],
  [4, 'address', 'a web page instead of the API', {}, always({ kind: 'html' }, () => true)],
  [5, 'address', 'another API', {}, always({ kind: 'json', body: { hello: 'world' } }, () => true)],
  [9, 'disk', 'a folder that does not exist', { CLEARINGHOUSE_DATABASE: '/nowhere/at/all.db' }],
];
test.each(bad)('ends with %i at %s: %s, with advice', async (...[code, check, , env, faults]) => {
  const { exitCode, stdout } = await examine(env, faults);
  expect(exitCode).toBe(code);
  expect(stdout).toMatch(new RegExp(`^BAD +${check} .*\n +\\S`, 'm'));
});

test('refuses a file that is not a mirror', async () => {
  const path = join(tempFolder(), 'letter.txt');
  writeFileSync(path, 'Dear reader, this is not a database. '.repeat(50));
  expect(await examine({ CLEARINGHOUSE_DATABASE: path })).toMatchObject({
    exitCode: 9,
    stdout: expect.stringMatching(/BAD +database/),
  });
});

test("warns when this machine's clock is far from the server's", async () => {
  const { exitCode, stdout } = await examine({}, undefined, '2001-01-01T00:00:00Z');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/warn +clock +\d+ s behind the server's/);
});
