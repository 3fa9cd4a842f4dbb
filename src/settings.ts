import { checkApiHost } from './api-host.ts';
import { parseApiUrl } from './clearinghouse/api-address.ts';
import { MirrorError } from './errors.ts';
import type { ConnectionSettings } from './http-agents.ts';
import { parseConnectionSettings, parseHeaderText } from './settings-connection.ts';
import { readerOf, type WrittenSettings } from './written-settings.ts';

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
      `${written.confirm?.from ?? '--confirm'} takes at least two walks, and ${written.mostWalks?.from ?? '--walks'} allows one.`,
      { hint: 'Set --walks to 2 or more.' },
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
