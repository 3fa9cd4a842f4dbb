import { chmodSync, existsSync, linkSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { moveIntoPlace } from '../files/replace-file.ts';
import { toRealPath } from '../files/real-path.ts';
import { openSqlite } from '../mirror/sqlite-engine.ts';
import { openMirror } from '../mirror/open-mirror.ts';
import type { RunStart } from '../mirror/sync-ledger.ts';
import { redactCopy } from '../mirror/write-redaction.ts';
import { finishCopy } from './check-copy.ts';
import { copyDatabase, holdMoment } from './copy-database.ts';
import { toLatestNames } from './latest-snapshot.ts';
import { listSnapshots } from './list-snapshots.ts';
import { createPartialFile, removeDeadPartialFiles } from './partial-file.ts';
import { readIdentity, readWithoutTrace, toSource } from './snapshot-note.ts';

/** A copy of the mirror that still holds the content of a case. */
export interface HoldingCopy {
  readonly path: string;
  /** `unreadable`: nobody can tell what it holds. */
  readonly holds: 'content' | 'unreadable';
  /** Whether it is of this mirror, so that the content may be removed here. */
  readonly isOwn: boolean;
}

/**
 * The copies of a mirror that hold the content of a case: in the folder of the snapshots, and beside the mirror (before
 * an upgrade, replaced by a restore). What was carried elsewhere nobody knows.
 */
export function listHoldingCopies(path: string, folder: string, caseId: number): HoldingCopy[] {
  const database = toRealPath(path);
  const snapshots = listSnapshots(path, folder).map((one) => ({
    path: one.path,
    isOwn: one.owner !== 'other',
  }));
  return [...snapshots, ...listLatest(database, folder), ...listBeside(database)].flatMap((copy) => {
    const holds = examineCopy(copy.path, caseId);
    return holds === 'nothing' ? [] : [{ ...copy, holds }];
  });
}

function listLatest(database: string, folder: string): { path: string; isOwn: boolean }[] {
  if (!existsSync(folder)) return [];
  const source = toSource(database, folder);
  return toLatestNames(source).flatMap((name) => {
    const path = join(folder, name);
    return readIdentity(path)?.note?.source === source ? [{ path, isOwn: true }] : [];
  });
}

/** Copies that this program has laid beside the mirror, whatever their endings. */
function listBeside(database: string): { path: string; isOwn: boolean }[] {
  const folder = dirname(database);
  const name = basename(database);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((one) => one.startsWith(`${name}.before-upgrade`) || one.startsWith(`${name}.replaced-`))
    .filter((one) => !/-(wal|shm|journal)$/.test(one) && lstatSync(join(folder, one)).isFile())
    .map((one) => ({ path: join(folder, one), isOwn: true }));
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
      return isThere !== undefined || isPending || hasRowsOf(sqlite, tables, caseId) ? 'content' : 'nothing';
    }) ?? 'unreadable'
  );
}

/** Tables that have rows of a case, in whatever version the copy is. */
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
    if (table === 'cases') return false;
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
    const mirror = openMirror(partial.path);
    try {
      redactCopy(mirror, caseId, start, now);
    } finally {
      mirror.close();
    }
    const note = readIdentity(path)?.note ?? null;
    finishCopy(partial.path, { note, hasRemnants: true });
    chmodSync(partial.path, statSync(path).mode & 0o777);
    moveIntoPlace(partial.path, path);
    for (const ending of ['-wal', '-shm', '-journal']) rmSync(`${path}${ending}`, { force: true });
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
