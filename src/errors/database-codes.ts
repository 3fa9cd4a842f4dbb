import type { ErrorKind } from './api-codes.ts';

/** Errors of the files of the mirror. */
export const ERRORS_OF_THE_DATABASE = {
  LOCKED: {
    exit: 'locked',
    description: 'Another process is writing to this mirror.',
    hint: 'Wait for it to end, or stop it. Reading (`status`, `case`, `query`) is possible all the time.',
  },
  DATABASE_MISSING: {
    exit: 'database',
    description: 'There is no mirror at this path yet.',
    hint: 'Run `clearinghouse-mirror sync` to make one, or `demo` to try it without a token; check --database.',
  },
  DATABASE_FOREIGN: {
    exit: 'database',
    description: 'The file is not a database, or another program made it.',
    hint: 'The file was not changed. Name another file.',
    lasts: true,
  },
  DATABASE_NEWER: {
    exit: 'database',
    description: 'The database was written by a newer version of this program.',
    hint: 'The file was not changed. Update clearinghouse-mirror.',
    lasts: true,
  },
  DATABASE_OLDER: {
    exit: 'database',
    description: 'The database has an older schema and this command may not change it.',
    hint: 'Run `clearinghouse-mirror sync` once; it upgrades the schema.',
  },
  DATABASE_UNWRITABLE: {
    exit: 'database',
    description: 'The database, or its folder, cannot be opened or written.',
    hint: 'Check that the folder exists, and that this user may read the file and, to change the mirror, write to its folder.',
  },
  DATABASE_DAMAGED: {
    exit: 'database',
    description: 'SQLite found the file damaged.',
    hint: 'Restore a snapshot, or move the file away and run `sync` to download everything again.',
    lasts: true,
  },
  DATABASE_BUSY: {
    exit: 'database',
    description: 'The database stayed busy for longer than the timeout.',
    hint: 'Close other programs that write to the file, then try again.',
  },
  ENGINE_MISSING: {
    exit: 'database',
    description: 'No SQLite engine is installed for the Node that runs the program.',
    hint: 'Install again with this Node, including optional dependencies. Node 20 compiles the engine, which needs a C++ compiler, make and Python. Node 22.14 or later needs none of them.',
  },
  ENGINE_UNSAFE: {
    exit: 'database',
    description: 'The SQLite engine that is installed is known to crash on the Node that runs the program.',
    hint: 'Nothing was opened. Install again with the Node that will run the program; each Node gets a suitable engine.',
  },
  ENGINE_UNUSABLE: {
    exit: 'database',
    description: 'The SQLite engine cannot be loaded. Often it was compiled for another version of Node.',
    hint: 'Nothing was opened. Remove node_modules and install again with the Node that will run the program.',
  },
  DISK_LOW: {
    exit: 'database',
    description:
      'No snapshot was taken, because it would fill the disk and retention has no older snapshot left to remove.',
    hint: 'Free some space or set another folder (--snapshots). `snapshot --list` shows the size of each snapshot. Only you remove snapshots taken by hand; `snapshot --keep-daily 3 --keep-weekly 0 --keep-monthly 0` removes scheduled ones.',
  },
  SNAPSHOT_FAILED: {
    exit: 'database',
    description: 'A snapshot could not be taken. No partial file was left behind.',
    hint: 'Make sure that the folder exists and is writable, then run `clearinghouse-mirror snapshot`.',
  },
  SNAPSHOTS_UNUSABLE: {
    exit: 'database',
    description:
      'The snapshot folder is not a folder, is a broken link, or is not readable and writable for this user.',
    hint: 'Nothing was changed. Set another folder (--snapshots), or change its owner or its permissions.',
  },
  LATEST_FAILED: {
    exit: 'partial',
    description: 'A snapshot was taken, but `latest.db`, which readers open, could not be updated.',
    hint: 'The snapshot is complete. Fix the named cause and run `clearinghouse-mirror snapshot` again.',
  },
  SNAPSHOT_EXISTS: {
    exit: 'database',
    description: 'A file already exists at the path of the snapshot. It was not changed.',
    hint: 'Choose another name for --to, or move that file away.',
  },
  DISK_FULL: {
    exit: 'database',
    description: 'The disk is full, or writing to it failed.',
    hint: 'Free some space and run again; every page stored so far is intact.',
  },
  MIGRATION_FAILED: {
    exit: 'database',
    description: 'The schema could not be upgraded; it is unchanged.',
    hint: 'Please report it with the cause above.',
    lasts: true,
  },
} as const satisfies Record<string, ErrorKind>;
