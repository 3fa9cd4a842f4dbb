import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parseApiUrl } from './clearinghouse/api-address.ts';
import { messageOf, MirrorError } from './errors.ts';
import { SETTINGS, type SettingSpec } from './settings-list.ts';
import { parseSampleSize, type SampleSize } from './sample-size.ts';

export type SettingName = keyof typeof SETTINGS;

/** Checked settings. The token is read apart, by {@link readToken}, where it is needed. */
export interface Settings {
  readonly apiUrl: URL;
  /** An absolute path. */
  readonly database: string;
  readonly delayMs: number;
  readonly attempts: number;
  readonly backoffBaseMs: number;
  readonly backoffCeilingMs: number;
  readonly retryAfterCeilingMs: number;
  readonly timeBudgetMinutes: number;
  readonly connectTimeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly userAgent: string;
  readonly includeUnclassified: boolean;
  readonly mostWalks: number;
  readonly confirm: boolean;
  readonly mostDepartures: number;
}

/** Where a setting may be written, the first of them going before the others. */
const PLACES = ['flag', 'environment', '.env', 'default'] as const;

interface WrittenSetting {
  readonly text: string;
  readonly place: (typeof PLACES)[number];
  /** The place in words, for messages. */
  readonly from: string;
}

/** The settings as they were written, each with where it was written. */
export type WrittenSettings = Readonly<Partial<Record<SettingName, WrittenSetting>>>;

/** Reads the file .env of a folder; an absent one is empty. */
export function readDotEnv(path: string): NodeJS.ProcessEnv {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw new MirrorError('SETTING_INVALID', `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Picks each setting's text from the first place that has it. An empty environment variable counts as not set. */
export function gatherSettings(
  flags: Readonly<Partial<Record<SettingName, string>>>,
  env: NodeJS.ProcessEnv,
  dotEnv: NodeJS.ProcessEnv,
): WrittenSettings {
  const written: Partial<Record<SettingName, WrittenSetting>> = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const spec: SettingSpec = SETTINGS[name];
    const flag = flags[name];
    const variable = env[spec.env];
    const line = dotEnv[spec.env];
    if (flag !== undefined)
      written[name] = { text: flag, place: 'flag', from: spec.flag?.split(' ')[0] ?? spec.env };
    else if (variable !== undefined && variable !== '')
      written[name] = { text: variable, place: 'environment', from: spec.env };
    else if (line !== undefined && line !== '')
      written[name] = { text: line, place: '.env', from: `${spec.env} in .env` };
    else if (spec.default !== undefined)
      written[name] = { text: spec.default, place: 'default', from: 'the default' };
  }
  return written;
}

/** What a timer can hold, in milliseconds; more than enough for the others. */
const LARGEST_NUMBER = 2 ** 31 - 1;

const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'true', '1', 'on'].map((text) => [text, true] as const),
  ...['no', 'false', '0', 'off'].map((text) => [text, false] as const),
]);

/** Checks single settings. Each fails with SETTING_INVALID. */
function readerOf(written: WrittenSettings) {
  const whole = (name: SettingName, least: number, most = LARGEST_NUMBER): number => {
    const { text, from } = written[name] ?? { text: '', from: name };
    const value = /^\d{1,12}$/.test(text.trim()) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) {
      const range = `a whole number from ${least} to ${most}`;
      throw new MirrorError('SETTING_INVALID', `${from} must be ${range}, not ${JSON.stringify(text)}.`);
    }
    return value;
  };
  const line = (name: SettingName): string => {
    const { text, from } = written[name] ?? { text: '', from: name };
    if (text.trim() === '' || /\p{Cc}/u.test(text)) {
      throw new MirrorError('SETTING_INVALID', `${from} must be a text of one line.`);
    }
    return text;
  };
  const yesOrNo = (name: SettingName): boolean => {
    const { text, from } = written[name] ?? { text: '', from: name };
    const known = YES_OR_NO.get(text.trim().toLowerCase());
    if (known === undefined)
      throw new MirrorError('SETTING_INVALID', `${from} must be yes or no, not ${JSON.stringify(text)}.`);
    return known;
  };
  const oneOf = <Value extends string>(name: SettingName, values: readonly Value[]): Value => {
    const { text, from } = written[name] ?? { text: '', from: name };
    const found = values.find((one) => one === text.trim().toLowerCase());
    if (found === undefined)
      throw new MirrorError(
        'SETTING_INVALID',
        `${from} must be ${values.join(', ')}, not ${JSON.stringify(text)}.`,
      );
    return found;
  };
  return { whole, line, yesOrNo, oneOf };
}

/** Checks the settings. Fails with SETTING_INVALID or ADDRESS_INSECURE at the first that cannot be used. */
export function parseSettings(written: WrittenSettings): Settings {
  const { whole, line, yesOrNo } = readerOf(written);
  const mostWalks = whole('mostWalks', 1);
  const confirm = yesOrNo('confirm');
  if (confirm && mostWalks < 2)
    throw new MirrorError(
      'SETTING_INVALID',
      '--confirm takes at least two walks, so --walks must be 2 or more.',
    );
  return Object.freeze({
    apiUrl: parseApiUrl(line('apiUrl'), written.apiUrl?.from),
    database: resolve(line('database').trim()),
    delayMs: whole('delayMs', 0),
    attempts: whole('attempts', 1),
    backoffBaseMs: whole('backoffBaseMs', 0),
    backoffCeilingMs: whole('backoffCeilingMs', 0),
    retryAfterCeilingMs: whole('retryAfterCeilingMs', 0),
    timeBudgetMinutes: whole('timeBudgetMinutes', 1),
    connectTimeoutMs: whole('connectTimeoutMs', 1),
    responseTimeoutMs: whole('responseTimeoutMs', 1),
    idleTimeoutMs: whole('idleTimeoutMs', 1),
    maxBodyBytes: whole('maxBodyBytes', 1),
    userAgent: line('userAgent'),
    includeUnclassified: yesOrNo('includeUnclassified'),
    mostWalks,
    confirm,
    mostDepartures: whole('mostDepartures', 0),
  });
}

/** Checked settings of a schedule; whether `at` and `timezone` make one is for the schedule to say. */
export interface NightlySettings {
  readonly at: string;
  readonly timezone: string;
  readonly startDelayMinutes: number;
  readonly retryPauseMinutes: number;
  readonly windowMinutes: number;
  /** Null for none. */
  readonly verifySample: SampleSize | null;
  readonly nightlySnapshot: boolean;
  /** An absolute path; null for none, as with the two addresses. */
  readonly metricsFile: string | null;
  readonly pingUrl: URL | null;
  readonly webhookUrl: URL | null;
  readonly webhookOn: (typeof WEBHOOK_TIMES)[number];
}

export const LOG_FORMATS = ['auto', 'text', 'json'] as const;
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'] as const;

/** How `nightly` tells what it does. */
export interface LogSettings {
  readonly logFormat: (typeof LOG_FORMATS)[number];
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** Checks the settings of the log. Fails with SETTING_INVALID at the first that cannot be used. */
export function parseLogSettings(written: WrittenSettings): LogSettings {
  const { oneOf } = readerOf(written);
  return Object.freeze({
    logFormat: oneOf('logFormat', LOG_FORMATS),
    logLevel: oneOf('logLevel', LOG_LEVELS),
  });
}

/** Of which nights a webhook is told. */
export const WEBHOOK_TIMES = ['failure', 'change', 'always'] as const;

/** Where snapshots are, and which of them are kept. */
export interface SnapshotSettings {
  /** An absolute path. */
  readonly folder: string;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

const A_DAY_OF_MINUTES = 24 * 60;

/** Checks the settings of a schedule. Fails with SETTING_INVALID at the first that cannot be used. */
export function parseNightlySettings(written: WrittenSettings): NightlySettings {
  const { whole, line, yesOrNo, oneOf } = readerOf(written);
  return Object.freeze({
    at: line('at').trim(),
    timezone: line('timezone').trim(),
    startDelayMinutes: whole('startDelayMinutes', 0, A_DAY_OF_MINUTES),
    retryPauseMinutes: whole('retryPauseMinutes', 1, A_DAY_OF_MINUTES),
    windowMinutes: whole('windowMinutes', 0, 7 * A_DAY_OF_MINUTES),
    verifySample: parseVerifySample(line('verifySample').trim(), written.verifySample?.from),
    nightlySnapshot: yesOrNo('nightlySnapshot'),
    metricsFile: written.metricsFile === undefined ? null : resolve(line('metricsFile').trim()),
    pingUrl: parseAddress(written.pingUrl),
    webhookUrl: parseAddress(written.webhookUrl),
    webhookOn: oneOf('webhookOn', WEBHOOK_TIMES),
  });
}

/** An address that may hold a secret: it is in no message. */
function parseAddress(written: WrittenSetting | undefined): URL | null {
  if (written === undefined) return null;
  const text = written.text.trim();
  if (!URL.canParse(text) || !/^https?:/i.test(text))
    throw new MirrorError('SETTING_INVALID', `${written.from} must be an address that begins with https://.`);
  return new URL(text);
}

function parseVerifySample(text: string, from = '--verify-sample'): SampleSize | null {
  if (text === '0' || text === '0%') return null;
  const size = parseSampleSize(text);
  if (size === undefined)
    throw new MirrorError(
      'SETTING_INVALID',
      `${from} must be a share such as 2%, a number of cases or 0, not ${JSON.stringify(text)}.`,
    );
  return size;
}

const MOST_KEPT = 10_000;

/** Checks the settings of the snapshots of a database. Fails with SETTING_INVALID at the first that cannot be used. */
export function parseSnapshotSettings(written: WrittenSettings, database: string): SnapshotSettings {
  const { whole, line } = readerOf(written);
  const folder = written.snapshots === undefined ? undefined : line('snapshots').trim();
  return Object.freeze({
    folder: folder === undefined ? join(dirname(database), 'snapshots') : resolve(folder),
    daily: whole('keepDaily', 0, MOST_KEPT),
    weekly: whole('keepWeekly', 0, MOST_KEPT),
    monthly: whole('keepMonthly', 0, MOST_KEPT),
  });
}

/**
 * Reads the token, without the word `Token` and without spaces around. The place that goes before the others decides;
 * where one place names both a token and a file of one, the file does.
 */
export function readToken(written: WrittenSettings): string {
  const { token: given, tokenFile } = written;
  const isFile =
    tokenFile !== undefined && rankOf(tokenFile) <= (given === undefined ? Infinity : rankOf(given));
  const text = isFile ? readTokenFile(tokenFile.text) : given?.text;
  const token = (text ?? '').trim().replace(/^token(\s+|$)/i, '');
  if (token === '') throw new MirrorError('TOKEN_MISSING', 'No API token was given.');
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new MirrorError(
      'SETTING_INVALID',
      `${isFile ? tokenFile.text : (given?.from ?? 'The API token')} holds spaces or characters that a token cannot have.`,
    );
  }
  return token;
}

const rankOf = ({ place }: WrittenSetting): number => PLACES.indexOf(place);

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new MirrorError('SETTING_INVALID', `The token file ${path} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}
