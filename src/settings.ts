import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parseApiUrl } from './clearinghouse/api-address.ts';
import { messageOf, MirrorError } from './errors.ts';
import { USER_AGENT } from './package-info.ts';

interface SettingSpec {
  /** The flag with its value's name; null for a secret, which a flag would show to everyone on the machine. */
  readonly flag: string | null;
  readonly env: string;
  /** As a user would write it; undefined when there is none. */
  readonly default: string | undefined;
  readonly means: string;
}

/** Every setting: a flag goes before the environment, the environment before the file .env, that before the default. */
export const SETTINGS = {
  apiUrl: {
    flag: '--api-url <url>',
    env: 'CLEARINGHOUSE_API_URL',
    default: 'https://clearinghouse.net/api/v2p1/',
    means: 'Base address of the API.',
  },
  database: {
    flag: '--database <file>',
    env: 'CLEARINGHOUSE_DATABASE',
    default: 'clearinghouse.db',
    means: 'The SQLite file of the mirror.',
  },
  token: {
    flag: null,
    env: 'CLEARINGHOUSE_API_TOKEN',
    default: undefined,
    means: 'Your API token, with or without the word "Token".',
  },
  tokenFile: {
    flag: '--token-file <file>',
    env: 'CLEARINGHOUSE_TOKEN_FILE',
    default: undefined,
    means: 'A file that holds the token. Where one place names both, it goes before the token itself.',
  },
  delayMs: {
    flag: '--delay <ms>',
    env: 'CLEARINGHOUSE_DELAY',
    default: '250',
    means: 'Pause between requests, in milliseconds, for politeness.',
  },
  attempts: {
    flag: '--attempts <n>',
    env: 'CLEARINGHOUSE_ATTEMPTS',
    default: '6',
    means: 'How often a request is tried in all.',
  },
  backoffBaseMs: {
    flag: '--backoff-base <ms>',
    env: 'CLEARINGHOUSE_BACKOFF_BASE',
    default: '1000',
    means: 'Upper end of the first wait after a failure, in milliseconds; it doubles each time.',
  },
  backoffCeilingMs: {
    flag: '--backoff-ceiling <ms>',
    env: 'CLEARINGHOUSE_BACKOFF_CEILING',
    default: '60000',
    means: 'The longest such wait, in milliseconds.',
  },
  retryAfterCeilingMs: {
    flag: '--retry-after-ceiling <ms>',
    env: 'CLEARINGHOUSE_RETRY_AFTER_CEILING',
    default: '600000',
    means:
      'The longest pause that the server may ask for, in milliseconds; if it asks for more, the status fails.',
  },
  timeBudgetMinutes: {
    flag: '--time-budget <minutes>',
    env: 'CLEARINGHOUSE_TIME_BUDGET',
    default: '360',
    means: 'No request is begun after this many minutes of a run.',
  },
  connectTimeoutMs: {
    flag: '--connect-timeout <ms>',
    env: 'CLEARINGHOUSE_CONNECT_TIMEOUT',
    default: '15000',
    means: 'Longest time to look up, connect and shake hands, each, in milliseconds.',
  },
  responseTimeoutMs: {
    flag: '--response-timeout <ms>',
    env: 'CLEARINGHOUSE_RESPONSE_TIMEOUT',
    default: '120000',
    means: 'Longest time from a request to the first byte of its answer, in milliseconds.',
  },
  idleTimeoutMs: {
    flag: '--idle-timeout <ms>',
    env: 'CLEARINGHOUSE_IDLE_TIMEOUT',
    default: '60000',
    means: 'Longest silence between two pieces of an answer, in milliseconds.',
  },
  maxBodyBytes: {
    flag: '--max-body <bytes>',
    env: 'CLEARINGHOUSE_MAX_BODY',
    default: '268435456',
    means: 'Largest answer that is accepted, in bytes after decompression.',
  },
  userAgent: {
    flag: '--user-agent <text>',
    env: 'CLEARINGHOUSE_USER_AGENT',
    default: USER_AGENT,
    means: 'How the mirror introduces itself to the API.',
  },
} as const satisfies Record<string, SettingSpec>;

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

/** Checks the settings. Fails with SETTING_INVALID or ADDRESS_INSECURE at the first that cannot be used. */
export function parseSettings(written: WrittenSettings): Settings {
  const whole = (name: SettingName, least: number): number => {
    const { text, from } = written[name] ?? { text: '', from: name };
    const value = /^\d{1,12}$/.test(text.trim()) ? Number(text) : NaN;
    if (!(value >= least && value <= LARGEST_NUMBER)) {
      const range = `a whole number from ${least} to ${LARGEST_NUMBER}`;
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
