import { type Aim, quoteWord, rewriteSuggested } from '../lib/command-line.ts';
import { SETTINGS } from '../config/specs.ts';
import type { SettingName } from '../config/settings.ts';
import { type Io, ownCommand } from './io.ts';
import type { Flags } from './options.ts';

const OF_API: readonly string[] = ['sync', 'nightly', 'fetch-texts', 'fetch-files', 'doctor'];
const OF_READER: readonly string[] = [
  'status',
  'coverage',
  'case',
  'search',
  'query',
  'browse',
  'verify',
  'cite',
];
const OF_CHANGES: readonly string[] = ['changes', 'activity', 'transitions', 'departed', 'audit', 'report'];
const OF_COPIES: readonly string[] = ['snapshot', 'restore', 'redact'];
const OF_EXPORTS: readonly string[] = ['export', 'release', 'publish'];

/** The settings that decide which mirror, API or snapshots a command means, and the commands that take them. */
export const SELECTING = {
  database: [...OF_API, ...OF_READER, ...OF_CHANGES, ...OF_COPIES, ...OF_EXPORTS],
  apiUrl: OF_API,
  tokenFile: OF_API,
  ca: OF_API,
  snapshots: [...OF_COPIES, 'nightly', 'doctor'],
} satisfies Partial<Record<SettingName, readonly string[]>>;

/** The commands to which the name of the program is added where a text shows them with arguments and without that name. */
const KNOWN: ReadonlySet<string> = new Set([...Object.values(SELECTING).flat(), 'demo', 'init', 'fake-api']);

/**
 * Suggested commands begin as this one did, and name the same mirror: a setting that this command was given as a flag is
 * in no other place from which the next one could read it.
 */
export function toAim(io: Pick<Io, 'env'>, flags: Flags): Aim {
  const program = ownCommand(io);
  return (text) =>
    rewriteSuggested(text, (command, rest, isNamed) =>
      [
        isNamed || KNOWN.has(command) ? `${program} ` : '',
        command,
        rest,
        renderSelecting(command, rest, flags),
      ].join(''),
    );
}

function renderSelecting(command: string, rest: string, flags: Flags): string {
  if (rest.includes(' --help')) return '';
  return (Object.keys(SELECTING) as (keyof typeof SELECTING)[])
    .flatMap((name) => {
      const flag = SETTINGS[name].flag.replace(/ .*/, '');
      const value = flags[name];
      if (typeof value !== 'string' || !SELECTING[name].includes(command)) return [];
      return rest.includes(` ${flag}`) ? [] : [` ${flag} ${quoteWord(value)}`];
    })
    .join('');
}
