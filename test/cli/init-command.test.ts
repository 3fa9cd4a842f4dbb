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
  /** The command, with a person who gives these answers in turn. */
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
  test('asks for four things, checks each, and writes them for the owner alone, with what to run next', async () => {
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
      CLEARINGHOUSE_LINKED_BUDGET: '0', // that of the tests
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

  test('asks again for what cannot be used', async () => {
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

  test('writes nothing when it is broken off', async () => {
    const { init, fakeApi, path } = await start();
    expect((await init([fakeApi.token, ''])).exitCode).toBe(130);
    expect(existsSync(path)).toBe(false);
  });

  test('takes a token that cannot be checked just now, and says so', async () => {
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

  test('asks nothing of what a flag or the environment says', async () => {
    const { init, fakeApi, asked, path } = await start();
    const args = ['--schedule', '0 4 * * *', '--timezone', 'UTC'];
    const env = { CLEARINGHOUSE_API_TOKEN: fakeApi.token };
    expect((await init([''], args, { env })).exitCode).toBe(0);
    expect(asked).toEqual([expect.stringContaining('The file of the mirror')]);
    expect(readDotEnv(path).values.CLEARINGHOUSE_SCHEDULE).toBe('0 4 * * *');
  });
});

test('a proxy with its password stays in the environment, from which alone it is read', async () => {
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
  test('is taken as not checked, and never called good', async () => {
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

describe('an address that an old .env names', () => {
  test('gets the token that is typed only where the person says so', async () => {
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

test('a time of day is as good as a cron expression', async () => {
  const { init, fakeApi, path } = await start();
  expect((await init([fakeApi.token, '', 'UTC', '03:17'])).exitCode).toBe(0);
  expect(readDotEnv(path).values.CLEARINGHOUSE_SCHEDULE).toBe('03:17');
});

describe('init without questions', () => {
  test.each([
    ['with --yes', ['--yes'], []],
    ['without a terminal', [], null],
  ])('%s takes flags, environment and defaults', async (_title, args, answers) => {
    const { init, fakeApi, asked, path } = await start();
    const { exitCode } = await init(answers, args, { env: { CLEARINGHOUSE_API_TOKEN: fakeApi.token } });
    expect([exitCode, asked]).toEqual([0, []]);
    expect(readDotEnv(path).values).toMatchObject({
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
      CLEARINGHOUSE_SCHEDULE: '17 3 * * *',
    });
  });

  test('names a file with the token, and does not copy it', async () => {
    const { init, fakeApi, folder, path } = await start();
    writeFileSync(join(folder, 'token'), `${fakeApi.token}\n`);
    expect((await init(null, ['--token-file', join(folder, 'token')])).exitCode).toBe(0);
    expect(readDotEnv(path).values.CLEARINGHOUSE_TOKEN_FILE).toBe('token');
    expect(readFileSync(path, 'utf8')).not.toContain(fakeApi.token);
  });

  test.each<[string, string[], NodeJS.ProcessEnv, string]>([
    ['without a token', [], {}, 'No API token'],
    ['with a time that is none', ['--schedule', 'night'], {}, 'cron expression'],
  ])('ends with 2 %s, and writes nothing', async (_title, args, env, words) => {
    const { init, fakeApi, path } = await start();
    const token = args.length > 0 ? { CLEARINGHOUSE_API_TOKEN: fakeApi.token } : {};
    const { exitCode, stderr } = await init(null, args, { env: { ...token, ...env } });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(existsSync(path)).toBe(false);
  });
});

describe('a .env that is there already', () => {
  test('is left as it is', async () => {
    const { init, fakeApi, path } = await start();
    writeFileSync(path, 'CLEARINGHOUSE_DELAY=5\n');
    const { exitCode, stderr } = await init([fakeApi.token, '', '', '']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('[ENV_FILE_EXISTS]')]);
    expect(readFileSync(path, 'utf8')).toBe('CLEARINGHOUSE_DELAY=5\n');
  });

  test('is written over with --replace, for the owner alone; what it said is offered', async () => {
    const { init, fakeApi, path, asked } = await start();
    writeFileSync(path, `CLEARINGHOUSE_API_TOKEN=${fakeApi.token}\nCLEARINGHOUSE_SCHEDULE="5 5 * * *"\n`, {
      mode: 0o644,
    });
    expect((await init(['', '', 'UTC', ''], ['--replace'])).exitCode).toBe(0);
    expect(asked[0]).toContain('[as it is]');
    expect(asked[3]).toContain('[5 5 * * *]');
    expect(readDotEnv(path).values).toMatchObject({
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
      CLEARINGHOUSE_SCHEDULE: '5 5 * * *',
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('what a .env said besides', () => {
  test('stays in the one that is written anew', async () => {
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

  test('of a file with the token stays unless a token is typed, which then stands there instead', async () => {
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
  'a setting that is not asked for and cannot be used ends it before anything is asked: %j %j',
  async (args, env) => {
    const { init, asked, path } = await start();
    const { exitCode, stderr } = await init([''], args, { env });
    expect([exitCode, asked, stderr]).toEqual([2, [], expect.stringContaining('[SETTING_INVALID]')]);
    expect(existsSync(path)).toBe(false);
  },
);

test('whatever a value holds, it is read back from the file as it was, or it is refused', () => {
  const folder = tempFolder();
  const path = join(folder, '.env');
  for (const token of ['a#b', 'a"b', "a'b", 'a`b', 'a b', '$A', 'a=b', String.raw`a\nb`, 'a"\'b']) {
    writeFileSync(path, renderEnvFile({ token }, new Date('2026-11-24')));
    expect(readDotEnv(path).values.CLEARINGHOUSE_API_TOKEN).toBe(token);
  }
  expect(() => renderEnvFile({ token: 'a"\'`#b' }, new Date('2026-11-24'))).toThrow('every kind of quotes');
});

describe('what cannot be asked for again', () => {
  test.each([
    ['no token', 2, 'TOKEN_MISSING', {}],
    ['a refused token', 3, 'UNAUTHORIZED', { CLEARINGHOUSE_API_TOKEN: 'wrong' }],
  ])('is told once, with the code that `sync` gives it: %s', async (_what, exit, code, env) => {
    const { init, path } = await start();
    const { exitCode, stderr } = await init(null, ['--yes'], { env });
    expect([exitCode, existsSync(path)]).toEqual([exit, false]);
    expect(stderr).toMatch(new RegExp(`^Error: .* \\[${code}\\]\nHint: .*\n$`));
  });
});
