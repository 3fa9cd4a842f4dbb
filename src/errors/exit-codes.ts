/** Every way in which a command can end. The documentation's table of exit codes is generated from this list. */
export const EXIT_CODES = {
  complete: { code: 0, description: 'Done. Every status asked for is complete or empty.' },
  unexpected: { code: 1, description: 'A fault of this program. Please report it.' },
  usage: { code: 2, description: 'The command, a flag, a setting or a query was wrong. Nothing was done.' },
  unauthorised: { code: 3, description: 'The API refused the token. Every list sync was stopped.' },
  network: {
    code: 4,
    description: 'The network or the server kept failing, and the retries or the time budget ran out.',
  },
  contract: { code: 5, description: 'The API answered something that its documentation rules out.' },
  partial: {
    code: 6,
    description: 'Some of what was asked for is complete and some is not; the next run goes on.',
  },
  suspicious: {
    code: 7,
    description:
      'More cases have left the site than can be believed, so none was marked as departed. All else is stored.',
  },
  locked: { code: 8, description: 'Another process is writing to this mirror.' },
  database: {
    code: 9,
    description:
      'The database file cannot be used: missing, damaged, too new, unwritable, the disk is full, or no SQLite engine suits this Node.',
  },
  findings: { code: 10, description: 'Something in the mirror is not as it should be (`verify`).' },
  stale: { code: 11, description: 'The mirror is older than it may be (`status --check`).' },
  output: {
    code: 12,
    description: 'What was asked for could not be printed whole, for example because the disk is full.',
  },
  interrupted: { code: 130, description: 'A run was ended by Ctrl-C (SIGINT), after the page in hand.' },
  terminated: {
    code: 143,
    description:
      'A run was ended by SIGTERM, after the page in hand. A `nightly` that was told to end between runs ends with 0.',
  },
} as const;

export type ExitName = keyof typeof EXIT_CODES;
