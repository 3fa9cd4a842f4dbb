import type { ErrorKind } from './api-codes.ts';

/** Reasons why a run or a scheduled run is incomplete. */
export const ERRORS_OF_RUNS = {
  COUNT_MISMATCH: {
    exit: 'partial',
    description:
      'Every page was read in as many passes as --max-passes allows, but the number of distinct cases differs from the count of the API.',
    hint: 'Cases moved between pages while the list was read. Run `sync` again; stored data is kept.',
  },
  COUNT_MISMATCH_STABLE: {
    exit: 'partial',
    description:
      'Two complete passes found the same cases, a few more or fewer than the API counts: the count is wrong, not the list.',
    hint: 'Nothing is known to be missing. Departures are still checked and snapshots are still taken; the list stays partial until its count is right.',
    lasts: true,
  },
  COUNT_FAR_OFF: {
    exit: 'partial',
    description: 'Two complete passes found the same cases, but far fewer or more than the API counts.',
    hint: 'The API seems to end this list early. Stored data is kept; please report it.',
    lasts: true,
  },
  PAGES_UNREADABLE: {
    exit: 'partial',
    description: 'Some pages of a list could not be read. The pages after them were read.',
    hint: 'The known cases of those pages were looked up by id. Run `sync` again later; if a page fails in every run, report it to the Clearinghouse.',
  },
  WRONG_LIST: {
    exit: 'partial',
    description:
      'A list contained cases with the label of another list: the server may have ignored the filter.',
    hint: 'The cases are stored, and none is marked as departed from this list. Run `sync` again later; if the error persists, report it to the Clearinghouse.',
  },
  LISTS_OVERLAP: {
    exit: 'partial',
    description:
      'Two lists contained the same cases, which have no label of their own: the server may have ignored the filter.',
    hint: 'The cases are stored, and none is marked as departed from these lists. Run `sync` again later; if the error persists, report it to the Clearinghouse.',
  },
  LISTS_ABOVE_WHOLE: {
    exit: 'partial',
    description:
      'Lists without a common case contain more cases together than the API counts without a filter, and a second request confirmed it.',
    hint: 'Stored data is kept, and no case is marked as departed from these lists. Run `sync` again later; if the error persists, report it to the Clearinghouse.',
  },
  WRONG_FILTER: {
    exit: 'partial',
    description: '"No results" named a different filter than the request, so it says nothing about the list.',
    hint: 'No case is marked as departed because of it. Run `sync` again later; if the error persists, report it to the Clearinghouse.',
  },
  LIST_UNSTABLE: {
    exit: 'partial',
    description: 'With --require-stable: no two consecutive passes over a list found the same cases.',
    hint: 'The list changes while it is read. Run `sync` again at a quieter hour, or raise --max-passes.',
  },
  DEPARTURES_SUSPICIOUS: {
    exit: 'suspicious',
    description: 'Implausibly many cases disappeared from the site, so none was marked as departed.',
    hint: 'Check the site. If the cases are really gone, run `sync --accept-departures` once; otherwise run `sync` again later.',
  },
  RECORDS_REJECTED: {
    exit: 'partial',
    description:
      'Every page was read, but some records are not cases or could not be parsed exactly. `rejected_records` keeps them byte for byte.',
    hint: 'See `SELECT why, case_id, record FROM rejected_records`. The list stays partial until the API fixes them.',
    lasts: true,
  },
  JSON_MALFORMED: {
    exit: 'partial',
    description:
      'Every page was read and nothing is missing, but a page was not valid JSON, for example because of a comma after its last record.',
    hint: 'Everything is stored. Departures are still checked and snapshots are still taken; the list stays partial until the API fixes it.',
    lasts: true,
  },
  CASES_MISSED: {
    exit: 'partial',
    description:
      'A list did not contain cases that the API reports under that list when they are requested one by one.',
    hint: 'The known cases were fetched; new ones may be missing. Run `sync` again.',
  },
  PROCESS_DIED: {
    exit: 'interrupted',
    description:
      'The process ended in the middle of a run (kill -9, power failure). The next run detects it.',
    hint: 'Everything stored so far is kept. The next run continues.',
  },
  INTERRUPTED: {
    exit: 'interrupted',
    description: 'Ctrl-C (SIGINT) ended the run after the current page.',
    hint: 'Everything stored so far is kept. Run `sync` again to continue.',
  },
  TERMINATED: {
    exit: 'terminated',
    description: 'SIGTERM ended the run after the current page.',
    hint: 'Everything stored so far is kept. Run `sync` again to continue.',
  },
  VERIFY_FAILED: {
    exit: 'findings',
    description: 'The verification after a scheduled run found an error in the mirror.',
    hint: 'Run `clearinghouse-mirror verify`, which names each finding; `clearinghouse-mirror restore` puts a snapshot back.',
  },
  NOTIFY_FAILED: {
    exit: 'network',
    description: 'A notification after a scheduled run failed. The scheduled run itself is unaffected.',
    hint: 'Check CLEARINGHOUSE_PING_URL and CLEARINGHOUSE_WEBHOOK_URL, and that their hosts can be reached from here.',
  },
  STALE: {
    exit: 'stale',
    description: 'The mirror is older than `status --check` allows.',
    hint: '`clearinghouse-mirror status` shows how the latest runs ended and whether `nightly` is running.',
  },
  FILE_UNWRITABLE: {
    exit: 'output',
    description:
      'A file of the scheduler (its state, a report, the metrics) could not be written. The existing file is unchanged.',
    hint: 'Make sure that the folder exists and is writable for this user, that the path is free or a regular file, and that the disk has space.',
  },
  STATE_FILE_DAMAGED: {
    exit: 'database',
    description: 'The state file of `nightly`, beside the mirror, cannot be read.',
    hint: 'Delete it. `nightly` creates a new one; the mirror itself records which scheduled runs are complete.',
  },
} as const satisfies Record<string, ErrorKind>;
