import { parseApiUrl, checkApiHost } from '../api/urls.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { readRegularFile } from '../lib/files.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { type SampleSize, parseSampleSize, toPath } from './paths.ts';

/** The places of a setting, in order of precedence. */
export const PLACES = ['flag', 'environment', '.env', 'default'] as const;

export interface WrittenSetting {
  readonly text: string;
  readonly place: (typeof PLACES)[number];
  /** The place in words, for messages. */
  readonly from: string;
  /** The folder for relative paths. For .env it is the folder of that file, so that both can be moved together. */
  readonly folder?: string;
}

/**
 * Validates one setting and returns its value. `written` is undefined if the setting is not set. Throws
 * SETTING_INVALID.
 */
type Parser<Value> = (written: WrittenSetting | undefined, name: string) => Value;

/** The maximum of a timer, in milliseconds; more than enough for other numbers. */
const MAX_NUMBER = 2 ** 31 - 1;

export function wholeNumber(min: number, max = MAX_NUMBER): Parser<number> {
  return (written, name) => {
    const { text, from } = written ?? { text: '', from: name };
    const value = /^\d{1,12}$/.test(text.trim()) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw refuse(`${from} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`);
  };
}

/** A single line that is not empty. */
const line: Parser<string> = (written, name) => {
  const { text, from } = written ?? { text: '', from: name };
  if (text.trim() === '') throw refuse(`${from} is empty.`, 'Give it a value, or leave it out.');
  if (/\p{Cc}/u.test(text)) throw refuse(`${from} must be a text of one line.`);
  return text;
};

export const trimmedLine: Parser<string> = (written, name) => line(written, name).trim();

/** An absolute path. */
export const path: Parser<string> = (written, name) => {
  const text = trimmedLine(written, name);
  const { from = name, place = 'default', folder = process.cwd() } = written ?? {};
  return toPath(text, from, folder, place === 'flag' || place === 'default');
};

const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'true', '1', 'on'].map((text) => [text, true] as const),
  ...['no', 'false', '0', 'off'].map((text) => [text, false] as const),
]);

export const yesOrNo: Parser<boolean> = (written, name) => {
  const { text, from } = written ?? { text: '', from: name };
  const known = YES_OR_NO.get(text.trim().toLowerCase());
  if (known === undefined) throw refuse(`${from} must be yes or no, not ${JSON.stringify(text)}.`);
  return known;
};

export function oneOf<const Value extends string>(values: readonly Value[]): Parser<Value> {
  return (written, name) => {
    const { text, from } = written ?? { text: '', from: name };
    const found = values.find((one) => one === text.trim().toLowerCase());
    if (found === undefined)
      throw refuse(`${from} must be ${values.join(', ')}, not ${JSON.stringify(text)}.`);
    return found;
  };
}

/** Null if the setting is not set. */
export function optional<Value>(parse: Parser<Value>): Parser<Value | null> {
  return (written, name) => (written === undefined ? null : parse(written, name));
}

/** The parts of a line, separated by semicolons, because the parts can contain commas. */
export const semicolonList: Parser<readonly string[]> = (written, name) => {
  const parts = trimmedLine(written, name)
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw refuse(`${written?.from ?? name} is empty.`);
  return parts;
};

/** The unchanged text, `''` if the setting is not set. */
export const anyText: Parser<string> = (written) => written?.text ?? '';

/** The address of the API. Also throws ADDRESS_INSECURE. */
export const apiAddress: Parser<URL> = (written, name) => {
  const url = parseApiUrl(line(written, name), written?.from);
  checkApiHost(url, written?.from ?? 'The API address');
  return url;
};

/** A text for an HTTP header, which allows only Latin-1. */
export const headerText: Parser<string> = (written, name) => {
  const text = trimmedLine(written, name);
  // As node:http has it, which takes long to load.
  const odd = /[^\t\x20-\x7e\x80-\xff]/u.exec(text)?.[0];
  if (odd === undefined) return text;
  const code = odd.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  throw new MirrorError(
    'SETTING_INVALID',
    `${written?.from ?? name} holds "${odd}" (U+${code ?? '?'}), which no HTTP header can hold.`,
    { hint: 'Use plain letters: "-" for a long dash, " for curly quotes.' },
  );
};

/** The address of a proxy. It may contain a password, so no message shows it. Without a scheme it is http. */
export const proxyAddress: Parser<URL | null> = (written) => {
  if (written === undefined) return null;
  const text = written.text.trim();
  const address = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(address) || !/^https?:\/\//i.test(address))
    throw refuse(
      `${written.from} must be the address of a proxy that begins with http:// or https://.`,
      'A proxy of another kind (SOCKS) cannot be used. Unset the variable to connect directly.',
    );
  const url = new URL(address);
  for (const part of [url.username, url.password]) {
    try {
      decodeURIComponent(part);
    } catch {
      throw refuse(
        `The name or the password in ${written.from} holds a "%" that stands for nothing; write it as %25.`,
      );
    }
  }
  return url;
};

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g;

/** The certificates that a system trusts take less than 1 MB. */
const MAX_CERTIFICATE_BYTES = 10e6;

/** The certificates (PEM) in a file. */
export const certificates: Parser<readonly string[]> = (written, name) => {
  const file = path(written, name);
  const fail = (why: string, cause?: unknown): never => {
    throw new MirrorError('SETTING_INVALID', `${written?.from ?? name}: ${file} ${why}`, { cause });
  };
  let content = '';
  try {
    content = readRegularFile(file, MAX_CERTIFICATE_BYTES).toString('utf8');
  } catch (cause) {
    fail(`cannot be read: ${wordsOf(cause)}.`, cause);
  }
  const found = content.match(CERTIFICATE) ?? [];
  if (found.length === 0) fail('holds no certificate in PEM form (BEGIN CERTIFICATE).');
  // Not imported above: loading it takes 3 ms, and most commands read no certificate.
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  for (const certificate of found) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      fail(`holds a certificate that cannot be read: ${messageOf(cause)}`, cause);
    }
  }
  return found;
};

/** An address that may contain a secret, so no message shows it. Null if the setting is not set. */
export const secretAddress: Parser<URL | null> = (written) => {
  if (written === undefined) return null;
  const text = written.text.trim();
  if (!URL.canParse(text) || !/^https?:/i.test(text))
    throw refuse(`${written.from} must be an address that begins with https://.`);
  return new URL(text);
};

/** The address of a Postgres server as it was written, because it may name a password. */
export interface PublishAddress {
  readonly text: string;
  /** Where it was set, for messages. */
  readonly from: string;
}

/** The address of a Postgres server. It may contain a password, so no message shows it. Null if the setting is not set. */
export const postgresAddress: Parser<PublishAddress | null> = (written) => {
  if (written === undefined) return null;
  const { from } = written;
  const text = written.text.trim();
  if (!/^postgres(?:ql)?:\/\/\S*$/i.test(text))
    throw refuse(`${from} must begin with postgres:// and have no blanks.`);
  return { text, from };
};

/** The name of a schema of Postgres that needs no quotation marks. */
export const schemaName: Parser<string> = (written, name) => {
  const text = trimmedLine(written, name);
  if (/^(?!pg_)[a-z_][a-z0-9_]{0,49}$/.test(text) && text !== 'information_schema') return text;
  throw refuse(
    `${written?.from ?? name} must be a name of small letters, digits and "_", at most 50 of them, not ${JSON.stringify(text)}.`,
    'It begins with a letter, and not with pg_.',
  );
};

/** A share such as 2%, or a number of cases; null for 0. */
export const sample: Parser<SampleSize | null> = (written, name) => {
  const text = trimmedLine(written, name);
  if (text === '0' || text === '0%') return null;
  const size = parseSampleSize(text);
  if (size === undefined)
    throw refuse(
      `${written?.from ?? name} must be a share such as 2%, a number of cases or 0, not ${JSON.stringify(text)}.`,
    );
  return size;
};

/** How much one linked pass may request; null without a limit. */
export interface LinkedBudget {
  readonly requests: number | null;
  readonly minutes: number | null;
  /** Every list is read, however recently it was read and whatever came of it. */
  readonly isAll: boolean;
}

/** A number of requests, minutes, both, or "all". */
export const linkedBudget: Parser<LinkedBudget> = (written, name) => {
  const text = trimmedLine(written, name).toLowerCase();
  if (text === 'all') return { requests: null, minutes: null, isAll: true };
  const [, requests, minutes] = /^(?:(\d{1,9}))?(?:(?:^|\s*,\s*)(\d{1,6})m)?$/.exec(text) ?? [];
  if (requests === undefined && minutes === undefined)
    throw refuse(
      `${written?.from ?? name} must be a number of requests, minutes such as 60m, both (10000,60m), "all" or 0, not ${JSON.stringify(text)}.`,
    );
  return { requests: toNumber(requests), minutes: toNumber(minutes), isAll: false };
};

const toNumber = (digits: string | undefined): number | null =>
  digits === undefined ? null : Number(digits);

function refuse(message: string, hint?: string): MirrorError {
  return new MirrorError('SETTING_INVALID', message, hint === undefined ? {} : { hint });
}

/** The flag, variable, description and parser of a setting. */
export interface SettingSpec {
  /**
   * The flag with the name of its value. Without a value it is a switch, which also gets a `--no-` form. Null for a
   * secret, because other users of the machine can see flags.
   */
  readonly flag: string | null;
  readonly env: string;
  /**
   * Set for a variable that other programs read too. As in those programs, its lowercase name takes precedence. It is
   * not read from .env, which belongs to this program alone.
   */
  readonly isShared?: true;
  /** As a user would write it; undefined if there is none. */
  readonly default?: string;
  readonly description: string;
  readonly parse: Parser<unknown> | null; // null for what is read only where it is needed
}

/** The values of settings after validation. */
export type Parsed<Specs> = {
  readonly [
    Name in keyof Specs as Specs[Name] extends { readonly parse: null } ? never : Name
  ]: Specs[Name] extends {
    readonly parse: Parser<infer Value>;
  }
    ? Value
    : never;
};

type Written = Omit<SettingSpec, 'env'> & { readonly env?: string };
type Named<Specs> = { readonly [Name in keyof Specs]: Specs[Name] & Omit<SettingSpec, 'parse'> };

/** Derives the variable of each setting from its flag: `--max-passes` and `CLEARINGHOUSE_MAX_PASSES`. */
export function nameVariables<const Specs extends Readonly<Record<string, Written>>>(
  specs: Specs,
): Named<Specs> {
  const named = Object.entries(specs).map(([name, spec]) => {
    const word = (spec.flag ?? '').split(' ')[0]?.slice(2) ?? '';
    return [name, { env: `CLEARINGHOUSE_${word.toUpperCase().replaceAll('-', '_')}`, ...spec }] as const;
  });
  return Object.fromEntries(named) as Named<Specs>;
}
