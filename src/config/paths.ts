import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { MirrorError } from '../errors/mirror-error.ts';

const HINT = 'Write the path out in full.';

/**
 * Expands a leading `~`, `$HOME` or `${HOME}` to the home folder. A shell does not do that in `--database=~/x` or in
 * .env. Throws SETTING_INVALID for the home folder of another user.
 */
export function expandHome(path: string, from: string): string {
  const [, rest] = /^(?:~|\$HOME|\$\{HOME\})(?:\/(.*))?$/s.exec(path) ?? [];
  if (/^(?:~|\$HOME|\$\{HOME\})(?:\/|$)/.test(path)) return join(homedir(), rest ?? '');
  if (path.startsWith('~'))
    throw new MirrorError(
      'SETTING_INVALID',
      `${from} begins with ${JSON.stringify(path.split('/')[0])}, which is not expanded.`,
      {
        hint: `${HINT} A file whose name begins with ~ is written ./~name.`,
      },
    );
  return path;
}

/**
 * Resolves the path of a setting to an absolute path. Throws SETTING_INVALID for a variable that no shell has replaced,
 * because it would become the name of a folder.
 */
export function toPath(path: string, from: string, folder: string, isFromShell: boolean): string {
  if (path.trim() === '')
    throw new MirrorError('SETTING_INVALID', `${from} is empty.`, {
      hint: 'Give it a path, or leave it out.',
    });
  const expanded = expandHome(path, from);
  const variable = isFromShell ? undefined : /\$\{?\w+\}?/.exec(expanded)?.[0];
  if (variable !== undefined)
    throw new MirrorError('SETTING_INVALID', `${from} holds ${variable}, which is not replaced there.`, {
      hint: HINT,
    });
  return resolve(folder, expanded);
}

/** How many cases to verify: a number, or a share of all. */
export type SampleSize = { readonly count: number } | { readonly share: number };

/** Parses "10%" as a share and "500" as a number of cases; undefined for anything else. */
export function parseSampleSize(text: string): SampleSize | undefined {
  const [, number = '', percent] = /^(\d{1,9}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? [];
  const size = Number(number);
  if (percent === '%' && size > 0 && size <= 100) return { share: size / 100 };
  if (percent === '' && size > 0 && Number.isInteger(size)) return { count: size };
  return undefined;
}
