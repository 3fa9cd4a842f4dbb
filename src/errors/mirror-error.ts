import type { ExitName } from './exit-codes.ts';
import { toSafeMessage } from '../lib/safe-text.ts';
import {
  ERRORS_OF_EXPORTS,
  ERRORS_OF_PUBLISHING,
  ERRORS_OF_QUESTIONS,
  ERRORS_OF_SETTINGS,
  ERRORS_OF_THE_DATABASE,
} from './mirror-codes.ts';
import { ERRORS_OF_RUNS, ERRORS_OF_THE_API } from './sync-codes.ts';

/** Every error code of the mirror, with its exit code and hint. docs/errors.md is generated from it. */
export const ERROR_KINDS = {
  ...ERRORS_OF_SETTINGS,
  ...ERRORS_OF_THE_API,
  ...ERRORS_OF_RUNS,
  ...ERRORS_OF_THE_DATABASE,
  ...ERRORS_OF_QUESTIONS,
  ...ERRORS_OF_EXPORTS,
  ...ERRORS_OF_PUBLISHING,
};

export type ErrorCode = keyof typeof ERROR_KINDS;

interface MirrorErrorOptions {
  readonly cause?: unknown;
  /** Replaces the general hint of the code if a more specific one is known. */
  readonly hint?: string;
}

/**
 * Base class of every expected failure: a stable `code`, a message that says what happened, and a `hint` that says what
 * to do. The constructor makes both safe to print, because they may quote text from outside.
 */
export class MirrorError extends Error {
  override readonly name: string = 'MirrorError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: MirrorErrorOptions = {}) {
    super(toSafeMessage(message), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint === undefined ? ERROR_KINDS[code].hint : toSafeMessage(options.hint);
  }

  /** The exit code of the process for this error. */
  get exit(): ExitName {
    return ERROR_KINDS[this.code].exit;
  }
}

/**
 * A failure that may pass on a retry. `retryAfterMs` is the pause that the server requested, in milliseconds. `isOdd`
 * marks a response that is usually caused by a permanent fault, so the request is retried only a few times.
 * `isUnconnected` marks a request for which no connection could be opened.
 */
export class TransientError extends MirrorError {
  override readonly name = 'TransientError';
  readonly retryAfterMs: number | undefined;
  readonly isOdd: boolean;
  readonly isUnconnected: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: MirrorErrorOptions & {
      retryAfterMs?: number | undefined;
      isOdd?: boolean;
      isUnconnected?: boolean;
    } = {},
  ) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
    this.isOdd = options.isOdd ?? false;
    this.isUnconnected = options.isUnconnected ?? false;
  }
}

/** The message of any thrown value, safe to use inside another message. */
export function messageOf(thrown: unknown): string {
  return toSafeMessage(thrown instanceof Error ? thrown.message : String(thrown));
}
