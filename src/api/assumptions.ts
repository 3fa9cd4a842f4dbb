import { ASSUMPTIONS_ABOUT_RECORDS, type Assumption } from './assumptions-of-records.ts';

/** The assumptions about requests and lists. */
const ASSUMPTIONS_ABOUT_LISTS = {
  A1: {
    subject: 'Token',
    assumed:
      'The header `Authorization: Token ...` carries the token. `test` answers a valid token with a `message`.',
    source: ['documented'],
    breaks: 'No request succeeds, or a refused token is taken for a busy server.',
    detection: '`doctor` and `init` request `test`. A sync ends with `UNAUTHORIZED`.',
  },
  A2: {
    subject: 'A 401 or 403',
    assumed:
      'Those of the API are JSON, and concern the token only if `test` rejects it too. Any other 403 comes from an intermediary, such as a bot check, and is temporary.',
    source: ['documented', 'peers', 'guessed'],
    breaks: 'A valid token counts as refused, or a refused one is sent again and again.',
    detection:
      '`UNAUTHORIZED` ends the run. Any other response is retried, and then ends the list with `SERVER_ERROR` or `BLOCKED_BY_INTERMEDIARY`.',
  },
  A3: {
    subject: 'Slash at the end of an address',
    assumed:
      'An address that ends with a slash is answered at once. Without the slash, the server redirects to the address with it.',
    source: ['documented'],
    breaks: 'Each page costs two requests.',
    detection: 'Redirects count as requests in `list_syncs`; a loop is `REDIRECT_REFUSED`.',
  },
  A4: {
    subject: 'Redirects',
    assumed: 'A redirect stays on the same scheme, host and port, and keeps the filter.',
    source: ['guessed'],
    breaks: 'No list can be read: the token is never sent to another origin.',
    detection:
      'After three attempts, `REDIRECT_REFUSED`. On a later page, only that page is lost (`PAGES_UNREADABLE`).',
  },
  A5: {
    subject: 'Can lists be fetched in parallel?',
    assumed: 'Not assumed. The program sends one request at a time, with a pause in between.',
    source: ['guessed'],
    breaks: 'Nothing. A sync takes longer than it could.',
    detection: '–',
  },
  A6: {
    subject: 'Rate limits',
    assumed:
      'The API responds with 429, perhaps with `Retry-After` in seconds, as a date or as a Unix time near the present. Any other status than that of the requested page may have this header too. The program ignores a pause of more than seven days.',
    source: ['peers'],
    breaks: 'The program asks too often, or waits too long.',
    detection:
      '`list_syncs` records every retry and every second waited. `paused_until` of `sync_runs` records a pause at once, and keeps it if it outlasts the run. If the last attempt is rate-limited too, the list ends with `RATE_LIMITED`. The log names a header that was ignored.',
  },
  A7: {
    subject: 'Conditional requests',
    assumed:
      'Not assumed. The program sends no `If-None-Match` or `If-Modified-Since`, and reads every page whole.',
    source: ['guessed'],
    breaks: 'Nothing. A sync transfers more than it must.',
    detection: '–',
  },
  A8: {
    subject: 'Compression',
    assumed: 'A response is plain or compressed with gzip, deflate or br, at most twice.',
    source: ['guessed'],
    breaks: 'The response cannot be read.',
    detection: 'The request is retried, and then ends with `SERVER_ERROR`.',
  },
  A9: {
    subject: 'The charset of a response',
    assumed:
      'UTF-8, with or without a byte-order mark; UTF-16 and UTF-32 by the byte-order mark or the first bytes; otherwise the charset in `Content-Type`. A stray byte that is not UTF-8 is decoded as windows-1252, never as U+FFFD.',
    source: ['seen', 'guessed'],
    breaks: 'Some characters are wrong.',
    detection:
      'A record with stray bytes is stored as decoded, and its original bytes go to `rejected_records`. The list is `partial` with `RECORDS_REJECTED`.',
  },
  A10: {
    subject: 'An extra comma before a bracket, or a token such as `NaN` outside the records',
    assumed: 'No record is lost.',
    source: ['guessed'],
    breaks: 'A list could miss records and still end normally.',
    detection:
      'The list is `partial` with `JSON_MALFORMED`. The program still decides departures and takes snapshots.',
  },
  A11: {
    subject: 'A record that is not valid JSON (`NaN`, an invalid escape, an unterminated string)',
    assumed:
      'Only that record is lost. The program requests a damaged page again. If the page is still damaged, it uses the intact records.',
    source: ['guessed'],
    breaks: 'Records after the damage are missing.',
    detection:
      '`rejected_records` keeps the record in `bytes`, and the case that it names in `case_id`. The list is `partial`.',
  },
  A12: {
    subject: 'HTML with status 200, an error object with status 200, or 202 and 204',
    assumed: 'A temporary failure. The program retries.',
    source: ['peers', 'guessed'],
    breaks: 'The program repeats a request that never succeeds.',
    detection: 'After the last attempt the page counts as unreadable, and the message quotes the server.',
  },
  A13: {
    subject:
      'A response that is neither a list nor a known failure: `null`, a text or a list without an envelope with status 200; 300, 304, 600; a 404 in the middle of a list',
    assumed: 'It is temporary, or affects one page. The program makes up to three requests.',
    source: ['guessed'],
    breaks: 'A page is missing.',
    detection: 'If it persists, only that page is lost (`PAGES_UNREADABLE`, with the reason).',
  },
  A14: {
    subject: 'The filter `case_ongoing`',
    assumed:
      'It takes one of five ids, and returns the cases whose `case_ongoing` is the label of that id, and no others.',
    source: ['documented', 'seen'],
    breaks: 'Cases are missing from the mirror or are in the wrong list.',
    detection:
      'A case with another label in a list is `WRONG_LIST`. `coverage` compares the sum of the lists with the count without a filter.',
  },
  A15: {
    subject: 'Cases with `case_ongoing: null`',
    assumed:
      'No `case_ongoing` filter returns them. About 11 % of recorded cases have null, and all of these are "In Process (Public)", so the program also reads that list (`case_status=5074`).',
    source: ['documented', 'seen'],
    breaks: 'Cases are missing from the mirror.',
    detection:
      'Each run records the counts without a filter and by `case_status`. `coverage` shows how many cases are in no list.',
  },
  A16: {
    subject: 'Does `?case_id=ID` return that case alone?',
    assumed: 'Yes, in the envelope of a list. After any other response, the case stays unmarked.',
    source: ['documented'],
    breaks: 'Departures cannot be decided.',
    detection: 'The check is `incomplete` and the run `partial`, with `RESPONSE_UNEXPECTED`.',
  },
  A17: {
    subject: 'Nothing matches a filter',
    assumed:
      'Status 400 and a list of one text that begins with "No results" is an empty list, not a failure. The text may repeat the filter.',
    source: ['documented'],
    breaks: 'An empty list counts as a failure, or a failure as an empty list.',
    detection: 'Another 400 is `REQUEST_REJECTED`. A text that repeats another filter is `WRONG_FILTER`.',
  },
  A18: {
    subject: 'The envelope of a list of cases',
    assumed: 'An object with `count`, `next`, `previous` and `results`. `""` as `next` counts as null.',
    source: ['documented'],
    breaks: 'No list can be read.',
    detection: '`RESPONSE_UNEXPECTED`.',
  },
  A19: {
    subject: 'A page without a usable `count`',
    assumed: 'Its records are valid.',
    source: ['guessed'],
    breaks: 'Nothing proves that the list is complete.',
    detection: 'The list is `partial` with `RESPONSE_UNEXPECTED`.',
  },
  A20: {
    subject: 'Page size',
    assumed: 'The server chooses it. The end of a list is never computed from it.',
    source: ['documented', 'guessed'],
    breaks: 'Nothing.',
    detection: 'Nothing depends on it but how many requests and how much memory a page takes.',
  },
  A21: {
    subject: 'Page numbers',
    assumed:
      'The pages of a list of cases are numbered by `page`, from 1, and `next` names the number after its own.',
    source: ['documented'],
    breaks: 'A page that cannot be read ends the list, because the page after it cannot be named.',
    detection:
      'A `next` that leaves pages out is `NEXT_REFUSED`; one that was already read is `PAGES_REPEAT`.',
  },
  A22: {
    subject: 'Does `next` keep the scheme and host?',
    assumed:
      'No. The program resolves it against the URL of its page and rebuilds it on the configured address. It uses only the path and query, and these keep the list and its filter.',
    source: ['guessed'],
    breaks: 'The token could go to another host, or another list could be read.',
    detection:
      'If `next` leads outside the list, requests another filter or is not a URL, the program stores the page, requests the following page by its number, and marks the list as `partial` with `NEXT_REFUSED`.',
  },
  A23: {
    subject: 'A 404 `Invalid page.` or a "No results" for a page that should exist',
    assumed:
      'A page past the end answers so. Either the list became shorter while it was read, or the response is wrong. The program requests the following page by number.',
    source: ['documented', 'guessed'],
    breaks: 'A list ends too early.',
    detection:
      'If that page is also past the end, the pass ends with `LIST_SHRANK`. Otherwise the page counts as unreadable. In both cases the program reads the list again, and the pass never makes it complete.',
  },
  A24: {
    subject: 'A page that cannot be read',
    assumed:
      'Only that page is lost. The program requests the following pages by number (`page=`). After five unreadable pages in a row it assumes that the server has failed, and ends the list. After two pages without any response it requests `test` once, and ends the list if that fails too.',
    source: ['peers', 'guessed'],
    breaks: 'Cases of that page are missing.',
    detection:
      'The list is `partial` with `PAGES_UNREADABLE`, and no case departs because of it. The program looks up the known cases that no list contained, at most 500 in a run.',
  },
  A25: {
    subject: 'Is the order of a list stable between pages?',
    assumed: 'No. A case can come twice or not at all.',
    source: ['guessed'],
    breaks: 'A list could miss cases and still look complete.',
    detection:
      'The program compares the count of each page with the first one, and the number of distinct ids with the count. If anything differs, it reads the list again, up to `--max-passes` times. Only a pass without a difference is `complete`.',
  },
  A26: {
    subject: 'Can equal numbers of cases leave and join a list between the same two requests?',
    assumed:
      'Rarely, and counts cannot reveal it. The program looks up a known case that was missed this way, finds it in its list, and marks the list as `partial` with `CASES_MISSED`. It may miss a new case until the next run.',
    source: ['guessed'],
    breaks: 'A new case is missing until the next run.',
    detection: '`--require-stable` detects it: it reads each list until two passes hold the same cases.',
  },
  A27: {
    subject: 'Does the count of a list match its pages?',
    assumed: 'Usually. If it is always off by a few, the count is wrong.',
    source: ['documented', 'guessed'],
    breaks: 'The list never becomes complete.',
    detection:
      '`COUNT_MISMATCH_STABLE`; the list stays `partial` ([decision 11](decisions/0011-a-count-that-never-fits.md)).',
  },
  A28: {
    subject: 'A filter by date of change',
    assumed: 'There is none, so each run reads every list whole.',
    source: ['guessed'],
    breaks: 'Nothing. A sync transfers more than it must.',
    detection: '–',
  },
  A29: {
    subject: 'Huge pages: more than 20,000 records, or more than 32 MB or 500,000 objects in a record',
    assumed: 'They do not occur: the whole collection has 12,300 cases.',
    source: ['seen'],
    breaks: 'Such a record or page is missing.',
    detection:
      'The program treats such a page as unreadable, rejects such a record, and loads neither into memory.',
  },
} as const satisfies Readonly<Record<`A${number}`, Assumption>>;

/**
 * Every assumption about the API. Code that rests on one names its number in a comment, as in `(A7)`. A number is never
 * used again for something else. docs/assumptions.md is generated from this list, and `doctor --probe` checks most of
 * it.
 */
export const ASSUMPTIONS = { ...ASSUMPTIONS_ABOUT_LISTS, ...ASSUMPTIONS_ABOUT_RECORDS } as const;

export type AssumptionNumber = keyof typeof ASSUMPTIONS;
