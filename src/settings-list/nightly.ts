import type { SettingSpec } from './setting-spec.ts';

/** What `nightly` can be told besides. */
export const SETTINGS_OF_NIGHTLY = {
  at: {
    flag: '--at <cron>',
    env: 'CLEARINGHOUSE_AT',
    default: '17 3 * * *',
    means: 'When a night is due, as a cron expression.',
  },
  timezone: {
    flag: '--timezone <tz>',
    env: 'CLEARINGHOUSE_TIMEZONE',
    default: 'UTC',
    means: 'Time zone of the schedule.',
  },
  startDelayMinutes: {
    flag: '--start-delay <minutes>',
    env: 'CLEARINGHOUSE_START_DELAY',
    default: '15',
    means:
      'A night begins up to so many minutes after its time, by chance, so that not everyone asks at once.',
  },
  retryPauseMinutes: {
    flag: '--retry-pause <minutes>',
    env: 'CLEARINGHOUSE_RETRY_PAUSE',
    default: '30',
    means: 'Pause before a night that did not bring everything is tried again, for the statuses that lack.',
  },
  windowMinutes: {
    flag: '--window <minutes>',
    env: 'CLEARINGHOUSE_WINDOW',
    default: '360',
    means: 'No further try of a night is begun so many minutes after the first one.',
  },
  verifySample: {
    flag: '--verify-sample <size>',
    env: 'CLEARINGHOUSE_VERIFY_SAMPLE',
    default: '2%',
    means: 'How many cases are proved after each night, drawn at random: a share or a number; 0 for none.',
  },
  nightlySnapshot: {
    flag: '--nightly-snapshot',
    env: 'CLEARINGHOUSE_NIGHTLY_SNAPSHOT',
    default: 'yes',
    means: 'Take a snapshot after each night that brought everything.',
  },
  reports: {
    flag: '--reports <folder>',
    env: 'CLEARINGHOUSE_REPORTS',
    default: undefined,
    means: 'A folder for the report of each night, a JSON file a night.',
  },
  metricsFile: {
    flag: '--metrics-file <file>',
    env: 'CLEARINGHOUSE_METRICS_FILE',
    default: undefined,
    means:
      'A file for the metrics of each night, for Prometheus (node_exporter reads it when it ends in .prom).',
  },
  pingUrl: {
    flag: null,
    env: 'CLEARINGHOUSE_PING_URL',
    default: undefined,
    means: "A dead man's switch that is told of each night: /start, then its exit code (healthchecks.io).",
  },
  webhookUrl: {
    flag: null,
    env: 'CLEARINGHOUSE_WEBHOOK_URL',
    default: undefined,
    means: 'An address that is sent the report of a night as JSON.',
  },
  webhookOn: {
    flag: '--webhook-on <when>',
    env: 'CLEARINGHOUSE_WEBHOOK_ON',
    default: 'failure',
    means: 'Of which nights: "failure", "change" (and failure), or "always".',
  },
  logFormat: {
    flag: '--log-format <format>',
    env: 'CLEARINGHOUSE_LOG_FORMAT',
    default: 'auto',
    means:
      'What `nightly` tells: "text", "json" (a line an event), or "auto": text on a terminal, else JSON.',
  },
  logLevel: {
    flag: '--log-level <level>',
    env: 'CLEARINGHOUSE_LOG_LEVEL',
    default: 'info',
    means: 'How much of it as JSON: "error", "warn", "info", "debug" (each page), or "silent".',
  },
} as const satisfies Record<string, SettingSpec>;
