import type { ExitName } from './exit-codes.ts';

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
    description: 'A request failed on every attempt.',
    hint: 'Stored data is kept. `clearinghouse-mirror doctor` checks the address and the network. Run `sync` again later; raise --max-attempts if the connection is poor.',
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
    hint: 'Run again after that time, or raise --retry-after-max to wait for it; a longer --delay makes rate limiting rarer. If the pause is a mistake, `sync --ignore-retry-after` ignores it.',
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
    hint: "Read the API's words above; the address may belong to another version of the API.",
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
  PAGES_REPEAT: {
    exit: 'contract',
    description: 'The `next` addresses form a loop, or page after page contains nothing new.',
    hint: 'Nothing was lost, but this list could not be read to its end. Please report it.',
  },
} as const satisfies Record<string, ErrorKind>;
