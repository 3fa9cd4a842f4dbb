import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { openSqlite } from '../../src/db/engine.ts';
import { isDeferred } from '../../src/db/migrate.ts';
import { openMirrorReadOnly, type Mirror } from '../../src/db/open-mirror.ts';
import { verifyMirror } from '../../src/verify/proof.ts';
import { compareContent, readContent, type Content } from './content.ts';
import { findHalfCases, findHalfLists } from './half-cases.ts';

/** The known state of a mirror at one time. */
export interface KnownState {
  readonly schema: string;
  /** The fingerprint of each case. */
  readonly fingerprints: ReadonlyMap<number, string>;
  readonly lastRun: number;
}

/** The states between which a file must be, and the content that it must have in the end. */
export interface Expected {
  readonly before: KnownState;
  readonly after: KnownState;
  readonly content: Content;
}

export interface RunRow {
  readonly id: number;
  readonly outcome: string;
}

/** The faults of the file after a death; `running` is the run that is still recorded as running. */
export interface Remains {
  readonly faults: readonly string[];
  readonly running: number | null;
}

/** Examines a copy of the file and its log, so that the next run finds the file exactly as the death left it. */
export function examineRemains(database: string, { before, after }: Expected): Remains {
  if (!existsSync(database))
    return { faults: toFault(before.schema !== '', 'the file is gone'), running: null };
  const folder = mkdtempSync(`${database}-copy-`);
  const copy = join(folder, 'mirror.db');
  try {
    copyFileSync(database, copy);
    if (existsSync(`${database}-wal`)) copyFileSync(`${database}-wal`, `${copy}-wal`);
    const sqlite = openSqlite(copy);
    const schema = readSchema(sqlite);
    const faults = [
      ...examineFile(sqlite),
      ...toFault(schema !== before.schema && schema !== after.schema, 'the schema is half migrated'),
    ];
    sqlite.close();
    if (schema !== after.schema || faults.length > 0) return { faults, running: null };
    return readMirror(copy, (mirror) => {
      const runs = listRuns(mirror.sqlite).filter(({ outcome }) => outcome === 'running');
      const known = [before.fingerprints, after.fingerprints];
      const strange = [...readFingerprints(mirror.sqlite)].filter(([id, one]) =>
        known.every((state) => state.get(id) !== one),
      );
      return {
        faults: [
          ...examineMirror(mirror),
          ...strange.map(([id]) => `case ${id} is neither as it was nor as it will be`),
          ...toFault(runs.length > 1, `${runs.length} runs are going on`),
        ],
        running: runs[0]?.id ?? null,
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The faults after the next sync. */
export function examineRecovery(database: string, expected: Expected, dead: number | null): string[] {
  return readMirror(database, (mirror) => {
    const { sqlite } = mirror;
    const runs = listRuns(sqlite);
    const died = runs.find(({ id }) => id === dead);
    const lists = sqlite
      .prepare<[], string>(
        `SELECT outcome FROM list_syncs WHERE outcome = 'running'
         UNION ALL SELECT outcome FROM linked_passes WHERE outcome = 'running'`,
      )
      .pluck()
      .all();
    return [
      ...examineFile(sqlite),
      ...examineMirror(mirror),
      ...toFault(
        runs.some(({ outcome }) => outcome === 'running') || lists.length > 0,
        'something is left running',
      ),
      ...toFault(dead !== null && died?.outcome !== 'died', `run ${dead} is ${died?.outcome}, and not died`),
      ...compareContent(expected.content, readContent(sqlite, expected.before.lastRun)),
    ];
  });
}

/** The faults that SQLite itself finds. */
function examineFile(sqlite: Database.Database): string[] {
  const integrity = sqlite.pragma('integrity_check', { simple: true });
  const violations = sqlite.pragma('foreign_key_check') as unknown[];
  return [
    ...toFault(integrity !== 'ok', `integrity_check: ${String(integrity)}`),
    ...toFault(violations.length > 0, `foreign_key_check: ${violations.length} rows`),
  ];
}

function examineMirror(mirror: Mirror): string[] {
  const findings = [...verifyMirror(mirror, { of: 'everything' }, () => undefined)];
  return [
    ...findings.map((one) => `verify: ${JSON.stringify(one)}`),
    ...findHalfCases(mirror.sqlite).map((one) => `half a case: ${JSON.stringify(one)}`),
    ...findHalfLists(mirror.sqlite).map((one) => `half a linked list: ${JSON.stringify(one)}`),
  ];
}

/** The faults of a complete mirror that no process has open. */
export function examineMirrorFile(database: string): string[] {
  return readMirror(database, (mirror) => [...examineFile(mirror.sqlite), ...examineMirror(mirror)]);
}

export function readState(database: string): KnownState {
  const sqlite = openSqlite(database, { readonly: true });
  try {
    return {
      schema: readSchema(sqlite),
      fingerprints: readFingerprints(sqlite),
      lastRun: listRuns(sqlite).at(-1)?.id ?? 0,
    };
  } finally {
    sqlite.close();
  }
}

/** Opens a mirror for reading, and closes it again. */
export function readMirror<Result>(database: string, use: (mirror: Mirror) => Result): Result {
  const mirror = openMirrorReadOnly(database);
  try {
    return use(mirror);
  } finally {
    mirror.close();
  }
}

/**
 * The schema without the table of migrations, which may be created first and empty, and without the indexes that a
 * first run builds at its end: after a death before that, the schema counts as complete.
 */
function readSchema(sqlite: Database.Database): string {
  return sqlite
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE '\\_\\_drizzle%' ESCAPE '\\' AND tbl_name NOT GLOB 'sqlite_stat*' AND sql IS NOT NULL ORDER BY sql`,
    )
    .all()
    .filter(({ name }) => !isDeferred(name))
    .map(({ sql }) => sql)
    .join(';');
}

function readFingerprints(sqlite: Database.Database): Map<number, string> {
  const rows = sqlite
    .prepare<[], { id: number; mirror_fingerprint: string }>('SELECT id, mirror_fingerprint FROM cases')
    .all();
  return new Map(rows.map((row) => [row.id, row.mirror_fingerprint]));
}

function listRuns(sqlite: Database.Database): RunRow[] {
  return sqlite.prepare<[], RunRow>('SELECT id, outcome FROM sync_runs ORDER BY id').all();
}

function toFault(isFault: boolean, fault: string): string[] {
  return isFault ? [fault] : [];
}
