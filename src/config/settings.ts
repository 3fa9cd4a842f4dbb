import { dirname, join } from 'node:path';
import { MirrorError } from '../errors/mirror-error.ts';
import type { Parsed, SettingSpec, WrittenSetting } from './parsers.ts';
import {
  SETTINGS_OF_FILES,
  SETTINGS_OF_LOG,
  SETTINGS_OF_NIGHTLY,
  SETTINGS_OF_PUBLISHING,
  SETTINGS_OF_SNAPSHOTS,
  SETTINGS,
} from './specs.ts';
import { SETTINGS_OF_SYNC } from './sync-specs.ts';
import { countSlips, listClosest, suggestNames } from '../lib/closest-names.ts';
import type { OddLine, ParsedDotEnv } from './env-file.ts';

export type SettingName = keyof typeof SETTINGS;

/** Whether a setting is a file or a folder, according to the value of its flag. */
export function isPathSetting(name: SettingName): boolean {
  return /<(file|folder)>/.test(SETTINGS[name].flag ?? '');
}

/** The unparsed settings, each with its source. */
export type WrittenSettings = Readonly<Partial<Record<SettingName, WrittenSetting>>>;

/** Takes each setting from the first place that has it. An empty environment variable counts as not set. */
export function gatherSettings(
  flags: Readonly<Partial<Record<SettingName, string>>>,
  env: NodeJS.ProcessEnv,
  dotEnv: NodeJS.ProcessEnv,
  folder = process.cwd(),
  lines: Readonly<Record<string, number>> = {},
): WrittenSettings {
  const written: Partial<Record<SettingName, WrittenSetting>> = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const spec: SettingSpec = SETTINGS[name];
    const flag = flags[name];
    const shared = spec.isShared === true;
    const small = spec.env.toLowerCase();
    const names = shared ? [small, spec.env] : [spec.env];
    const variable = names.find((one) => env[one] !== undefined && env[one] !== '');
    const line = shared ? undefined : dotEnv[spec.env];
    if (flag !== undefined)
      written[name] = { text: flag, place: 'flag', from: spec.flag?.split(' ')[0] ?? spec.env, folder };
    else if (variable !== undefined)
      written[name] = { text: env[variable] ?? '', place: 'environment', from: variable, folder };
    else if (line !== undefined && line !== '')
      written[name] = { text: line, place: '.env', from: describeLine(spec.env, lines[spec.env]), folder };
    else if (spec.default !== undefined)
      written[name] = { text: spec.default, place: 'default', from: 'the default', folder };
  }
  return written;
}

function describeLine(name: string, line: number | undefined): string {
  return `${name} in .env${line === undefined ? '' : ` (line ${line})`}`;
}

const PREFIX = 'CLEARINGHOUSE_';
const NAMES = Object.values(SETTINGS)
  .map(({ env }): string => env)
  .filter((name) => name.startsWith(PREFIX));
/** The prefix of a name, in any spelling. */
const BEGINNING = /^(clearing[_-]house|clearinghouse|[a-z]+)[_-]?/i;
const MAX_WRONG_LETTERS = 2;

/** Whether a name looks like one of ours. */
function looksLikeOurs(name: string): boolean {
  const word = (BEGINNING.exec(name)?.[1] ?? '').replace(/[_-]/, '').toUpperCase();
  // At least as many letters are wrong as the lengths differ. The environment has dozens of names.
  if (Math.abs(word.length - PREFIX.length + 1) > MAX_WRONG_LETTERS) return false;
  return countSlips(word, PREFIX.slice(0, -1)) <= MAX_WRONG_LETTERS;
}

/** Lists warnings about names in the environment and in .env that look like settings but are not. */
export function listUnknownNames(env: NodeJS.ProcessEnv, { values: dotEnv, odd }: ParsedDotEnv): string[] {
  const places = [
    [env, 'the environment'],
    [dotEnv, '.env'],
  ] as const;
  const unknown = places.flatMap(([values, place]) =>
    Object.keys(values)
      .filter((name) => looksLikeOurs(name) && !NAMES.includes(name))
      .map((name) => `${name} in ${place} is not a setting; ${suggest(name)}`),
  );
  return [...unknown, ...listOddLines(odd)];
}

/** Warns about lines that name a setting but are not valid. The warnings never contain values. */
function listOddLines(odd: readonly OddLine[]): string[] {
  return odd
    .filter(({ name }) => looksLikeOurs(name))
    .map(
      ({ line, name, why }) =>
        `line ${line} of .env ${why.replace('NAME', listClosestSettings(name)[0] ?? 'NAME')}.`,
    );
}

function suggest(name: string): string {
  const closest = listClosestSettings(name);
  const hint = suggestNames(closest)?.replace(/^D/, 'd');
  return hint === undefined
    ? 'docs/configuration.md lists all settings.'
    : `${hint} docs/configuration.md lists all settings.`;
}

/** What other programs call our settings. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  cron: 'schedule',
  db: 'database',
  random_delay: 'jitter',
  splay: 'jitter',
  start_delay: 'jitter',
  time_budget: 'max_duration',
  time_limit: 'max_duration',
};
/** What other programs call the last word of our settings. */
const OTHER_LAST_WORDS: Readonly<Record<string, string>> = {
  base: 'min',
  ceiling: 'max',
  floor: 'min',
  limit: 'max',
  pause: 'delay',
};

/**
 * Translates a name that another program uses, such as `start-delay`, to the name of the setting that means the same.
 */
export function toSettingName(name: string): string {
  const bare = name.toLowerCase().replace(/^-+/, '').replaceAll('-', '_');
  return (
    lookUp(OTHER_NAMES, bare) ?? bare.replace(/[a-z]+$/, (word) => lookUp(OTHER_LAST_WORDS, word) ?? word)
  );
}

/** Not what every object has, such as `constructor`. */
const lookUp = (words: Readonly<Record<string, string>>, word: string): string | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined;

/** The closest settings; only one if the name differs only in its spelling. */
function listClosestSettings(name: string): string[] {
  const bare = toSettingName(name.replace(BEGINNING, '')).toUpperCase();
  const known = NAMES.map((one) => one.slice(PREFIX.length));
  const closest = known.includes(bare) ? [bare] : listClosest(bare, known);
  return closest.map((one) => `${PREFIX}${one}`);
}

/** Validated settings, without the token, which `readToken` reads only when it is needed. */
export type Settings = Parsed<typeof SETTINGS_OF_SYNC>;

/** Validates the settings. Throws SETTING_INVALID or ADDRESS_INSECURE for the first invalid one. */
export function parseSettings(written: WrittenSettings): Settings {
  const settings = parseAll(SETTINGS_OF_SYNC, written);
  if (settings.requireStable && settings.maxPasses < 2)
    throw new MirrorError(
      'SETTING_INVALID',
      `${written.requireStable?.from ?? '--require-stable'} takes at least two passes, and ${written.maxPasses?.from ?? '--max-passes'} allows one.`,
      { hint: 'Set --max-passes to 2 or more.' },
    );
  return settings;
}

/** Whether these settings read any linked lists. */
export const readsLinked = ({ linked, linkedBudget: { requests, minutes } }: Settings): boolean =>
  linked && requests !== 0 && minutes !== 0;

/** The settings of `nightly`; `parseSchedule` checks `schedule` and `timezone`. */
export interface NightlySettings extends Parsed<typeof SETTINGS_OF_NIGHTLY> {
  /** Where these two were set, for messages. */
  readonly scheduleFrom: { readonly schedule: string; readonly timezone: string };
}

/** Validates the settings of a schedule. Throws SETTING_INVALID for the first invalid one. */
export function parseNightlySettings(written: WrittenSettings): NightlySettings {
  return Object.freeze({
    ...parseAll(SETTINGS_OF_NIGHTLY, written),
    scheduleFrom: {
      schedule: written.schedule?.from ?? '--schedule',
      timezone: written.timezone?.from ?? '--timezone',
    },
  });
}

/** How `nightly` writes its log. */
export type LogSettings = Parsed<typeof SETTINGS_OF_LOG>;

/** Validates the settings of the log. Throws SETTING_INVALID for the first invalid one. */
export function parseLogSettings(written: WrittenSettings): LogSettings {
  return parseAll(SETTINGS_OF_LOG, written);
}

/** The folder and the retention of snapshots. */
export interface SnapshotSettings {
  /** An absolute path. */
  readonly folder: string;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  /** Whether snapshots include the texts of documents. */
  readonly texts: boolean;
}

/** From where files of documents are fetched, and how large one may be. */
export interface FileSettings {
  /** As in an address: with a port if there is one. */
  readonly fileHosts: readonly string[];
  readonly maxFileBytes: number;
}

/** Where to publish to; the address is null if it is not set. */
export type PublishSettings = Parsed<typeof SETTINGS_OF_PUBLISHING>;

/** Validates the settings of `publish`. Throws SETTING_INVALID for the first invalid one. */
export function parsePublishSettings(written: WrittenSettings): PublishSettings {
  return parseAll(SETTINGS_OF_PUBLISHING, written);
}

/** Whether --file-hosts can name this host. */
export const isFileHost = (host: string): boolean =>
  /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/.test(host);

/** Validates the settings of the files of documents. Throws SETTING_INVALID for the first invalid one. */
export function parseFileSettings(written: WrittenSettings): FileSettings {
  const settings = parseAll(SETTINGS_OF_FILES, written);
  const fileHosts = settings.fileHosts.map((host) => host.toLowerCase());
  const odd = fileHosts.find((host) => !isFileHost(host));
  if (odd !== undefined)
    throw new MirrorError(
      'SETTING_INVALID',
      `${written.fileHosts?.from ?? '--file-hosts'} names ${JSON.stringify(odd)}, which is not a host.`,
      { hint: 'Write only the name of the host, such as files.example.org, without https://.' },
    );
  return Object.freeze({ ...settings, fileHosts });
}

/** Validates the settings of the snapshots of a database. Throws SETTING_INVALID for the first invalid one. */
export function parseSnapshotSettings(written: WrittenSettings, database: string): SnapshotSettings {
  const { snapshots, keepDaily, keepWeekly, keepMonthly, snapshotTexts } = parseAll(
    SETTINGS_OF_SNAPSHOTS,
    written,
  );
  return Object.freeze({
    folder: snapshots ?? join(dirname(database), 'snapshots'),
    daily: keepDaily,
    weekly: keepWeekly,
    monthly: keepMonthly,
    texts: snapshotTexts,
  });
}

function parseAll<Specs extends Readonly<Record<string, SettingSpec>>>(
  specs: Specs,
  written: WrittenSettings,
): Parsed<Specs> {
  const values = Object.entries(specs).flatMap(([name, { parse }]) =>
    parse === null ? [] : [[name, parse(written[name as keyof WrittenSettings], name)] as const],
  );
  return Object.freeze(Object.fromEntries(values)) as Parsed<Specs>;
}
