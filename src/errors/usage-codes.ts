import type { ErrorKind } from './api-codes.ts';

/** Why a question to the mirror, or a request of it, has no answer. */
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
  CASE_NOT_MIRRORED: {
    exit: 'usage',
    description: 'The mirror holds no case with this id.',
    hint: 'Check the id; `clearinghouse-mirror status` tells how complete the mirror is.',
  },
  CASE_REJECTED: {
    exit: 'usage',
    description:
      'The API sent a record of this case that could not be read as a case; the mirror keeps its bytes aside.',
    hint: 'See `SELECT why, case_id, record FROM rejected_records`. A sync stores the case as soon as the API sends it right.',
  },
  CASE_AMBIGUOUS: {
    exit: 'usage',
    description: 'More than one case goes by the number or the name that was given.',
    hint: 'Give the id of one of them.',
  },
  OUTPUT_REFUSED: {
    exit: 'usage',
    description: 'The file of --output is there already, or is one that is never written over.',
    hint: 'Give another name.',
  },
  OUTPUT_FAILED: {
    exit: 'usage',
    description: 'The file of --output could not be written.',
    hint: 'Check that the folder exists, that you may write there, and that the disk has room. What was there is unchanged.',
  },
  CASE_NOT_DEPARTED: {
    exit: 'usage',
    description: 'Only a case that has left the site can be redacted.',
    hint: 'If it has left the site since the last run, run `clearinghouse-mirror sync` first; `departed` lists those that have left. A case that is on the site would come back with the next sync.',
  },
  REDACTION_UNFINISHED: {
    exit: 'database',
    description:
      'The rows of a redacted case are deleted, but their bytes are still in the file, because another program reads it or there is no room to rewrite it.',
    hint: 'Close the programs that read the file, or free as much room as it takes; the next `sync` or `redact` finishes the removal.',
  },
  OUTPUT_LOST: {
    exit: 'output',
    description:
      'The answer of a command, or the log of a scheduled run, could not be written where it was to go.',
    hint: 'Free some space where the output goes, or send it elsewhere. The mirror itself is not concerned.',
  },
  COVERAGE_UNKNOWN: {
    exit: 'usage',
    description: 'No run has measured the coverage yet.',
    hint: 'Run `clearinghouse-mirror sync` without --status.',
  },
  RUN_UNKNOWN: {
    exit: 'usage',
    description: 'The mirror has no run with this number.',
    hint: '`clearinghouse-mirror status` lists the newest runs. A day is written like 2026-03-01.',
  },
  TIME_NOT_MIRRORED: {
    exit: 'usage',
    description: 'The mirror has no state of the moment that was asked for.',
    hint: 'Ask for a moment after the end of the first run; `clearinghouse-mirror status` lists the newest runs.',
  },
  HISTORY_MISSING: {
    exit: 'usage',
    description:
      'What was asked for changed before the mirror kept history, so what it said then is not known.',
    hint: 'Ask for a later moment, or without --as-of.',
  },
  HISTORY_DAMAGED: {
    exit: 'database',
    description: 'A state rebuilt from the history is not the one that was stored then.',
    hint: 'What is stored of the present is not concerned. Restore a copy to read the past; please report it.',
  },
  CASE_REDACTED: {
    exit: 'usage',
    description: 'The content of the case, and its history, were removed on request.',
    hint: 'It cannot be had from this mirror again.',
  },
} as const satisfies Record<string, ErrorKind>;

/** What is wrong with what the program was told. */
export const ERRORS_OF_SETTINGS = {
  USAGE: {
    exit: 'usage',
    description: 'A command, flag or argument was not understood.',
    hint: 'See `clearinghouse-mirror --help`.',
  },
  SETTING_INVALID: {
    exit: 'usage',
    description: 'A setting has a value that cannot be used.',
    hint: 'Correct the flag, the environment variable or the line in .env that is named.',
  },
  ENV_FILE_EXISTS: {
    exit: 'usage',
    description: '`init` found a file .env in the folder.',
    hint: 'Edit it, or run `init --replace` to have it written anew.',
  },
  TOKEN_MISSING: {
    exit: 'usage',
    description: 'No API token was given.',
    hint: 'Run `clearinghouse-mirror init`, set CLEARINGHOUSE_API_TOKEN (environment or .env), or pass --token-file. Without a token, try `clearinghouse-mirror demo`.',
  },
  ADDRESS_UNTRUSTED: {
    exit: 'usage',
    description:
      'A file .env names the address of the API, and the token comes from elsewhere. It was not sent.',
    hint: 'If the address is right, set it where the token is set: CLEARINGHOUSE_API_URL in the environment, or --api-url. Or put the token into the same .env.',
  },
  ADDRESS_INSECURE: {
    exit: 'usage',
    description: 'The API address would send the token unencrypted over a network.',
    hint: 'Use an https:// address; http:// is accepted for this machine itself (localhost, 127.0.0.1, ::1) only.',
  },
} as const satisfies Record<string, ErrorKind>;
