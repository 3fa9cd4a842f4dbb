import type { ErrorKind } from './exit-codes.ts';

/** Errors of a query or another request to the mirror. */
export const ERRORS_OF_QUESTIONS = {
  QUERY_INVALID: {
    exit: 'usage',
    description: 'SQLite did not accept the query.',
    hint: 'See docs/schema.md for tables, columns and views.',
  },
  QUERY_WRITES: {
    exit: 'usage',
    description: '`query` only reads: one statement that returns rows.',
    hint: 'Copy the file first if you want to change something.',
  },
  QUERY_STOPPED: {
    exit: 'usage',
    description:
      'On the page for SQL of `browse`, a statement exceeded a limit of time, memory or size, or too many ran.',
    hint: 'Narrow it with WHERE or LIMIT. `clearinghouse-mirror query` has no such limits.',
  },
  SEARCH_INVALID: {
    exit: 'usage',
    description: 'FTS5, the full-text search of SQLite, does not accept the query of --raw.',
    hint: 'See https://sqlite.org/fts5.html, or leave out --raw: then every word is literal.',
  },
  SEARCH_NOT_BUILT: {
    exit: 'usage',
    description: 'The search index is built at the end of the first sync, which has not ended yet.',
    hint: 'Let the sync end, or run `clearinghouse-mirror sync`. `query` can already read the stored data.',
  },
  CASE_NOT_MIRRORED: {
    exit: 'usage',
    description: 'The mirror has no case with this id.',
    hint: 'Check the id; `clearinghouse-mirror status` shows how complete the mirror is.',
  },
  PAGE_UNKNOWN: {
    exit: 'usage',
    description: '`browse` has no page at this address.',
    hint: 'Every page can be reached from the overview.',
  },
  REQUEST_REFUSED: {
    exit: 'usage',
    description:
      '`browse` does not answer a request that another website could have sent, or that would change something.',
    hint: 'Open the address that `browse` prints.',
  },
  PORT_TAKEN: {
    exit: 'port',
    description: 'Another program already uses the port.',
    hint: 'End that program, or choose another port: `--port 0` takes a free one.',
  },
  CASE_REJECTED: {
    exit: 'usage',
    description:
      'The API sent a record of this case that is not a valid case; the mirror rejected it and keeps its bytes.',
    hint: 'See `SELECT why, case_id, record FROM rejected_records`. A sync stores the case as soon as the API sends a valid record.',
  },
  CASE_AMBIGUOUS: {
    exit: 'usage',
    description: 'More than one case matches the given number or name.',
    hint: 'Give the id of one of them.',
  },
  OUTPUT_REFUSED: {
    exit: 'usage',
    description: 'The file of --output already exists, or must never be overwritten.',
    hint: 'Give another name.',
  },
  OUTPUT_FAILED: {
    exit: 'usage',
    description: 'The file of --output could not be written.',
    hint: 'Make sure that the folder exists and is writable, and that the disk has space. Existing files are unchanged.',
  },
  CASE_NOT_DEPARTED: {
    exit: 'usage',
    description: 'Only a case that has left the site can be redacted.',
    hint: 'If it has left the site since the last run, run `clearinghouse-mirror sync` first; `departed` lists those that have left. A case that is on the site would come back with the next sync.',
  },
  DOCUMENT_NOT_MIRRORED: {
    exit: 'usage',
    description: 'The mirror has no document with this id.',
    hint: 'Check the id: it is the number in the address of the document. `clearinghouse-mirror query "SELECT id, title FROM documents"` lists the documents that were read so far.',
  },
  REDACTION_UNFINISHED: {
    exit: 'database',
    description:
      'The rows of a redacted case are deleted, but their bytes are still in the file, because another program reads it or the disk has no space to rewrite it.',
    hint: 'Close the programs that read the file, or free disk space: as much as the file takes beside it, and as much again in the folder for temporary files, which SQLITE_TMPDIR or TMPDIR names. The next `sync` or `redact` finishes the removal.',
  },
  OUTPUT_LOST: {
    exit: 'output',
    description:
      'The output of a command, or the log of a scheduled run, could not be written to its destination.',
    hint: 'Free some space where the output goes, or send it elsewhere. The mirror itself is unaffected.',
  },
  COVERAGE_UNKNOWN: {
    exit: 'usage',
    description: 'No run has measured the coverage yet.',
    hint: 'Run `clearinghouse-mirror sync` without --list.',
  },
  RUN_UNKNOWN: {
    exit: 'usage',
    description: 'The mirror has no run with this number.',
    hint: '`clearinghouse-mirror status` lists the newest runs. A day is written like 2026-03-01.',
  },
  TIME_NOT_MIRRORED: {
    exit: 'usage',
    description: 'The mirror has no state at the requested time.',
    hint: 'Ask for a time after the end of the first run; `clearinghouse-mirror status` lists the newest runs.',
  },
  HISTORY_MISSING: {
    exit: 'usage',
    description:
      'The requested value changed before the mirror kept history, so its earlier value is unknown.',
    hint: 'Ask for a later time, or leave out --as-of.',
  },
  HISTORY_DAMAGED: {
    exit: 'database',
    description: 'A state rebuilt from the history differs from the one that was stored at the time.',
    hint: 'The current data is unaffected. Restore a snapshot to read the past; please report it.',
  },
  CASE_REDACTED: {
    exit: 'usage',
    description: 'The content of the case, and its history, were removed on request.',
    hint: 'This mirror cannot restore it.',
  },
} as const satisfies Record<string, ErrorKind>;

/** Errors in the input of the program. */
export const ERRORS_OF_SETTINGS = {
  USAGE: {
    exit: 'usage',
    description: 'A command, flag or argument was not understood.',
    hint: 'See `clearinghouse-mirror --help`.',
  },
  SETTING_INVALID: {
    exit: 'usage',
    description: 'A setting has an invalid value.',
    hint: 'Correct the named flag, environment variable or line of .env.',
  },
  ENV_FILE_EXISTS: {
    exit: 'usage',
    description: '`init` found a .env file in the folder.',
    hint: 'Edit it, or run `init --replace` to replace it.',
  },
  TOKEN_MISSING: {
    exit: 'usage',
    description: 'No API token was given.',
    hint: 'Run `clearinghouse-mirror init`, set CLEARINGHOUSE_API_TOKEN (environment or .env), or pass --token-file. Without a token, try `clearinghouse-mirror demo`.',
  },
  API_DIFFERS: {
    exit: 'usage',
    description:
      'The mirror has cases of the Clearinghouse, and the settings name another API, such as a fake one; or the reverse. Nothing was requested.',
    hint: 'Name another file with --database, or correct --api-url. If this mirror is to follow the other API from now on, run `sync --accept-other-api` once.',
  },
  ADDRESS_UNTRUSTED: {
    exit: 'usage',
    description:
      'A .env file sets the address of the API, but the token comes from elsewhere. The token was not sent.',
    hint: 'If the address is right, set it where the token is set: CLEARINGHOUSE_API_URL in the environment, or --api-url. Or put the token into the same .env.',
  },
  ADDRESS_INSECURE: {
    exit: 'usage',
    description: 'The API address would send the token unencrypted over a network.',
    hint: 'Use an https:// address; http:// is accepted only for this machine (localhost, 127.0.0.1, ::1).',
  },
} as const satisfies Record<string, ErrorKind>;

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
  DATABASE_REPLACED: {
    exit: 'database',
    description:
      'While the program wrote to the mirror, its file was moved, removed or replaced by another one.',
    hint: 'Data that was written after that is in the file that was moved away, or lost. Run the command again to continue from the current file. `restore` and `redact` wait for the end of a run; a copy or a move does not.',
  },
  DATABASE_NEWER: {
    exit: 'database',
    description: 'The database was written by a newer version of this program.',
    hint: 'The file was not changed. Update clearinghouse-mirror; or go back with `restore` to the copy beside the mirror, whose name ends in `.before-upgrade`.',
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
    hint: 'Free some space and run the command again; what was stored before is intact.',
  },
  MIGRATION_FAILED: {
    exit: 'database',
    description: 'The schema could not be upgraded; it is unchanged.',
    hint: 'Please report it with the cause above.',
    lasts: true,
  },
} as const satisfies Record<string, ErrorKind>;

/** Errors of `export`. Whatever fails, an earlier export in the same folder is unchanged. */
export const ERRORS_OF_EXPORTS = {
  EXPORT_INCOMPLETE: {
    exit: 'usage',
    description:
      'The run is not complete, or some list was never read completely, so the export would lack cases.',
    hint: 'Run `clearinghouse-mirror sync` until it is complete, or add --allow-partial; the manifest then says that the export is partial.',
  },
  EXPORT_REFUSED: {
    exit: 'usage',
    description: 'The folder of the export is not an earlier, unchanged export, so it is not replaced.',
    hint: 'Name a new or empty folder.',
  },
  EXPORT_UNAVAILABLE: {
    exit: 'usage',
    description: 'The mirror does not have what the export was asked for.',
    hint: 'Leave it out.',
  },
  EXPORT_NO_ROOM: {
    exit: 'output',
    description: 'The disk has too little space for the export.',
    hint: 'Free some space, name a folder on another disk, or export fewer tables (--tables). An earlier export is unchanged.',
  },
  REDACTED_MEANWHILE: {
    exit: 'output',
    description:
      'Something was redacted while the command read the mirror, so what it would write or publish still has it.',
    hint: 'Nothing was written. Run the command again: then it is left out.',
  },
  EXPORT_FAILED: {
    exit: 'output',
    description: 'The export could not be written, or a file of it did not read back as it was written.',
    hint: 'An earlier export is unchanged, and nothing of this one is left. Fix the named cause and try again.',
  },
  UPLOAD_FAILED: {
    exit: 'network',
    description: 'The export is complete on the disk, and could not be copied to the bucket.',
    hint: 'The manifest in the bucket still names what was there before. Fix the named cause, and run the command again.',
  },
} as const satisfies Record<string, ErrorKind>;

/** Errors of `publish`. Whatever fails, what was published before is unchanged. */
export const ERRORS_OF_PUBLISHING = {
  PUBLISH_REFUSED: {
    exit: 'usage',
    description:
      'The server, the role or the schema is not fit for `publish`, or objects of others depend on tables that must be replaced.',
    hint: 'Nothing was changed. See docs/publish.md.',
  },
  PUBLISH_UNREACHABLE: {
    exit: 'network',
    description: 'The connection to the Postgres server failed, or the server did not respond in time.',
    hint: 'What was published before is unchanged. Check the address and the server, then publish again.',
  },
  PUBLISH_LOCKED: {
    exit: 'locked',
    description: 'Another `publish` writes to the same schema of the server.',
    hint: 'Wait for it to end. One whose process has died ends by itself within seconds.',
  },
  PUBLISH_BLOCKED: {
    exit: 'output',
    description:
      'Other sessions held locks on the published tables for a minute, or a constraint of others refused a row.',
    hint: 'What was published before is unchanged. End long transactions that read the tables, then publish again.',
  },
  PUBLISH_NO_ROOM: {
    exit: 'output',
    description: 'The Postgres server has too little disk space or memory.',
    hint: 'What was published before is unchanged. Free some space on the server, then publish again.',
  },
  PUBLISH_FAILED: {
    exit: 'output',
    description: 'The server refused what was sent, or does not hold the rows that were sent.',
    hint: 'What was published before is unchanged, and nothing of this publish is left. Fix the named cause and try again.',
  },
} as const satisfies Record<string, ErrorKind>;
