import { type ErrorCode, MirrorError } from '../errors/mirror-error.ts';
import type { ExitName } from '../errors/exit-codes.ts';

export const CHECKS = [
  'settings',
  '.env',
  'proxy',
  'token',
  'address',
  'clock',
  'database',
  'linked lists',
  'disk',
  'exports',
  'snapshots',
  'schedule',
  'ping',
  'webhook',
] as const;

/** One thing that was checked. */
export interface Finding {
  readonly check: (typeof CHECKS)[number];
  readonly verdict: 'good' | 'warning' | 'bad' | 'not-checked';
  readonly detail: string;
  /** What to do; null if there is nothing to do. */
  readonly hint: string | null;
  readonly exit: ExitName;
  /** The error that caused a failed check. */
  readonly code?: ErrorCode;
}

type Check = Finding['check'];

export function good(check: Check, detail: string): Finding {
  return { check, verdict: 'good', detail, hint: null, exit: 'complete' };
}

export function warning(check: Check, detail: string, hint: string | null): Finding {
  return { check, verdict: 'warning', detail, hint, exit: 'complete' };
}

export function notChecked(check: Check, detail: string, hint: string | null = null): Finding {
  return { check, verdict: 'not-checked', detail, hint, exit: 'complete' };
}

/** Hints for a user who only checks: `doctor` does not sync, and has just been run. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  UNAUTHORIZED:
    'Check that the token was copied whole. The Clearinghouse gives out a new one if it has expired.',
  NETWORK_FAILED: 'Check the address and the network, then look again.',
  HOST_UNREACHABLE: 'Check the address and the network, then look again.',
  RATE_LIMITED: 'The server asks for fewer requests. Look again later.',
  SERVER_ERROR: 'The site may be busy or in maintenance. Look again later.',
  RETRY_AFTER_TOO_LONG: 'Look again after that pause.',
  MAX_DURATION_REACHED: 'Raise --max-duration.',
  RESPONSE_UNEXPECTED:
    'Check the address; it should be https://clearinghouse.net/api/v2p1/. If it is, the API has changed: please report it.',
  NOT_FOUND: 'Check the address; it should end in /api/v2p1/.',
  TOKEN_MISSING:
    'Set CLEARINGHOUSE_API_TOKEN, in the environment or in .env, or pass --token-file. `clearinghouse-mirror demo` needs none.',
};

/** The error of a failed check. Rethrows an unexpected failure. */
export function bad(check: Check, error: unknown, detail?: string): Finding {
  if (!(error instanceof MirrorError)) throw error;
  return {
    check,
    verdict: 'bad',
    detail: detail ?? error.message,
    hint: HINTS[error.code] ?? error.hint,
    exit: error.exit,
    code: error.code,
  };
}
