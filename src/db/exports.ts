import type Database from 'better-sqlite3';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { closing, openSqlite } from './engine.ts';
import { isSqliteError, toDatabaseError } from './errors.ts';
import type { Mirror } from './open-mirror.ts';
import type { PlaceKind, mirrorExports } from './schema/schema.ts';
import { keepSeals } from './seals.ts';

/*
 * The places to which content of the mirror went, so that a redaction can name those that may still have it. An export reads the
 * mirror beside a running sync, so this is written without the writer lock, in one statement. SQLite refuses a transaction that
 * read before another program wrote and writes after, whichever tables they touch. So each transaction that writes is immediate:
 * it begins as the only writer, and waits for that.
 */

export type ExportRow = typeof mirrorExports.$inferSelect;

/** A place that gets content. */
export interface ExportPlace {
  readonly place: string;
  readonly kind: PlaceKind;
  /** What replaces or removes what is there. */
  readonly command: string;
  /** The newest run that the mirror had when the content was read. */
  readonly runId: number;
  /** Whether what was there stays beside it, as the earlier versions of Delta tables do. */
  readonly keepsEarlier: boolean;
}

/** The newest run that a mirror has, in the transaction that reads it; 0 before the first. */
export const findNewestRunId = ({ sqlite }: Pick<Mirror, 'sqlite'>): number =>
  sqlite.prepare<[], number | null>('SELECT max(id) FROM main.sync_runs').pluck().get() ?? 0;

/** A sync that writes its indexes holds the file for so long. */
const WAIT_MS = 60_000;

/**
 * Records that an export begins to write beside a place, unless the place is on record, and calls `onNew` if it was not. Returns what
 * `recordPlace` returns.
 */
function recordBeginning(path: string, place: ExportPlace, now: Date, onNew: () => void): string | null {
  return write(path, WAIT_MS, (sqlite) => {
    if (insert(sqlite, 'NOTHING').run(toRow(place, now)).changes > 0) onNew();
  });
}

/** Takes off the record a place beside which nothing is left of what was begun. Returns what `recordPlace` returns. */
function forgetBeginning(path: string, place: string): string | null {
  return write(path, WAIT_MS, (sqlite) => {
    sqlite.prepare('DELETE FROM mirror_exports WHERE place = ?').run(place);
  });
}

/**
 * Records that a place gets content, before it has it: a process that dies leaves a place on record. Returns why it could not be
 * recorded, as where this user may only read the mirror or another connection writes to it for longer than `waitMs`; null if it is.
 * A mirror without a write-ahead log is not waited for.
 */
export function recordPlace(
  path: string,
  place: ExportPlace,
  now: Date,
  waitMs: number = WAIT_MS,
): string | null {
  return write(path, waitMs, (sqlite) => {
    upsert(sqlite, 'min(oldest_run_id, @runId)').run(toRow(place, now));
  });
}

/** Records that a place has this content alone. */
function recordReplaced(path: string, place: ExportPlace, now: Date): string | null {
  return write(path, WAIT_MS, (sqlite) => {
    upsert(sqlite, '@runId').run(toRow({ ...place, keepsEarlier: false }, now));
  });
}

function write(path: string, waitMs: number, action: (sqlite: Database.Database) => void): string | null {
  try {
    return closing(openSqlite(path, { fileMustExist: true, timeout: waitMs }), (sqlite) => {
      if (sqlite.prepare('SELECT 1 FROM mirror_snapshot').get() !== undefined)
        return `${path} is a snapshot, and a snapshot is not changed`;
      keepSeals(sqlite);
      if (sqlite.pragma('journal_mode', { simple: true }) === 'wal') action(sqlite);
      else if (!writeBesideReaders(sqlite, action))
        return `${path} has no write-ahead log, so the export that reads it keeps out the record; the next \`sync\` gives it one`;
      return null;
    });
  } catch (thrown) {
    const error = toDatabaseError(thrown, path);
    if (error instanceof MirrorError) return messageOf(error).replace(/\.$/, '');
    throw error;
  }
}

/**
 * Writes to a mirror without a write-ahead log, where a reader keeps writers out until it ends; false if one does. The
 * export that calls this reads the mirror itself, so it does not wait.
 */
function writeBesideReaders(sqlite: Database.Database, action: (sqlite: Database.Database) => void): boolean {
  sqlite.pragma('busy_timeout = 0');
  try {
    action(sqlite);
    return true;
  } catch (thrown) {
    if (isSqliteError(thrown) && thrown.code.startsWith('SQLITE_BUSY')) return false;
    throw thrown;
  }
}

type NewRow = Omit<ExportPlace, 'keepsEarlier'> & { readonly writtenAt: string; readonly first: number };

const toRow = ({ keepsEarlier, ...place }: ExportPlace, now: Date): NewRow => ({
  ...place,
  writtenAt: now.toISOString(),
  first: keepsEarlier ? 0 : place.runId,
});

const insert = (sqlite: Database.Database, otherwise: string) =>
  sqlite.prepare<[NewRow]>(
    `INSERT INTO mirror_exports (place, kind, command, written_at, oldest_run_id)
     VALUES (@place, @kind, @command, @writtenAt, @first)
     ON CONFLICT (place) DO ${otherwise}`,
  );

const upsert = (sqlite: Database.Database, oldest: string) =>
  insert(
    sqlite,
    `UPDATE SET kind = excluded.kind, command = excluded.command, written_at = excluded.written_at,
       oldest_run_id = ${oldest}`,
  );

/** The places on record that were read before a run, or all of them, oldest first. */
export const listExports = ({ sqlite }: Pick<Mirror, 'sqlite'>, beforeRunId: number | null): ExportRow[] =>
  sqlite
    .prepare<[number | null], ExportRow>(
      'SELECT * FROM main.mirror_exports WHERE oldest_run_id < coalesce(?, oldest_run_id + 1) ORDER BY written_at, place',
    )
    .all(beforeRunId);

/** The newest run that the mirror had when the oldest content of a place was read; 0 if it is not on record. */
export const findOldestRunId = (path: string, place: string): number =>
  closing(openSqlite(path, { readonly: true, timeout: WAIT_MS }), (sqlite) =>
    sqlite
      .prepare<[string], number>('SELECT oldest_run_id FROM mirror_exports WHERE place = ?')
      .pluck()
      .get(place),
  ) ?? 0;

/** Takes places off the record whose content is gone. Returns how many were on it. The caller holds the writer lock. */
export function forgetExports({ sqlite }: Mirror, places: readonly string[]): number {
  const forget = sqlite.prepare('DELETE FROM mirror_exports WHERE place = ?');
  return places.reduce((total, place) => total + forget.run(place).changes, 0);
}

/**
 * Copies the record of a mirror that is about to be replaced. Runs of the replacement have the numbers of other runs, so what a place has is
 * not known by them.
 */
export function keepExports({ sqlite }: Mirror, rows: readonly ExportRow[]): void {
  const write = upsert(sqlite, '@runId');
  for (const { written_at: writtenAt, ...place } of rows)
    write.run({ ...place, writtenAt, runId: 0, first: 0 });
}

const OUTDATED = `FROM main.mirror_exports
  WHERE oldest_run_id < (SELECT max(id) FROM main.sync_runs WHERE trigger = 'redact')`;

/** The places that may have what was redacted since, oldest first. */
export const listOutdatedExports = ({ sqlite }: Pick<Mirror, 'sqlite'>): ExportRow[] =>
  sqlite.prepare<[], ExportRow>(`SELECT * ${OUTDATED} ORDER BY written_at, place`).all();

/** Whether there is such a place. */
export const hasOutdatedExports = ({ sqlite }: Pick<Mirror, 'sqlite'>): boolean =>
  sqlite.prepare(`SELECT 1 ${OUTDATED} LIMIT 1`).get() !== undefined;

export interface ExportRecorder {
  /** Before content is written beside a place. */
  readonly open: (place: ExportPlace) => void;
  /** When what was written beside a place is removed. */
  readonly abandon: (place: string) => void;
  /** Before a place gets content. */
  readonly begin: (place: ExportPlace) => void;
  /** When the place has it. */
  readonly finish: (place: ExportPlace) => void;
}

/**
 * Records in the mirror where its content goes. Calls `onFault` once for each place that cannot be recorded: then no redaction
 * names that place.
 */
export function createExportRecorder(
  database: string,
  now: () => Date,
  onFault: (place: string, fault: string) => void,
): ExportRecorder {
  const opened = new Set<string>();
  const faulty = new Set<string>();
  const note = ({ place }: ExportPlace, fault: string | null): void => {
    if (fault === null || faulty.has(place)) return;
    faulty.add(place);
    onFault(place, fault);
  };
  return {
    open(place) {
      const onNew = (): void => {
        opened.add(place.place);
      };
      note(place, recordBeginning(database, place, now(), onNew));
    },
    abandon(place) {
      // A place that stays on record is named once too often, which is no fault of the export.
      if (opened.has(place)) forgetBeginning(database, place);
    },
    begin(place) {
      note(place, recordPlace(database, place, now()));
    },
    finish(place) {
      if (!place.keepsEarlier) note(place, recordReplaced(database, place, now()));
    },
  };
}
