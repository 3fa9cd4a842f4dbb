import {
  type FileSettings,
  type LogSettings,
  type NightlySettings,
  type PublishSettings,
  type Settings,
  type SnapshotSettings,
  parseFileSettings,
  parseLogSettings,
  parseNightlySettings,
  parsePublishSettings,
  parseSettings,
  parseSnapshotSettings,
} from '../config/settings.ts';
import { readToken } from '../config/token.ts';
import { type Schedule, findScheduleWarning, parseSchedule } from '../schedule/cron.ts';
import type { Io } from './io.ts';
import { type Flags, readWrittenSettings } from './options.ts';

/** The settings of a scheduled run. */
export interface ReadSettings {
  readonly settings: Settings;
  readonly token: string;
  readonly nightly: NightlySettings;
  readonly schedule: Schedule;
  readonly snapshots: SnapshotSettings;
  readonly publish: PublishSettings;
  readonly log: LogSettings;
  readonly files: FileSettings;
  /** Settings that are valid but probably not meant. */
  readonly warnings: readonly string[];
}

/** Reads all settings at the start, so that an invalid one fails now and not at the next run. */
export function readNightlySettings(flags: Flags, io: Io): ReadSettings {
  const warnings: string[] = [];
  const written = readWrittenSettings(flags, io, (warning) => warnings.push(warning));
  const settings = parseSettings(written);
  const nightly = parseNightlySettings(written);
  const schedule = parseSchedule(nightly.schedule, nightly.timezone, nightly.scheduleFrom);
  const warning = flags.once === true ? null : findScheduleWarning(schedule, io.runtime.now());
  return {
    settings,
    nightly,
    schedule,
    warnings: warning === null ? warnings : [...warnings, warning],
    snapshots: parseSnapshotSettings(written, settings.database),
    publish: parsePublishSettings(written),
    log: parseLogSettings(written),
    files: parseFileSettings(written),
    token: readToken(written),
  };
}
