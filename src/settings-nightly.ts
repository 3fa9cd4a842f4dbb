import { dirname, join } from 'node:path';
import { MirrorError } from './errors.ts';
import { parseSampleSize, type SampleSize } from './sample-size.ts';
import { readerOf, type WrittenSetting, type WrittenSettings } from './written-settings.ts';

/** Checked settings of a schedule; whether `at` and `timezone` make one is for the schedule to say. */
export interface NightlySettings {
  readonly at: string;
  readonly timezone: string;
  /** Where these two were written, for messages. */
  readonly scheduleFrom: { readonly at: string; readonly timezone: string };
  readonly startDelayMinutes: number;
  readonly retryPauseMinutes: number;
  readonly windowMinutes: number;
  /** Null for none. */
  readonly verifySample: SampleSize | null;
  readonly nightlySnapshot: boolean;
  /** Absolute paths; null for none, as with the two addresses. */
  readonly reports: string | null;
  readonly metricsFile: string | null;
  readonly pingUrl: URL | null;
  readonly webhookUrl: URL | null;
  readonly webhookOn: (typeof WEBHOOK_TIMES)[number];
}

export const LOG_FORMATS = ['auto', 'text', 'json'] as const;
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'] as const;

/** How `nightly` tells what it does. */
export interface LogSettings {
  readonly logFormat: (typeof LOG_FORMATS)[number];
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** Checks the settings of the log. Fails with SETTING_INVALID at the first that cannot be used. */
export function parseLogSettings(written: WrittenSettings): LogSettings {
  const { oneOf } = readerOf(written);
  return Object.freeze({
    logFormat: oneOf('logFormat', LOG_FORMATS),
    logLevel: oneOf('logLevel', LOG_LEVELS),
  });
}

/** Of which nights a webhook is told. */
export const WEBHOOK_TIMES = ['failure', 'change', 'always'] as const;

/** Where snapshots are, and which of them are kept. */
export interface SnapshotSettings {
  /** An absolute path. */
  readonly folder: string;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

const A_DAY_OF_MINUTES = 24 * 60;

/** Checks the settings of a schedule. Fails with SETTING_INVALID at the first that cannot be used. */
export function parseNightlySettings(written: WrittenSettings): NightlySettings {
  const { whole, line, path, yesOrNo, oneOf } = readerOf(written);
  return Object.freeze({
    at: line('at').trim(),
    timezone: line('timezone').trim(),
    scheduleFrom: { at: written.at?.from ?? '--at', timezone: written.timezone?.from ?? '--timezone' },
    startDelayMinutes: whole('startDelayMinutes', 0, A_DAY_OF_MINUTES),
    retryPauseMinutes: whole('retryPauseMinutes', 1, A_DAY_OF_MINUTES),
    windowMinutes: whole('windowMinutes', 0, 7 * A_DAY_OF_MINUTES),
    verifySample: parseVerifySample(line('verifySample').trim(), written.verifySample?.from),
    nightlySnapshot: yesOrNo('nightlySnapshot'),
    reports: written.reports === undefined ? null : path('reports'),
    metricsFile: written.metricsFile === undefined ? null : path('metricsFile'),
    pingUrl: parseAddress(written.pingUrl),
    webhookUrl: parseAddress(written.webhookUrl),
    webhookOn: oneOf('webhookOn', WEBHOOK_TIMES),
  });
}

/** An address that may hold a secret: it is in no message. */
function parseAddress(written: WrittenSetting | undefined): URL | null {
  if (written === undefined) return null;
  const text = written.text.trim();
  if (!URL.canParse(text) || !/^https?:/i.test(text))
    throw new MirrorError('SETTING_INVALID', `${written.from} must be an address that begins with https://.`);
  return new URL(text);
}

function parseVerifySample(text: string, from = '--verify-sample'): SampleSize | null {
  if (text === '0' || text === '0%') return null;
  const size = parseSampleSize(text);
  if (size === undefined)
    throw new MirrorError(
      'SETTING_INVALID',
      `${from} must be a share such as 2%, a number of cases or 0, not ${JSON.stringify(text)}.`,
    );
  return size;
}

const MOST_KEPT = 10_000;

/** Checks the settings of the snapshots of a database. Fails with SETTING_INVALID at the first that cannot be used. */
export function parseSnapshotSettings(written: WrittenSettings, database: string): SnapshotSettings {
  const { whole, path } = readerOf(written);
  return Object.freeze({
    folder: written.snapshots === undefined ? join(dirname(database), 'snapshots') : path('snapshots'),
    daily: whole('keepDaily', 0, MOST_KEPT),
    weekly: whole('keepWeekly', 0, MOST_KEPT),
    monthly: whole('keepMonthly', 0, MOST_KEPT),
  });
}
