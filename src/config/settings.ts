import { dirname, join } from 'node:path';
import { MirrorError } from '../errors/mirror-error.ts';
import type { WrittenSettings } from './sources.ts';
import type { Parsed, SettingSpec } from './setting-spec.ts';
import { SETTINGS_OF_LOG, SETTINGS_OF_NIGHTLY, SETTINGS_OF_SNAPSHOTS, SETTINGS_OF_SYNC } from './specs.ts';

/** Validated settings, without the token, which `readToken` reads only when it is needed. */
export type Settings = Parsed<typeof SETTINGS_OF_SYNC>;

/** Validates the settings. Throws SETTING_INVALID or ADDRESS_INSECURE for the first invalid one. */
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

/** Whether these settings read any linked lists. */
export const readsLinked = ({ linked, linkedBudget: { requests, minutes } }: Settings): boolean =>
  linked && requests !== 0 && minutes !== 0;

/** The settings of `nightly`; `parseSchedule` checks `schedule` and `timezone`. */
export interface NightlySettings extends Parsed<typeof SETTINGS_OF_NIGHTLY> {
  /** Where these two were set, for messages. */
  readonly scheduleFrom: { readonly schedule: string; readonly timezone: string };
}

/** Validates the settings of a schedule. Throws SETTING_INVALID for the first invalid one. */
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

/** Validates the settings of the log. Throws SETTING_INVALID for the first invalid one. */
export function parseLogSettings(written: WrittenSettings): LogSettings {
  return parseAll(SETTINGS_OF_LOG, written);
}

/** The folder and the retention of snapshots. */
export interface SnapshotSettings {
  /** An absolute path. */
  readonly folder: string;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  /** Whether snapshots include the texts of documents. */
  readonly texts: boolean;
}

/** Validates the settings of the snapshots of a database. Throws SETTING_INVALID for the first invalid one. */
export function parseSnapshotSettings(written: WrittenSettings, database: string): SnapshotSettings {
  const { snapshots, keepDaily, keepWeekly, keepMonthly, snapshotTexts } = parseAll(
    SETTINGS_OF_SNAPSHOTS,
    written,
  );
  return Object.freeze({
    folder: snapshots ?? join(dirname(database), 'snapshots'),
    daily: keepDaily,
    weekly: keepWeekly,
    monthly: keepMonthly,
    texts: snapshotTexts,
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
