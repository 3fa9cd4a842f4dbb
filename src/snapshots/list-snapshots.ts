import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toRealPath } from '../files/real-path.ts';
import { findMirrorId } from '../mirror/find-identity.ts';
import { readOrElse } from '../mirror/read-or-else.ts';
import type { Retention } from './choose-kept.ts';
import { chooseRemoved, type RemovalFacts } from './choose-removed.ts';
import { parseSnapshotName } from './snapshot-name.ts';
import { readIdentity, toSource, type SnapshotNote } from './snapshot-note.ts';

/** Of which mirror a snapshot is: this one, another one, or one that the file does not name. */
export type SnapshotOwner = 'this' | 'other' | 'unknown';

export interface Snapshot {
  readonly path: string;
  readonly takenAt: Date;
  readonly bytes: number;
  readonly owner: SnapshotOwner;
  /** Null in a copy that does not say what it is. */
  readonly note: SnapshotNote | null;
}

/** The snapshots of a database in a folder, the newest first. Files with other names are nobody's business. */
export function listSnapshots(database: string, folder: string): Snapshot[] {
  if (!existsSync(folder)) return [];
  const mirrorId = findOwnId(toRealPath(database));
  return readdirSync(folder)
    .flatMap((name) => {
      const named = parseSnapshotName(database, name);
      return named === undefined ? [] : readSnapshot(join(folder, name), named, { database, mirrorId });
    })
    .toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
}

/** Null where there is no mirror, or none that can be read: then nothing is known to be of it. */
function findOwnId(database: string): string | null {
  return readOrElse(database, findMirrorId, null);
}

interface ThisMirror {
  readonly database: string;
  readonly mirrorId: string | null;
}

function readSnapshot(path: string, named: Date, mirror: ThisMirror): Snapshot[] {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) return []; // removed meanwhile, or a link to nothing
  const identity = readIdentity(path);
  const note = identity?.note ?? null;
  const isSameId = mirror.mirrorId !== null && identity?.mirrorId === mirror.mirrorId;
  return [
    {
      path,
      takenAt: note?.takenAt ?? named,
      bytes,
      owner: note === null && !isSameId ? 'unknown' : toOwner(path, isSameId, note, mirror.database),
      note,
    },
  ];
}

/** Two copies of one mirror share an id: of this one is only what was taken at its place. */
function toOwner(
  path: string,
  isSameId: boolean,
  note: SnapshotNote | null,
  database: string,
): SnapshotOwner {
  const folder = dirname(path);
  const real = toRealPath(database);
  if (note !== null) return isSameId && note.source === toSource(real, folder) ? 'this' : 'other';
  // A copy without a note, made by other means, is of this mirror where it lies in the folder beside it.
  return toSource(real, folder) === join('..', real.slice(dirname(real).length + 1)) ? 'this' : 'unknown';
}

export interface RemovalRequest {
  readonly retention: Retention;
  readonly now: Date;
  /** Whether copies that do not say who took them count too: only where a person asks for it. */
  readonly unmarked: boolean;
  readonly justTaken?: Snapshot;
}

/** Which snapshots of a folder are not to be kept. */
export function listRemovable(
  all: readonly Snapshot[],
  { retention, now, unmarked, justTaken }: RemovalRequest,
): Snapshot[] {
  const facts = all.map(toFacts);
  const taken = facts.find(({ snapshot }) => snapshot.path === justTaken?.path);
  return chooseRemoved(facts, retention, now, {
    unmarked,
    ...(taken !== undefined && { justTaken: taken }),
  }).map(({ snapshot }) => snapshot);
}

function toFacts(snapshot: Snapshot): RemovalFacts & { readonly snapshot: Snapshot } {
  const { takenAt, owner, note } = snapshot;
  return {
    snapshot,
    takenAt,
    isOwn: owner === 'this',
    takenBy: note?.takenBy ?? 'unknown',
    isComplete: note?.isComplete ?? true, // not known, so it must not give way to one that is not
  };
}

/** Deletes the snapshots that are not to be kept, and returns them. */
export function removeOldSnapshots(database: string, folder: string, request: RemovalRequest): Snapshot[] {
  const old = listRemovable(listSnapshots(database, folder), request);
  for (const { path } of old) rmSync(path);
  return old;
}
