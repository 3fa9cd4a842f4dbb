import { USER_AGENT } from '../lib/package-info.ts';

/** How a setting is written, and what it is. */
export interface SettingSpec {
  /**
   * The flag with its value's name; without one it is a switch, with a `--no-` form beside it. Null for a secret, which
   * a flag would show to everyone on the machine.
   */
  readonly flag: string | null;
  readonly env: string;
  /**
   * Set for a variable that other programs read as well: its name in small letters goes before, as it does there, and a
   * .env, which is of this program alone, does not set it.
   */
  readonly isShared?: true;
  /** As a user would write it; undefined when there is none. */
  readonly default: string | undefined;
  readonly description: string;
}

/** What every command that talks to the API, or opens the mirror, can be told. */
export const SETTINGS_OF_SYNC = {
  apiUrl: {
    flag: '--api-url <url>',
    env: 'CLEARINGHOUSE_API_URL',
    default: 'https://clearinghouse.net/api/v2p1/',
    description: 'Base address of the API.',
  },
  database: {
    flag: '--database <file>',
    env: 'CLEARINGHOUSE_DATABASE',
    default: 'clearinghouse.db',
    description: 'The SQLite file of the mirror.',
  },
  token: {
    flag: null,
    env: 'CLEARINGHOUSE_API_TOKEN',
    default: undefined,
    description: 'Your API token, with or without the word "Token".',
  },
  tokenFile: {
    flag: '--token-file <file>',
    env: 'CLEARINGHOUSE_TOKEN_FILE',
    default: undefined,
    description:
      'A file that holds the token; "-" is standard input. Where one place names both, it goes before the token itself.',
  },
  delayMs: {
    flag: '--delay <ms>',
    env: 'CLEARINGHOUSE_DELAY',
    default: '250',
    description: 'Pause between requests, in milliseconds, for politeness.',
  },
  attempts: {
    flag: '--max-attempts <n>',
    env: 'CLEARINGHOUSE_MAX_ATTEMPTS',
    default: '6',
    description: 'How often a request is tried in all.',
  },
  backoffBaseMs: {
    flag: '--backoff-min <ms>',
    env: 'CLEARINGHOUSE_BACKOFF_MIN',
    default: '1000',
    description: 'Upper end of the first wait after a failure, in milliseconds; it doubles each time.',
  },
  backoffCeilingMs: {
    flag: '--backoff-max <ms>',
    env: 'CLEARINGHOUSE_BACKOFF_MAX',
    default: '60000',
    description: 'The longest such wait, in milliseconds.',
  },
  retryAfterCeilingMs: {
    flag: '--retry-after-max <ms>',
    env: 'CLEARINGHOUSE_RETRY_AFTER_MAX',
    default: '600000',
    description:
      'The longest pause that the server may ask for, in milliseconds; if it asks for more, the run ends, and none begins before that time.',
  },
  timeBudgetMinutes: {
    flag: '--max-duration <minutes>',
    env: 'CLEARINGHOUSE_MAX_DURATION',
    default: '360',
    description: 'No request is begun after this many minutes of a run.',
  },
  connectTimeoutMs: {
    flag: '--connect-timeout <ms>',
    env: 'CLEARINGHOUSE_CONNECT_TIMEOUT',
    default: '15000',
    description: 'Longest time to look up, connect and shake hands, each, in milliseconds.',
  },
  responseTimeoutMs: {
    flag: '--response-timeout <ms>',
    env: 'CLEARINGHOUSE_RESPONSE_TIMEOUT',
    default: '120000',
    description: 'Longest time from a request to the first byte of its answer, in milliseconds.',
  },
  idleTimeoutMs: {
    flag: '--idle-timeout <ms>',
    env: 'CLEARINGHOUSE_IDLE_TIMEOUT',
    default: '60000',
    description: 'Longest silence between two pieces of an answer, in milliseconds.',
  },
  maxBodyBytes: {
    flag: '--max-body <bytes>',
    env: 'CLEARINGHOUSE_MAX_BODY',
    default: '67108864',
    description:
      'Largest answer that is accepted, in bytes after decompression: a page of 25 cases has about 2 MB. More takes more memory than the 200 MB of a sync.',
  },
  userAgent: {
    flag: '--user-agent <text>',
    env: 'CLEARINGHOUSE_USER_AGENT',
    default: USER_AGENT,
    description: 'How the mirror introduces itself to the API.',
  },
  includeUnclassified: {
    flag: '--include-unclassified',
    env: 'CLEARINGHOUSE_INCLUDE_UNCLASSIFIED',
    default: 'yes',
    description:
      'Sweep the list "In Process (Public)" as well, in which the cases stand that have no case_ongoing yet.',
  },
  mostWalks: {
    flag: '--max-passes <n>',
    env: 'CLEARINGHOUSE_MAX_PASSES',
    default: '3',
    description: 'How often at most a list is walked in one run when it shifts while it is read.',
  },
  confirm: {
    flag: '--require-stable',
    env: 'CLEARINGHOUSE_REQUIRE_STABLE',
    default: 'no',
    description:
      'Walk each list until two walks hold the same cases: the strictest proof, at twice the requests.',
  },
  mostDepartures: {
    flag: '--max-departures <percent>',
    env: 'CLEARINGHOUSE_MAX_DEPARTURES',
    default: '5',
    description:
      'The share of the cases, in percent, that may leave the site in one run (20 always may); if more would, none is marked.',
  },
  caFile: {
    flag: '--ca-file <file>',
    env: 'CLEARINGHOUSE_CA_FILE',
    default: undefined,
    description:
      'A file of certificates (PEM) to trust besides those that Node trusts, such as that of a proxy that inspects TLS.',
  },
  httpsProxy: {
    flag: null,
    env: 'HTTPS_PROXY',
    isShared: true,
    default: undefined,
    description:
      'The proxy for https:// addresses, or `https_proxy`; from the environment only. It may hold a name and a password.',
  },
  httpProxy: {
    flag: null,
    env: 'HTTP_PROXY',
    isShared: true,
    default: undefined,
    description:
      'The proxy for http:// addresses, likewise. This machine itself is never asked through a proxy.',
  },
  noProxy: {
    flag: null,
    env: 'NO_PROXY',
    isShared: true,
    default: undefined,
    description:
      'Hosts to ask directly, likewise: names with all that is below them, addresses, ranges such as 10.0.0.0/8, each perhaps with a port; `*` for all.',
  },
} as const satisfies Record<string, SettingSpec>;

/** Where snapshots are, and which of them are kept. */
export const SETTINGS_OF_SNAPSHOTS = {
  snapshots: {
    flag: '--snapshots <folder>',
    env: 'CLEARINGHOUSE_SNAPSHOTS',
    default: undefined,
    description: 'The folder of the snapshots; where none is set, `snapshots` beside the database.',
  },
  keepDaily: {
    flag: '--keep-daily <n>',
    env: 'CLEARINGHOUSE_KEEP_DAILY',
    default: '7',
    description: 'Of how many days the newest snapshot is kept.',
  },
  keepWeekly: {
    flag: '--keep-weekly <n>',
    env: 'CLEARINGHOUSE_KEEP_WEEKLY',
    default: '4',
    description: 'Of how many weeks.',
  },
  keepMonthly: {
    flag: '--keep-monthly <n>',
    env: 'CLEARINGHOUSE_KEEP_MONTHLY',
    default: '12',
    description: 'Of how many months.',
  },
} as const satisfies Record<string, SettingSpec>;

/** What `nightly` can be told besides. */
const SETTINGS_OF_NIGHTLY = {
  at: {
    flag: '--at <cron>',
    env: 'CLEARINGHOUSE_AT',
    default: '17 3 * * *',
    description: 'When a night is due, as a cron expression.',
  },
  timezone: {
    flag: '--timezone <tz>',
    env: 'CLEARINGHOUSE_TIMEZONE',
    default: 'UTC',
    description: 'Time zone of the schedule.',
  },
  startDelayMinutes: {
    flag: '--start-delay <minutes>',
    env: 'CLEARINGHOUSE_START_DELAY',
    default: '15',
    description:
      'A night begins up to so many minutes after its time, by chance, so that not everyone asks at once.',
  },
  retryPauseMinutes: {
    flag: '--retry-pause <minutes>',
    env: 'CLEARINGHOUSE_RETRY_PAUSE',
    default: '30',
    description:
      'Pause before a night that did not bring everything is tried again, for the statuses that lack.',
  },
  windowMinutes: {
    flag: '--window <minutes>',
    env: 'CLEARINGHOUSE_WINDOW',
    default: '360',
    description: 'No further try of a night is begun so many minutes after the first one.',
  },
  verifySample: {
    flag: '--verify-sample <size>',
    env: 'CLEARINGHOUSE_VERIFY_SAMPLE',
    default: '2%',
    description:
      'How many cases are proved after each night, drawn at random: a share or a number; 0 for none.',
  },
  nightlySnapshot: {
    flag: '--nightly-snapshot',
    env: 'CLEARINGHOUSE_NIGHTLY_SNAPSHOT',
    default: 'yes',
    description: 'Take a snapshot after each night that brought everything.',
  },
  reports: {
    flag: '--reports <folder>',
    env: 'CLEARINGHOUSE_REPORTS',
    default: undefined,
    description: 'A folder for the report of each night, a JSON file a night.',
  },
  metricsFile: {
    flag: '--metrics-file <file>',
    env: 'CLEARINGHOUSE_METRICS_FILE',
    default: undefined,
    description:
      'A file for the metrics of each night, for Prometheus (node_exporter reads it when it ends in .prom).',
  },
  pingUrl: {
    flag: null,
    env: 'CLEARINGHOUSE_PING_URL',
    default: undefined,
    description:
      "A dead man's switch that is told of each night: /start, then its exit code (healthchecks.io).",
  },
  webhookUrl: {
    flag: null,
    env: 'CLEARINGHOUSE_WEBHOOK_URL',
    default: undefined,
    description: 'An address that is sent the report of a night as JSON.',
  },
  webhookOn: {
    flag: '--webhook-on <when>',
    env: 'CLEARINGHOUSE_WEBHOOK_ON',
    default: 'failure',
    description: 'Of which nights: "failure", "change" (and failure), or "always".',
  },
  logFormat: {
    flag: '--log-format <format>',
    env: 'CLEARINGHOUSE_LOG_FORMAT',
    default: 'auto',
    description:
      'What `nightly` tells: "text", "json" (a line an event), or "auto": text on a terminal, else JSON.',
  },
  logLevel: {
    flag: '--log-level <level>',
    env: 'CLEARINGHOUSE_LOG_LEVEL',
    default: 'info',
    description: 'How much of it as JSON: "error", "warn", "info", "debug" (each page), or "silent".',
  },
} as const satisfies Record<string, SettingSpec>;

/** Every setting: a flag goes before the environment, the environment before the file .env, that before the default. */
export const SETTINGS = { ...SETTINGS_OF_SYNC, ...SETTINGS_OF_NIGHTLY, ...SETTINGS_OF_SNAPSHOTS };
