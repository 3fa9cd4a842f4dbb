import type { ExitName } from './exit-codes.ts';

interface ErrorKind {
  readonly exit: ExitName;
  /** One sentence for the documentation. */
  readonly means: string;
  /** What the reader should do about it. */
  readonly hint: string;
}

/** Every error code of the mirror, with its exit and its advice. docs/errors.md is generated from it. */
export const ERROR_KINDS = {
  USAGE: {
    exit: 'usage',
    means: 'A command, flag or argument was not understood.',
    hint: 'See `clearinghouse-mirror --help`.',
  },
  SETTING_INVALID: {
    exit: 'usage',
    means: 'A setting has a value that cannot be used.',
    hint: 'Correct the flag, the environment variable or the line in .env that is named.',
  },
  ENV_FILE_EXISTS: {
    exit: 'usage',
    means: '`init` found a file .env in the folder.',
    hint: 'Edit it, or run `init --replace` to have it written anew.',
  },
  TOKEN_MISSING: {
    exit: 'usage',
    means: 'No API token was given.',
    hint: 'Set CLEARINGHOUSE_API_TOKEN (environment or .env) or pass --token-file. Without a token, try `clearinghouse-mirror demo`.',
  },
  ADDRESS_INSECURE: {
    exit: 'usage',
    means: 'The API address would send the token unencrypted over a network.',
    hint: 'Use an https:// address; http:// is accepted for this machine itself (localhost, 127.0.0.1, ::1) only.',
  },
  UNAUTHORISED: {
    exit: 'unauthorised',
    means: 'The API answered 401 or 403.',
    hint: 'Check the token with `clearinghouse-mirror doctor`; ask the Clearinghouse for a new one if it has expired.',
  },
  NETWORK_GAVE_UP: {
    exit: 'network',
    means: 'A request kept failing until the attempts were used up.',
    hint: 'What was stored stays. Run `sync` again later; raise --attempts if the connection is poor.',
  },
  TRANSIENT_ANSWER: {
    exit: 'network',
    means:
      'The server answered 408, 429, 5xx or something that is not JSON, until the attempts were used up.',
    hint: 'The site is probably busy or in maintenance. What was stored stays; run `sync` again later.',
  },
  RETRY_AFTER_TOO_LONG: {
    exit: 'network',
    means: 'The server asked for a longer pause than the ceiling allows.',
    hint: 'Run again after that pause, or raise --retry-after-ceiling; a longer --delay makes throttling rarer.',
  },
  TIME_BUDGET_SPENT: {
    exit: 'network',
    means: 'The time budget of the run was used up.',
    hint: 'What was stored stays. Run again, or raise --time-budget.',
  },
  CERTIFICATE_REFUSED: {
    exit: 'network',
    means: "The server's TLS certificate could not be trusted.",
    hint: 'Check the address and the clock of this machine; behind a proxy that inspects TLS, set NODE_EXTRA_CA_CERTS.',
  },
  BODY_TOO_LARGE: {
    exit: 'contract',
    means: 'An answer was larger than the ceiling.',
    hint: 'If pages of that size are real, raise --max-body.',
  },
  REFUSED_BY_API: {
    exit: 'contract',
    means: 'The API refused the request and said why.',
    hint: "Read the API's words above; the address may belong to another version of the API.",
  },
  NOT_FOUND: {
    exit: 'contract',
    means: 'The API knows no such address (404).',
    hint: 'Check --api-url; it should end in /api/v2p1/.',
  },
  LIST_SHRANK: {
    exit: 'partial',
    means: 'A further page was announced, and when it was asked for the list had become too short.',
    hint: 'Cases moved while the list was read. Run `sync` again; what was stored stays.',
  },
  CONTRACT_BROKEN: {
    exit: 'contract',
    means: 'A good answer did not have the documented shape.',
    hint: 'Check --api-url with `clearinghouse-mirror doctor`; if it is right, the API has changed: please report it.',
  },
  REDIRECT_REFUSED: {
    exit: 'contract',
    means: 'The server redirected to another origin, or in a circle.',
    hint: 'The token is sent to one origin only. If the site has moved, set --api-url to its new address.',
  },
  NEXT_REFUSED: {
    exit: 'contract',
    means: "The answer's `next` address leads outside the list that was asked for.",
    hint: 'Nothing was lost, but this status could not be read to its end. Please report it.',
  },
  PAGES_REPEAT: {
    exit: 'contract',
    means: 'The `next` addresses lead in a circle, or page after page brings nothing new.',
    hint: 'Nothing was lost, but this status could not be read to its end. Please report it.',
  },
  COUNT_MISMATCH: {
    exit: 'partial',
    means:
      'Every page was read, as often as --walks allows, but the distinct cases are not as many as the API reported.',
    hint: 'Cases moved between pages while the list was read. Run `sync` again; what was stored stays.',
  },
  UNCONFIRMED: {
    exit: 'partial',
    means: 'With --confirm: no two walks of a list, one after the other, held the same cases.',
    hint: 'The list moves while it is read. Run `sync` again at a quieter hour, or raise --walks.',
  },
  DEPARTURES_DOUBTED: {
    exit: 'doubtful',
    means: 'More cases are gone from the site than can be believed; none was marked as departed.',
    hint: 'Look at the site. If the cases are really gone, run `sync --accept-departures` once; if not, just run `sync` again later.',
  },
  RECORDS_KEPT_ASIDE: {
    exit: 'partial',
    means: 'Every page was read, but some records are not cases; they are kept in `kept_aside`.',
    hint: 'See `SELECT * FROM kept_aside`. The status counts as partial until the API mends them.',
  },
  VERIFY_FOUND: {
    exit: 'findings',
    means: 'The proof of the mirror after a night found something that is not as it should be.',
    hint: 'Run `clearinghouse-mirror verify`, which names each finding; `clearinghouse-mirror restore` puts a snapshot back.',
  },
  NOTIFY_FAILED: {
    exit: 'network',
    means: 'After a night somebody could not be told of it. The night itself is not touched by that.',
    hint: 'Check CLEARINGHOUSE_PING_URL and CLEARINGHOUSE_WEBHOOK_URL, and that their hosts can be reached from here.',
  },
  STALE: {
    exit: 'stale',
    means: 'The mirror is older than `status --check` allows.',
    hint: '`clearinghouse-mirror status` tells how the last runs ended, and whether anybody keeps the schedule.',
  },
  NIGHT_BOOK_DAMAGED: {
    exit: 'database',
    means: 'The small file beside the mirror in which `nightly` keeps its state cannot be read.',
    hint: 'Delete it: it is written anew, and the mirror itself knows which nights are complete.',
  },
  LOCKED: {
    exit: 'locked',
    means: 'Another process is writing to this mirror.',
    hint: 'Wait for it to end, or stop it. Reading (`status`, `case`, `query`) is possible all the time.',
  },
  DATABASE_MISSING: {
    exit: 'database',
    means: 'There is no mirror at this path yet.',
    hint: 'Run `clearinghouse-mirror sync` to make one, or `demo` to try it without a token; check --database.',
  },
  DATABASE_FOREIGN: {
    exit: 'database',
    means: 'The file is not a database, or not one of this program.',
    hint: 'Nothing was changed in it. Choose another --database.',
  },
  DATABASE_NEWER: {
    exit: 'database',
    means: 'The database was written by a newer version of this program.',
    hint: 'Nothing was changed in it. Update clearinghouse-mirror.',
  },
  DATABASE_OLDER: {
    exit: 'database',
    means: 'The database has an older schema and this command may not change it.',
    hint: 'Run `clearinghouse-mirror sync` once; it brings the schema up to date.',
  },
  DATABASE_UNWRITABLE: {
    exit: 'database',
    means: 'The database, or its folder, cannot be opened or written.',
    hint: 'Check that the folder exists and that this user may write to it.',
  },
  DATABASE_DAMAGED: {
    exit: 'database',
    means: 'SQLite found the file damaged.',
    hint: 'Restore a copy, or move the file away and run `sync` to fetch everything anew.',
  },
  DATABASE_BUSY: {
    exit: 'database',
    means: 'The database stayed busy longer than the waiting time.',
    hint: 'Close other programs that write to the file, then try again.',
  },
  DISK_LOW: {
    exit: 'database',
    means: 'A snapshot was not begun, because it would leave no room on the disk.',
    hint: 'Free some space, keep fewer snapshots (--keep-daily, --keep-weekly, --keep-monthly), or set another folder (--snapshots).',
  },
  SNAPSHOT_FAILED: {
    exit: 'database',
    means: 'A snapshot could not be made. Nothing of it was left behind.',
    hint: 'See that the folder exists and can be written to, then run `clearinghouse-mirror snapshot`.',
  },
  DISK_FULL: {
    exit: 'database',
    means: 'There was no room left to write, or the disk failed.',
    hint: 'Free some space and run again; every page stored before stays intact.',
  },
  MIGRATION_FAILED: {
    exit: 'database',
    means: 'The schema could not be brought up to date; it was left as it was.',
    hint: 'Please report it with the cause above.',
  },
  QUERY_INVALID: {
    exit: 'usage',
    means: 'SQLite did not accept the query.',
    hint: 'See docs/schema.md for tables, columns and views.',
  },
  QUERY_WRITES: {
    exit: 'usage',
    means: '`query` only reads: one statement that returns rows.',
    hint: 'Copy the file first if you want to change something.',
  },
  CASE_NOT_MIRRORED: {
    exit: 'usage',
    means: 'The mirror holds no case with this id.',
    hint: 'Check the id; `clearinghouse-mirror status` tells how complete the mirror is.',
  },
  CASE_NOT_DEPARTED: {
    exit: 'usage',
    means: 'Only a case that has left the site can be redacted.',
    hint: 'See `clearinghouse-mirror departed`. A case that is on the site would come back with the next sync.',
  },
  REDACTION_UNFINISHED: {
    exit: 'database',
    means:
      'The rows of a redacted case are removed, but the file could not be written anew while another program reads it.',
    hint: 'Close the programs that read the file, then run `redact` for the same case again.',
  },
  CASES_MISSED: {
    exit: 'partial',
    means: 'A list did not hold cases that the API has under its status when they are asked for one by one.',
    hint: 'Those that the mirror knew were fetched; new ones may be missing. Run `sync` again.',
  },
  NOTHING_MEASURED: {
    exit: 'usage',
    means: 'No run has measured the coverage yet.',
    hint: 'Run `clearinghouse-mirror sync` without --status.',
  },
  RUN_UNKNOWN: {
    exit: 'usage',
    means: 'The mirror has no run with this number.',
    hint: '`clearinghouse-mirror status` lists the newest runs. A day is written like 2026-03-01.',
  },
  MOMENT_NOT_MIRRORED: {
    exit: 'usage',
    means: 'The mirror has no state of the moment that was asked for.',
    hint: 'Ask for a moment after the end of the first run; `clearinghouse-mirror status` lists the newest runs.',
  },
  HISTORY_MISSING: {
    exit: 'usage',
    means: 'What was asked for changed before the mirror kept history, so what it said then is not known.',
    hint: 'Ask for a later moment, or without --as-of.',
  },
  HISTORY_DAMAGED: {
    exit: 'database',
    means: 'A state rebuilt from the history is not the one that was stored then.',
    hint: 'What is stored of the present is not concerned. Restore a copy to read the past; please report it.',
  },
  CASE_REDACTED: {
    exit: 'usage',
    means: 'The content of the case, and its history, were removed on request.',
    hint: 'It cannot be had from this mirror again.',
  },
  INTERRUPTED: {
    exit: 'interrupted',
    means: 'Ctrl-C (SIGINT) ended the run after the page in hand.',
    hint: 'Everything stored so far stays. Run `sync` again to go on.',
  },
  TERMINATED: {
    exit: 'terminated',
    means: 'SIGTERM ended the run after the page in hand.',
    hint: 'Everything stored so far stays. Run `sync` again to go on.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;
