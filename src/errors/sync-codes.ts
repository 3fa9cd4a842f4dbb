import type { ErrorKind } from './exit-codes.ts';

/** Errors of the network and the API. */
export const ERRORS_OF_THE_API = {
  UNAUTHORIZED: {
    exit: 'unauthorized',
    description: 'The API returned 401 or 403, and its address `test` refused the token too.',
    hint: 'Check the token with `clearinghouse-mirror doctor`; ask the Clearinghouse for a new one if it has expired.',
    lasts: true,
  },
  NETWORK_FAILED: {
    exit: 'network',
    description: 'A request failed on every attempt. Other requests of the run may succeed.',
    hint: 'Stored data is kept. `clearinghouse-mirror doctor` checks the address and the network. Run `sync` again later; raise --max-attempts if the connection is poor.',
  },
  HOST_UNREACHABLE: {
    exit: 'network',
    description:
      'No connection to the host of the API, or to its proxy, could be opened: it refused every attempt or did not respond, or its name was not found. The run ends, because every other list would fail too.',
    hint: 'Stored data is kept. `clearinghouse-mirror doctor` checks the address and the network. Run `sync` again later; `nightly` does so by itself.',
  },
  SERVER_ERROR: {
    exit: 'network',
    description:
      'The server returned 408, 5xx, another temporary failure or something that is not JSON on every attempt.',
    hint: 'The site is probably busy or down for maintenance. Stored data is kept; run `sync` again later.',
  },
  RATE_LIMITED: {
    exit: 'network',
    description:
      'The server returned 429 (too many requests) on every attempt. The rest of that list is not requested.',
    hint: 'Stored data is kept. Run `sync` again later with a longer --delay, or raise --max-attempts.',
  },
  BLOCKED_BY_INTERMEDIARY: {
    exit: 'network',
    description:
      'Something in front of the API, such as a bot check or a firewall, responded to every attempt.',
    hint: 'The token is not the cause. Run `sync` again later with a longer --delay; if the error persists, ask the Clearinghouse to allow this address.',
  },
  PROXY_REFUSED: {
    exit: 'network',
    description: 'The proxy that HTTPS_PROXY or HTTP_PROXY names refused to pass the request on.',
    hint: 'Check the name and password in HTTPS_PROXY or HTTP_PROXY, or list the host in NO_PROXY if it can be reached directly.',
    lasts: true,
  },
  RETRY_AFTER_TOO_LONG: {
    exit: 'network',
    description:
      'The server asked for a longer pause than --retry-after-max allows. The run ends, and no run starts before the pause is over.',
    hint: 'Run again after that time, or raise --retry-after-max to wait for it; a longer --delay makes rate limiting rarer. If the pause is a mistake, --ignore-retry-after of `sync`, `fetch-texts` and `fetch-files` ignores it.',
  },
  MAX_DURATION_REACHED: {
    exit: 'network',
    description: 'The run reached its maximum duration.',
    hint: 'Stored data is kept. Run again, or raise --max-duration.',
  },
  CERTIFICATE_REFUSED: {
    exit: 'network',
    description: "The server's TLS certificate could not be trusted.",
    hint: 'Check the address and the clock of this machine; behind a proxy that inspects TLS, name its certificate in CLEARINGHOUSE_CA_FILE.',
    lasts: true,
  },
  RESPONSE_TOO_LARGE: {
    exit: 'contract',
    description: 'A response was larger than --max-body allows.',
    hint: 'If pages of that size are real, raise --max-body; memory grows with it.',
    lasts: true,
  },
  REQUEST_REJECTED: {
    exit: 'contract',
    description: 'The API refused the request and said why.',
    hint: 'Read the message of the API above; the address may belong to another version of the API.',
    lasts: true,
  },
  NOT_FOUND: {
    exit: 'contract',
    description: 'The API returned 404 on every attempt: there is no such address.',
    hint: 'Check --api-url; it should end in /api/v2p1/.',
  },
  LIST_SHRANK: {
    exit: 'partial',
    description:
      'The API announced another page, but in every pass the list had ended before that page and the one after it.',
    hint: 'Cases moved while the list was read. Run `sync` again; stored data is kept.',
  },
  RESPONSE_UNEXPECTED: {
    exit: 'contract',
    description:
      'A response did not have the documented shape or status, and neither did the response to a second request.',
    hint: 'Check --api-url with `clearinghouse-mirror doctor`; if it is right, the API has changed: please report it.',
    lasts: true,
  },
  REDIRECT_REFUSED: {
    exit: 'contract',
    description: 'The server redirected every attempt to another origin, or in a loop.',
    hint: 'The token is sent to one origin only. If the site has moved, set --api-url to its new address.',
    lasts: true,
  },
  NEXT_REFUSED: {
    exit: 'contract',
    description: 'The `next` address of a response leads outside the requested list.',
    hint: 'Nothing was lost, but this list could not be read to its end. Please report it.',
    lasts: true,
  },
  LINKED_LIST_REFUSED: {
    exit: 'partial',
    description:
      'The API returned 401 or 403 for a linked list (documents, dockets or resources of one case). Only that list is not read.',
    hint: 'Stored data is kept, and the list is requested again in a later run. If every list is refused, ask the Clearinghouse whether your token may read them.',
  },
  LINKED_LIST_SHIFTED: {
    exit: 'partial',
    description:
      'A linked list changed in every pass while it was read, or its pages and its count contradict each other.',
    hint: 'Stored data is kept, and the list is requested again in a later run.',
  },
  PAGES_REPEAT: {
    exit: 'contract',
    description: 'The `next` addresses form a loop, or page after page contains nothing new.',
    hint: 'Nothing was lost, but this list could not be read to its end. Please report it.',
  },
} as const satisfies Record<string, ErrorKind>;

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
      'The process ended in the middle of a run or a pass (kill -9, power failure). The next `sync`, `fetch-texts`, `fetch-files` or `redact` records it.',
    hint: 'Everything stored so far is kept. The next run continues.',
  },
  INTERRUPTED: {
    exit: 'interrupted',
    description: 'Ctrl-C (SIGINT) ended the run after the current page.',
    hint: 'The mirror keeps everything stored so far. Run the same command again to continue.',
  },
  TERMINATED: {
    exit: 'terminated',
    description: 'SIGTERM ended the run after the current page.',
    hint: 'The mirror keeps everything stored so far. Run the same command again to continue.',
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
      'A file of the scheduler (its state, a report, the metrics), or the file of a document, could not be written. The existing file is unchanged.',
    hint: 'Make sure that the folder exists and is writable for this user, that the path is free or a regular file, and that the disk has space.',
  },
  FILES_MISSING: {
    exit: 'output',
    description:
      'The folder of the files of documents is missing, is a link that leads nowhere, or has none of the stored files. Nothing is removed or forgotten.',
    hint: 'Mount the disk, or put the folder back beside the mirror, and run the command again. If the files are lost for good, add --accept-missing-files: those of the selected documents are requested again.',
  },
  STATE_FILE_DAMAGED: {
    exit: 'database',
    description: 'The state file of `nightly`, beside the mirror, cannot be read.',
    hint: 'Delete it. `nightly` creates a new one; the mirror itself records which scheduled runs are complete.',
  },
} as const satisfies Record<string, ErrorKind>;
