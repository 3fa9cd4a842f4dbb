import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { readDotEnv } from '../dot-env.ts';
import {
  type SettingName,
  type WrittenSettings,
  gatherSettings,
  listUnknownNames,
} from '../written-settings.ts';
import { parseSettings, type Settings } from '../settings.ts';
import { readToken } from '../token.ts';
import { SETTINGS, SETTINGS_OF_SNAPSHOTS, SETTINGS_OF_SYNC, type SettingSpec } from '../settings-list.ts';
import { say, type Io } from './io.ts';

/** Those of a list that have a flag. */
function listFlagged(settings: Readonly<Partial<Record<SettingName, SettingSpec>>>): SettingName[] {
  return (Object.keys(settings) as SettingName[]).filter((name) => settings[name]?.flag != null);
}

export const ALL_SETTINGS = listFlagged(SETTINGS);
export const SYNC_SETTINGS = listFlagged(SETTINGS_OF_SYNC);
export const SNAPSHOT_SETTINGS = listFlagged(SETTINGS_OF_SNAPSHOTS);

/** What commander collected for one command. */
export type Flags = Readonly<Record<string, unknown>>;

/** Adds the flags of the given settings to a command. Defaults are told in the help but applied later, after .env. */
export function addSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { flag, env, default: fallback, means } = SETTINGS[name];
    if (flag === null) continue;
    const notes = [`env: ${env}`, ...(fallback === undefined ? [] : [`default: ${fallback}`])].join(', ');
    const forms = isSwitch(name) ? [flag, `--no-${flag.slice(2)}`] : [flag];
    for (const [at, form] of forms.entries()) {
      const option = new Option(form, at === 0 ? `${means} (${notes})` : `The opposite of ${flag}.`);
      option.attributeName = () => name;
      command.addOption(option);
    }
  }
  return command;
}

/** What each process has been warned of, so that it is said once. */
const warned = new WeakMap<Io, Set<string>>();

function warn(io: Io, warning: string): void {
  const said = warned.get(io) ?? new Set();
  if (!said.has(warning)) say(io.stderr, `Warning: ${warning}\n`);
  warned.set(io, said.add(warning));
}

/** The settings of a command as written: flag, environment, .env, default. Names that are no setting are warned of. */
export function readWrittenSettings(
  flags: Flags,
  io: Io,
  onWarning: (warning: string) => void = (warning) => {
    warn(io, warning);
  },
): WrittenSettings {
  const texts: Partial<Record<SettingName, string>> = {};
  for (const name of ALL_SETTINGS) {
    const flag = flags[name];
    if (typeof flag === 'string') texts[name] = flag;
    if (typeof flag === 'boolean') texts[name] = flag ? 'yes' : 'no';
  }
  const dotEnv = readDotEnv(resolve(io.folder, '.env'));
  for (const warning of listUnknownNames(io.env, dotEnv)) onWarning(warning);
  return gatherSettings(texts, io.env, dotEnv.values, io.folder, dotEnv.lines);
}

export function readSettings(flags: Flags, io: Io): Settings {
  return parseSettings(readWrittenSettings(flags, io));
}

/** Settings and token, for a command that talks to the API. */
export function readSettingsAndToken(flags: Flags, io: Io): { settings: Settings; token: string } {
  const written = readWrittenSettings(flags, io);
  return { settings: parseSettings(written), token: readToken(written) };
}

/** A setting that is yes or no, and whose flag takes no value. */
function isSwitch(name: SettingName): boolean {
  const { flag } = SETTINGS[name];
  return flag !== null && !flag.includes('<');
}
