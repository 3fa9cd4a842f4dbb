import { chmodSync, existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MirrorError } from '../errors.ts';
import { createTempFile, moveIntoPlace } from '../files/replace-file.ts';
import { toRealPath } from '../files/real-path.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { openSqlite } from '../mirror/sqlite-engine.ts';
import { openMirror, toBackupPath } from '../mirror/open-mirror.ts';
import { takeWriterLock } from '../mirror/writer-lock.ts';
import {
  checkCopy,
  compareContent,
  countContent,
  finishCopy,
  refuseForeign,
  type ContentCount,
} from './check-copy.ts';
import { copyDatabase, holdMoment } from './copy-database.ts';
import { LOG_ENDINGS, setAside } from './set-aside.ts';
import { writeNote } from './snapshot-note.ts';

export interface Restoration extends ContentCount {
  /** The file that was replaced, behind all links. */
  readonly database: string;
  /** Where the mirror that was there before is now; null when there was none. */
  readonly replaced: string | null;
  /** Cases whose content was removed from the mirror on request, and which the snapshot brought back. */
  readonly redactedCases: readonly number[];
}

/**
 * Puts a snapshot in the place of a mirror. The snapshot is copied, with what stands in its log, and proved first; then
 * the one file takes the place of the other in one step, and the mirror that was there is kept beside it. Fails with
 * LOCKED while a process writes, with DATABASE_BUSY while one reads, or with another DATABASE_... error, and then leaves
 * all as it was.
 */
export async function restoreSnapshot(
  snapshot: string,
  path: string,
  at: Date,
  signal: AbortSignal,
): Promise<Restoration> {
  refuseForeign(snapshot); // before anything is touched
  const database = toRealPath(path);
  if (toRealPath(snapshot) === database)
    throw new MirrorError('USAGE', `${snapshot} is the mirror itself.`, {
      hint: 'Choose a snapshot: `snapshot --list`.',
    });
  const lock = takeWriterLock(database);
  let fresh: string | undefined;
  try {
    removeLeftovers(database);
    fresh = createTempFile(`${database}.restoring`);
    const content = await copySnapshot(snapshot, fresh, signal);
    openMirror(fresh).close(); // an older schema is brought up to date
    finishMirror(fresh);
    compareContent(content, checkCopy(fresh), fresh);
    const redactedCases = listRedactedBack(database, fresh);
    // Whoever could read the mirror can still read it.
    chmodSync(fresh, (statSync(database, { throwIfNoEntry: false }) ?? statSync(snapshot)).mode & 0o777);
    const replaced = setAside(database, at);
    moveIntoPlace(fresh, database);
    return { ...content, database, replaced, redactedCases };
  } catch (thrown) {
    signal.throwIfAborted();
    throw toDatabaseError(thrown, database);
  } finally {
    if (fresh !== undefined) removeWithLogs(fresh);
    lock.release();
  }
}

/** Copies one moment of a file that others may use, and counts what that moment holds. */
async function copySnapshot(snapshot: string, fresh: string, signal: AbortSignal): Promise<ContentCount> {
  const source = openSqlite(snapshot, { readonly: true, timeout: 5000 });
  try {
    const content = await holdMoment(source, async () => {
      const said = countContent(source);
      await copyDatabase(source, fresh, signal);
      return said;
    });
    finishCopy(fresh, { note: null, hasRemnants: false });
    compareContent(content, checkCopy(fresh), fresh);
    return content;
  } catch (thrown) {
    throw toDatabaseError(thrown, snapshot);
  } finally {
    source.close();
  }
}

/** A file that has just been brought up to date may say that it is a snapshot; a mirror is none. It stands without a log. */
function finishMirror(fresh: string): void {
  const sqlite = openSqlite(fresh);
  try {
    writeNote(sqlite, null);
    sqlite.pragma('journal_mode = DELETE');
  } finally {
    sqlite.close();
  }
}

/**
 * Removes what an earlier restore left when it died. Only the holder of the writer's lock restores, so nobody uses it;
 * and a log that was left would be worked into the next file of its name.
 */
function removeLeftovers(database: string): void {
  const folder = dirname(database);
  const start = `.${basename(database)}.restoring.`;
  const ours = readdirSync(folder).filter(
    (name) =>
      name.startsWith(start) && /^[0-9a-f]{16}\.tmp$/.test(name.slice(start.length, start.length + 20)),
  );
  const temps = new Set(ours.map((name) => name.slice(0, start.length + 20)));
  for (const temp of temps) removeWithLogs(join(folder, temp));
  removeWithLogs(`${database}.restoring`); // the name that earlier versions used
  // A second name of the mirror itself: the restore died before the other file took the first one.
  const mirror = statSync(database, { throwIfNoEntry: false });
  for (const name of readdirSync(folder).filter((one) => one.startsWith(`${basename(database)}.replaced-`))) {
    const found = lstatSync(join(folder, name));
    if (found.ino === mirror?.ino && found.dev === mirror.dev) rmSync(join(folder, name));
  }
}

function removeWithLogs(path: string): void {
  for (const left of [path, ...LOG_ENDINGS.map((ending) => `${path}${ending}`), toBackupPath(path)]) {
    if (lstatSync(left, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(left, { force: true });
  }
}

/** Which cases are redacted in the mirror and not in the file that takes its place. A damaged mirror cannot say. */
function listRedactedBack(database: string, fresh: string): number[] {
  if (!existsSync(database)) return [];
  const present = listRedacted(database);
  const restored = listRedacted(fresh);
  return [...present].filter((id) => !restored.has(id)).sort((a, b) => a - b);
}

function listRedacted(path: string): Set<number> {
  try {
    const sqlite = openSqlite(path, { readonly: true, timeout: 1000 });
    try {
      return new Set(
        sqlite
          .prepare<[], number>(
            `SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL AND mirror_payload = '{"id":' || id || '}'`,
          )
          .pluck()
          .all(),
      );
    } finally {
      sqlite.close();
    }
  } catch {
    return new Set(); // not readable: a reason to restore, not a reason not to
  }
}
