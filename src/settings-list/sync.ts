import { USER_AGENT } from '../package-info.ts';
import type { SettingSpec } from './setting-spec.ts';

/** What every command that talks to the API, or opens the mirror, can be told. */
export const SETTINGS_OF_SYNC = {
  apiUrl: {
    flag: '--api-url <url>',
    env: 'CLEARINGHOUSE_API_URL',
    default: 'https://clearinghouse.net/api/v2p1/',
    means: 'Base address of the API.',
  },
  database: {
    flag: '--database <file>',
    env: 'CLEARINGHOUSE_DATABASE',
    default: 'clearinghouse.db',
    means: 'The SQLite file of the mirror.',
  },
  token: {
    flag: null,
    env: 'CLEARINGHOUSE_API_TOKEN',
    default: undefined,
    means: 'Your API token, with or without the word "Token".',
  },
  tokenFile: {
    flag: '--token-file <file>',
    env: 'CLEARINGHOUSE_TOKEN_FILE',
    default: undefined,
    means:
      'A file that holds the token; "-" is standard input. Where one place names both, it goes before the token itself.',
  },
  delayMs: {
    flag: '--delay <ms>',
    env: 'CLEARINGHOUSE_DELAY',
    default: '250',
    means: 'Pause between requests, in milliseconds, for politeness.',
  },
  attempts: {
    flag: '--attempts <n>',
    env: 'CLEARINGHOUSE_ATTEMPTS',
    default: '6',
    means: 'How often a request is tried in all.',
  },
  backoffBaseMs: {
    flag: '--backoff-base <ms>',
    env: 'CLEARINGHOUSE_BACKOFF_BASE',
    default: '1000',
    means: 'Upper end of the first wait after a failure, in milliseconds; it doubles each time.',
  },
  backoffCeilingMs: {
    flag: '--backoff-ceiling <ms>',
    env: 'CLEARINGHOUSE_BACKOFF_CEILING',
    default: '60000',
    means: 'The longest such wait, in milliseconds.',
  },
  retryAfterCeilingMs: {
    flag: '--retry-after-ceiling <ms>',
    env: 'CLEARINGHOUSE_RETRY_AFTER_CEILING',
    default: '600000',
    means:
      'The longest pause that the server may ask for, in milliseconds; if it asks for more, the status fails.',
  },
  timeBudgetMinutes: {
    flag: '--time-budget <minutes>',
    env: 'CLEARINGHOUSE_TIME_BUDGET',
    default: '360',
    means: 'No request is begun after this many minutes of a run.',
  },
  connectTimeoutMs: {
    flag: '--connect-timeout <ms>',
    env: 'CLEARINGHOUSE_CONNECT_TIMEOUT',
    default: '15000',
    means: 'Longest time to look up, connect and shake hands, each, in milliseconds.',
  },
  responseTimeoutMs: {
    flag: '--response-timeout <ms>',
    env: 'CLEARINGHOUSE_RESPONSE_TIMEOUT',
    default: '120000',
    means: 'Longest time from a request to the first byte of its answer, in milliseconds.',
  },
  idleTimeoutMs: {
    flag: '--idle-timeout <ms>',
    env: 'CLEARINGHOUSE_IDLE_TIMEOUT',
    default: '60000',
    means: 'Longest silence between two pieces of an answer, in milliseconds.',
  },
  maxBodyBytes: {
    flag: '--max-body <bytes>',
    env: 'CLEARINGHOUSE_MAX_BODY',
    default: '268435456',
    means: 'Largest answer that is accepted, in bytes after decompression.',
  },
  userAgent: {
    flag: '--user-agent <text>',
    env: 'CLEARINGHOUSE_USER_AGENT',
    default: USER_AGENT,
    means: 'How the mirror introduces itself to the API.',
  },
  includeUnclassified: {
    flag: '--include-unclassified',
    env: 'CLEARINGHOUSE_INCLUDE_UNCLASSIFIED',
    default: 'yes',
    means:
      'Sweep the list "In Process (Public)" as well, in which the cases stand that have no case_ongoing yet.',
  },
  mostWalks: {
    flag: '--walks <n>',
    env: 'CLEARINGHOUSE_WALKS',
    default: '3',
    means: 'How often at most a list is walked in one run when it shifts while it is read.',
  },
  confirm: {
    flag: '--confirm',
    env: 'CLEARINGHOUSE_CONFIRM',
    default: 'no',
    means: 'Walk each list until two walks hold the same cases: the strictest proof, at twice the requests.',
  },
  mostDepartures: {
    flag: '--most-departures <percent>',
    env: 'CLEARINGHOUSE_MOST_DEPARTURES',
    default: '5',
    means:
      'The share of the cases, in percent, that may leave the site in one run (20 always may); if more would, none is marked.',
  },
  caFile: {
    flag: '--ca-file <file>',
    env: 'CLEARINGHOUSE_CA_FILE',
    default: undefined,
    means:
      'A file of certificates (PEM) to trust besides those that Node trusts, such as that of a proxy that inspects TLS.',
  },
  httpsProxy: {
    flag: null,
    env: 'HTTPS_PROXY',
    isShared: true,
    default: undefined,
    means:
      'The proxy for https:// addresses, or `https_proxy`; from the environment only. It may hold a name and a password.',
  },
  httpProxy: {
    flag: null,
    env: 'HTTP_PROXY',
    isShared: true,
    default: undefined,
    means: 'The proxy for http:// addresses, likewise. This machine itself is never asked through a proxy.',
  },
  noProxy: {
    flag: null,
    env: 'NO_PROXY',
    isShared: true,
    default: undefined,
    means:
      'Hosts to ask directly, likewise: names with all that is below them, addresses, ranges such as 10.0.0.0/8, each perhaps with a port; `*` for all.',
  },
} as const satisfies Record<string, SettingSpec>;
