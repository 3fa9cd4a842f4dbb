import { existsSync, linkSync, lstatSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { closing, openSqlite } from '../db/engine.ts';
import { toDatabaseError } from '../db/errors.ts';
import { REJECTED_TABLES, listRejectedRecords } from '../db/leftovers.ts';
import { openMirror } from '../db/open-mirror.ts';
import { holdsDocument } from '../db/linked/redact-document.ts';
import { listNaming, listRejectedNaming } from '../db/redact-names.ts';
import { type Redactable, redactCopy } from '../db/redact.ts';
import type { RunStart } from '../db/run-log.ts';
import { findMirrorId } from '../db/state.ts';
import { readSqliteHeader, takeAfter, toRealPath } from '../lib/files.ts';
import { moveIntoPlace } from '../lib/replace-file.ts';
import {
  copyDatabase,
  createPartialFile,
  finishCopy,
  holdMoment,
  isPartialName,
  nameKnownFile,
  removeDeadPartialFiles,
} from './copy.ts';
import { listSnapshots } from './list.ts';
import { LOG_ENDINGS } from './restore.ts';
import { listNames, readIdentity, readWithoutTrace, toSource } from './snapshot-files.ts';
import { toLatestNames } from './snapshot.ts';

/** A file that contains, or may contain, content of a mirror. */
export interface FoundCopy {
  readonly path: string;
  /** Whether it belongs to this mirror and is not a mirror in use, so it may be changed. */
  readonly isOwn: boolean;
  /** Why it cannot be read; null if reading it can be tried. */
  readonly closed: 'unreadable' | 'unfinished' | null;
}

/**
 * Finds the copies of a mirror in the folder of the snapshots and beside the mirror, whatever their names. Copies
 * elsewhere are unknown. Throws SNAPSHOTS_UNUSABLE.
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

/** Recognizes by its name what this program has created beside the mirror. */
function judgeName(
  name: string,
  names: readonly string[],
  base: string,
): 'own' | 'unreadable' | 'unfinished' | 'other' | 'no copy' {
  if (isPartialName(name)) return 'unfinished'; // Part of a copy in progress; those of dead processes are already removed.
  const ending = LOG_ENDINGS.find((one) => name.endsWith(one));
  const isAside = name.startsWith(`${base}.before-upgrade`) || name.startsWith(`${base}.replaced-`);
  if (ending !== undefined)
    return isAside && ending !== '-shm' && !names.includes(name.slice(0, -ending.length))
      ? 'unreadable' // A log that was moved away without its file.
      : 'no copy';
  return isAside ? 'own' : 'other';
}

/** A renamed snapshot, or another file with the id of this mirror. */
function judgeContent(path: string, database: string, mirrorId: string | null): FoundCopy[] {
  if (!isDatabase(path)) return [];
  const identity = readIdentity(path);
  const source = toSource(database, dirname(path));
  const isLatest = toLatestNames(database).includes(basename(path));
  const { note = null } = identity ?? {};
  if (note?.source === source && (isLatest || mirrorId === null))
    return [{ path, isOwn: true, closed: null }];
  if (mirrorId === null || identity?.mirrorId !== mirrorId) return [];
  // A moved snapshot names a path without a file. A file without a record may be a mirror in use.
  const named = note === null ? null : resolve(dirname(path), note.source);
  const isOwn = named !== null && (note?.source === source || !existsSync(named));
  return [{ path, isOwn, closed: null }];
}

function isDatabase(path: string): boolean {
  try {
    return readSqliteHeader(path) !== null;
  } catch {
    return false; // A file of another user, which this user may not read.
  }
}

/** A copy of the mirror that still contains the content. */
export interface HoldingCopy {
  readonly path: string;
  /** `unreadable`: its content is unknown. `unfinished`: a snapshot is in progress, possibly of an earlier state. */
  readonly holds: 'content' | 'unreadable' | 'unfinished';
  /** Whether it belongs to this mirror, so the content may be removed. */
  readonly isOwn: boolean;
}

/**
 * Finds the copies of a mirror with the content of a case or a document: in the folder of the snapshots, and beside the mirror
 * (before an upgrade, replaced by a restore, renamed). Copies elsewhere are unknown. Removes what killed snapshots left
 * behind. Throws SNAPSHOTS_UNUSABLE.
 */
export function listHoldingCopies(path: string, folder: string, subject: Redactable): HoldingCopy[] {
  removeDeadPartialFiles(folder);
  return listCopies(path, folder).flatMap(({ path: copy, isOwn, closed }) => {
    const holds = closed ?? examineCopy(copy, subject);
    return holds === 'nothing' ? [] : [{ path: copy, isOwn, holds }];
  });
}

type Holding = HoldingCopy['holds'] | 'nothing';

function examineCopy(path: string, { kind, id: caseId }: Redactable): Holding {
  return (
    readWithoutTrace(path, (sqlite) => {
      if (kind === 'document') return holdsDocument(sqlite, caseId) ? 'content' : 'nothing';
      const tables = listTablesOfCases(sqlite);
      if (!tables.has('cases')) return 'unreadable';
      const hasMark = listColumnsOf(sqlite, 'cases').includes('mirror_redacted_run_id');
      const bare = `mirror_redacted_run_id IS NOT NULL AND mirror_payload = '{"id":' || id || '}'`;
      const isThere = sqlite
        .prepare(`SELECT 1 FROM cases WHERE id = ?${hasMark ? ` AND NOT (${bare})` : ''}`)
        .get(caseId);
      const isPending =
        hasMark &&
        sqlite
          .prepare(
            `SELECT 1 FROM cases JOIN sync_runs AS run ON run.id = mirror_redacted_run_id
            WHERE cases.id = ? AND run.outcome <> 'complete'`,
          )
          .get(caseId) !== undefined;
      const hasRejected = listRejectedRecords(sqlite, caseId).length > 0;
      const isNamed = listNaming(sqlite, caseId).length + listRejectedNaming(sqlite, caseId).length > 0;
      const isHolding =
        isThere !== undefined || isPending || hasRejected || isNamed || hasRowsOf(sqlite, tables, caseId);
      return isHolding ? 'content' : 'nothing';
    }) ?? 'unreadable'
  );
}

/** The tables with rows of a case, in any version of the copy. */
function listTablesOfCases(sqlite: Database.Database): Set<string> {
  const all = sqlite.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
  return new Set(all.filter((name) => name === 'cases' || listColumnsOf(sqlite, name).includes('case_id')));
}

function listColumnsOf(sqlite: Database.Database, table: string): string[] {
  return (sqlite.pragma(`table_info("${table.replaceAll('"', '""')}")`) as { name: string }[]).map(
    ({ name }) => name,
  );
}

function hasRowsOf(sqlite: Database.Database, tables: ReadonlySet<string>, caseId: number): boolean {
  return [...tables].some((table) => {
    if (table === 'cases' || REJECTED_TABLES.includes(table)) return false;
    // The times at which a case departed and returned stay.
    const where = table === 'case_changes' ? ` AND field <> 'mirror_departed_run_id'` : '';
    return (
      sqlite.prepare(`SELECT 1 FROM "${table}" WHERE case_id = ?${where} LIMIT 1`).get(caseId) !== undefined
    );
  });
}

/**
 * Removes the content of a case or a document from copies of a mirror. Each copy is rewritten beside itself and replaced in one step,
 * so a death leaves it unchanged or without the content. This upgrades a copy of an earlier version.
 */
export async function redactCopies(
  copies: readonly HoldingCopy[],
  subject: Redactable,
  start: RunStart,
  now: () => Date,
  signal: AbortSignal,
): Promise<string[]> {
  const done: string[] = [];
  const files = new Map<string, string>();
  for (const { path, holds, isOwn } of copies) {
    if (holds !== 'content' || !isOwn) continue;
    signal.throwIfAborted();
    const { dev, ino } = statSync(path);
    const same = files.get(`${dev} ${ino}`); // The latest snapshot may be a hard link to another one.
    if (same === undefined) await rewrite(path, subject, start, now, signal);
    else giveSameFile(same, path);
    files.set(`${dev} ${ino}`, path);
    done.push(path);
  }
  return done;
}

async function rewrite(
  path: string,
  subject: Redactable,
  start: RunStart,
  now: () => Date,
  signal: AbortSignal,
): Promise<void> {
  removeDeadPartialFiles(dirname(path));
  const partial = createPartialFile(path);
  try {
    await copyFile(path, partial.path, signal);
    closing(openMirror(partial.path, { isCopy: true }), (mirror) => {
      redactCopy(mirror, subject, start, now);
    });
    const note = readIdentity(path)?.note ?? null;
    finishCopy(partial.path, { note, hasRemnants: true });
    takeAfter(partial.path, statSync(path));
    moveIntoPlace(partial.path, path);
    for (const ending of ['-wal', '-shm', '-journal']) rmSync(`${path}${ending}`, { force: true });
  } catch (thrown) {
    throw nameKnownFile(toDatabaseError(thrown, path), partial.path, { source: path, target: path });
  } finally {
    partial.release();
  }
}

async function copyFile(from: string, to: string, signal: AbortSignal): Promise<void> {
  await closing(openSqlite(from, { readonly: true, timeout: 5000 }), async (source) => {
    await holdMoment(source, () => copyDatabase(source, to, signal));
  });
}

function giveSameFile(from: string, to: string): void {
  const partial = createPartialFile(to);
  try {
    rmSync(partial.path);
    linkSync(from, partial.path);
    moveIntoPlace(partial.path, to);
  } finally {
    partial.release();
  }
}
