import { USER_AGENT } from '../lib/package-info.ts';
import {
  type Parser,
  anyText,
  apiAddress,
  certificates,
  headerText,
  oneOf,
  optional,
  path,
  proxyAddress,
  sample,
  secretAddress,
  trimmedLine,
  wholeNumber,
  yesOrNo,
} from './parsers.ts';

/** How a setting is written, what it is, and how its text is checked. */
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
  readonly default?: string;
  readonly description: string;
  readonly parse: Parser<unknown> | null; // null for what is read only where it is needed
}

/** The values of settings after their check. */
export type Parsed<Specs> = {
  readonly [
    Name in keyof Specs as Specs[Name] extends { readonly parse: null } ? never : Name
  ]: Specs[Name] extends {
    readonly parse: Parser<infer Value>;
  }
    ? Value
    : never;
};

type Written = Omit<SettingSpec, 'env'> & { readonly env?: string };
type Named<Specs> = { readonly [Name in keyof Specs]: Specs[Name] & Omit<SettingSpec, 'parse'> };

/** Gives each setting with a flag the variable of that name: `--max-passes` and `CLEARINGHOUSE_MAX_PASSES`. */
function nameVariables<const Specs extends Readonly<Record<string, Written>>>(specs: Specs): Named<Specs> {
  const named = Object.entries(specs).map(([name, spec]) => {
    const word = (spec.flag ?? '').split(' ')[0]?.slice(2) ?? '';
    return [name, { env: `CLEARINGHOUSE_${word.toUpperCase().replaceAll('-', '_')}`, ...spec }] as const;
  });
  return Object.fromEntries(named) as Named<Specs>;
}

/** Of which runs a webhook is told. */
export const WEBHOOK_TIMES = ['failure', 'change', 'always'] as const;
const LOG_FORMATS = ['auto', 'text', 'json'] as const;
const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'] as const;
const A_DAY_OF_MINUTES = 24 * 60;
const MAX_KEPT = 10_000;

/** What every command that talks to the API, or opens the mirror, can be told. */
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
      'A file that holds the token; "-" is standard input. Where one place names both, it goes before the token itself.',
    parse: null,
  },
  delayMs: {
    flag: '--delay <ms>',
    default: '250',
    description: 'Pause between requests, in milliseconds, for politeness.',
    parse: wholeNumber(0),
  },
  maxAttempts: {
    flag: '--max-attempts <n>',
    default: '6',
    description: 'How often a request is tried in all.',
    parse: wholeNumber(1),
  },
  backoffMinMs: {
    flag: '--backoff-min <ms>',
    default: '1000',
    description: 'Upper end of the first wait after a failure, in milliseconds; it doubles each time.',
    parse: wholeNumber(0),
  },
  backoffMaxMs: {
    flag: '--backoff-max <ms>',
    default: '60000',
    description: 'The longest such wait, in milliseconds.',
    parse: wholeNumber(0),
  },
  retryAfterMaxMs: {
    flag: '--retry-after-max <ms>',
    default: '600000',
    description:
      'The longest pause that the server may ask for, in milliseconds; if it asks for more, the run ends, and none begins before that time.',
    parse: wholeNumber(0),
  },
  maxDurationMinutes: {
    flag: '--max-duration <minutes>',
    default: '360',
    description: 'No request is begun after this many minutes of a run.',
    parse: wholeNumber(1),
  },
  connectTimeoutMs: {
    flag: '--connect-timeout <ms>',
    default: '15000',
    description: 'Longest time to look up, connect and shake hands, each, in milliseconds.',
    parse: wholeNumber(1),
  },
  responseTimeoutMs: {
    flag: '--response-timeout <ms>',
    default: '120000',
    description: 'Longest time from a request to the first byte of its answer, in milliseconds.',
    parse: wholeNumber(1),
  },
  idleTimeoutMs: {
    flag: '--idle-timeout <ms>',
    default: '60000',
    description: 'Longest silence between two pieces of an answer, in milliseconds.',
    parse: wholeNumber(1),
  },
  maxBodyBytes: {
    flag: '--max-body <bytes>',
    default: '67108864',
    description:
      'Largest answer that is accepted, in bytes after decompression: a page of 25 cases has about 2 MB. More takes more memory than the 200 MB of a sync.',
    parse: wholeNumber(1),
  },
  userAgent: {
    flag: '--user-agent <text>',
    default: USER_AGENT,
    description: 'How the mirror introduces itself to the API.',
    parse: headerText,
  },
  includeUnclassified: {
    flag: '--include-unclassified',
    default: 'yes',
    description:
      'List sync the list "In Process (Public)" as well, in which the cases stand that have no case_ongoing yet.',
    parse: yesOrNo,
  },
  maxPasses: {
    flag: '--max-passes <n>',
    default: '3',
    description: 'How often at most a list is read in one run when it shifts while it is read.',
    parse: wholeNumber(1),
  },
  requireStable: {
    flag: '--require-stable',
    default: 'no',
    description:
      'Read each list until two passes hold the same cases: the strictest proof, at twice the requests.',
    parse: yesOrNo,
  },
  maxDepartures: {
    flag: '--max-departures <percent>',
    default: '5',
    description:
      'The share of the cases, in percent, that may leave the site in one run (20 always may); if more would, none is marked.',
    parse: wholeNumber(0),
  },
  ca: {
    flag: '--ca-file <file>',
    description:
      'A file of certificates (PEM) to trust besides those that Node trusts, such as that of a proxy that inspects TLS.',
    parse: optional(certificates),
  },
  httpsProxy: {
    flag: null,
    env: 'HTTPS_PROXY',
    isShared: true,
    description:
      'The proxy for https:// addresses, or `https_proxy`; from the environment only. It may hold a name and a password.',
    parse: proxyAddress,
  },
  httpProxy: {
    flag: null,
    env: 'HTTP_PROXY',
    isShared: true,
    description:
      'The proxy for http:// addresses, likewise. This machine itself is never asked through a proxy.',
    parse: proxyAddress,
  },
  noProxy: {
    flag: null,
    env: 'NO_PROXY',
    isShared: true,
    description:
      'Hosts to ask directly, likewise: names with all that is below them, addresses, ranges such as 10.0.0.0/8, each perhaps with a port; `*` for all.',
    parse: anyText,
  },
});

/** Where snapshots are, and which of them are kept. */
export const SETTINGS_OF_SNAPSHOTS = nameVariables({
  snapshots: {
    flag: '--snapshots <folder>',
    description: 'The folder of the snapshots; where none is set, `snapshots` beside the database.',
    parse: optional(path),
  },
  keepDaily: {
    flag: '--keep-daily <n>',
    default: '7',
    description: 'Of how many days the newest snapshot is kept.',
    parse: wholeNumber(0, MAX_KEPT),
  },
  keepWeekly: {
    flag: '--keep-weekly <n>',
    default: '4',
    description: 'Of how many weeks.',
    parse: wholeNumber(0, MAX_KEPT),
  },
  keepMonthly: {
    flag: '--keep-monthly <n>',
    default: '12',
    description: 'Of how many months.',
    parse: wholeNumber(0, MAX_KEPT),
  },
});

/** The settings of `nightly`. */
export const SETTINGS_OF_NIGHTLY = nameVariables({
  schedule: {
    flag: '--schedule <cron>',
    default: '17 3 * * *',
    description: 'When scheduled runs are due: a time such as 03:17, or a cron expression.',
    parse: trimmedLine,
  },
  timezone: {
    flag: '--timezone <tz>',
    default: 'UTC',
    description: 'Time zone of the schedule.',
    parse: trimmedLine,
  },
  jitterMinutes: {
    flag: '--jitter <minutes>',
    default: '15',
    description:
      'Maximum random delay of each run, so that mirrors do not all send requests in the same second.',
    parse: wholeNumber(0, A_DAY_OF_MINUTES),
  },
  retryDelayMinutes: {
    flag: '--retry-delay <minutes>',
    default: '30',
    description: 'Delay before an incomplete run is retried for the lists that are still incomplete.',
    parse: wholeNumber(1, A_DAY_OF_MINUTES),
  },
  retryWindowMinutes: {
    flag: '--retry-window <minutes>',
    default: '360',
    description: 'How long after the first attempt of a run another attempt may start.',
    parse: wholeNumber(0, 7 * A_DAY_OF_MINUTES),
  },
  verifySample: {
    flag: '--verify-sample <size>',
    default: '2%',
    description:
      'How many cases to verify after each run, chosen at random: a share or a number; 0 for none.',
    parse: sample,
  },
  nightlySnapshot: {
    flag: '--nightly-snapshot',
    default: 'yes',
    description: 'Take a snapshot after each complete run.',
    parse: yesOrNo,
  },
  reports: {
    flag: '--reports <folder>',
    description: 'Folder for the reports: one JSON file per scheduled run.',
    parse: optional(path),
  },
  metricsFile: {
    flag: '--metrics-file <file>',
    description:
      'File for the metrics of the latest run, for Prometheus (node_exporter reads it if it ends in .prom).',
    parse: optional(path),
  },
  pingUrl: {
    flag: null,
    env: 'CLEARINGHOUSE_PING_URL',
    description: "Dead man's switch to ping at the start and the end of each run (healthchecks.io).",
    parse: secretAddress,
  },
  webhookUrl: {
    flag: null,
    env: 'CLEARINGHOUSE_WEBHOOK_URL',
    description: 'Address that receives the report of a scheduled run as JSON.',
    parse: secretAddress,
  },
  webhookOn: {
    flag: '--webhook-on <when>',
    default: 'failure',
    description: 'Which runs the webhook reports: "failure", "change" (and failure), or "always".',
    parse: oneOf(WEBHOOK_TIMES),
  },
});

/** How `nightly` writes its log. */
export const SETTINGS_OF_LOG = nameVariables({
  logFormat: {
    flag: '--log-format <format>',
    default: 'auto',
    description:
      'Format of the log: "text", "json" (one object per line), or "auto": text on a terminal, otherwise JSON.',
    parse: oneOf(LOG_FORMATS),
  },
  logLevel: {
    flag: '--log-level <level>',
    default: 'info',
    description: 'Level of the JSON log: "error", "warn", "info", "debug" (each page), or "silent".',
    parse: oneOf(LOG_LEVELS),
  },
});

/** Every setting: a flag goes before the environment, the environment before the file .env, that before the default. */
export const SETTINGS = {
  ...SETTINGS_OF_SYNC,
  ...SETTINGS_OF_NIGHTLY,
  ...SETTINGS_OF_LOG,
  ...SETTINGS_OF_SNAPSHOTS,
};
