import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseApiUrl } from './clearinghouse/api-address.ts';
import { messageOf, MirrorError } from './errors.ts';
import type { ConnectionSettings } from './http-agents.ts';
import { parseConnectionSettings, parseHeaderText } from './settings-connection.ts';
import { PLACES, readerOf, type WrittenSetting, type WrittenSettings } from './written-settings.ts';

/** Checked settings. The token is read apart, by {@link readToken}, where it is needed. */
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
  const { whole, line, yesOrNo } = readerOf(written);
  const mostWalks = whole('mostWalks', 1);
  const confirm = yesOrNo('confirm');
  if (confirm && mostWalks < 2)
    throw new MirrorError(
      'SETTING_INVALID',
      '--confirm takes at least two walks, so --walks must be 2 or more.',
    );
  return Object.freeze({
    apiUrl: parseApiUrl(line('apiUrl'), written.apiUrl?.from),
    database: resolve(line('database').trim()),
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

/** The file that holds the token; undefined where the token itself is written in a place that goes before it. */
export function findTokenFile({ token, tokenFile }: WrittenSettings): WrittenSetting | undefined {
  if (tokenFile === undefined || token === undefined) return tokenFile;
  return rankOf(tokenFile) <= rankOf(token) ? tokenFile : undefined;
}

/**
 * Reads the token, without the word `Token` and without spaces around. The place that goes before the others decides;
 * where one place names both a token and a file of one, the file does.
 */
export function readToken(written: WrittenSettings): string {
  const { token: given } = written;
  const file = findTokenFile(written);
  const text = file === undefined ? given?.text : readTokenFile(file.text);
  const token = (text ?? '').trim().replace(/^token(\s+|$)/i, '');
  if (token === '') throw new MirrorError('TOKEN_MISSING', 'No API token was given.');
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new MirrorError(
      'SETTING_INVALID',
      `${file?.text ?? given?.from ?? 'The API token'} holds spaces or characters that a token cannot have.`,
    );
  }
  return token;
}

const rankOf = ({ place }: WrittenSetting): number => PLACES.indexOf(place);

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new MirrorError('SETTING_INVALID', `The token file ${path} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}
