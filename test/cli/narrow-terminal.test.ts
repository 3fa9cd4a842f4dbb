import { describe, expect, test } from '@jest/globals';
import { runCli, type CliOptions } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';

/** Widths in columns. */
const WIDTHS = [40, 80] as const;

const share = shareHistory(() => ({ source: smallCollection(30), pageSize: 10 }));

async function start() {
  const { fakeApi, database } = await share();
  const at = (columns: number, args: readonly string[], options: CliOptions = {}) =>
    runCli([...args], {
      env: { CLEARINGHOUSE_DATABASE: database, CLEARINGHOUSE_API_TOKEN: fakeApi.token },
      isTTY: true,
      columns,
      ...options,
    });
  return { at, fakeApi };
}

/** Lines that are too wide although they could break at a space. A progress bar, which moves the cursor, does not count. */
function findTooWide(text: string, columns: number): string[] {
  return text
    .split('\n')
    .filter(
      (line) =>
        !line.includes('\u001b') &&
        line.length > columns &&
        /\S\s+\S/.test(line) &&
        !line.trim().startsWith('$'),
    );
}

describe.each(WIDTHS)('on a terminal of %i columns', (columns) => {
  test.each([
    ['a misspelled command', ['synk']],
    ['a misspelled flag', ['sync', '--databse', 'x']],
    ['a list that does not exist', ['sync', '--list', 'Maybe']],
    ['an invalid number', ['sync', '--delay', 'abc']],
    ['an audit that does not exist', ['audit', 'nonsense']],
    ['a day that does not exist', ['changes', '--since', '2026-13']],
    ['a query without a statement', ['query']],
    ['a case that is not in the mirror', ['case', '999999']],
    ['a case that cannot be redacted', ['redact', '1']],
    ['the state of the mirror', ['status']],
    ['a verification', ['verify']],
    ['the coverage', ['coverage']],
  ])('%s breaks its lines only between words', async (_what, args) => {
    const { at } = await start();
    const { stdout, stderr } = await at(columns, args);
    expect(`${stdout}${stderr}`).not.toBe('');
    expect(findTooWide(`${stdout}${stderr}`, columns)).toEqual([]);
  });
});

test.each(['init', 'query', 'status', 'nightly', 'case'])(
  'the help of %s breaks its prose between words on a terminal of 80 columns',
  async (command) => {
    const { at } = await start();
    expect(findTooWide((await at(80, [command, '--help'])).stdout, 80)).toEqual([]);
  },
);

test('a log that does not go to a terminal has one line for each message', async () => {
  const { at } = await start();
  const { stderr } = await at(40, ['sync', '--delay', 'abc'], { isTTY: false });
  expect(stderr.trim().split('\n')).toHaveLength(2);
});

test('a scheduled run prints its times in the time zone of the person, to the minute', async () => {
  const { at, fakeApi } = await start();
  const args = ['nightly', '--once', '--no-nightly-snapshot', '--api-url', fakeApi.url];
  const { stderr } = await at(200, args, { timeZone: 'America/Detroit' });
  expect(stderr).toMatch(/Scheduled run of \d{4}-\d\d-\d\d \d\d:\d\d (EST|EDT)/);
  const { stdout } = await at(200, ['status'], { timeZone: 'America/Detroit' });
  expect(stdout).toMatch(/up to date as of \d{4}-\d\d-\d\d \d\d:\d\d (EST|EDT), /);
  expect(`${stdout}${stderr}`).not.toMatch(/\d\dT\d\d:\d\d/);
});

test('doctor prints the time of the next run in the time zone of its schedule', async () => {
  const { at } = await start();
  const args = ['doctor', '--schedule', '17 3 * * *', '--timezone', 'America/Detroit'];
  const { stdout } = await at(200, args);
  expect(stdout).toMatch(/in America\/Detroit; next at \d{4}-\d\d-\d\d 03:17 E[SD]T\n/);
});

test('a command that npx runs prints the next command with npx', async () => {
  const { fakeApi } = await start();
  const init = (env: NodeJS.ProcessEnv) =>
    runCli(['init', '--yes', '--api-url', fakeApi.url], {
      env: { CLEARINGHOUSE_API_TOKEN: fakeApi.token, ...env },
    });
  expect((await init({ npm_command: 'exec' })).stdout).toContain('\n  npx clearinghouse-mirror doctor ');
  expect((await init({})).stdout).toContain('\n  clearinghouse-mirror doctor ');
  const wrong = (env: NodeJS.ProcessEnv) => runCli(['status', '--nothing'], { env });
  expect((await wrong({ npm_command: 'exec' })).stderr).toContain('`npx clearinghouse-mirror status --help`');
  expect((await wrong({})).stderr).toContain('`clearinghouse-mirror status --help`');
});

test('a query without a statement and one with two have different messages', async () => {
  const { at } = await start();
  expect((await at(200, ['query'])).stderr).toContain('`query` needs a statement.');
  expect((await at(200, ['query', 'SELECT 1', '--file', 'x.sql'])).stderr).toContain('not both');
});

test('JSON has one line for each object even on a narrow terminal', async () => {
  const { at, fakeApi } = await start();
  const day = ['nightly', '--once', '--no-nightly-snapshot', '--log-format', 'json', '--json'];
  const { stdout, stderr } = await at(40, [...day, '--api-url', fakeApi.url]);
  const lines = `${stdout}${stderr}${(await at(40, ['status', '--json'])).stdout}`.trim().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
});
