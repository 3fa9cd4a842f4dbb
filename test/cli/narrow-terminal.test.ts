import { describe, expect, test } from '@jest/globals';
import { runCli, type CliOptions } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';

/** Widths in columns, and the words that no line can break. */
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

/** Lines that are too wide although a space would have let them break; a progress bar, which moves the cursor, is none. */
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
    ['a misspelt command', ['synk']],
    ['a misspelt flag', ['sync', '--databse', 'x']],
    ['a status that does not exist', ['sync', '--list', 'Maybe']],
    ['a number that is none', ['sync', '--delay', 'abc']],
    ['an audit that does not exist', ['audit', 'nonsense']],
    ['a day that does not exist', ['changes', '--since', '2026-13']],
    ['a query without a statement', ['query']],
    ['a case that is not there', ['case', '999999']],
    ['a case that cannot be removed', ['redact', '1']],
    ['the state of the mirror', ['status']],
    ['a verification', ['verify']],
    ['the coverage', ['coverage']],
  ])('%s breaks its lines at words only', async (_what, args) => {
    const { at } = await start();
    const { stdout, stderr } = await at(columns, args);
    expect(`${stdout}${stderr}`).not.toBe('');
    expect(findTooWide(`${stdout}${stderr}`, columns)).toEqual([]);
  });
});

test.each(['init', 'query', 'status', 'nightly', 'case'])(
  'the help of %s breaks its prose at words on a terminal of 80 columns',
  async (command) => {
    const { at } = await start();
    expect(findTooWide((await at(80, [command, '--help'])).stdout, 80)).toEqual([]);
  },
);

test('a log that is no terminal keeps one line a message', async () => {
  const { at } = await start();
  const { stderr } = await at(40, ['sync', '--delay', 'abc'], { isTTY: false });
  expect(stderr.trim().split('\n')).toHaveLength(2);
});

test('a scheduled run tells its times on the clock of the person, to the minute', async () => {
  const { at, fakeApi } = await start();
  const args = ['nightly', '--once', '--no-nightly-snapshot', '--api-url', fakeApi.url];
  const { stderr } = await at(200, args, { timeZone: 'America/Detroit' });
  expect(stderr).toMatch(/Scheduled run of \d{4}-\d\d-\d\d \d\d:\d\d (EST|EDT)/);
  const { stdout } = await at(200, ['status'], { timeZone: 'America/Detroit' });
  expect(stdout).toMatch(/up to date as of \d{4}-\d\d-\d\d \d\d:\d\d (EST|EDT), /);
  expect(`${stdout}${stderr}`).not.toMatch(/\d\dT\d\d:\d\d/);
});

test('doctor tells the next run on the clock of its schedule', async () => {
  const { at } = await start();
  const args = ['doctor', '--schedule', '17 3 * * *', '--timezone', 'America/Detroit'];
  const { stdout } = await at(200, args);
  expect(stdout).toMatch(/in America\/Detroit; next at \d{4}-\d\d-\d\d 03:17 E[SD]T\n/);
});

test('a command that npm runs tells how to run the next one in a checkout', async () => {
  const { fakeApi } = await start();
  const init = (env: NodeJS.ProcessEnv) =>
    runCli(['init', '--yes', '--api-url', fakeApi.url], {
      env: { CLEARINGHOUSE_API_TOKEN: fakeApi.token, ...env },
    });
  expect((await init({ npm_command: 'exec' })).stdout).toContain('\n  npx clearinghouse-mirror doctor ');
  expect((await init({})).stdout).toContain('\n  clearinghouse-mirror doctor ');
});

test('a query without a statement, and one with two, are told apart', async () => {
  const { at } = await start();
  expect((await at(200, ['query'])).stderr).toContain('`query` needs a statement.');
  expect((await at(200, ['query', 'SELECT 1', '--file', 'x.sql'])).stderr).toContain('not both');
});

test('what a program reads keeps one line an object on a narrow terminal', async () => {
  const { at, fakeApi } = await start();
  const day = ['nightly', '--once', '--no-nightly-snapshot', '--log-format', 'json', '--json'];
  const { stdout, stderr } = await at(40, [...day, '--api-url', fakeApi.url]);
  const lines = `${stdout}${stderr}${(await at(40, ['status', '--json'])).stdout}`.trim().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
});
