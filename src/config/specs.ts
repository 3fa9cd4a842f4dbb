import { SETTINGS_OF_SYNC } from './sync-specs.ts';
import {
  oneOf,
  optional,
  path,
  postgresAddress,
  sample,
  schemaName,
  secretAddress,
  semicolonList,
  trimmedLine,
  wholeNumber,
  yesOrNo,
  nameVariables,
} from './parsers.ts';

/** The runs that a webhook can report. */
export const WEBHOOK_TIMES = ['failure', 'change', 'always'] as const;
const LOG_FORMATS = ['auto', 'text', 'json'] as const;
const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'] as const;
const A_DAY_OF_MINUTES = 24 * 60;
const MAX_KEPT = 10_000;

/** The settings of snapshots. */
export const SETTINGS_OF_SNAPSHOTS = nameVariables({
  snapshots: {
    flag: '--snapshots <folder>',
    description: 'Folder of the snapshots. Default: `snapshots` beside the database.',
    parse: optional(path),
  },
  keepDaily: {
    flag: '--keep-daily <n>',
    default: '7',
    description: 'Number of days for which the newest snapshot is kept.',
    parse: wholeNumber(0, MAX_KEPT),
  },
  keepWeekly: {
    flag: '--keep-weekly <n>',
    default: '4',
    description: 'Number of weeks, likewise.',
    parse: wholeNumber(0, MAX_KEPT),
  },
  keepMonthly: {
    flag: '--keep-monthly <n>',
    default: '12',
    description: 'Number of months, likewise.',
    parse: wholeNumber(0, MAX_KEPT),
  },
  snapshotTexts: {
    flag: '--snapshot-texts',
    default: 'yes',
    description:
      'Include the texts of documents in snapshots. A mirror that is restored from a snapshot without them requests the texts again.',
    parse: yesOrNo,
  },
});

/** The settings of the files of documents. */
export const SETTINGS_OF_FILES = nameVariables({
  fileHosts: {
    flag: '--file-hosts <hosts>',
    default: 'clearinghouse-umich-production.s3.amazonaws.com',
    description:
      'Hosts from which files of documents may be requested, separated by semicolons. Files on other hosts are recorded and not requested.',
    parse: semicolonList,
  },
  maxFileBytes: {
    flag: '--max-file <bytes>',
    default: '268435456',
    description: 'Maximum size of a file of a document, in bytes; a larger one is recorded and not stored.',
    parse: wholeNumber(1),
  },
});

/** The settings of `publish`. */
export const SETTINGS_OF_PUBLISHING = nameVariables({
  publishUrl: {
    flag: null,
    env: 'CLEARINGHOUSE_PUBLISH_URL',
    description:
      'Postgres server and database to publish to, such as postgres://USER@HOST/DATABASE. A password may also be in PGPASSWORD or ~/.pgpass.',
    parse: postgresAddress,
  },
  publishSchema: {
    flag: '--publish-schema <name>',
    default: 'clearinghouse',
    description: 'Schema of that database in which the tables are published.',
    parse: schemaName,
  },
  publishTexts: {
    flag: '--publish-texts',
    default: 'yes',
    description: 'Publish also what the Clearinghouse owns: summaries, and the texts of documents.',
    parse: yesOrNo,
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
  nightlyPublish: {
    flag: '--nightly-publish',
    default: 'no',
    description: 'Publish to Postgres after each complete run.',
    parse: yesOrNo,
  },
  textsBudget: {
    flag: '--texts-budget <requests>',
    default: '0',
    description:
      'Maximum requests for texts of documents after each scheduled run, including retries; 0 for none. All of them have about 3.5 GB.',
    parse: wholeNumber(0),
  },
  textTypes: {
    flag: '--text-types <types>',
    description: 'Document types whose texts are fetched, separated by semicolons. Default: all.',
    parse: optional(semicolonList),
  },
  coreTexts: {
    flag: '--core-texts',
    default: 'no',
    description: 'Fetch only the texts of core documents.',
    parse: yesOrNo,
  },
  filesBudget: {
    flag: '--files-budget <requests>',
    default: '0',
    description:
      'Maximum requests for files (PDF) of documents after each scheduled run, including retries; 0 for none. Short answers without a file do not count, up to as many again. All files are very large.',
    parse: wholeNumber(0),
  },
  fileTypes: {
    flag: '--file-types <types>',
    description: 'Document types whose files are fetched, separated by semicolons. Default: all.',
    parse: optional(semicolonList),
  },
  coreFiles: {
    flag: '--core-files',
    default: 'yes',
    description: 'Fetch only the files of core documents.',
    parse: yesOrNo,
  },
  reports: {
    flag: '--reports <folder>',
    description: 'Folder for the reports: one JSON file per scheduled run.',
    parse: optional(path),
  },
  htmlReports: {
    flag: '--html-reports <folder>',
    description:
      'Folder for HTML reports: one file per scheduled run with what it changed, as `report` writes it.',
    parse: optional(path),
  },
  keepHtmlReports: {
    flag: '--keep-html-reports <n>',
    default: '30',
    description: 'Number of HTML reports that are kept; older ones are removed. 0 keeps all.',
    parse: wholeNumber(0, MAX_KEPT),
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

/**
 * Every setting. A flag takes precedence over the environment, which takes precedence over .env and then the default.
 */
export const SETTINGS = {
  ...SETTINGS_OF_SYNC,
  ...SETTINGS_OF_NIGHTLY,
  ...SETTINGS_OF_LOG,
  ...SETTINGS_OF_SNAPSHOTS,
  ...SETTINGS_OF_PUBLISHING,
  ...SETTINGS_OF_FILES,
};
