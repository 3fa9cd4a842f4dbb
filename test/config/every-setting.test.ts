import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readNightlySettings, type ReadSettings as NightlySettings } from '../../src/cli/nightly-settings.ts';
import { PROCESS_IO } from '../../src/cli/process-io.ts';
import { addSettings, ALL_SETTINGS, type Flags, readWrittenSettings } from '../../src/cli/options.ts';
import type { SettingSpec } from '../../src/config/parsers.ts';
import { SETTINGS, SETTINGS_OF_FILES } from '../../src/config/specs.ts';
import { type FileSettings, type SettingName, parseFileSettings } from '../../src/config/settings.ts';
import { runCli } from '../support/command-line.ts';
import { makeCertificate } from '../support/make-certificate.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface ReadSettings extends NightlySettings {
  readonly files: FileSettings;
}

/** What is tried of one setting. */
interface Row {
  /** A good text for the flag, for the variable and for the line of .env. */
  readonly good: readonly [string, string, string];
  /** What the program reads of it. */
  readonly read: (settings: ReadSettings) => unknown;
  /** What it reads of the three, where it is not the text. */
  readonly values?: readonly [unknown, unknown, unknown];
  /** What cannot be used, wherever it stands; none where every text can. */
  readonly bad: readonly string[];
}

const FOLDER = mkdtempSync(join(tmpdir(), 'every-setting-'));
afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});
const CERTIFICATE = makeCertificate().cert;
const [ONE, TWO, THREE] = [1, 2, 3].map((count) => {
  const path = join(FOLDER, `${count}.pem`);
  writeFileSync(path, CERTIFICATE.repeat(count));
  return path;
}) as [string, string, string];
const [TOKEN_A, TOKEN_B, TOKEN_C] = ['a', 'b', 'c'].map((text) => {
  const path = join(FOLDER, `token-${text}`);
  writeFileSync(path, `Token ${text}\n`);
  return path;
}) as [string, string, string];
const BAD_PATHS = ['~somebody/mirror', ' '];

function ofNumber(read: (settings: ReadSettings) => number, bad: readonly string[] = []): Row {
  return {
    good: ['11', ' 12', '013'],
    values: [11, 12, 13],
    read,
    bad: ['many', '-1', '1.5', '99999999999', ...bad],
  };
}
function ofSwitch(read: (settings: ReadSettings) => boolean): Row {
  return { good: ['yes', 'off', 'TRUE'], values: [true, false, true], read, bad: ['perhaps', ' '] };
}
function ofPath(read: (settings: ReadSettings) => string | null): Row {
  return {
    good: ['/data/a', '~/b', '$HOME/c'],
    values: ['/data/a', join(homedir(), 'b'), join(homedir(), 'c')],
    read,
    bad: BAD_PATHS,
  };
}
function ofAddress(read: (settings: ReadSettings) => URL | null): Row {
  return {
    good: ['https://a.example/x', 'https://b.example/x', 'http://c.example/x'],
    read: (settings) => read(settings)?.href,
    bad: ['lamp-secret', 'ftp://lamp-secret.example/', 'https://'],
  };
}
function ofProxy(read: (settings: ReadSettings) => URL | null): Row {
  return {
    good: ['http://a.example:1', 'https://b.example:2', 'c.example:3'],
    values: ['http://a.example:1/', 'https://b.example:2/', 'http://c.example:3/'],
    read: (settings) => read(settings)?.href,
    bad: ['socks5://u:lamp-secret@a.example', 'http://u:lamp-secret%@a.example'],
  };
}

const ROWS: Readonly<Record<SettingName, Row>> = {
  apiUrl: {
    good: ['https://a.example/', 'https://b.example/', 'http://127.0.0.1:9/'],
    read: ({ settings }) => settings.apiUrl.href,
    bad: ['lamps', 'ftp://a.example/', 'https://u:lamp-secret@a.example/', 'https://a.example/?lamp-secret'],
  },
  database: ofPath(({ settings }) => settings.database),
  token: {
    good: ['', 'b', 'Token c'],
    values: ['', 'b', 'c'],
    read: ({ token }) => token,
    bad: ['lamp-secret two', 'lamp-secret–'],
  },
  tokenFile: {
    good: [TOKEN_A, TOKEN_B, TOKEN_C],
    values: ['a', 'b', 'c'],
    read: ({ token }) => token,
    bad: ['/nowhere/token', '~somebody/token'],
  },
  delayMs: ofNumber(({ settings }) => settings.delayMs),
  maxAttempts: ofNumber(({ settings }) => settings.maxAttempts, ['0']),
  backoffMinMs: ofNumber(({ settings }) => settings.backoffMinMs),
  backoffMaxMs: ofNumber(({ settings }) => settings.backoffMaxMs),
  retryAfterMaxMs: ofNumber(({ settings }) => settings.retryAfterMaxMs),
  maxDurationMinutes: ofNumber(({ settings }) => settings.maxDurationMinutes, ['0']),
  connectTimeoutMs: ofNumber(({ settings }) => settings.connectTimeoutMs, ['0']),
  responseTimeoutMs: ofNumber(({ settings }) => settings.responseTimeoutMs, ['0']),
  idleTimeoutMs: ofNumber(({ settings }) => settings.idleTimeoutMs, ['0']),
  maxBodyBytes: ofNumber(({ settings }) => settings.maxBodyBytes, ['0']),
  userAgent: {
    good: ['a lamp', 'b lamp', 'c lamp'],
    read: ({ settings }) => settings.userAgent,
    bad: ['a lamp – bright', ' '],
  },
  includeUnclassified: ofSwitch(({ settings }) => settings.includeUnclassified),
  maxPasses: ofNumber(({ settings }) => settings.maxPasses, ['0']),
  requireStable: ofSwitch(({ settings }) => settings.requireStable),
  linked: ofSwitch(({ settings }) => settings.linked),
  linkedBudget: {
    good: ['500', '90m', ' 20000, 45M'],
    values: [
      { requests: 500, minutes: null, isAll: false },
      { requests: null, minutes: 90, isAll: false },
      { requests: 20_000, minutes: 45, isAll: false },
    ],
    read: ({ settings }) => settings.linkedBudget,
    bad: ['much', '-1', '10,20', '5h', 'm', ',', '1.5', '500m,20', ' '],
  },
  maxDepartures: ofNumber(({ settings }) => settings.maxDepartures),
  ca: {
    good: [ONE, TWO, THREE],
    values: [1, 2, 3],
    read: ({ settings }) => settings.ca?.length,
    bad: ['/nowhere/ca.pem', TOKEN_A, '~somebody/ca.pem'],
  },
  httpsProxy: ofProxy(({ settings }) => settings.httpsProxy),
  httpProxy: ofProxy(({ settings }) => settings.httpProxy),
  noProxy: { good: ['', 'b.example', ''], read: ({ settings }) => settings.noProxy, bad: [] },
  schedule: {
    good: ['03:17', '1 2 * * *', '@daily'],
    values: ['17 3 * * *', '1 2 * * *', '@daily'],
    read: ({ schedule }) => schedule.cron,
    bad: ['every night', '61 3 * * *', '25:00', ' '],
  },
  timezone: {
    good: ['Europe/Berlin', 'America/Detroit', 'Asia/Tokyo'],
    read: ({ schedule }) => schedule.timezone,
    bad: ['Moon/Base', ' '],
  },
  jitterMinutes: ofNumber(({ nightly }) => nightly.jitterMinutes, ['1441']),
  retryDelayMinutes: ofNumber(({ nightly }) => nightly.retryDelayMinutes, ['0']),
  retryWindowMinutes: ofNumber(({ nightly }) => nightly.retryWindowMinutes, ['10081']),
  verifySample: {
    good: ['10%', '500', '0'],
    values: [{ share: 0.1 }, { count: 500 }, null],
    read: ({ nightly }) => nightly.verifySample,
    bad: ['some', '101%', '-1', ' '],
  },
  publishUrl: {
    good: ['postgres://a@b.example/c', 'postgresql://d/e', 'postgres://'],
    read: ({ publish }) => publish.publishUrl?.text,
    bad: ['lamp-secret', 'https://a:lamp-secret@b.example/', 'postgres://a:lamp-secret @b.example/'],
  },
  publishSchema: {
    good: ['court_data', 'b2', '_c'],
    read: ({ publish }) => publish.publishSchema,
    bad: ['Court', 'a b', '1a', 'pg_data', 'a-b', 'information_schema', 'x'.repeat(51), ' '],
  },
  publishTexts: ofSwitch(({ publish }) => publish.publishTexts),
  nightlyPublish: ofSwitch(({ nightly }) => nightly.nightlyPublish),
  nightlySnapshot: ofSwitch(({ nightly }) => nightly.nightlySnapshot),
  textsBudget: ofNumber(({ nightly }) => nightly.textsBudget, []),
  textTypes: {
    good: ['Complaint; Order/Opinion', 'Docket', ' A;B; '],
    values: [['Complaint', 'Order/Opinion'], ['Docket'], ['A', 'B']],
    read: ({ nightly }) => nightly.textTypes,
    bad: [' ; '],
  },
  coreTexts: ofSwitch(({ nightly }) => nightly.coreTexts),
  filesBudget: ofNumber(({ nightly }) => nightly.filesBudget, []),
  fileTypes: {
    good: ['Complaint; Order/Opinion', 'Docket', 'A; B;'],
    values: [['Complaint', 'Order/Opinion'], ['Docket'], ['A', 'B']],
    read: ({ nightly }) => nightly.fileTypes,
    bad: [' ; '],
  },
  coreFiles: ofSwitch(({ nightly }) => nightly.coreFiles),
  reports: ofPath(({ nightly }) => nightly.reports),
  htmlReports: ofPath(({ nightly }) => nightly.htmlReports),
  keepHtmlReports: ofNumber(({ nightly }) => nightly.keepHtmlReports, ['10001']),
  metricsFile: ofPath(({ nightly }) => nightly.metricsFile),
  pingUrl: ofAddress(({ nightly }) => nightly.pingUrl),
  webhookUrl: ofAddress(({ nightly }) => nightly.webhookUrl),
  webhookOn: {
    good: ['change', 'always', 'failure'],
    read: ({ nightly }) => nightly.webhookOn,
    bad: ['never', ' '],
  },
  logFormat: { good: ['json', 'text', 'auto'], read: ({ log }) => log.logFormat, bad: ['xml', ' '] },
  logLevel: { good: ['debug', 'silent', 'warn'], read: ({ log }) => log.logLevel, bad: ['loud', ' '] },
  snapshots: ofPath(({ snapshots }) => snapshots.folder),
  keepDaily: ofNumber(({ snapshots }) => snapshots.daily, ['10001']),
  keepWeekly: ofNumber(({ snapshots }) => snapshots.weekly, ['10001']),
  keepMonthly: ofNumber(({ snapshots }) => snapshots.monthly, ['10001']),
  snapshotTexts: ofSwitch(({ snapshots }) => snapshots.texts),
  fileHosts: {
    good: ['files.example', 'a.example; B.example:8080', '127.0.0.1:9'],
    values: ['files.example', 'a.example b.example:8080', '127.0.0.1:9'],
    read: ({ files }) => files.fileHosts.join(' '),
    bad: ['https://a.example', 'lamps /', ' ; '],
  },
  maxFileBytes: ofNumber(({ files }) => files.maxFileBytes, ['0']),
};

const TABLE = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
  const spec: SettingSpec = SETTINGS[name];
  return { name, spec, ...ROWS[name] };
});

/** Where the settings of one command stand. */
interface Places {
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly dotEnv?: NodeJS.ProcessEnv;
}

/** The command's surroundings: the token stands in .env, because an address that is named there gets no other. */
function place({ env = {}, dotEnv = {} }: Places) {
  const folder = tempFolder();
  const lines = { CLEARINGHOUSE_API_TOKEN: 'lamp', ...dotEnv };
  const text = Object.entries(lines).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  writeFileSync(join(folder, '.env'), `# settings\n${text.join('')}`);
  // Without the budget that the helpers of the tests set.
  return { folder, env: { CLEARINGHOUSE_LINKED_BUDGET: '', ...env } };
}

function read(places: Places): ReadSettings {
  const command = addSettings(new Command(), ALL_SETTINGS);
  command.parse([...(places.flags ?? [])], { from: 'user' });
  const io = { ...PROCESS_IO, ...place(places) };
  const flags = command.opts<Flags>();
  return { ...readNightlySettings(flags, io), files: parseFileSettings(readWrittenSettings(flags, io)) };
}

function toFlags({ flag }: SettingSpec, text: string): string[] {
  const name = String(flag).split(' ')[0] ?? '';
  if (flag?.includes('<') === true) return [`${name}=${text}`];
  return [/^(yes|true|on|1)$/i.test(text) ? name : name.replace('--', '--no-')];
}

/** A command that reads the setting before it does anything. */
const toCommand = (variable: string): string[] =>
  Object.values(SETTINGS_OF_FILES).some(({ env }) => env === variable)
    ? ['fetch-files', '--core']
    : ['nightly', '--once'];

describe.each(TABLE)('the setting $name', ({ spec, good, values = good, read: pick, bad }) => {
  const { env: variable, flag, isShared = false } = spec;
  const [ofFlag, ofVariable, ofLine] = good;
  const isSwitch = flag?.includes('<') === false;

  test('is read from its flag, else its variable, else its line of .env, else it has its default', () => {
    const none = pick(read({}));
    const dotEnv = { [variable]: ofLine };
    const env = { [variable]: ofVariable };
    const alone = isShared ? none : values[2];
    expect(pick(read({ dotEnv }))).toEqual(alone);
    expect(pick(read({ dotEnv, env }))).toEqual(values[1]);
    expect(pick(read({ env }))).toEqual(values[1]);
    if (flag === null) return;
    expect(pick(read({ dotEnv, env, flags: toFlags(spec, ofFlag) }))).toEqual(values[0]);
    expect(pick(read({ flags: toFlags(spec, ofFlag) }))).toEqual(values[0]);
    if (spec.default !== undefined && !spec.default.includes('.db'))
      expect(pick(read({ flags: toFlags(spec, spec.default) }))).toEqual(none);
  });

  const refusals = bad.flatMap((text) => [
    ...(flag === null || isSwitch ? [] : [['flag', text, flag.split(' ')[0]] as const]),
    ['variable', text, variable] as const,
    ...(isShared ? [] : [['.env', text, `${variable} in .env (line `] as const]),
  ]);
  if (refusals.length === 0) return;
  test.each(refusals)(
    'as %s is refused with %j, and the message names it and where it stands, and no secret',
    async (where, text, named) => {
      const places: Places =
        where === 'flag'
          ? { flags: toFlags(spec, text) }
          : where === 'variable'
            ? { env: { [variable]: text } }
            : { dotEnv: { [variable]: text } };
      const { exitCode, stdout, stderr } = await runCli(
        [...toCommand(variable), ...(places.flags ?? [])],
        place(places),
      );
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/ \[SETTING_INVALID\]\nHint: /);
      expect(stderr).toContain(named);
      if (where !== '.env') expect(stderr.split('\n')[0]).not.toContain('in .env');
      expect(stderr).not.toContain('lamp-secret');
      expect(stderr).not.toContain('    at ');
    },
  );
});

test('each setting has a row, and only what takes any text has no bad one', () => {
  expect(Object.keys(ROWS).sort()).toEqual(Object.keys(SETTINGS).sort());
  expect(TABLE.filter(({ bad }) => bad.length === 0).map(({ name }) => name)).toEqual(['noProxy']);
});
