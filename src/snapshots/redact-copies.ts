import { linkSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { moveIntoPlace } from '../files/replace-file.ts';
import { takeAfter } from '../files/take-after.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { listKeptAside } from '../mirror/find-kept-aside.ts';
import { openSqlite } from '../mirror/sqlite-engine.ts';
import { openMirror } from '../mirror/open-mirror.ts';
import type { RunStart } from '../mirror/sync-ledger.ts';
import { redactCopy } from '../mirror/write-redaction.ts';
import { finishCopy, nameKnownFile } from './check-copy.ts';
import { copyDatabase, holdMoment } from './copy-database.ts';
import { listCopies } from './find-copies.ts';
import { createPartialFile, removeDeadPartialFiles } from './partial-file.ts';
import { readIdentity, readWithoutTrace } from './snapshot-note.ts';

/** A copy of the mirror that still holds the content of a case. */
export interface HoldingCopy {
  readonly path: string;
  /** `unreadable`: nobody can tell what it holds. `unfinished`: a snapshot is being taken, maybe of what was before. */
  readonly holds: 'content' | 'unreadable' | 'unfinished';
  /** Whether it is of this mirror, so that the content may be removed here. */
  readonly isOwn: boolean;
}

/**
 * The copies of a mirror that hold the content of a case: in the folder of the snapshots, and beside the mirror (before
 * an upgrade, replaced by a restore, under another name). What was carried elsewhere nobody knows. Removes what snapshots
 * that died have left. Fails with SNAPSHOTS_UNUSABLE.
 */
export function listHoldingCopies(path: string, folder: string, caseId: number): HoldingCopy[] {
  removeDeadPartialFiles(folder);
  return listCopies(path, folder).flatMap(({ path: copy, isOwn, closed }) => {
    const holds = closed ?? examineCopy(copy, caseId);
    return holds === 'nothing' ? [] : [{ path: copy, isOwn, holds }];
  });
}

type Holding = HoldingCopy['holds'] | 'nothing';

function examineCopy(path: string, caseId: number): Holding {
  return (
    readWithoutTrace(path, (sqlite) => {
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
      const hasKept = tables.has('kept_aside') && listKeptAside(sqlite, caseId).length > 0;
      const isHolding = isThere !== undefined || isPending || hasKept || hasRowsOf(sqlite, tables, caseId);
      return isHolding ? 'content' : 'nothing';
    }) ?? 'unreadable'
  );
}

/** Tables that have rows of a case, in whatever version the copy is. */
function listTablesOfCases(sqlite: Database.Database): Set<string> {
  const all = sqlite.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
  return new Set(
    all.filter(
      (name) => ['cases', 'kept_aside'].includes(name) || listColumnsOf(sqlite, name).includes('case_id'),
    ),
  );
}

function listColumnsOf(sqlite: Database.Database, table: string): string[] {
  return (sqlite.pragma(`table_info("${table.replaceAll('"', '""')}")`) as { name: string }[]).map(
    ({ name }) => name,
  );
}

function hasRowsOf(sqlite: Database.Database, tables: ReadonlySet<string>, caseId: number): boolean {
  return [...tables].some((table) => {
    if (table === 'cases' || table === 'kept_aside') return false;
    // The dates on which a case left and came back stay.
    const where = table === 'case_changes' ? ` AND field <> 'mirror_departed_run_id'` : '';
    return (
      sqlite.prepare(`SELECT 1 FROM "${table}" WHERE case_id = ?${where} LIMIT 1`).get(caseId) !== undefined
    );
  });
}

/**
 * Removes the content of a case from copies of a mirror. Each is rewritten beside itself and takes its own place in one
 * step, so a death leaves it as it was or without the content. A copy of an earlier version is brought up to date by it.
 */
export async function redactCopies(
  copies: readonly HoldingCopy[],
  caseId: number,
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
    const same = files.get(`${dev} ${ino}`); // the latest snapshot may be a second name of another one
    if (same === undefined) await rewrite(path, caseId, start, now, signal);
    else giveSameFile(same, path);
    files.set(`${dev} ${ino}`, path);
    done.push(path);
  }
  return done;
}

async function rewrite(
  path: string,
  caseId: number,
  start: RunStart,
  now: () => Date,
  signal: AbortSignal,
): Promise<void> {
  removeDeadPartialFiles(dirname(path));
  const partial = createPartialFile(path);
  try {
    await copyFile(path, partial.path, signal);
    const mirror = openMirror(partial.path, { isCopy: true });
    try {
      redactCopy(mirror, caseId, start, now);
    } finally {
      mirror.close();
    }
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
  const source = openSqlite(from, { readonly: true, timeout: 5000 });
  try {
    await holdMoment(source, () => copyDatabase(source, to, signal));
  } finally {
    source.close();
  }
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
