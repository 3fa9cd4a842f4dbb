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

/** Which mirror a snapshot belongs to: this one, another one, or unknown. */
export type SnapshotOwner = 'this' | 'other' | 'unknown';

export interface Snapshot {
  readonly path: string;
  readonly takenAt: Date;
  readonly bytes: number;
  readonly owner: SnapshotOwner;
  /** Null in a copy without this record. */
  readonly note: SnapshotNote | null;
}

/**
 * Lists the snapshots of a database in a folder, newest first. Ignores files with other names. Throws
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
  /** Null if unknown. */
  readonly mirrorId: string | null;
}

function readSnapshot(path: string, named: Date, mirror: ThisMirror): Snapshot[] {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) return []; // Removed in the meantime, or a broken link.
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
 * Two copies of one mirror share an id, so a snapshot belongs to this one only if it was taken at its path. If the id
 * of the mirror cannot be read, the owner of its snapshots is unknown.
 */
function toOwner(path: string, { mirrorId, note }: FileIdentity, mirror: ThisMirror): SnapshotOwner {
  const folder = dirname(path);
  const source = toSource(toRealPath(mirror.database), folder);
  // A copy without a record, made by other means, belongs to this mirror if it is in the folder beside it.
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
  /** Whether copies that do not record who took them count too; only if a person asks for it. */
  readonly unmarked: boolean;
  readonly justTaken?: Snapshot;
}

/** Lists the snapshots of a folder that retention does not keep. */
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

/** Deletes the snapshots that retention does not keep, and returns them. */
export function removeOldSnapshots(database: string, folder: string, request: RemovalRequest): Snapshot[] {
  const old = listRemovable(listSnapshots(database, folder), request);
  for (const { path } of old) rmSync(path);
  return old;
}
