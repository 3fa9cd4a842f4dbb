import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type FaultRule, always } from '../../fake-api/serve/faults.ts';
import { runCli, type CliOptions } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function examine(
  change: Record<string, string> = {},
  faults: FaultRule = () => undefined,
  start = new Date().toISOString(),
  options: CliOptions = {},
  args: readonly string[] = [],
) {
  const { fakeApi, database } = await startHarness({ source: smallCollection(5), faults });
  const env = {
    CLEARINGHOUSE_API_URL: fakeApi.url,
    CLEARINGHOUSE_API_TOKEN: fakeApi.token,
    CLEARINGHOUSE_DATABASE: database,
    ...change,
  };
  return runCli(['doctor', ...args], { env, runtime: fakeRuntime({ start }), ...options });
}

test('doctor prints what is good, and exits with 0', async () => {
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
  [4, 'address', 'an address where no server listens', { CLEARINGHOUSE_API_URL: 'http://127.0.0.1:9/' }],
  [4, 'address', 'a web page instead of the API', {}, always({ kind: 'html' }, () => true)],
  [5, 'address', 'another API', {}, always({ kind: 'json', body: { hello: 'world' } }, () => true)],
  [9, 'disk', 'a folder that does not exist', { CLEARINGHOUSE_DATABASE: '/nowhere/at/all.db' }],
  [2, 'schedule', 'an invalid schedule', { CLEARINGHOUSE_SCHEDULE: 'every night' }],
  [2, 'settings', 'an invalid setting of a step', { CLEARINGHOUSE_VERIFY_SAMPLE: 'some' }],
  [2, 'settings', "the documentation's host", { CLEARINGHOUSE_API_URL: 'https://api.clearinghouse.net/' }],
];
test.each(bad)(
  'doctor exits with %i for a bad %s (%s), and gives advice',
  async (...[code, check, , env, faults]) => {
    const { exitCode, stdout } = await examine(env, faults);
    expect(exitCode).toBe(code);
    expect(stdout).toMatch(new RegExp(`^BAD +${check} .*\n +\\S`, 'm'));
  },
);

test('doctor rejects a file that is not a mirror', async () => {
  const path = join(tempFolder(), 'letter.txt');
  writeFileSync(path, 'Dear reader, this is not a database. '.repeat(50));
  expect(await examine({ CLEARINGHOUSE_DATABASE: path })).toMatchObject({
    exitCode: 9,
    stdout: expect.stringMatching(/BAD +database/),
  });
});

test("doctor warns if this machine's clock is far from the server's", async () => {
  const { exitCode, stdout } = await examine({}, undefined, '2001-01-01T00:00:00Z');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/warn +clock +\d+ s behind the server's/);
});

test('doctor calls nothing good and does not mention `sync` if the API cannot be reached', async () => {
  const { stdout } = await examine({ CLEARINGHOUSE_API_URL: 'http://127.0.0.1:9/' });
  expect(stdout).toMatch(/^- {5}token +set, but 127\.0\.0\.1:9 could not be reached$/m);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'BAD address 127.0.0.1:9 cannot be reached: no program listens there (ECONNREFUSED)',
  );
  expect(stdout).toMatch(/^- {5}clock/m);
  expect(stdout).not.toMatch(/`sync`|doctor/);
});

test('doctor says that the address is good if the API refuses the token', async () => {
  const { stdout } = await examine({ CLEARINGHOUSE_API_TOKEN: 'wrong-token' });
  expect(stdout).toMatch(/^ok {4}address/m);
  expect(stdout).not.toContain('`clearinghouse-mirror doctor`');
});

test('doctor warns about misspelled settings, a .env that others can read, and a schedule that is rarely due', async () => {
  const folder = tempFolder();
  const path = join(folder, '.env');
  writeFileSync(path, 'CLEARINGHOUSE_PING_URL=https://ping.example/lamp-secret\nCLEARINGHOUSE_TIMEOUT=5\n');
  chmodSync(path, 0o644);
  const change = { CLEARINGHOUSE_DATABSE: 'x.db', CLEARINGHOUSE_SCHEDULE: '0 0 29 2 *' };
  const { exitCode, stdout } = await examine(change, undefined, undefined, { folder });
  expect(exitCode).toBe(0);
  const text = stdout.replaceAll(/\s+/g, ' ');
  expect(text).toContain('did you mean CLEARINGHOUSE_DATABASE?');
  expect(text).toContain('CLEARINGHOUSE_TIMEOUT in .env is not a setting');
  expect(text).toContain(`chmod 600 ${path}`);
  expect(text).toMatch(/warn schedule .* The next run of the schedule .* is \d+ days away/);
  expect(text).toContain('- ping set, to ping.example');
  expect(stdout).not.toContain('lamp-secret');
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

test('doctor estimates the space that all snapshots will need', async () => {
  const { stdout } = await examine({ CLEARINGHOUSE_KEEP_DAILY: '10000', CLEARINGHOUSE_SCHEDULE: '03:17' });
  const text = stdout.replaceAll(/\s+/g, ' ');
  expect(text).toMatch(
    /warn snapshots up to 10016 are kept, 12019\.2 GB in the end; 0 there now; [\d.]+ GB free/,
  );
  expect(text).toMatch(/ok schedule "17 3 \* \* \*" in UTC; next at \d{4}-\d\d-\d\d 03:17 UTC/);
});

test('doctor sends a test to ping and webhook only with --test-notifications', async () => {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${String(request.method)} ${String(request.url)}`);
    response.end(request.url === '/hook' ? 'ok' : 'OK (not found)');
    request.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const change = { CLEARINGHOUSE_PING_URL: `${base}/7e57`, CLEARINGHOUSE_WEBHOOK_URL: `${base}/hook` };
  const untried = await examine(change);
  expect(untried.exitCode).toBe(0);
  expect(heard).toEqual([]);
  const { exitCode, stdout } = await examine(change, undefined, undefined, {}, ['--test-notifications']);
  server.close();
  expect(heard).toEqual(['POST /7e57/log', 'POST /hook']);
  expect(exitCode).toBe(4);
  expect(stdout).toMatch(/^BAD +ping [^]*?not\s+found/m);
  expect(stdout).toMatch(/^ok +webhook/m);
});

test('doctor sends no request during a pause that the server required, and says so', async () => {
  let requests = 0;
  const { sync, fakeApi, database } = await startHarness({
    source: smallCollection(5),
    faults: () => {
      requests++;
      return { kind: 'status', status: 429, headers: { 'retry-after': '7200' } };
    },
  });
  await sync();
  const asked = requests;
  const env = {
    CLEARINGHOUSE_API_URL: fakeApi.url,
    CLEARINGHOUSE_API_TOKEN: fakeApi.token,
    CLEARINGHOUSE_DATABASE: database,
  };
  const runtime = fakeRuntime();
  const { exitCode, stdout } = await runCli(['doctor'], { env, runtime });
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/token not checked: the server asked for no request until 20/);
  expect(stdout).not.toMatch(/^ok +(token|address)/m);
  expect(exitCode).toBe(0);
  expect(requests).toBe(asked);
});

test('doctor reports a folder for snapshots that cannot be used, and runs the remaining checks', async () => {
  const file = join(tempFolder(), 'letter.txt');
  writeFileSync(file, 'Dear reader');
  const { exitCode, stdout, stderr } = await examine({ CLEARINGHOUSE_SNAPSHOTS: file });
  expect([exitCode, stderr]).toEqual([9, '']);
  expect(stdout).toMatch(/^BAD +snapshots .*\n/m);
  expect(stdout).toMatch(/^ok {4}schedule /m);
});

test.each([
  ['Foo/Bar', true],
  ['America/Detriot', true],
  ['', false],
  ['UTC', false],
  [':America/Detroit', false],
  ['UTC0', false],
  ['EST5EDT', false],
  ['<+05>-5', false],
  ['/usr/share/zoneinfo/Asia/Tokyo', false],
])('with TZ %j, doctor warns that it is not a time zone: %p', async (TZ, warns) => {
  const { exitCode, stdout } = await examine({ TZ });
  expect(exitCode).toBe(0);
  expect(stdout.includes(`TZ ${JSON.stringify(TZ)} is not a time zone`)).toBe(warns);
});
