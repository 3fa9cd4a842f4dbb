import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readDotEnv } from '../../src/config/env-file.ts';
import {
  gatherSettings,
  type SettingName,
  type WrittenSettings,
  parseNightlySettings,
  parseSettings,
  parseSnapshotSettings,
} from '../../src/config/settings.ts';
import { SETTINGS } from '../../src/config/specs.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NAMES = Object.keys(SETTINGS) as SettingName[];
/** Those that other programs read too: from the environment alone. */
const SHARED = ['httpsProxy', 'httpProxy', 'noProxy'] as const satisfies readonly SettingName[];
const OWN = NAMES.filter((name) => !(SHARED as readonly SettingName[]).includes(name));
const WITH_FLAG = NAMES.filter((name) => SETTINGS[name].flag !== null);
const DEFAULTS = gatherSettings({}, {}, {});

/** The settings with one of them written by hand. */
const written = (name: SettingName, text: string, from = 'the lamp'): WrittenSettings => ({
  ...DEFAULTS,
  [name]: { text, from, place: 'flag' },
});
const settingInvalid = (words: string) =>
  expect.objectContaining({ code: 'SETTING_INVALID', message: expect.stringContaining(words) });

describe('each setting', () => {
  test.each(OWN)('%s comes from the first place that has it', (name) => {
    const { env, flag } = SETTINGS[name];
    const dotEnv = { [env]: 'from .env' };
    const variables = { [env]: 'from the environment' };
    expect(gatherSettings({ [name]: 'from the flag' }, variables, dotEnv)[name]?.text).toBe('from the flag');
    expect(gatherSettings({}, variables, dotEnv)[name]).toMatchObject({
      text: 'from the environment',
      from: env,
    });
    expect(gatherSettings({}, {}, dotEnv)[name]).toMatchObject({ text: 'from .env', from: `${env} in .env` });
    expect(gatherSettings({}, {}, {})[name]?.text).toBe(SETTINGS[name].default);
    if (flag !== null) expect(gatherSettings({ [name]: 'x' }, {}, {})[name]?.from).toBe(flag.split(' ')[0]);
  });

  test.each(OWN)('%s is not set by an empty variable or line', (name) => {
    const { env } = SETTINGS[name];
    expect(gatherSettings({}, { [env]: '' }, { [env]: 'x' })[name]).toMatchObject({
      text: 'x',
      from: `${env} in .env`,
    });
    expect(gatherSettings({}, { [env]: '' }, { [env]: '' })[name]).toEqual(DEFAULTS[name]);
  });

  test.each(WITH_FLAG)('%s is set by an empty flag, which somebody meant', (name) => {
    expect(gatherSettings({ [name]: '' }, { [SETTINGS[name].env]: 'x' }, {})[name]?.text).toBe('');
  });

  test('has a variable and a flag of its own, and a secret has no flag', () => {
    expect(new Set(NAMES.map((name) => SETTINGS[name].env)).size).toBe(NAMES.length);
    const secrets = ['token', 'pingUrl', 'webhookUrl', 'publishUrl', ...SHARED] as const;
    expect(new Set(WITH_FLAG.map((name) => SETTINGS[name].flag)).size).toBe(NAMES.length - secrets.length);
    for (const name of secrets) expect(SETTINGS[name].flag).toBeNull();
  });
});

test('the defaults are good settings', () => {
  const settings = parseSettings(DEFAULTS);
  expect(settings.apiUrl.href).toBe('https://clearinghouse.net/api/v2p1/');
  expect(settings).toMatchObject({
    delayMs: 250,
    maxAttempts: 6,
    maxDurationMinutes: 360,
    database: resolve('clearinghouse.db'),
  });
  expect(settings.userAgent).toMatch(/^clearinghouse-mirror\/\d/);
  expect(Object.isFrozen(settings)).toBe(true);
  expect(Object.keys(settings)).not.toContain('token');
});

const FROM_ZERO = ['delayMs', 'backoffMinMs', 'backoffMaxMs', 'retryAfterMaxMs'] as const;
const FROM_ONE = [
  'maxAttempts',
  'maxDurationMinutes',
  'connectTimeoutMs',
  'responseTimeoutMs',
  'idleTimeoutMs',
  'maxBodyBytes',
] as const;

describe.each([...FROM_ZERO, ...FROM_ONE])('the number %s', (name) => {
  test.each([
    ['1', 1],
    [' 42 ', 42],
    ['007', 7],
    ['2147483647', 2_147_483_647],
  ])('may be %j', (text, value) => {
    expect(parseSettings(written(name, text))[name]).toBe(value);
  });

  test.each([
    '',
    ' ',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '1_000',
    '5s',
    'many',
    'NaN',
    'Infinity',
    '2147483648',
    '9'.repeat(400),
    '٣',
  ])('may not be %j, and the message names where that was written', (text) => {
    expect(() => parseSettings(written(name, text, '--lamp'))).toThrow(
      settingInvalid('--lamp must be a whole number'),
    );
  });
});

test.each(FROM_ZERO)('%s may be 0', (name) => {
  expect(parseSettings(written(name, '0'))[name]).toBe(0);
});

test.each(FROM_ONE)('%s may not be 0', (name) => {
  expect(() => parseSettings(written(name, '0'))).toThrow(settingInvalid('from 1 to'));
});

describe.each(['apiUrl', 'database', 'userAgent'] as const)('the text %s', (name) => {
  test.each(['', '  '])('may not be %j, which is empty', (text) => {
    expect(() => parseSettings(written(name, text, 'LAMP in .env'))).toThrow(
      settingInvalid('LAMP in .env is empty'),
    );
  });

  test.each(['a\nb', 'a\r', '\0', 'a\u001b[31m', '\u0085'])('may not be %j', (text) => {
    expect(() => parseSettings(written(name, text, 'LAMP in .env'))).toThrow(
      settingInvalid('LAMP in .env must be a text'),
    );
  });
});

describe('the address of the API', () => {
  test('is normalised', () => {
    expect(parseSettings(written('apiUrl', 'https://lamps.example/api')).apiUrl.href).toBe(
      'https://lamps.example/api/',
    );
  });

  test('is refused without encryption', () => {
    expect(() => parseSettings(written('apiUrl', 'http://lamps.example/'))).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INSECURE' }),
    );
  });

  test.each(['lamps', 'ftp://lamps.example/', 'https://lamps.example/?a=1', 'https://k@lamps.example/'])(
    '%s is refused, and the message names where that was written',
    (text) => {
      expect(() => parseSettings(written('apiUrl', text, '--api-url'))).toThrow(settingInvalid('--api-url'));
    },
  );
});

describe('the file .env', () => {
  test('may be missing', () => {
    expect(readDotEnv(join(tempFolder(), '.env')).values).toEqual({});
  });

  test('may be empty', () => {
    const path = join(tempFolder(), '.env');
    writeFileSync(path, '');
    expect(readDotEnv(path).values).toEqual({});
  });

  test('is read line by line, with comments and quotation marks', () => {
    const path = join(tempFolder(), '.env');
    writeFileSync(
      path,
      '# lamps\nCLEARINGHOUSE_DELAY=7\r\n\nCLEARINGHOUSE_DATABASE="a b.db" # here\nno line\n',
    );
    const gathered = gatherSettings({}, {}, readDotEnv(path).values);
    expect(gathered.delayMs).toMatchObject({ text: '7', from: 'CLEARINGHOUSE_DELAY in .env' });
    expect(gathered.database?.text).toBe('a b.db');
  });

  test('that cannot be read is named', () => {
    const folder = tempFolder();
    expect(() => readDotEnv(folder)).toThrow(settingInvalid(folder));
  });
});

describe('the settings of nightly', () => {
  const parse = (changes: Partial<Record<SettingName, string>>) =>
    parseNightlySettings(gatherSettings(changes, {}, {}));

  test('are these where nobody says otherwise', () => {
    expect(parse({})).toEqual({
      schedule: '17 3 * * *',
      nightlyPublish: false,
      textsBudget: 0,
      textTypes: null,
      coreTexts: false,
      filesBudget: 0,
      fileTypes: null,
      coreFiles: true,
      timezone: 'UTC',
      scheduleFrom: { schedule: 'the default', timezone: 'the default' },
      jitterMinutes: 15,
      retryDelayMinutes: 30,
      retryWindowMinutes: 360,
      verifySample: { share: 0.02 },
      nightlySnapshot: true,
      reports: null,
      htmlReports: null,
      keepHtmlReports: 30,
      metricsFile: null,
      pingUrl: null,
      webhookUrl: null,
      webhookOn: 'failure',
    });
  });

  test('may leave the proof out, or have it of a number of cases', () => {
    expect(parse({ verifySample: '0' }).verifySample).toBeNull();
    expect(parse({ verifySample: '500' }).verifySample).toEqual({ count: 500 });
    expect(parse({ metricsFile: 'x.prom' }).metricsFile).toBe(resolve('x.prom'));
  });

  test.each<[SettingName, string]>([
    ['jitterMinutes', '1441'],
    ['retryDelayMinutes', '0'],
    ['retryWindowMinutes', '-1'],
    ['verifySample', 'some'],
    ['verifySample', '101%'],
    ['nightlySnapshot', 'perhaps'],
    ['webhookOn', 'never'],
    ['pingUrl', 'hc-ping.com/lamp-secret'],
    ['webhookUrl', 'file:///lamp-secret'],
  ])('cannot have %s %j, which is said without the secret in an address', (name, text) => {
    const failing = () => parse({ [name]: text });
    expect(failing).toThrow(settingInvalid(' must be '));
    expect(failing).not.toThrow('lamp-secret');
  });
});

test('snapshots are beside the database, unless they are wanted elsewhere', () => {
  const parse = (changes: Partial<Record<SettingName, string>>) =>
    parseSnapshotSettings(gatherSettings(changes, {}, {}), '/data/clearinghouse.db');
  expect(parse({})).toEqual({ folder: '/data/snapshots', daily: 7, weekly: 4, monthly: 12, texts: true });
  expect(parse({ snapshots: '/backup' }).folder).toBe('/backup');
});
