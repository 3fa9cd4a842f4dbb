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
  const bare = name.toUpperCase().replace(LOOKS_LIKE_OURS, '').replaceAll('-', '_');
  const ranked = NAMES.map((known) => {
    const end = known.slice(PREFIX.length);
    const isPart = `_${end}_`.includes(`_${bare}_`) || `_${bare}_`.includes(`_${end}_`);
    return {
      known,
      distance: isPart ? 0.5 + Math.abs(end.length - bare.length) / 100 : toDistance(bare, end),
    };
  }).sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(1, bare.length / 3) ? best.known : undefined;
}

/** How many letters have to be put in, left out or replaced to make one word of the other. */
function toDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [i, letter] of Array.from(from).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(to).entries())
      next.push(
        Math.min(Number(next[j]) + 1, Number(row[j + 1]) + 1, Number(row[j]) + (letter === other ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
