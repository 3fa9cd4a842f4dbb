import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findRightsOfOthers, readDotEnv } from '../../src/config/env-file.ts';
import {
  type SettingName,
  gatherSettings,
  isPathSetting,
  listUnknownNames,
  parseSettings,
} from '../../src/config/settings.ts';
import { SETTINGS } from '../../src/config/specs.ts';
import { path } from '../../src/config/parsers.ts';
import { readToken } from '../../src/config/token.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NAMES = Object.keys(SETTINGS) as SettingName[];
const PATHS = NAMES.filter(isPathSetting);

function write(content: string | Buffer): string {
  const path = join(tempFolder(), '.env');
  writeFileSync(path, content);
  return path;
}

const TEXT = 'CLEARINGHOUSE_DATABASE=m\u00fchle.db\nCLEARINGHOUSE_DELAY=7\n';
const SAID = { CLEARINGHOUSE_DATABASE: 'm\u00fchle.db', CLEARINGHOUSE_DELAY: '7' };
const swap = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();

describe('a .env is read', () => {
  test.each<[string, Buffer]>([
    ['in UTF-8', Buffer.from(TEXT)],
    ['with a byte-order mark', Buffer.from(`\ufeff${TEXT}`)],
    ['with the line ends of Windows', Buffer.from(TEXT.replaceAll('\n', '\r\n'))],
    ['with carriage returns alone', Buffer.from(TEXT.replaceAll('\n', '\r'))],
    ['in UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${TEXT.replaceAll('\n', '\r\n')}`, 'utf16le')],
    ['in UTF-16, the other way round', swap(Buffer.from(`\ufeff${TEXT}`, 'utf16le'))],
    ['without a last line end', Buffer.from(TEXT.trimEnd())],
  ])('%s', (_title, bytes) => {
    expect(readDotEnv(write(bytes)).values).toEqual(SAID);
  });

  test.each<[string, Buffer, string]>([
    ['UTF-16 without its mark', Buffer.from(TEXT, 'utf16le'), 'it is not UTF-8'],
    ['NUL bytes', Buffer.from('CLEARINGHOUSE_DELAY=7\0\n'), 'it holds NUL bytes'],
    ['Latin-1', Buffer.from(TEXT, 'latin1'), 'it is not UTF-8'],
    ['more than a megabyte', Buffer.alloc(1_000_001, 'x'), 'larger than 1 MB'],
  ])('and not in %s: the message names the file', (_title, bytes, words) => {
    const path = write(bytes);
    expect(() => readDotEnv(path)).toThrow(
      expect.objectContaining({
        code: 'SETTING_INVALID',
        message: expect.stringMatching(`${path}.*${words}`),
      }),
    );
  });

  test('and not when it is a pipe, which would be waited for', () => {
    const path = join(tempFolder(), '.env');
    if (spawnSync('sh', ['-c', 'mkfifo "$0"', path]).status !== 0) return;
    expect(() => readDotEnv(path)).toThrow('it is a named pipe');
  });

  test('and not when it belongs to somebody else, by whatever links', () => {
    if (process.getuid?.() !== 0) return;
    const path = write(TEXT);
    chownSync(path, 12_345, 12_345);
    expect(() => readDotEnv(path)).toThrow('belongs to another user');
    const link = join(tempFolder(), '.env');
    symlinkSync(path, link);
    expect(() => readDotEnv(link)).toThrow('belongs to another user');
  });
});

describe('a line of a .env', () => {
  const read = (text: string) => readDotEnv(write(text)).values;

  test.each([
    'my settings',
    'CLEARINGHOUSE_DATABASE: x.db',
    'CLEARINGHOUSE_DATABASE="x.db',
    "CLEARINGHOUSE_DATABASE='x.db",
    'CLEARINGHOUSE_DATABASE=\u201cx.db\u201d',
    '= 7',
    'export',
    '"',
    'CLEARINGHOUSE_DATABASE="a"b"',
    '<<<<<<< HEAD',
  ])('that cannot be read costs itself alone: %s', (line) => {
    expect(read(`CLEARINGHOUSE_MAX_PASSES=4\n${line}\nCLEARINGHOUSE_DELAY=7\n`)).toEqual({
      CLEARINGHOUSE_MAX_PASSES: '4',
      CLEARINGHOUSE_DELAY: '7',
    });
  });

  test.each([
    ['a b', 'a b'],
    ['  "a b"  ', 'a b'],
    ["'a b' # c", 'a b'],
    ['`a b`', 'a b'],
    ['a b # c', 'a b'],
    ['a\t# c', 'a'],
    ['"a # b" # "c"', 'a # b'],
    ['a#b.db', 'a#b.db'],
    ['https://lamps.example/x#y', 'https://lamps.example/x#y'],
    ['# c', ''],
    ['', ''],
    ['""', ''],
    ['"C:\\new"', 'C:\\new'],
    ['"it\'s"', "it's"],
    ['a=b', 'a=b'],
    ['$LAMP', '$LAMP'],
  ])('says %j by %j, as it does to a shell', (text, value) => {
    expect(read(`CLEARINGHOUSE_DATABASE=${text}\n`)).toEqual({ CLEARINGHOUSE_DATABASE: value });
    expect(read(`export  CLEARINGHOUSE_DATABASE  = ${text}\n`)).toEqual({ CLEARINGHOUSE_DATABASE: value });
  });
});

test('a .env that is a link to nothing is no absent one', () => {
  const path = join(tempFolder(), '.env');
  symlinkSync('nowhere', path);
  expect(() => readDotEnv(path)).toThrow('it is a link to a file that is not there');
});

test.each<[number, string | null]>([
  [0o600, null],
  [0o640, 'read'],
  [0o604, 'read'],
  [0o620, 'change'],
  [0o602, 'change'],
  [0o666, 'read and change'],
])('with the permissions %o others may do with a .env: %s', (mode, rights) => {
  if (process.getuid === undefined) return;
  const path = write('');
  chmodSync(path, mode);
  expect(findRightsOfOthers(path)).toBe(rights);
});

describe.each(PATHS)('the path %s', (name) => {
  const { env } = SETTINGS[name];
  const places = (text: string) => [
    gatherSettings({ [name]: text }, {}, {}, '/here'),
    gatherSettings({}, { [env]: text }, {}, '/here'),
    gatherSettings({}, {}, { [env]: text }, '/here'),
  ];

  test.each(['~/lamps/x', '$HOME/lamps/x', '${HOME}/lamps/x'])(
    'may be written %s, wherever it is written',
    (text) => {
      for (const written of places(text)) expect(path(written[name], name)).toBe(join(homedir(), 'lamps/x'));
    },
  );

  test('leads from the folder of the .env, or from the current one', () => {
    for (const written of places('lamps/x')) expect(path(written[name], name)).toBe('/here/lamps/x');
    for (const written of places('/lamps/x')) expect(path(written[name], name)).toBe('/lamps/x');
  });

  test('may not begin with the home folder of somebody else', () => {
    for (const written of places('~ada/x')) expect(() => path(written[name], name)).toThrow('not expanded');
  });

  test('may hold no variable where no shell has put it in', () => {
    const [flag, ...others] = places('/data/$USER/x');
    for (const written of others) expect(() => path(written[name], name)).toThrow('is not replaced there');
    expect(flag && path(flag[name], name)).toBe('/data/$USER/x');
  });
});

test('what is a path is known by the value of its flag', () => {
  expect(PATHS).toEqual(
    expect.arrayContaining(['database', 'tokenFile', 'reports', 'metricsFile', 'snapshots']),
  );
});

describe('a token goes where it was pointed', () => {
  const EVIL = { CLEARINGHOUSE_API_URL: 'https://elsewhere.example/api/v2p1/' };
  const untrusted = expect.objectContaining({ code: 'ADDRESS_UNTRUSTED' });

  test('and not from the environment or a flag to an address of a .env', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'token'), 'lamp');
    const ways = [
      gatherSettings({}, { CLEARINGHOUSE_API_TOKEN: 'lamp' }, EVIL, folder),
      gatherSettings({}, { CLEARINGHOUSE_TOKEN_FILE: 'token' }, EVIL, folder),
      gatherSettings({ tokenFile: 'token' }, {}, EVIL, folder),
      gatherSettings(
        {},
        { CLEARINGHOUSE_API_TOKEN: 'lamp' },
        { ...EVIL, CLEARINGHOUSE_API_TOKEN: 'x' },
        folder,
      ),
    ];
    for (const written of ways) expect(() => readToken(written)).toThrow(untrusted);
  });

  test('and a .env sends no file from outside its folder, by whatever link', () => {
    const folder = tempFolder();
    const outside = join(tempFolder(), 'secret');
    writeFileSync(outside, 'lamp');
    symlinkSync(outside, join(folder, 'link'));
    writeFileSync(join(folder, 'token'), 'lamp');
    const above = join('..', basename(dirname(outside)), 'secret');
    for (const file of [outside, above, 'link', '/etc/hostname'])
      expect(() =>
        readToken(gatherSettings({}, {}, { ...EVIL, CLEARINGHOUSE_TOKEN_FILE: file }, folder)),
      ).toThrow(untrusted);
    expect(readToken(gatherSettings({}, {}, { ...EVIL, CLEARINGHOUSE_TOKEN_FILE: 'token' }, folder))).toBe(
      'lamp',
    );
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/token'), 'lamp2');
    const below = gatherSettings({}, {}, { ...EVIL, CLEARINGHOUSE_TOKEN_FILE: 'secrets/token' }, folder);
    expect(readToken(below)).toBe('lamp2');
  });

  test('but to an address of the same place, of one that goes before it, and to the Clearinghouse itself', () => {
    const token = { CLEARINGHOUSE_API_TOKEN: 'lamp' };
    for (const written of [
      gatherSettings({}, {}, { ...EVIL, ...token }),
      gatherSettings({}, { ...EVIL, ...token }, {}),
      gatherSettings({ apiUrl: EVIL.CLEARINGHOUSE_API_URL }, token, {}),
      gatherSettings({}, EVIL, token),
      gatherSettings({}, token, { CLEARINGHOUSE_API_URL: 'https://www.clearinghouse.net/api/v2p1/' }),
      gatherSettings({}, token, {}),
    ])
      expect(readToken(written)).toBe('lamp');
  });
});

describe('a name that is not a setting', () => {
  const list = (env: NodeJS.ProcessEnv, text = '') => listUnknownNames(env, readDotEnv(write(text)));

  test.each([
    ['CLEARINGHOUSE_DATABSE', 'CLEARINGHOUSE_DATABASE'],
    ['CLEARINGHOUSE_TOKEN', 'CLEARINGHOUSE_API_TOKEN or CLEARINGHOUSE_TOKEN_FILE'],
    ['CLEARINGHOUSE_URL', 'CLEARINGHOUSE_API_URL, CLEARINGHOUSE_PING_URL, or CLEARINGHOUSE_WEBHOOK_URL'],
    ['CLEARINGHOUSE_ATTEMPTS', 'CLEARINGHOUSE_MAX_ATTEMPTS'],
    [
      'CLEARINGHOUSE_RETRY_TIMES',
      'CLEARINGHOUSE_RETRY_DELAY, CLEARINGHOUSE_RETRY_WINDOW, or CLEARINGHOUSE_RETRY_AFTER_MAX',
    ],
    ['CLEARINGHOUSE_BACKOFF_BASE', 'CLEARINGHOUSE_BACKOFF_MIN'],
    ['CLEARINGHOUSE_BACKOFF_CEILING', 'CLEARINGHOUSE_BACKOFF_MAX'],
    ['CLEARINGHOUSE_RETRY_AFTER_LIMIT', 'CLEARINGHOUSE_RETRY_AFTER_MAX'],
    ['CLEARINGHOUSE_RETRY_PAUSE', 'CLEARINGHOUSE_RETRY_DELAY'],
    ['CLEARINGHOUSE_START_DELAY', 'CLEARINGHOUSE_JITTER'],
    ['CLEARINGHOUSE_TIME_BUDGET', 'CLEARINGHOUSE_MAX_DURATION'],
    ['clearinghouse_delay', 'CLEARINGHOUSE_DELAY'],
    ['CLEARING_HOUSE_SNAPSHOTS', 'CLEARINGHOUSE_SNAPSHOTS'],
    ['CLEARINGHOUSE_TIME_ZONE', 'CLEARINGHOUSE_TIMEZONE'],
  ])('is told, with what was meant: %s', (name, meant) => {
    expect(list({ [name]: 'x' })).toEqual([
      `${name} in the environment is not a setting; did you mean ${meant}? docs/configuration.md lists all settings.`,
    ]);
    expect(list({}, `${name}=x\n`)).toEqual([
      `${name} in .env is not a setting; did you mean ${meant}? docs/configuration.md lists all settings.`,
    ]);
  });

  test('is told where nothing comes near it', () => {
    expect(list({ CLEARINGHOUSE_XYLOPHONE: 'x' })[0]).toContain('docs/configuration.md');
  });

  test('of other programs is left alone, as are all settings', () => {
    const all = Object.fromEntries(NAMES.map((name) => [SETTINGS[name].env, 'x']));
    expect(list({ ...all, PATH: '/bin', HOUSE: 'x' }, 'OTHER=1\n# CLEARINGHOUSE_DATABSE=x\n')).toEqual([]);
  });

  test.each([
    'CLEARINGHOUSEDELAY',
    'CLEARINGHOSUE_DELAY',
    'CLEARNGHOUSE_DELAY',
    'ClearingHouse_Delay',
    'CLEARINGHOUSE-DELAY',
  ])('is told also where the word before it is misspelt: %s', (name) => {
    expect(list({}, `${name}=7\n`)).toEqual([
      `${name} in .env is not a setting; did you mean CLEARINGHOUSE_DELAY? docs/configuration.md lists all settings.`,
    ]);
  });

  test.each([
    ['CLEARINGHOUSE_DELAY: 7', 'sets nothing: it is not of the form CLEARINGHOUSE_DELAY=value.'],
    ['CLEARINGHOUSE_DELAY 7', 'sets nothing: it is not of the form CLEARINGHOUSE_DELAY=value.'],
    [
      'CLEARINGHOUSE_DATABASE="a b.db',
      'sets nothing: the quotation marks around CLEARINGHOUSE_DATABASE are not one pair.',
    ],
    [
      'CLEARINGHOUSE_DATABASE=\u201ca b.db\u201d',
      'sets nothing: the quotation marks around CLEARINGHOUSE_DATABASE are curly ones.',
    ],
    ['CLEARINGHOUSE_MAX_PASSES=4', 'says anew what line 1 says of CLEARINGHOUSE_MAX_PASSES.'],
  ])('is not the only thing that is told of a line: %s', (line, words) => {
    expect(list({}, `CLEARINGHOUSE_MAX_PASSES=3\n${line}\n`)).toEqual([`line 2 of .env ${words}`]);
  });
});

describe('an address of the Clearinghouse without an API', () => {
  test.each([
    'https://api.clearinghouse.net/',
    'https://api.clearinghouse.net/api/v2p1/',
    'https://clearinghouse.net/',
    'https://www.clearinghouse.net/case/10002/',
    'https://clearinghouse.net/api/',
    'https://clearinghouse.net/api/v2p1/cases/',
  ])('%s is refused, with the right one', (apiUrl) => {
    expect(() => parseSettings(gatherSettings({ apiUrl }, {}, {}))).toThrow(
      expect.objectContaining({
        code: 'SETTING_INVALID',
        hint: expect.stringContaining('https://clearinghouse.net/api/v2p1/'),
      }),
    );
  });

  test.each(['https://clearinghouse.net/api/v2p1', 'https://www.clearinghouse.net/api/v2p1/'])(
    '%s is the right one',
    (apiUrl) => {
      expect(parseSettings(gatherSettings({ apiUrl }, {}, {})).apiUrl.pathname).toBe('/api/v2p1/');
    },
  );
});
