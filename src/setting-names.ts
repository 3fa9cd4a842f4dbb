import { countSlips, listClosest } from './closest-names.ts';
import type { OddLine, ParsedDotEnv } from './parse-dot-env.ts';
import { SETTINGS } from './settings-list.ts';

const PREFIX = 'CLEARINGHOUSE_';
const NAMES = Object.values(SETTINGS)
  .map(({ env }): string => env)
  .filter((name) => name.startsWith(PREFIX));
/** The beginning of a name up to what follows the word, and the words in which somebody may write it. */
const BEGINNING = /^(clearing[_-]house|clearinghouse|[a-z]+)[_-]?/i;
const MOST_WRONG_LETTERS = 2;

/** Whether somebody may have meant one of our names. */
function looksLikeOurs(name: string): boolean {
  const word = (BEGINNING.exec(name)?.[1] ?? '').replace(/[_-]/, '').toUpperCase();
  return countSlips(word, PREFIX.slice(0, -1)) <= MOST_WRONG_LETTERS;
}

/** What is to be said of names that look like settings and are none, in the environment and in a .env. */
export function listUnknownNames(env: NodeJS.ProcessEnv, { values: dotEnv, odd }: ParsedDotEnv): string[] {
  const places = [
    [env, 'the environment'],
    [dotEnv, '.env'],
  ] as const;
  const unknown = places.flatMap(([values, place]) =>
    Object.keys(values)
      .filter((name) => looksLikeOurs(name) && !NAMES.includes(name))
      .map((name) => `${name} in ${place} is no setting; ${suggest(name)}`),
  );
  return [...unknown, ...listOddLines(odd)];
}

/** Lines that name a setting and are not read as they were meant. Of their values nothing is told. */
function listOddLines(odd: readonly OddLine[]): string[] {
  return odd
    .filter(({ name }) => looksLikeOurs(name))
    .map(({ line, name, why }) => `line ${line} of .env ${why.replace('NAME', toClosest(name) ?? 'NAME')}.`);
}

function suggest(name: string): string {
  const closest = toClosest(name);
  return closest === undefined ? 'docs/configuration.md lists them.' : `did you mean ${closest}?`;
}

function toClosest(name: string): string | undefined {
  const bare = name.toUpperCase().replace(BEGINNING, '');
  const [closest] = listClosest(
    bare,
    NAMES.map((known) => known.slice(PREFIX.length)),
  );
  return closest === undefined ? undefined : `${PREFIX}${closest}`;
}
