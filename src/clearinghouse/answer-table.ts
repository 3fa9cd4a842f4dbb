import type { ErrorCode } from '../error-kinds.ts';

/**
 * What an answer other than 200 can mean. `again`: whether the same request is sent again within the run, with backoff;
 * `a few times`: as an odd answer, which lasts more often than not; `on later pages`: a few times, and only for a page of a
 * list whose first page is granted; `after /test`: only if the API accepts the token at its address `test`. `code`: what it
 * fails with otherwise; whether a scheduled run is then tried again stands beside that code (`lasts` in `ERROR_KINDS`).
 */
export const MEANINGS = {
  /** Followed within our origin; one that leads elsewhere is an odd answer. */
  redirect: { again: 'a few times', code: 'REDIRECT_REFUSED' },
  /** The API itself refuses the request, and says why. */
  refused: { again: 'on later pages', code: 'REFUSED_BY_API' },
  'not found': { again: 'a few times', code: 'NOT_FOUND' },
  /** A refused token, or one bad moment of the server. */
  'token doubted': { again: 'after /test', code: 'UNAUTHORISED' },
  /** Something before the API answered in its place: a bot check, a firewall, a captive portal. */
  obstructed: { again: 'yes', code: 'OBSTRUCTED' },
  'refused by a proxy': { again: 'no', code: 'PROXY_REFUSED' },
  throttled: { again: 'yes', code: 'THROTTLED' },
  transient: { again: 'yes', code: 'TRANSIENT_ANSWER' },
  'outside the contract': { again: 'a few times', code: 'CONTRACT_BROKEN' },
} as const satisfies Record<
  string,
  {
    readonly again: 'yes' | 'no' | 'a few times' | 'on later pages' | 'after /test';
    readonly code: ErrorCode;
  }
>;

export type Meaning = keyof typeof MEANINGS;

/** A status, or a range of them. */
type Statuses = number | readonly [first: number, last: number];

interface AnswerRow {
  readonly statuses: readonly Statuses[];
  /** The API's own answers are JSON; what stands before it answers with a page, or with nothing. Left out for both. */
  readonly body?: 'JSON' | 'not JSON';
  readonly meaning: Meaning;
}

/** What passes by itself and what does not: the first row that fits holds. Every status but 200 is in it. */
export const ANSWER_TABLE: readonly AnswerRow[] = [
  { statuses: [301, 302, 303, 307, 308], meaning: 'redirect' },
  { statuses: [401], meaning: 'token doubted' },
  { statuses: [403], body: 'JSON', meaning: 'token doubted' },
  { statuses: [404], meaning: 'not found' },
  { statuses: [407], meaning: 'refused by a proxy' },
  // Time-outs, a connection to the wrong server, a replay that came too early, a lock, a client that was cut off.
  { statuses: [408, 421, 423, 425, 499], meaning: 'transient' },
  { statuses: [420, 429], meaning: 'throttled' },
  // What is too large or forbidden by law stays so, whoever says it.
  { statuses: [413, 414, 431, 451], meaning: 'refused' },
  { statuses: [[400, 499]], body: 'JSON', meaning: 'refused' },
  { statuses: [[400, 499]], body: 'not JSON', meaning: 'obstructed' },
  // Not implemented, and a version of HTTP that is not spoken.
  { statuses: [501, 505], meaning: 'refused' },
  // "Network Authentication Required": a captive portal.
  { statuses: [511], meaning: 'obstructed' },
  // Also what content delivery networks add: 520 to 530, 598, 599.
  { statuses: [[500, 599]], meaning: 'transient' },
  { statuses: [[100, 599]], meaning: 'outside the contract' },
];

/** What an answer with this status means; it is not 200. */
export function findMeaning(status: number, isJson: boolean): Meaning {
  const row = ANSWER_TABLE.find(
    ({ statuses, body }) =>
      statuses.some((one) =>
        typeof one === 'number' ? one === status : status >= one[0] && status <= one[1],
      ) &&
      (body === undefined || (body === 'JSON') === isJson),
  );
  return row?.meaning ?? 'outside the contract';
}
