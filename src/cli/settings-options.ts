import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import {
  gatherSettings,
  parseSettings,
  readDotEnv,
  readToken,
  SETTINGS,
  type SettingName,
  type Settings,
  type WrittenSettings,
} from '../settings.ts';
import type { Io } from './io.ts';

/** All settings that have a flag. */
export const ALL_SETTINGS = (Object.keys(SETTINGS) as SettingName[]).filter(
  (name) => SETTINGS[name].flag !== null,
);

/** What commander collected for one command. */
export type Flags = Readonly<Record<string, unknown>>;

/** Adds the flags of the given settings to a command. Defaults are told in the help but applied later, after .env. */
export function addSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { flag, env, default: fallback, means } = SETTINGS[name];
    if (flag === null) continue;
    const notes = [`env: ${env}`, ...(fallback === undefined ? [] : [`default: ${fallback}`])].join(', ');
    const option = new Option(flag, `${means} (${notes})`);
    option.attributeName = () => name;
    command.addOption(option);
  }
  return command;
}

/** The settings of a command as written: flag, environment, .env, default. */
export function readWrittenSettings(flags: Flags, io: Io): WrittenSettings {
  const texts: Partial<Record<SettingName, string>> = {};
  for (const name of ALL_SETTINGS) {
    const flag = flags[name];
    if (typeof flag === 'string') texts[name] = flag;
  }
  return gatherSettings(texts, io.env, readDotEnv(resolve(io.folder, '.env')));
}

export function readSettings(flags: Flags, io: Io): Settings {
  return parseSettings(readWrittenSettings(flags, io));
}

/** Settings and token, for a command that talks to the API. */
export function readSettingsAndToken(flags: Flags, io: Io): { settings: Settings; token: string } {
  const written = readWrittenSettings(flags, io);
  return { settings: parseSettings(written), token: readToken(written) };
}
