import type { Surroundings } from '../clearinghouse/client.ts';
import { createAgents } from '../http-agents.ts';
import { findRightsOfOthers } from '../dot-env.ts';
import {
  type NightlySettings,
  type Settings,
  parseNightlySettings,
  parseSettings,
  parseSnapshotSettings,
} from '../settings.ts';
import { listSnapshots } from '../snapshots/list-snapshots.ts';
import type { SettingName, WrittenSettings } from '../written-settings.ts';
import { examineApi } from './examine-api.ts';
import { examineDatabase, examineDisk, examineSnapshots } from './examine-files.ts';
import { examineNotifications, examineSchedule } from './examine-nights.ts';
import { bad, good, warning, type Finding } from './finding.ts';

/** What is looked at. */
export interface Patient {
  readonly written: WrittenSettings;
  /** The file .env, whether it is there or not. */
  readonly envPath: string;
  /** What is to be said of names that are no setting. */
  readonly warnings: readonly string[];
  readonly testsNotifications: boolean;
}

/** Looks at everything that a sync and the nights need, each by itself, and says what to do where something is missing. */
export async function* examine(
  { written, envPath, warnings, testsNotifications }: Patient,
  surroundings: Surroundings,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  for (const one of warnings) yield warning('settings', one, null);
  let settings: Settings;
  let nightly: NightlySettings;
  try {
    settings = parseSettings(written);
    nightly = parseNightlySettings(written);
    parseSnapshotSettings(written, settings.database);
  } catch (error) {
    yield bad('settings', error);
    return;
  }
  const { database, apiUrl } = settings;
  yield good('settings', `API ${apiUrl.href}, database ${database}`);
  yield* examineEnvFile(envPath, written);
  const agents = createAgents(settings);
  const proxy = agents.proxyOf(apiUrl);
  if (proxy !== null) {
    const variable = apiUrl.protocol === 'https:' ? 'httpsProxy' : 'httpProxy';
    yield good('proxy', `the API is asked through ${proxy} (${written[variable]?.from ?? ''})`);
  }
  yield* examineApi(settings, written, surroundings, signal);
  yield examineDatabase(database, surroundings.now());
  yield await examineDisk(database);
  if (nightly.nightlySnapshot) {
    const snapshots = parseSnapshotSettings(written, database);
    const taken = listSnapshots(database, snapshots.folder).length;
    yield examineSnapshots(database, { settings: snapshots, taken });
  }
  yield examineSchedule(nightly, surroundings.now());
  yield* examineNotifications(nightly, testsNotifications, agents, signal);
}

const SECRETS: readonly SettingName[] = ['token', 'pingUrl', 'webhookUrl'];

function* examineEnvFile(path: string, written: WrittenSettings): Generator<Finding> {
  const holdsSecret = SECRETS.some((name) => written[name]?.place === '.env');
  const rights = findRightsOfOthers(path);
  if (holdsSecret && rights !== null)
    yield warning('.env', `${path} holds a secret, and others may ${rights} it`, `chmod 600 ${path}`);
}
