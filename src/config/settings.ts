import { X509Certificate } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import { dirname, join } from 'node:path';
import { checkApiHost } from './token.ts';
import { parseApiUrl } from '../api/urls.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { readRegularFile } from '../lib/files.ts';
import type { ConnectionSettings } from '../api/http-agents.ts';
import { type SampleSize, parseSampleSize } from './paths.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { type WrittenSetting, type WrittenSettings, readerOf } from './sources.ts';

/** Checked settings. The token is read apart, by `readToken`, where it is needed. */
export interface Settings extends ConnectionSettings {
  readonly apiUrl: URL;
  /** An absolute path. */
  readonly database: string;
  readonly delayMs: number;
  readonly attempts: number;
  readonly backoffBaseMs: number;
  readonly backoffCeilingMs: number;
  readonly retryAfterCeilingMs: number;
  readonly timeBudgetMinutes: number;
  readonly responseTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly userAgent: string;
  readonly includeUnclassified: boolean;
  readonly mostWalks: number;
  readonly confirm: boolean;
  readonly mostDepartures: number;
}

/** Checks the settings. Fails with SETTING_INVALID or ADDRESS_INSECURE at the first that cannot be used. */
export function parseSettings(written: WrittenSettings): Settings {
  const { whole, line, path, yesOrNo } = readerOf(written);
  const mostWalks = whole('mostWalks', 1);
  const confirm = yesOrNo('confirm');
  if (confirm && mostWalks < 2)
    throw new MirrorError(
      'SETTING_INVALID',
      `${written.confirm?.from ?? '--require-stable'} takes at least two walks, and ${written.mostWalks?.from ?? '--max-passes'} allows one.`,
      { hint: 'Set --max-passes to 2 or more.' },
    );
  const apiUrl = parseApiUrl(line('apiUrl'), written.apiUrl?.from);
  checkApiHost(apiUrl, written.apiUrl?.from ?? 'The API address');
  return Object.freeze({
    apiUrl,
    database: path('database'),
    delayMs: whole('delayMs', 0),
    attempts: whole('attempts', 1),
    backoffBaseMs: whole('backoffBaseMs', 0),
    backoffCeilingMs: whole('backoffCeilingMs', 0),
    retryAfterCeilingMs: whole('retryAfterCeilingMs', 0),
    timeBudgetMinutes: whole('timeBudgetMinutes', 1),
    connectTimeoutMs: whole('connectTimeoutMs', 1),
    responseTimeoutMs: whole('responseTimeoutMs', 1),
    idleTimeoutMs: whole('idleTimeoutMs', 1),
    maxBodyBytes: whole('maxBodyBytes', 1),
    userAgent: parseHeaderText(written, 'userAgent'),
    ...parseConnectionSettings(written),
    includeUnclassified: yesOrNo('includeUnclassified'),
    mostWalks,
    confirm,
    mostDepartures: whole('mostDepartures', 0),
  });
}

/** Checks how connections are to be made. Fails with SETTING_INVALID at the first setting that cannot be used. */
export function parseConnectionSettings(
  written: WrittenSettings,
): Omit<ConnectionSettings, 'connectTimeoutMs'> {
  return {
    httpsProxy: parseProxy(written.httpsProxy),
    httpProxy: parseProxy(written.httpProxy),
    noProxy: written.noProxy?.text ?? '',
    ca:
      written.caFile === undefined
        ? null
        : readCertificates(written.caFile, readerOf(written).path('caFile')),
  };
}

/** A text that goes into an HTTP header, which holds the letters of Latin-1 only. Fails with SETTING_INVALID. */
function parseHeaderText(written: WrittenSettings, name: 'userAgent'): string {
  const text = readerOf(written).line(name).trim();
  try {
    validateHeaderValue(name, text);
  } catch (cause) {
    const odd = Array.from(text).find((character) => (character.codePointAt(0) ?? 0) > 0xff) ?? '';
    const code = odd.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    throw new MirrorError(
      'SETTING_INVALID',
      `${written[name]?.from ?? name} holds "${odd}" (U+${code ?? '?'}), which no HTTP header can hold.`,
      { cause, hint: 'Use plain letters: "-" for a long dash, " for curly quotes.' },
    );
  }
  return text;
}

/** The address of a proxy, which may hold a password: it is in no message. Without a scheme it is one of http. */
function parseProxy(written: WrittenSetting | undefined): URL | null {
  if (written === undefined) return null;
  const text = written.text.trim();
  const address = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(address) || !/^https?:\/\//i.test(address))
    throw new MirrorError(
      'SETTING_INVALID',
      `${written.from} must be the address of a proxy that begins with http:// or https://.`,
      { hint: 'A proxy of another kind (SOCKS) cannot be used. Unset the variable to ask directly.' },
    );
  const url = new URL(address);
  for (const part of [url.username, url.password]) {
    try {
      decodeURIComponent(part);
    } catch {
      throw new MirrorError(
        'SETTING_INVALID',
        `The name or the password in ${written.from} holds a "%" that stands for nothing; write it as %25.`,
      );
    }
  }
  return url;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g;

/** The certificates that a system trusts take less than 1 MB. */
const MOST_BYTES_OF_CERTIFICATES = 10e6;

function readCertificates({ from }: WrittenSetting, path: string): readonly string[] {
  const fail = (why: string, cause?: unknown): never => {
    throw new MirrorError('SETTING_INVALID', `${from}: ${path} ${why}`, { cause });
  };
  let content = '';
  try {
    content = readRegularFile(path, MOST_BYTES_OF_CERTIFICATES).toString('utf8');
  } catch (cause) {
    fail(`cannot be read: ${wordsOf(cause)}.`, cause);
  }
  const certificates = content.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) fail('holds no certificate in PEM form (BEGIN CERTIFICATE).');
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      fail(`holds a certificate that cannot be read: ${messageOf(cause)}`, cause);
    }
  }
  return certificates;
}

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
