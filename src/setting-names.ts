import { listClosest } from './closest-names.ts';
import type { DotEnv } from './dot-env.ts';
import { SETTINGS } from './settings-list.ts';

const PREFIX = 'CLEARINGHOUSE_';
const NAMES = Object.values(SETTINGS)
  .map(({ env }): string => env)
  .filter((name) => name.startsWith(PREFIX));
/** What somebody wrote who meant one of our names. */
const LOOKS_LIKE_OURS = /^clearing[_-]?house[_-]/i;

/** What is to be said of names that look like settings and are none, in the environment and in a .env. */
export function listUnknownNames(env: NodeJS.ProcessEnv, { text, values: dotEnv }: DotEnv): string[] {
  const places = [
    [env, 'the environment'],
    [dotEnv, '.env'],
  ] as const;
  const unknown = places.flatMap(([values, place]) =>
    Object.keys(values)
      .filter((name) => LOOKS_LIKE_OURS.test(name) && !NAMES.includes(name))
      .map((name) => `${name} in ${place} is no setting; ${suggest(name)}`),
  );
  return [...unknown, ...listOddLines(text, dotEnv)];
}

/** Lines that name a setting, and that nothing is read from. */
function listOddLines(text: string, dotEnv: NodeJS.ProcessEnv): string[] {
  return text.split('\n').flatMap((line, at) => {
    const name = /^\s*(?:export\s+|set\s+|\$env:)?(clearing[_-]?house[\w-]*)/i.exec(line)?.[1];
    return name === undefined || name in dotEnv
      ? []
      : [`line ${at + 1} of .env sets nothing: it is not of the form ${toClosest(name) ?? 'NAME'}=value.`];
  });
}

function suggest(name: string): string {
  const closest = toClosest(name);
  return closest === undefined ? 'docs/configuration.md lists them.' : `did you mean ${closest}?`;
}

function toClosest(name: string): string | undefined {
  const bare = name.toUpperCase().replace(LOOKS_LIKE_OURS, '');
  const [closest] = listClosest(
    bare,
    NAMES.map((known) => known.slice(PREFIX.length)),
  );
  return closest === undefined ? undefined : `${PREFIX}${closest}`;
}
