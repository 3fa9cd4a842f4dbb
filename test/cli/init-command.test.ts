import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { renderEnvFile } from '../../src/cli/commands/init.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { readDotEnv } from '../../src/config/env-file.ts';
import { always } from '../../fake-api/serve/faults.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { runCli, type CliOptions } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function start() {
  const { fakeApi } = await startHarness({ source: smallCollection(3) });
  const folder = tempFolder();
  const asked: string[] = [];
  const secrets: string[] = [];
  /** Runs the command with a person who gives these answers one after another. */
  const init = (
    answers: readonly string[] | null,
    args: readonly string[] = [],
    options: CliOptions = {},
  ) => {
    const left = [...(answers ?? [])];
    const ask = (question: string, isSecret: boolean): Promise<string> => {
      asked.push(question);
      if (isSecret) secrets.push(question);
      const answer = left.shift();
      return answer === undefined
        ? Promise.reject(new MirrorError('INTERRUPTED', 'Nothing was written.'))
        : Promise.resolve(answer);
    };
    return runCli(['init', '--api-url', fakeApi.url, ...args], {
      folder,
      runtime: fakeRuntime({ start: new Date().toISOString() }),
      ask: answers === null ? null : ask,
      ...options,
    });
  };
  return { fakeApi, folder, path: join(folder, '.env'), init, asked, secrets };
}

describe('init', () => {
  test('asks for four values, checks each, writes them to a file only the owner can read, and says what to run next', async () => {
    const { init, fakeApi, path, asked, secrets } = await start();
    const { exitCode, stdout, stderr } = await init([
      `Token ${fakeApi.token}`,
      '',
      'America/Detroit',
      '30 2 * * *',
    ]);
    expect(exitCode).toBe(0);
    expect(asked).toHaveLength(4);
    expect(secrets).toEqual([expect.stringContaining('API token')]);
    expect(readDotEnv(path).values).toEqual({
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
      CLEARINGHOUSE_DATABASE: 'clearinghouse.db',
      CLEARINGHOUSE_LINKED_BUDGET: '0', // the time zone of the tests
      CLEARINGHOUSE_SCHEDULE: '30 2 * * *',
      CLEARINGHOUSE_TIMEZONE: 'America/Detroit',
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain(
      '# When scheduled runs are due: a time such as 03:17, or a cron expression.\n',
    );
    expect(stdout).toContain('clearinghouse-mirror doctor');
    expect(stderr).toContain('ok    token');
    expect(`${stdout}${stderr}`).not.toContain(fakeApi.token);
  });

  test('asks again after an invalid answer', async () => {
    const { init, fakeApi, path, asked } = await start();
    const answers = [
      '',
      'wrong',
      fakeApi.token,
      '/nowhere/x.db',
      '',
      'Atlantis',
      'UTC',
      'at night',
      '17 3 * * *',
    ];
    const { exitCode, stderr } = await init(answers);
    expect(exitCode).toBe(0);
    expect(asked).toHaveLength(answers.length);
    expect(stderr.match(/^BAD {3}/gm)).toHaveLength(5);
    expect(stderr).toContain('The answer "Atlantis" is not a time zone');
    expect(readDotEnv(path).values).toMatchObject({
      CLEARINGHOUSE_TIMEZONE: 'UTC',
      CLEARINGHOUSE_SCHEDULE: '17 3 * * *',
    });
  });

  test('writes nothing if it is interrupted', async () => {
    const { init, fakeApi, path } = await start();
    expect((await init([fakeApi.token, ''])).exitCode).toBe(130);
    expect(existsSync(path)).toBe(false);
  });

  test('accepts a token that cannot be checked now, and says so', async () => {
    const { init, path } = await start();
    const broken = await startFakeApi({
      source: smallCollection(1),
      faults: always({ kind: 'status', status: 503 }, () => true),
    });
    const { exitCode, stderr } = await init(['some-token', '', '', ''], ['--api-url', broken.url]);
    await broken.close();
    expect(exitCode).toBe(0);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('status 503');
    expect(readDotEnv(path).values.CLEARINGHOUSE_API_TOKEN).toBe('some-token');
  });

  test('does not ask for a value that a flag or the environment has', async () => {
    const { init, fakeApi, asked, path } = await start();
    const args = ['--schedule', '0 4 * * *', '--timezone', 'UTC'];
    const env = { CLEARINGHOUSE_API_TOKEN: fakeApi.token };
    expect((await init([''], args, { env })).exitCode).toBe(0);
    expect(asked).toEqual([expect.stringContaining('The file of the mirror')]);
    expect(readDotEnv(path).values.CLEARINGHOUSE_SCHEDULE).toBe('0 4 * * *');
  });
});

test('init does not write a proxy with its password to .env, since a proxy is read only from the environment', async () => {
  const { init, fakeApi, path } = await start();
  const proxy = {
    HTTPS_PROXY: 'http://keeper:s3cret@127.0.0.1:9',
    https_proxy: 'http://127.0.0.1:9',
    NO_PROXY: '*',
  };
  const env = { CLEARINGHOUSE_API_TOKEN: fakeApi.token, ...proxy };
  expect((await init(null, ['--yes'], { env })).exitCode).toBe(0);
  expect(readFileSync(path, 'utf8')).not.toMatch(/proxy=|s3cret/i);
});

describe('a token that cannot be checked', () => {
  test('is accepted as not checked, and never called good', async () => {
    const { init, path } = await start();
    const { exitCode, stderr } = await init(['some-token', '', '', ''], ['--api-url', 'http://127.0.0.1:9/']);
    expect(exitCode).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      '- token not checked: only the API knows whether a token is valid, and 127.0.0.1:9 cannot be reached',
    );
    expect(stderr).not.toMatch(/^ok {4}token/m);
    expect(stderr).not.toContain('`sync`');
    expect(readDotEnv(path).values.CLEARINGHOUSE_API_TOKEN).toBe('some-token');
  });
});

describe('the address in an old .env', () => {
  test('receives the typed token only if the person agrees', async () => {
    const { fakeApi, folder, path } = await start();
    const old = `CLEARINGHOUSE_API_URL=${fakeApi.url}\n`;
    writeFileSync(path, old);
    const run = (...answers: string[]) =>
      runCli(['init', '--replace'], {
        folder,
        runtime: fakeRuntime({ start: new Date().toISOString() }),
        ask: () => Promise.resolve(answers.shift() ?? ''),
      });
    const refused = await run('', fakeApi.token);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('[ADDRESS_UNTRUSTED]')]);
    expect(readFileSync(path, 'utf8')).toBe(old);
    expect(fakeApi.requests).toHaveLength(0);
    expect((await run('y', fakeApi.token)).exitCode).toBe(0);
    expect(readDotEnv(path).values).toMatchObject({
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
    });
  });
});

test('init accepts a time of day instead of a cron expression', async () => {
  const { init, fakeApi, path } = await start();
  expect((await init([fakeApi.token, '', 'UTC', '03:17'])).exitCode).toBe(0);
  expect(readDotEnv(path).values.CLEARINGHOUSE_SCHEDULE).toBe('03:17');
});

describe('init without questions', () => {
  test.each([
    ['with --yes', ['--yes'], []],
    ['without a terminal', [], null],
  ])('%s uses flags, environment and defaults', async (_title, args, answers) => {
    const { init, fakeApi, asked, path } = await start();
    const { exitCode } = await init(answers, args, { env: { CLEARINGHOUSE_API_TOKEN: fakeApi.token } });
    expect([exitCode, asked]).toEqual([0, []]);
    expect(readDotEnv(path).values).toMatchObject({
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
      CLEARINGHOUSE_SCHEDULE: '17 3 * * *',
    });
  });

  test('writes the path of a token file, and not the token', async () => {
    const { init, fakeApi, folder, path } = await start();
    writeFileSync(join(folder, 'token'), `${fakeApi.token}\n`);
    expect((await init(null, ['--token-file', join(folder, 'token')])).exitCode).toBe(0);
    expect(readDotEnv(path).values.CLEARINGHOUSE_TOKEN_FILE).toBe('token');
    expect(readFileSync(path, 'utf8')).not.toContain(fakeApi.token);
  });

  test.each<[string, string[], NodeJS.ProcessEnv, string]>([
    ['without a token', [], {}, 'No API token'],
    ['with an invalid time', ['--schedule', 'night'], {}, 'cron expression'],
  ])('exits with 2 %s, and writes nothing', async (_title, args, env, words) => {
    const { init, fakeApi, path } = await start();
    const token = args.length > 0 ? { CLEARINGHOUSE_API_TOKEN: fakeApi.token } : {};
    const { exitCode, stderr } = await init(null, args, { env: { ...token, ...env } });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(existsSync(path)).toBe(false);
  });
});

describe('an existing .env', () => {
  test('is left unchanged', async () => {
    const { init, fakeApi, path } = await start();
    writeFileSync(path, 'CLEARINGHOUSE_DELAY=5\n');
    const { exitCode, stderr } = await init([fakeApi.token, '', '', '']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('[ENV_FILE_EXISTS]')]);
    expect(readFileSync(path, 'utf8')).toBe('CLEARINGHOUSE_DELAY=5\n');
  });

  test('is overwritten with --replace, readable only by its owner; its values are the defaults of the questions', async () => {
    const { init, fakeApi, path, asked } = await start();
    writeFileSync(path, `CLEARINGHOUSE_API_TOKEN=${fakeApi.token}\nCLEARINGHOUSE_SCHEDULE="5 5 * * *"\n`, {
      mode: 0o644,
    });
    expect((await init(['', '', 'UTC', ''], ['--replace'])).exitCode).toBe(0);
    expect(asked[0]).toContain('[unchanged]');
    expect(asked[3]).toContain('[5 5 * * *]');
    expect(readDotEnv(path).values).toMatchObject({
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
      CLEARINGHOUSE_SCHEDULE: '5 5 * * *',
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('an existing .env with other settings', () => {
  test('keeps them with --replace', async () => {
    const { init, fakeApi, path } = await start();
    writeFileSync(
      path,
      `CLEARINGHOUSE_API_TOKEN=${fakeApi.token}\nCLEARINGHOUSE_DELAY=5\nCLEARINGHOUSE_PING_URL=http://a.example/x\n`,
    );
    expect((await init(['', '', '', ''], ['--replace'])).exitCode).toBe(0);
    expect(readDotEnv(path).values).toMatchObject({
      CLEARINGHOUSE_DELAY: '5',
      CLEARINGHOUSE_PING_URL: 'http://a.example/x',
    });
  });

  test('keeps the path of a token file with --replace, unless a token is typed instead', async () => {
    const { init, fakeApi, folder, path } = await start();
    const file = join(folder, 'token');
    writeFileSync(file, fakeApi.token);
    writeFileSync(path, `CLEARINGHOUSE_TOKEN_FILE=${file}\n`);
    expect((await init(['', '', '', ''], ['--replace'])).exitCode).toBe(0);
    expect(readDotEnv(path).values).toMatchObject({ CLEARINGHOUSE_TOKEN_FILE: 'token' });
    expect((await init([fakeApi.token, '', '', ''], ['--replace'])).exitCode).toBe(0);
    expect(readDotEnv(path).values.CLEARINGHOUSE_TOKEN_FILE).toBeUndefined();
    expect(readDotEnv(path).values.CLEARINGHOUSE_API_TOKEN).toBe(fakeApi.token);
  });
});

test.each([
  [['--api-url', 'ftp://lamp.example/'], {}],
  [[], { CLEARINGHOUSE_DELAY: 'a while' }],
])(
  'init fails before its first question if a setting it does not ask for is invalid: %j %j',
  async (args, env) => {
    const { init, asked, path } = await start();
    const { exitCode, stderr } = await init([''], args, { env });
    expect([exitCode, asked, stderr]).toEqual([2, [], expect.stringContaining('[SETTING_INVALID]')]);
    expect(existsSync(path)).toBe(false);
  },
);

test('every value is read back from .env unchanged, or it is refused', () => {
  const folder = tempFolder();
  const path = join(folder, '.env');
  for (const token of ['a#b', 'a"b', "a'b", 'a`b', 'a b', '$A', 'a=b', String.raw`a\nb`, 'a"\'b']) {
    writeFileSync(path, renderEnvFile({ token }, new Date('2026-11-24')));
    expect(readDotEnv(path).values.CLEARINGHOUSE_API_TOKEN).toBe(token);
  }
  expect(() => renderEnvFile({ token: 'a"\'`#b' }, new Date('2026-11-24'))).toThrow('every kind of quotes');
});

describe('an unusable token without a terminal', () => {
  test.each([
    ['no token', 2, 'TOKEN_MISSING', {}],
    ['a refused token', 3, 'UNAUTHORIZED', { CLEARINGHOUSE_API_TOKEN: 'wrong' }],
  ])('is reported once, with the same code as by `sync`: %s', async (_what, exit, code, env) => {
    const { init, path } = await start();
    const { exitCode, stderr } = await init(null, ['--yes'], { env });
    expect([exitCode, existsSync(path)]).toEqual([exit, false]);
    expect(stderr).toMatch(new RegExp(`^Error: .* \\[${code}\\]\nHint: .*\n$`));
  });
});
