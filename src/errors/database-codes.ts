import type { ErrorKind } from './api-codes.ts';

/** What is wrong with the files of the mirror. */
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
    description: 'The file is not a database, or not one of this program.',
    hint: 'Nothing was changed in it. Name another file.',
    lasts: true,
  },
  DATABASE_NEWER: {
    exit: 'database',
    description: 'The database was written by a newer version of this program.',
    hint: 'Nothing was changed in it. Update clearinghouse-mirror.',
    lasts: true,
  },
  DATABASE_OLDER: {
    exit: 'database',
    description: 'The database has an older schema and this command may not change it.',
    hint: 'Run `clearinghouse-mirror sync` once; it brings the schema up to date.',
  },
  DATABASE_UNWRITABLE: {
    exit: 'database',
    description: 'The database, or its folder, cannot be opened or written.',
    hint: 'Check that the folder exists, and that this user may read the file and, to change the mirror, write to its folder.',
  },
  DATABASE_DAMAGED: {
    exit: 'database',
    description: 'SQLite found the file damaged.',
    hint: 'Restore a copy, or move the file away and run `sync` to fetch everything anew.',
    lasts: true,
  },
  DATABASE_BUSY: {
    exit: 'database',
    description: 'The database stayed busy longer than the waiting time.',
    hint: 'Close other programs that write to the file, then try again.',
  },
  ENGINE_MISSING: {
    exit: 'database',
    description: 'No SQLite engine is installed for the Node that runs the program.',
    hint: 'Install again with this Node, with optional dependencies. Node 20 compiles the engine: that takes a C++ compiler, make and Python. Node 22.14 or later needs none of them.',
  },
  ENGINE_UNSAFE: {
    exit: 'database',
    description: 'The SQLite engine that is installed is known to crash on the Node that runs the program.',
    hint: 'Nothing was opened. Install again with the Node that is to run it; each Node gets the engine that suits it.',
  },
  ENGINE_UNUSABLE: {
    exit: 'database',
    description: 'The SQLite engine cannot be loaded. Often it was compiled for another version of Node.',
    hint: 'Nothing was opened. Remove node_modules and install again with the Node that is to run it.',
  },
  DISK_LOW: {
    exit: 'database',
    description:
      'A snapshot was not begun, because it would fill the disk, and no snapshot is left that retention may remove.',
    hint: 'Free some space or set another folder (--snapshots). `snapshot --list` shows what each snapshot takes; those taken by hand are only removed by you, those of the schedule also by `snapshot --keep-daily 3 --keep-weekly 0 --keep-monthly 0`.',
  },
  SNAPSHOT_FAILED: {
    exit: 'database',
    description: 'A snapshot could not be made. Nothing of it was left behind.',
    hint: 'See that the folder exists and can be written to, then run `clearinghouse-mirror snapshot`.',
  },
  SNAPSHOTS_UNUSABLE: {
    exit: 'database',
    description:
      'The folder of the snapshots is no folder, leads nowhere, or may not be read or written by this user.',
    hint: 'Nothing was changed. Set another folder (--snapshots), or change its owner or its permissions.',
  },
  LATEST_FAILED: {
    exit: 'partial',
    description: 'A snapshot was taken, but `latest.db`, which readers open, could not be made the same.',
    hint: 'The snapshot is complete. Mend what is named and run `clearinghouse-mirror snapshot` again.',
  },
  SNAPSHOT_EXISTS: {
    exit: 'database',
    description: 'There is a file already where a snapshot was to be written. It was not changed.',
    hint: 'Choose another name for --to, or move that file away.',
  },
  DISK_FULL: {
    exit: 'database',
    description: 'There was no room left to write, or the disk failed.',
    hint: 'Free some space and run again; every page stored before stays intact.',
  },
  MIGRATION_FAILED: {
    exit: 'database',
    description: 'The schema could not be brought up to date; it was left as it was.',
    hint: 'Please report it with the cause above.',
    lasts: true,
  },
} as const satisfies Record<string, ErrorKind>;
