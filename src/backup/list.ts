import { rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { toRealPath } from '../lib/files.ts';
import { findMirrorId } from '../db/state.ts';
import { type RemovalFacts, type Retention, chooseRemoved } from './retention.ts';
import {
  type FileIdentity,
  type SnapshotNote,
  listNames,
  parseSnapshotName,
  readIdentity,
  toSource,
} from './snapshot-files.ts';

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

/**
 * The snapshots of a database in a folder, the newest first. Files with other names are nobody's business. Fails with
 * SNAPSHOTS_UNUSABLE.
 */
export function listSnapshots(database: string, folder: string): Snapshot[] {
  const names = listNames(folder);
  if (names.length === 0) return [];
  const mirrorId = findMirrorId(toRealPath(database));
  return names
    .flatMap((name) => {
      const named = parseSnapshotName(database, name);
      return named === undefined ? [] : readSnapshot(join(folder, name), named, { database, mirrorId });
    })
    .toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
}

interface ThisMirror {
  readonly database: string;
  /** Null where it is not known. */
  readonly mirrorId: string | null;
}

function readSnapshot(path: string, named: Date, mirror: ThisMirror): Snapshot[] {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) return []; // removed meanwhile, or a link to nothing
  const identity = readIdentity(path);
  const note = identity?.note ?? null;
  return [
    {
      path,
      takenAt: note?.takenAt ?? named,
      bytes,
      owner: identity === null ? 'unknown' : toOwner(path, identity, mirror),
      note,
    },
  ];
}

/**
 * Two copies of one mirror share an id: of this one is only what was taken at its place. Where the mirror has no id that
 * can be read, nothing at its place is known to be of it, or of another.
 */
function toOwner(path: string, { mirrorId, note }: FileIdentity, mirror: ThisMirror): SnapshotOwner {
  const folder = dirname(path);
  const source = toSource(toRealPath(mirror.database), folder);
  // A copy without a note, made by other means, is of this mirror where it lies in the folder beside it.
  const isOfPlace =
    note === null ? source === join('..', basename(toRealPath(mirror.database))) : note.source === source;
  if (mirror.mirrorId === null) return note !== null && !isOfPlace ? 'other' : 'unknown';
  const isSameId = mirrorId === mirror.mirrorId;
  if (note === null) return isSameId && isOfPlace ? 'this' : 'unknown';
  return isSameId && isOfPlace ? 'this' : 'other';
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
