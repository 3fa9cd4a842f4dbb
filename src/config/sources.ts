import { countSlips, listClosest, suggestNames } from '../lib/closest-names.ts';
import type { OddLine, ParsedDotEnv } from './env-file.ts';
import type { WrittenSetting } from './parsers.ts';
import type { SettingSpec } from './setting-spec.ts';
import { SETTINGS } from './specs.ts';

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

/** Translates a name that another program uses, such as `start-delay`, to the name of the setting that means the same. */
export function toSettingName(name: string): string {
  const bare = name.toLowerCase().replace(/^-+/, '').replaceAll('-', '_');
  return OTHER_NAMES[bare] ?? bare.replace(/[a-z]+$/, (word) => OTHER_LAST_WORDS[word] ?? word);
}

/** The closest settings; only one if the name differs only in its spelling. */
function listClosestSettings(name: string): string[] {
  const bare = toSettingName(name.replace(BEGINNING, '')).toUpperCase();
  const known = NAMES.map((one) => one.slice(PREFIX.length));
  const closest = known.includes(bare) ? [bare] : listClosest(bare, known);
  return closest.map((one) => `${PREFIX}${one}`);
}
