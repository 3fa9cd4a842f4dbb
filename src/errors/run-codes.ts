import type { ErrorKind } from './api-codes.ts';

/** How a run or a scheduled run fell short of all that it was to bring. */
export const ERRORS_OF_RUNS = {
  COUNT_MISMATCH: {
    exit: 'partial',
    description:
      'Every page was read, as often as --max-passes allows, but the distinct cases are not as many as the API reported.',
    hint: 'Cases moved between pages while the list was read. Run `sync` again; what was stored stays.',
  },
  COUNT_MISMATCH_STABLE: {
    exit: 'partial',
    description:
      'Two passes to the last page brought the very same cases, a few more or fewer than the API counts: the count is wrong, not the list.',
    hint: 'Nothing is known to be missing. Departures are still looked up and snapshots still taken; the list stays partial until its count fits.',
    lasts: true,
  },
  COUNT_FAR_OFF: {
    exit: 'partial',
    description:
      'Two passes to the last page brought the very same cases, and far from as many as the API counts.',
    hint: 'The API seems to end this list early. What was stored stays; please report it.',
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
      'A list held cases that carry the label of another list: the server may have ignored the filter.',
    hint: 'The cases are stored, and none is marked as departed from this list. Run `sync` again later; if it goes on, report it to the Clearinghouse.',
  },
  LISTS_OVERLAP: {
    exit: 'partial',
    description:
      'Two lists held the same cases, which say by no label where they belong: the server may have ignored the filter.',
    hint: 'The cases are stored, and none is marked as departed from these lists. Run `sync` again later; if it goes on, report it to the Clearinghouse.',
  },
  LISTS_ABOVE_WHOLE: {
    exit: 'partial',
    description:
      'Lists that share no case count more cases together than the API has without a filter, and do so again when asked once more.',
    hint: 'What was stored stays, and no case is marked as departed from these lists. Run `sync` again later; if it goes on, report it to the Clearinghouse.',
  },
  WRONG_FILTER: {
    exit: 'partial',
    description:
      '"No results" named another filter than the one that was asked for, so it says nothing of the list.',
    hint: 'No case is marked as departed because of it. Run `sync` again later; if it goes on, report it to the Clearinghouse.',
  },
  LIST_UNSTABLE: {
    exit: 'partial',
    description: 'With --require-stable: no two passes of a list, one after the other, held the same cases.',
    hint: 'The list moves while it is read. Run `sync` again at a quieter hour, or raise --max-passes.',
  },
  DEPARTURES_SUSPICIOUS: {
    exit: 'suspicious',
    description: 'More cases are gone from the site than can be believed; none was marked as departed.',
    hint: 'Look at the site. If the cases are really gone, run `sync --accept-departures` once; if not, just run `sync` again later.',
  },
  RECORDS_REJECTED: {
    exit: 'partial',
    description:
      'Every page was read, but some records are not cases, or could not be read exactly; they are kept in `rejected_records` in their own bytes.',
    hint: 'See `SELECT why, case_id, record FROM rejected_records`. The status counts as partial until the API mends them.',
    lasts: true,
  },
  JSON_MALFORMED: {
    exit: 'partial',
    description:
      'Every page was read and nothing is missing, but a page was not JSON, such as by a comma after its last record.',
    hint: 'All of it is stored. Departures are still looked up and snapshots still taken; the list stays partial until the API mends it.',
    lasts: true,
  },
  CASES_MISSED: {
    exit: 'partial',
    description:
      'A list did not hold cases that the API has under its status when they are asked for one by one.',
    hint: 'Those that the mirror knew were fetched; new ones may be missing. Run `sync` again.',
  },
  PROCESS_DIED: {
    exit: 'interrupted',
    description:
      'The process of a run ended in the middle of it (kill -9, power). The next run finds that out.',
    hint: 'Everything stored so far stays. The next run goes on.',
  },
  INTERRUPTED: {
    exit: 'interrupted',
    description: 'Ctrl-C (SIGINT) ended the run after the page in hand.',
    hint: 'Everything stored so far stays. Run `sync` again to go on.',
  },
  TERMINATED: {
    exit: 'terminated',
    description: 'SIGTERM ended the run after the page in hand.',
    hint: 'Everything stored so far stays. Run `sync` again to go on.',
  },
  VERIFY_FAILED: {
    exit: 'findings',
    description: 'The proof of the mirror after a scheduled run found something that is not as it should be.',
    hint: 'Run `clearinghouse-mirror verify`, which names each finding; `clearinghouse-mirror restore` puts a snapshot back.',
  },
  NOTIFY_FAILED: {
    exit: 'network',
    description:
      'After a scheduled run somebody could not be told of it. The scheduled run itself is not touched by that.',
    hint: 'Check CLEARINGHOUSE_PING_URL and CLEARINGHOUSE_WEBHOOK_URL, and that their hosts can be reached from here.',
  },
  STALE: {
    exit: 'stale',
    description: 'The mirror is older than `status --check` allows.',
    hint: '`clearinghouse-mirror status` tells how the last runs ended, and whether anybody keeps the schedule.',
  },
  FILE_UNWRITABLE: {
    exit: 'output',
    description:
      'A file of the schedule (its state, a report, the metrics) could not be written. What was there is unchanged.',
    hint: 'See that the folder exists, that this user may write there, that the name is free or that of a regular file, and that the disk has room.',
  },
  STATE_FILE_DAMAGED: {
    exit: 'database',
    description: 'The small file beside the mirror in which `nightly` keeps its state cannot be read.',
    hint: 'Delete it: it is written anew, and the mirror itself knows which scheduled runs are complete.',
  },
} as const satisfies Record<string, ErrorKind>;
