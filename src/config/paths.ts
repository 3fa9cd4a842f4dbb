import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { MirrorError } from '../errors/mirror-error.ts';

const HINT = 'Write the path out in full.';

/**
 * A path with the home folder in the place of a leading `~`, `$HOME` or `${HOME}`. A shell does that only where such a
 * path stands alone, not in `--database=~/x`, and never in a .env. Fails with SETTING_INVALID at the home folder of
 * somebody else.
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
 * The absolute path that a setting means. What no shell has read may hold variables that nobody puts in: they would
 * become a folder of that name. Fails with SETTING_INVALID.
 */
export function toPath(path: string, from: string, folder: string, isFromShell: boolean): string {
  if (path.trim() === '')
    throw new MirrorError('SETTING_INVALID', `${from} is empty.`, {
      hint: 'Give it a path, or leave it out.',
    });
  const expanded = expandHome(path, from);
  const variable = isFromShell ? undefined : /\$\{?\w+\}?/.exec(expanded)?.[0];
  if (variable !== undefined)
    throw new MirrorError('SETTING_INVALID', `${from} holds ${variable}, which nobody replaces there.`, {
      hint: HINT,
    });
  return resolve(folder, expanded);
}

/** How many of the cases are to be checked: that many, or that share of them. */
export type SampleSize = { readonly count: number } | { readonly share: number };

/** Reads "10%" as a share and "500" as a number of cases; undefined when it is neither, or nothing. */
export function parseSampleSize(text: string): SampleSize | undefined {
  const [, number = '', percent] = /^(\d{1,9}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? [];
  const size = Number(number);
  if (percent === '%' && size > 0 && size <= 100) return { share: size / 100 };
  if (percent === '' && size > 0 && Number.isInteger(size)) return { count: size };
  return undefined;
}
