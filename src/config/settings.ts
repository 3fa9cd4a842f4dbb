import { dirname, join } from 'node:path';
import { MirrorError } from '../errors/mirror-error.ts';
import type { WrittenSettings } from './sources.ts';
import {
  type Parsed,
  type SettingSpec,
  SETTINGS_OF_LOG,
  SETTINGS_OF_NIGHTLY,
  SETTINGS_OF_SNAPSHOTS,
  SETTINGS_OF_SYNC,
} from './specs.ts';

/** Checked settings. The token is read apart, by `readToken`, where it is needed. */
export type Settings = Parsed<typeof SETTINGS_OF_SYNC>;

/** Checks the settings. Fails with SETTING_INVALID or ADDRESS_INSECURE at the first that cannot be used. */
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

/** The settings of `nightly`; `parseSchedule` checks `schedule` and `timezone`. */
export interface NightlySettings extends Parsed<typeof SETTINGS_OF_NIGHTLY> {
  /** Where these two were set, for messages. */
  readonly scheduleFrom: { readonly schedule: string; readonly timezone: string };
}

/** Checks the settings of a schedule. Fails with SETTING_INVALID at the first that cannot be used. */
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

/** Checks the settings of the log. Fails with SETTING_INVALID at the first that cannot be used. */
export function parseLogSettings(written: WrittenSettings): LogSettings {
  return parseAll(SETTINGS_OF_LOG, written);
}

/** Where snapshots are, and which of them are kept. */
export interface SnapshotSettings {
  /** An absolute path. */
  readonly folder: string;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

/** Checks the settings of the snapshots of a database. Fails with SETTING_INVALID at the first that cannot be used. */
export function parseSnapshotSettings(written: WrittenSettings, database: string): SnapshotSettings {
  const { snapshots, keepDaily, keepWeekly, keepMonthly } = parseAll(SETTINGS_OF_SNAPSHOTS, written);
  return Object.freeze({
    folder: snapshots ?? join(dirname(database), 'snapshots'),
    daily: keepDaily,
    weekly: keepWeekly,
    monthly: keepMonthly,
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
