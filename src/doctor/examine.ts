import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Surroundings } from '../clearinghouse/client.ts';
import { createClientFor } from '../client-for-settings.ts';
import { MirrorError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { createAgents } from '../http-agents.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { findMirrorState } from '../mirror/find-mirror-state.ts';
import { OLDEST_SQLITE } from '../mirror/migrations.ts';
import { openMirrorReadOnly } from '../mirror/open-mirror.ts';
import { parseSettings, readToken, type Settings } from '../settings.ts';
import type { WrittenSettings } from '../written-settings.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly check: 'settings' | 'proxy' | 'token' | 'address' | 'clock' | 'database' | 'disk';
  readonly verdict: 'good' | 'warning' | 'bad' | 'not checked';
  readonly detail: string;
  /** What to do; null when there is nothing to do. */
  readonly hint: string | null;
  readonly exit: ExitName;
}

/** A whole mirror takes about 1.2 GB, and a migration or a snapshot as much again. */
const ENOUGH_DISK_BYTES = 3e9;
/** Retry-After dates and the times in the ledger are read against this machine's clock. */
const MOST_CLOCK_SKEW_MS = 5 * 60_000;

/** Looks at everything that a sync needs, each by itself, and says what to do where something is missing. */
export async function* examine(
  written: WrittenSettings,
  surroundings: Surroundings,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  let settings: Settings;
  try {
    settings = parseSettings(written);
  } catch (error) {
    yield toBad('settings', error);
    return;
  }
  yield good('settings', `API ${settings.apiUrl.href}, database ${resolve(settings.database)}`);
  const proxy = createAgents(settings).proxyOf(settings.apiUrl);
  if (proxy !== null) {
    const variable = settings.apiUrl.protocol === 'https:' ? 'httpsProxy' : 'httpProxy';
    yield good('proxy', `the API is asked through ${proxy} (${written[variable]?.from ?? ''})`);
  }
  yield* examineApi(settings, written, surroundings, signal);
  yield examineDatabase(settings.database);
  yield await examineDisk(settings.database);
}

async function* examineApi(
  settings: Settings,
  written: WrittenSettings,
  surroundings: Surroundings,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  let token: string;
  try {
    token = readToken(written);
  } catch (error) {
    yield toBad('token', error);
    yield { check: 'address', verdict: 'not checked', detail: 'needs a token', hint: null, exit: 'complete' };
    return;
  }
  const client = createClientFor({ ...settings, attempts: 1 }, token, surroundings);
  try {
    const answer = await client.fetchAnswer(new URL('test', settings.apiUrl), signal);
    if (answer.kind !== 'message')
      throw new MirrorError('CONTRACT_BROKEN', `${settings.apiUrl.href}test did not answer as documented.`);
    yield good('token', `accepted: ${answer.words}`);
    yield good('address', `${settings.apiUrl.origin} answers`);
  } catch (error) {
    const isToken = error instanceof MirrorError && error.code === 'UNAUTHORISED';
    if (!isToken)
      yield {
        check: 'token',
        verdict: 'not checked',
        detail: 'given; the API could not be asked',
        hint: null,
        exit: 'complete',
      };
    yield toBad(isToken ? 'token' : 'address', error);
  }
  const clock = client.serverClock();
  if (clock !== undefined) yield examineClock(clock.server, clock.here);
}

function examineClock(server: Date, here: Date): Finding {
  const skewSeconds = Math.round((here.getTime() - server.getTime()) / 1000);
  if (Math.abs(skewSeconds) * 1000 <= MOST_CLOCK_SKEW_MS)
    return good('clock', `${Math.abs(skewSeconds)} s apart from the server's`);
  return {
    check: 'clock',
    verdict: 'warning',
    detail: `${Math.abs(skewSeconds)} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} the server's`,
    hint: "Set this machine's clock (NTP): the record of runs and the server's waiting times depend on it.",
    exit: 'complete',
  };
}

function examineDatabase(path: string): Finding {
  if (!existsSync(path)) return good('database', 'none yet; the first sync makes it');
  try {
    const mirror = openMirrorReadOnly(path);
    try {
      const { cases, runs } = findMirrorState(mirror, 1);
      const last = runs[0];
      return good(
        'database',
        `${cases} cases; last run: ${last === undefined ? 'none' : `${last.outcome}, begun ${last.started_at}`}; any SQLite since ${OLDEST_SQLITE} reads it`,
      );
    } finally {
      mirror.close();
    }
  } catch (error) {
    return toBad('database', toDatabaseError(error, path));
  }
}

async function examineDisk(path: string): Promise<Finding> {
  const folder = dirname(resolve(path));
  try {
    await access(folder, constants.W_OK);
    if (existsSync(path)) await access(path, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const detail = `${(free / 1e9).toFixed(1)} GB free in ${folder}`;
    if (free >= ENOUGH_DISK_BYTES) return good('disk', detail);
    return {
      check: 'disk',
      verdict: 'warning',
      detail,
      hint: 'A whole mirror needs about 3 GB of room.',
      exit: 'complete',
    };
  } catch (cause) {
    const name = existsSync(folder) ? path : folder;
    return toBad('disk', new MirrorError('DATABASE_UNWRITABLE', `${name} cannot be written.`, { cause }));
  }
}

function good(check: Finding['check'], detail: string): Finding {
  return { check, verdict: 'good', detail, hint: null, exit: 'complete' };
}

function toBad(check: Finding['check'], error: unknown): Finding {
  if (!(error instanceof MirrorError)) throw error;
  return { check, verdict: 'bad', detail: error.message, hint: error.hint, exit: error.exit };
}
