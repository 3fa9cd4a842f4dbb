import { channel } from 'node:diagnostics_channel';
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type Database from 'better-sqlite3';
import { MirrorError } from '../errors/mirror-error.ts';
import { toRealPath } from '../lib/files.ts';
import { isSqliteError } from './errors.ts';
import { openSqlite } from './engine.ts';
import { isWriterLockHeld } from './lock.ts';

/** The channel that publishes the path of each mirror that is read without locks, for messages to the user. */
export const READS_WITHOUT_LOCKS = 'clearinghouse-mirror:reads-without-locks';
const readsWithoutLocks = channel(READS_WITHOUT_LOCKS);

/** A read-only connection, and how to close it. */
export interface Reader {
  readonly sqlite: Database.Database;
  /** Throws DATABASE_BUSY if a concurrent write may have made the read data wrong. */
  readonly close: () => void;
}

/**
 * Opens a file read-only. In WAL mode SQLite needs an index beside the file and creates it if it is missing. If this
 * user may not create it, nobody is writing and no log is left, the file is read without locks; see
 * docs/decisions/0014-reading-needs-no-right-to-write.md.
 */
export function openToRead(path: string, timeoutMs: number): Reader {
  try {
    const sqlite = openAndLook(path, timeoutMs);
    return {
      sqlite,
      close: () => {
        sqlite.close();
      },
    };
  } catch (cause) {
    if (!isSqliteError(cause) || !/^SQLITE_(CANTOPEN|READONLY)/.test(cause.code)) throw cause;
    return openWithoutLocks(path, cause);
  }
}

function openWithoutLocks(path: string, cause: Error): Reader {
  refuseUnreadable(path);
  const before = look(path);
  if (before.hasLog)
    throw new MirrorError('DATABASE_UNWRITABLE', `${path} has a log beside it that this user cannot read.`, {
      cause,
      hint: 'Let a user who may write to its folder run `status` once: that works the log in. If a sync is running, this user needs the right to read the files -wal and -shm.',
    });
  if (isWriterLockHeld(path)) throw cause;
  const sqlite = openAndLook(`${pathToFileURL(resolve(path)).href}?immutable=1`, 0);
  readsWithoutLocks.publish(path);
  return {
    sqlite,
    close: () => {
      sqlite.close();
      const after = look(path);
      if (after.stamp !== before.stamp || after.hasLog)
        throw new MirrorError(
          'DATABASE_BUSY',
          `Another process wrote to ${path} while it was read without locks.`,
          {
            hint: 'What was printed may be wrong. Run the command again.',
          },
        );
    },
  };
}

/** An unreadable file fails on the first read, not when it is opened. */
function openAndLook(name: string, timeoutMs: number): Database.Database {
  const sqlite = openSqlite(name, { readonly: true, timeout: timeoutMs });
  try {
    sqlite.prepare('SELECT 1 FROM sqlite_schema').get();
    return sqlite;
  } catch (thrown) {
    sqlite.close();
    throw thrown;
  }
}

/** The hint if this user may not read. */
export const READING_HINT =
  'Reading needs the right to read the file and to enter its folder; it needs no right to write.';

function refuseUnreadable(path: string): void {
  try {
    closeSync(openSync(path, 'r'));
  } catch (cause) {
    throw new MirrorError('DATABASE_UNWRITABLE', `This user may not read ${path}.`, {
      cause,
      hint: READING_HINT,
    });
  }
}

/** The properties that show a change of the file. */
function look(path: string): { stamp: string; hasLog: boolean } {
  const real = toRealPath(path);
  const { ino, size, mtimeNs } = statSync(real, { bigint: true });
  const hasLog = (statSync(`${real}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  return { stamp: `${ino} ${size} ${mtimeNs}`, hasLog: hasLog || existsSync(`${real}-journal`) };
}
