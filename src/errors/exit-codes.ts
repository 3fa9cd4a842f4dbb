/** Every way in which a command can end. The table of exit codes in the documentation is generated from it. */
export const EXIT_CODES = {
  complete: { code: 0, description: 'Success. Every requested list is complete or empty.' },
  unexpected: { code: 1, description: 'A bug in this program. Please report it.' },
  usage: { code: 2, description: 'A command, flag, setting or query was invalid. Nothing was done.' },
  unauthorized: { code: 3, description: 'The API refused the token. Every list sync was stopped.' },
  network: {
    code: 4,
    description: 'The network or the server kept failing until the retries or the maximum duration ran out.',
  },
  contract: { code: 5, description: 'The API sent a response that contradicts its documentation.' },
  partial: {
    code: 6,
    description:
      'Some of the requested lists are complete and some are not; the next run continues. Or `fetch-texts` or `fetch-files` has nothing of what was selected, because everything failed or is on hosts that `--file-hosts` does not name. Or `redact --snapshots` left copies that may have the content.',
  },
  suspicious: {
    code: 7,
    description:
      'Implausibly many cases disappeared from the site, so none was marked as departed. Everything else is stored.',
  },
  locked: { code: 8, description: 'Another process is writing to this mirror.' },
  database: {
    code: 9,
    description:
      'The database file cannot be used: missing, damaged, too new, unwritable, the disk is full, or no SQLite engine suits this Node.',
  },
  findings: { code: 10, description: 'The command `verify` found an error in the mirror.' },
  stale: { code: 11, description: 'The mirror is older than `status --check` allows.' },
  output: {
    code: 12,
    description: 'The output could not be written completely, for example because the disk is full.',
  },
  differs: {
    code: 13,
    description: 'The command `doctor --probe` found that the API differs from an assumption.',
  },
  port: { code: 14, description: 'The port of `browse` or `fake-api` is used by another program.' },
  interrupted: { code: 130, description: 'Ctrl-C (SIGINT) ended a run after the current page.' },
  terminated: {
    code: 143,
    description:
      'SIGTERM ended a run after the current page. A `nightly` that SIGTERM ends between runs exits with 0.',
  },
} as const;

export type ExitName = keyof typeof EXIT_CODES;

/** How an error ends the program, and its documentation. */
export interface ErrorKind {
  readonly exit: ExitName;
  /** One sentence for the documentation. */
  readonly description: string;
  /** What the user should do. */
  readonly hint: string;
  /** Set if the failure is permanent, so a scheduled run is not retried. Without it, the failure may be temporary. */
  readonly lasts?: true;
}
