import type { Runtime } from '../api/client.ts';
import { chooseProxy, describeProxy } from '../api/http-agents.ts';
import { findRightsOfOthers } from '../config/env-file.ts';
import {
  type NightlySettings,
  type Settings,
  type SnapshotSettings,
  parseNightlySettings,
  parseSettings,
  parseSnapshotSettings,
} from '../config/settings.ts';
import { isZoneOfTz } from '../lib/local-time.ts';
import { suggestZone } from '../schedule/cron.ts';
import type { SettingName, WrittenSettings } from '../config/sources.ts';
import { examineApi } from './api.ts';
import {
  examineDatabase,
  examineDisk,
  examineLinked,
  examineNotifications,
  examineSchedule,
  examineSnapshots,
} from './files.ts';
import { bad, good, warning, type Finding } from './finding.ts';

/** What to check. */
export interface Patient {
  readonly written: WrittenSettings;
  /** The file .env, whether it exists or not. */
  readonly envPath: string;
  /** Warnings about names that are not settings. */
  readonly warnings: readonly string[];
  readonly testsNotifications: boolean;
  /** The value of the variable TZ. */
  readonly tz: string | undefined;
}

/**
 * Checks everything that a sync and the scheduled runs need, each independent of the others, and suggests a fix for
 * each problem.
 */
export async function* examine(
  { written, envPath, warnings, testsNotifications, tz }: Patient,
  runtime: Runtime,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  for (const one of warnings) yield warning('settings', one, null);
  if (tz !== undefined && !isZoneOfTz(tz))
    yield warning(
      'settings',
      `TZ ${JSON.stringify(tz)} is not a time zone, so times are in UTC`,
      suggestZone(tz),
    );
  let settings: Settings;
  let nightly: NightlySettings;
  let snapshots: SnapshotSettings;
  try {
    settings = parseSettings(written);
    nightly = parseNightlySettings(written);
    snapshots = parseSnapshotSettings(written, settings.database);
  } catch (error) {
    yield bad('settings', error);
    return;
  }
  const { database, apiUrl } = settings;
  yield good('settings', `API ${apiUrl.href}, database ${database}`);
  yield* examineEnvFile(envPath, written);
  const proxy = chooseProxy(apiUrl, settings);
  if (proxy !== null) {
    const variable = apiUrl.protocol === 'https:' ? 'httpsProxy' : 'httpProxy';
    yield good(
      'proxy',
      `the API is asked through ${describeProxy(proxy)} (${written[variable]?.from ?? ''})`,
    );
  }
  yield* examineApi(settings, written, runtime, signal);
  yield examineDatabase(database, runtime.now());
  const linked = examineLinked(database, settings);
  if (linked !== null) yield linked;
  yield await examineDisk(database);
  if (nightly.nightlySnapshot) yield examineSnapshots(database, snapshots);
  yield examineSchedule(nightly, runtime.now());
  yield* examineNotifications(nightly, testsNotifications, settings, signal);
}

const SECRETS: readonly SettingName[] = ['token', 'pingUrl', 'webhookUrl'];

function* examineEnvFile(path: string, written: WrittenSettings): Generator<Finding> {
  const holdsSecret = SECRETS.some((name) => written[name]?.place === '.env');
  const rights = findRightsOfOthers(path);
  if (holdsSecret && rights !== null)
    yield warning('.env', `${path} holds a secret, and others may ${rights} it`, `chmod 600 ${path}`);
}
