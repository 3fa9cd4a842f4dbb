import type { ExitName } from './exit-codes.ts';

/** How an error ends the program, and what is told of it. */
export interface ErrorKind {
  readonly exit: ExitName;
  /** One sentence for the documentation. */
  readonly description: string;
  /** What the reader should do about it. */
  readonly hint: string;
  /**
   * Set where the failure does not pass by itself: another try of a scheduled run would meet it again, so there is none.
   * Everything else may be gone at the next try.
   */
  readonly lasts?: true;
}

/** What the network or the API did, or their answers were. */
export const ERRORS_OF_THE_API = {
  UNAUTHORIZED: {
    exit: 'unauthorised',
    description: 'The API answered 401 or 403 and refused the token at its address `test` too.',
    hint: 'Check the token with `clearinghouse-mirror doctor`; ask the Clearinghouse for a new one if it has expired.',
    lasts: true,
  },
  NETWORK_FAILED: {
    exit: 'network',
    description: 'A request kept failing until the attempts were used up.',
    hint: 'What was stored stays. Run `sync` again later; raise --max-attempts if the connection is poor.',
  },
  SERVER_ERROR: {
    exit: 'network',
    description:
      'The server answered 408, 5xx or another passing failure, or something that is not JSON, until the attempts were used up.',
    hint: 'The site is probably busy or in maintenance. What was stored stays; run `sync` again later.',
  },
  RATE_LIMITED: {
    exit: 'network',
    description:
      'The server answered 429 (too many requests) until the attempts were used up. No further page of that list is requested.',
    hint: 'What was stored stays. Run `sync` again later with a longer --delay, or raise --max-attempts.',
  },
  BLOCKED_BY_INTERMEDIARY: {
    exit: 'network',
    description:
      'Something before the API answered in its place, such as a bot check or a firewall, until the attempts were used up.',
    hint: 'The token is not the reason. Run `sync` again later with a longer --delay; if it stays, ask the Clearinghouse to let this address through.',
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
      'The server asked for a longer pause than the ceiling allows. It ends the whole run, and no run begins before the pause is over.',
    hint: 'Run again after that time, or raise --retry-after-max to wait for it; a longer --delay makes throttling rarer. If the pause is a mistake, `sync --ignore-retry-after` asks all the same.',
  },
  MAX_DURATION_REACHED: {
    exit: 'network',
    description: 'The time budget of the run was used up.',
    hint: 'What was stored stays. Run again, or raise --max-duration.',
  },
  CERTIFICATE_REFUSED: {
    exit: 'network',
    description: "The server's TLS certificate could not be trusted.",
    hint: 'Check the address and the clock of this machine; behind a proxy that inspects TLS, name its certificate in CLEARINGHOUSE_CA_FILE.',
    lasts: true,
  },
  RESPONSE_TOO_LARGE: {
    exit: 'contract',
    description: 'An answer was larger than the ceiling.',
    hint: 'If pages of that size are real, raise --max-body; memory grows with it.',
    lasts: true,
  },
  REQUEST_REJECTED: {
    exit: 'contract',
    description: 'The API refused the request and said why.',
    hint: "Read the API's words above; the address may belong to another version of the API.",
    lasts: true,
  },
  NOT_FOUND: {
    exit: 'contract',
    description: 'The API knows no such address (404), and said so each time.',
    hint: 'Check --api-url; it should end in /api/v2p1/.',
  },
  LIST_SHRANK: {
    exit: 'partial',
    description:
      'A further page was announced, and the list no longer reached that far, nor to the page after it, in any pass.',
    hint: 'Cases moved while the list was read. Run `sync` again; what was stored stays.',
  },
  RESPONSE_UNEXPECTED: {
    exit: 'contract',
    description:
      'An answer did not have the documented shape or status, and did not have it when it was requested again.',
    hint: 'Check --api-url with `clearinghouse-mirror doctor`; if it is right, the API has changed: please report it.',
    lasts: true,
  },
  REDIRECT_REFUSED: {
    exit: 'contract',
    description: 'The server redirected to another origin each time, or in a circle.',
    hint: 'The token is sent to one origin only. If the site has moved, set --api-url to its new address.',
    lasts: true,
  },
  NEXT_REFUSED: {
    exit: 'contract',
    description: "The answer's `next` address leads outside the list that was asked for.",
    hint: 'Nothing was lost, but this status could not be read to its end. Please report it.',
    lasts: true,
  },
  PAGES_REPEAT: {
    exit: 'contract',
    description: 'The `next` addresses lead in a circle, or page after page brings nothing new.',
    hint: 'Nothing was lost, but this status could not be read to its end. Please report it.',
  },
} as const satisfies Record<string, ErrorKind>;
