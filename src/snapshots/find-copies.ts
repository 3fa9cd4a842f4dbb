import { existsSync, lstatSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { toRealPath } from '../files/real-path.ts';
import { readSqliteHeader } from '../files/regular-file.ts';
import { findMirrorId } from '../mirror/find-identity.ts';
import { toLatestNames } from './latest-snapshot.ts';
import { listSnapshots } from './list-snapshots.ts';
import { isPartialName } from './partial-file.ts';
import { LOG_ENDINGS } from './set-aside.ts';
import { listNames } from './snapshot-folder.ts';
import { readIdentity, toSource } from './snapshot-note.ts';

/** A file that holds, or may hold, what a mirror holds or held. */
export interface FoundCopy {
  readonly path: string;
  /** Whether it is of this mirror and nobody's mirror itself, so that it may be changed here. */
  readonly isOwn: boolean;
  /** Why nobody can look into it; null where it may be tried. */
  readonly closed: 'unreadable' | 'unfinished' | null;
}

/**
 * The copies of a mirror that can be found: in the folder of the snapshots and beside the mirror, whatever their names are
 * now. What was carried elsewhere nobody knows. Fails with SNAPSHOTS_UNUSABLE.
 */
export function listCopies(path: string, folder: string): FoundCopy[] {
  const database = toRealPath(path);
  const found = new Map<string, FoundCopy>();
  const add = (copy: FoundCopy): void => {
    const key = toRealPath(copy.path);
    if (key !== database && !found.has(key)) found.set(key, copy);
  };
  for (const { path: one, owner } of listSnapshots(path, folder))
    add({ path: one, isOwn: owner !== 'other', closed: null });
  const mirrorId = findMirrorId(database);
  for (const place of new Set([folder, dirname(database), dirname(resolve(path))])) {
    const names = listNames(place);
    for (const name of names) {
      const kind = judgeName(name, names, basename(database));
      const copy = join(place, name);
      if (lstatSync(copy, { throwIfNoEntry: false })?.isFile() !== true) continue;
      if (kind === 'own') add({ path: copy, isOwn: true, closed: null });
      else if (kind === 'unreadable' || kind === 'unfinished') add({ path: copy, isOwn: true, closed: kind });
      else if (kind === 'other') for (const one of judgeContent(copy, database, mirrorId)) add(one);
    }
  }
  return [...found.values()];
}

/** What this program has laid beside the mirror is known by its name. */
function judgeName(
  name: string,
  names: readonly string[],
  base: string,
): 'own' | 'unreadable' | 'unfinished' | 'other' | 'no copy' {
  if (isPartialName(name)) return 'unfinished'; // of one that is being taken: the dead ones are removed before
  const ending = LOG_ENDINGS.find((one) => name.endsWith(one));
  const isAside = name.startsWith(`${base}.before-upgrade`) || name.startsWith(`${base}.replaced-`);
  if (ending !== undefined)
    return isAside && ending !== '-shm' && !names.includes(name.slice(0, -ending.length))
      ? 'unreadable' // a log that was set aside without its file
      : 'no copy';
  return isAside ? 'own' : 'other';
}

/** A snapshot by another name, or another file with the id of this mirror. */
function judgeContent(path: string, database: string, mirrorId: string | null): FoundCopy[] {
  if (!isDatabase(path)) return [];
  const identity = readIdentity(path);
  const source = toSource(database, dirname(path));
  const isLatest = toLatestNames(database).includes(basename(path));
  const { note = null } = identity ?? {};
  if (note?.source === source && (isLatest || mirrorId === null))
    return [{ path, isOwn: true, closed: null }];
  if (mirrorId === null || identity?.mirrorId !== mirrorId) return [];
  // One that was moved with nothing at the place that it names; what has no note may be a mirror that somebody uses.
  const named = note === null ? null : resolve(dirname(path), note.source);
  const isOwn = named !== null && (note?.source === source || !existsSync(named));
  return [{ path, isOwn, closed: null }];
}

function isDatabase(path: string): boolean {
  try {
    return readSqliteHeader(path) !== null;
  } catch {
    return false; // a file of somebody else's, which this user may not read
  }
}
