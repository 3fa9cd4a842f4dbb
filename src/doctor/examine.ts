import type { Runtime } from '../api/pacing.ts';
import { chooseProxy, describeProxy } from '../api/http-agents.ts';
import { findRightsOfOthers } from '../config/env-file.ts';
import {
  type NightlySettings,
  type Settings,
  type SnapshotSettings,
  parseNightlySettings,
  parseSettings,
  parseFileSettings,
  parseSnapshotSettings,
  type SettingName,
  type WrittenSettings,
} from '../config/settings.ts';
import { isZoneOfTz } from '../lib/local-time.ts';
import { suggestZone } from '../schedule/cron.ts';
import {
  examineDatabase,
  examineDisk,
  examineExports,
  examineLinked,
  examineNotifications,
  examineSchedule,
  examineSnapshots,
} from './files.ts';
import { bad, good, warning, type Finding, notChecked } from './finding.ts';
import { findApiWarning } from '../api/urls.ts';
import { readToken } from '../config/token.ts';
import { createClientFor } from '../sync/run-sync.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { findPausedUntil } from '../db/run-log.ts';

/** What to check. */
interface Patient {
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
    parseFileSettings(written);
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
  const exports = examineExports(database);
  if (exports !== null) yield exports;
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

/** Retry-After dates and the times in the run log are compared with this machine's clock. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

/** Sends one request to the API, to `test` (A1). What cannot be requested is not checked, and never counts as good. */
export async function* examineApi(
  settings: Settings,
  written: WrittenSettings,
  runtime: Runtime,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { apiUrl } = settings;
  let token: string;
  try {
    token = readToken(written);
  } catch (error) {
    yield bad('token', error);
    yield notChecked('address', `${apiUrl.host} was not asked: that needs a token`);
    return;
  }
  const until = findPausedUntil(settings.database, apiUrl.href, runtime.now());
  if (until !== null) {
    const why = `the server asked for no request until ${until.toISOString()}`;
    yield notChecked('token', `not checked: ${why}`, 'Look again after that pause.');
    yield notChecked('address', `${apiUrl.host} was not asked: ${why}`);
    return;
  }
  const client = createClientFor({ ...settings, maxAttempts: 1 }, token, runtime);
  try {
    const response = await client.fetchResponse(new URL('test', apiUrl), signal);
    if (response.kind !== 'message')
      throw new MirrorError('RESPONSE_UNEXPECTED', `${apiUrl.href}test did not respond as documented.`);
    yield good('token', `accepted: ${response.words}`);
    yield examineAddress(apiUrl);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MirrorError && error.code === 'UNAUTHORIZED') {
      yield bad('token', error);
      yield examineAddress(apiUrl);
    } else {
      yield notChecked('token', `set, but ${apiUrl.host} could not be reached`);
      yield bad('address', error, toDetail(error, apiUrl));
    }
  } finally {
    client.close();
  }
  const clock = client.serverClock();
  yield clock === undefined
    ? notChecked('clock', 'no response to compare it with')
    : examineClock(clock.server, clock.here);
}

function examineAddress(apiUrl: URL): Finding {
  const hint = findApiWarning(apiUrl);
  const detail = `${apiUrl.origin} responds`;
  return hint === null ? good('address', detail) : warning('address', detail, hint);
}

/** Names the host first. */
function toDetail(error: unknown, apiUrl: URL): string | undefined {
  if (!(error instanceof MirrorError)) return undefined;
  const said = error.message.replace(/ \(\d+ attempts?\)$/, '');
  if (error.code === 'HOST_UNREACHABLE') return said;
  const reason = /: ([^:]+ \(E[A-Z_]+\))$/.exec(said)?.[1];
  return `${apiUrl.host}${reason === undefined ? '' : ' cannot be reached'}: ${reason ?? said}`;
}

function examineClock(server: Date, here: Date): Finding {
  const skewSeconds = Math.round((here.getTime() - server.getTime()) / 1000);
  if (Math.abs(skewSeconds) * 1000 <= MAX_CLOCK_SKEW_MS)
    return good('clock', `${Math.abs(skewSeconds)} s apart from the server's`);
  return warning(
    'clock',
    `${Math.abs(skewSeconds)} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} the server's`,
    "Set this machine's clock (NTP): the record of runs and the server's waiting times depend on it.",
  );
}
