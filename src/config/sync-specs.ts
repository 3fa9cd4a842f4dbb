import { USER_AGENT } from '../lib/package-info.ts';
import {
  anyText,
  apiAddress,
  certificates,
  headerText,
  linkedBudget,
  optional,
  path,
  proxyAddress,
  wholeNumber,
  yesOrNo,
  nameVariables,
} from './parsers.ts';

/** The settings of every command that uses the API or the mirror. */
export const SETTINGS_OF_SYNC = nameVariables({
  apiUrl: {
    flag: '--api-url <url>',
    default: 'https://clearinghouse.net/api/v2p1/',
    description: 'Base address of the API.',
    parse: apiAddress,
  },
  database: {
    flag: '--database <file>',
    default: 'clearinghouse.db',
    description: 'The SQLite file of the mirror.',
    parse: path,
  },
  token: {
    flag: null,
    env: 'CLEARINGHOUSE_API_TOKEN',
    description: 'Your API token, with or without the word "Token".',
    parse: null,
  },
  tokenFile: {
    flag: '--token-file <file>',
    description:
      'File with the token; "-" is standard input. It takes precedence over a token set in the same place.',
    parse: null,
  },
  delayMs: {
    flag: '--delay <ms>',
    default: '250',
    description: 'Pause between requests, in milliseconds, to be polite to the server.',
    parse: wholeNumber(0),
  },
  maxAttempts: {
    flag: '--max-attempts <n>',
    default: '6',
    description: 'Maximum attempts for a request, including the first.',
    parse: wholeNumber(1),
  },
  backoffMinMs: {
    flag: '--backoff-min <ms>',
    default: '1000',
    description: 'Maximum wait before the first retry, in milliseconds; it doubles with each retry.',
    parse: wholeNumber(0),
  },
  backoffMaxMs: {
    flag: '--backoff-max <ms>',
    default: '60000',
    description: 'Maximum wait before any retry, in milliseconds.',
    parse: wholeNumber(0),
  },
  retryAfterMaxMs: {
    flag: '--retry-after-max <ms>',
    default: '600000',
    description:
      'Longest Retry-After that is waited for, in milliseconds; if the server asks for more, the run ends and no run starts before that time.',
    parse: wholeNumber(0),
  },
  maxDurationMinutes: {
    flag: '--max-duration <minutes>',
    default: '360',
    description: 'Maximum duration of a run, in minutes; no request starts after it.',
    parse: wholeNumber(1),
  },
  connectTimeoutMs: {
    flag: '--connect-timeout <ms>',
    default: '15000',
    description: 'Timeout for the DNS lookup, the connection and the TLS handshake, each, in milliseconds.',
    parse: wholeNumber(1),
  },
  responseTimeoutMs: {
    flag: '--response-timeout <ms>',
    default: '120000',
    description: 'Timeout from a request to the first byte of its response, in milliseconds.',
    parse: wholeNumber(1),
  },
  idleTimeoutMs: {
    flag: '--idle-timeout <ms>',
    default: '60000',
    description: 'Longest time without another KiB of a response, in milliseconds.',
    parse: wholeNumber(1),
  },
  maxBodyBytes: {
    flag: '--max-body <bytes>',
    default: '67108864',
    description:
      'Maximum size of a response, in bytes after decompression; a page of 25 cases has about 2 MB. A larger limit can take more memory than the usual 200 MB.',
    parse: wholeNumber(1),
  },
  userAgent: {
    flag: '--user-agent <text>',
    default: USER_AGENT,
    description: 'User-Agent header of every request.',
    parse: headerText,
  },
  includeUnclassified: {
    flag: '--include-unclassified',
    default: 'yes',
    description:
      'Also read the list "In Process (Public)", which holds the cases that have no case_ongoing value yet.',
    parse: yesOrNo,
  },
  maxPasses: {
    flag: '--max-passes <n>',
    default: '3',
    description: 'Maximum passes over a list that changes while it is read.',
    parse: wholeNumber(1),
  },
  requireStable: {
    flag: '--require-stable',
    default: 'no',
    description:
      'Read each list until two consecutive passes find the same cases: the strictest proof, with twice the requests.',
    parse: yesOrNo,
  },
  maxDepartures: {
    flag: '--max-departures <percent>',
    default: '5',
    description:
      'Maximum share of cases, in percent, that one run marks as departed (20 cases are always allowed); above it, none is marked.',
    parse: wholeNumber(0),
  },
  linked: {
    flag: '--linked',
    default: 'yes',
    description:
      'Read linked lists after each run: the documents, all dockets and the resources of the cases.',
    parse: yesOrNo,
  },
  linkedBudget: {
    flag: '--linked-budget <limit>',
    default: '10000,60m',
    description:
      'How much one run reads of the linked lists: a number of requests, minutes (60m), or both (10000,60m); "all" for every list, 0 for none.',
    parse: linkedBudget,
  },
  ca: {
    flag: '--ca-file <file>',
    description:
      'File with certificates (PEM) to trust in addition to those of Node, such as that of a proxy that inspects TLS.',
    parse: optional(certificates),
  },
  httpsProxy: {
    flag: null,
    env: 'HTTPS_PROXY',
    isShared: true,
    description:
      'Proxy for https:// addresses; `https_proxy` works too. Read from the environment only. It may contain a username and a password.',
    parse: proxyAddress,
  },
  httpProxy: {
    flag: null,
    env: 'HTTP_PROXY',
    isShared: true,
    description: 'Proxy for http:// addresses, likewise. Requests to this machine never use a proxy.',
    parse: proxyAddress,
  },
  noProxy: {
    flag: null,
    env: 'NO_PROXY',
    isShared: true,
    description:
      'Hosts to connect to directly, likewise: names with their subdomains, addresses, ranges such as 10.0.0.0/8, each with an optional port; `*` for all.',
    parse: anyText,
  },
});
