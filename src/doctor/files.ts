import { closing } from '../db/engine.ts';
import { existsSync, statSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ConnectionSettings } from '../api/http-agents.ts';
import { listSnapshots } from '../backup/list.ts';
import {
  type NightlySettings,
  type Settings,
  type SnapshotSettings,
  readsLinked,
} from '../config/settings.ts';
import { toDatabaseError } from '../db/errors.ts';
import { findLinkedState } from '../db/linked/passes.ts';
import { OLDEST_SQLITE } from '../db/migrate.ts';
import { listOutdatedExports } from '../db/exports.ts';
import { openMirrorReadOnly, readOrElse } from '../db/open-mirror.ts';
import { findMirrorState } from '../db/state.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { isThere } from '../export/places.ts';
import { MAKE_FOLDER_HINT, findFreeBytes } from '../lib/files.ts';
import { toZonedMinute } from '../lib/local-time.ts';
import { findScheduleWarning, parseSchedule } from '../schedule/cron.ts';
import { sendPing, sendWebhook } from '../schedule/notify.ts';
import { type Finding, bad, good, notChecked, warning } from './finding.ts';
import { renderPlural } from '../lib/layout.ts';
import { toPassWords } from '../sync/linked/report.ts';

/** The size of a full mirror; a migration and a snapshot each need the same space again. */
const WHOLE_MIRROR_BYTES = 1.2e9;
/** The space for a new mirror, its log and a copy before an upgrade. */
const ENOUGH_DISK_BYTES = 3e9;

export function examineDatabase(path: string, now: Date): Finding {
  if (!existsSync(path)) return good('database', 'none yet; the first sync makes it');
  try {
    return closing(openMirrorReadOnly(path), (mirror) => {
      const { cases, runs } = findMirrorState(mirror, 1, now);
      const last = runs[0];
      return good(
        'database',
        `${renderPlural(cases, 'case')}; last run: ${last === undefined ? 'none' : `${last.outcome}, begun ${last.started_at}`}; any SQLite since ${OLDEST_SQLITE} reads it`,
      );
    });
  } catch (thrown) {
    const error = toDatabaseError(thrown, path);
    if (error instanceof MirrorError && error.code === 'DATABASE_MISSING')
      return good('database', 'empty; the first sync fills it');
    if (error instanceof MirrorError && error.code === 'DATABASE_OLDER')
      return warning('database', error.message, 'The next sync brings it up to date.');
    return bad('database', error);
  }
}

/** Whether linked lists are read; null if there is no mirror that could say. */
export function examineLinked(path: string, settings: Settings): Finding | null {
  if (!readsLinked(settings)) return good('linked lists', 'not read, as the settings say');
  if (!existsSync(path)) return null;
  try {
    return closing(openMirrorReadOnly(path), (mirror) => {
      const { kinds, pass, documentList } = findLinkedState(mirror);
      const [lists, read] = (['lists', 'read'] as const).map((name) =>
        kinds.reduce((total, one) => total + one[name], 0),
      );
      const detail = `${read ?? 0} of ${renderPlural(lists ?? 0, 'list')} read; last pass: ${pass === null ? 'none' : toPassWords(pass.outcome, pass.error_code !== null)}${documentList === null ? '' : `; list of all documents: ${documentList.answer.replace('_', ' ')} (asked ${documentList.checked_at})`}`;
      return pass?.outcome === 'failed'
        ? warning(
            'linked lists',
            `${detail}: ${pass.error_message ?? ''}`,
            '`clearinghouse-mirror status` shows the pass.',
          )
        : good('linked lists', detail);
    });
  } catch {
    return null; // The finding about the database says it.
  }
}

export async function examineDisk(path: string): Promise<Finding> {
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK);
    if (existsSync(path)) await access(path, constants.W_OK);
    const free = findFreeBytes(folder);
    const detail = `${toGigabytes(free)} free in ${folder}`;
    if (free >= ENOUGH_DISK_BYTES) return good('disk', detail);
    return warning('disk', detail, 'A whole mirror needs about 3 GB of room, besides its snapshots.');
  } catch (cause) {
    if (!existsSync(folder))
      return bad(
        'disk',
        new MirrorError('DATABASE_UNWRITABLE', `${folder} does not exist.`, {
          cause,
          hint: MAKE_FOLDER_HINT,
        }),
      );
    const name = existsSync(path) ? path : folder;
    return bad('disk', new MirrorError('DATABASE_UNWRITABLE', `${name} may not be written to.`, { cause }));
  }
}

/** What was exported, copied or published before something was redacted. Null if there is none, or no mirror that can be read. */
export function examineExports(path: string): Finding | null {
  return readOrElse(
    path,
    (mirror) => {
      const places = listOutdatedExports(mirror).filter(isThere);
      if (places.length === 0) return null;
      return warning(
        'exports',
        `${renderPlural(places.length, 'export')} may have what was redacted since`,
        '`clearinghouse-mirror status` names each, with the command that replaces it.',
      );
    },
    null,
  );
}

/** Computes the space that the snapshots need after a year. */
export function examineSnapshots(
  database: string,
  { folder, daily, weekly, monthly }: SnapshotSettings,
): Finding {
  let taken: number;
  try {
    taken = listSnapshots(database, folder).length;
  } catch (error) {
    return bad('snapshots', error);
  }
  const size = Math.max(WHOLE_MIRROR_BYTES, statSync(database, { throwIfNoEntry: false })?.size ?? 0);
  const kept = daily + weekly + monthly;
  const left = Math.max(0, kept - taken);
  // One more than are kept: the new one is written before the oldest is removed.
  const needed = (left + 1) * size;
  const detail = `up to ${kept} are kept, ${toGigabytes(kept * size)} in the end; ${taken} there now`;
  const there = findExisting(folder);
  try {
    const free = findFreeBytes(there);
    if (free >= needed) return good('snapshots', detail);
    return warning(
      'snapshots',
      `${detail}; ${toGigabytes(free)} free in ${there}`,
      `${toGigabytes(needed)} more will be needed. Keep fewer (--keep-daily, --keep-weekly, --keep-monthly), set another folder (--snapshots), or take none (--no-nightly-snapshot).`,
    );
  } catch {
    return notChecked('snapshots', `${detail}; the room in ${there} is not known`);
  }
}

/** The folder itself, or its nearest existing parent. */
function findExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : findExisting(dirname(folder));
}

function toGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The times of the scheduled runs, if `nightly` keeps the schedule. */
export function examineSchedule(
  { schedule: cron, timezone, scheduleFrom }: NightlySettings,
  now: Date,
): Finding {
  try {
    const schedule = parseSchedule(cron, timezone, scheduleFrom);
    const rarity = findScheduleWarning(schedule, now);
    const next = schedule.findNext(now);
    const detail = `${JSON.stringify(schedule.cron)} in ${timezone}; next at ${next === null ? 'no time' : toZonedMinute(next, timezone)}`;
    return rarity === null
      ? good('schedule', detail)
      : warning('schedule', detail, `${rarity} Check --schedule.`);
  } catch (error) {
    return bad('schedule', error);
  }
}

const UNTRIED = 'To try it, run `clearinghouse-mirror doctor --test-notifications`.';

/** The addresses that are notified of each scheduled run. Sends a test only if the user asks for it. */
export async function* examineNotifications(
  { pingUrl, webhookUrl }: NightlySettings,
  isWanted: boolean,
  connection: ConnectionSettings,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const text =
    'A test message from clearinghouse-mirror: it sends the results of scheduled runs to this address.';
  const all = [
    ['ping', pingUrl, (url: URL) => sendPing(url, 'log', `${text}\n`, signal, connection)],
    ['webhook', webhookUrl, (url: URL) => sendWebhook(url, { text, event: 'test' }, signal, connection)],
  ] as const;
  for (const [check, url, send] of all) {
    if (url === null) continue;
    if (!isWanted) {
      yield notChecked(check, `set, to ${url.host}`, UNTRIED);
      continue;
    }
    try {
      yield good(check, await send(url));
    } catch (error) {
      signal.throwIfAborted();
      yield bad(check, error);
    }
  }
}
