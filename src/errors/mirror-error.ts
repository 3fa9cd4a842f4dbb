import { ERROR_KINDS, type ErrorCode } from './codes.ts';
import type { ExitName } from './exit-codes.ts';
import { toSafeMessage } from '../lib/safe-text.ts';

interface MirrorErrorOptions {
  readonly cause?: unknown;
  /** Replaces the general hint of the code where something more exact is known. */
  readonly hint?: string;
}

/**
 * Base class of every expected failure: a steady `code`, a message that says what happened, a `hint` that says what to do.
 * Both are made safe to print here, whatever text of other people's the sentence quotes.
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

  /** How the process ends when this error ends it. */
  get exit(): ExitName {
    return ERROR_KINDS[this.code].exit;
  }
}

/**
 * A failure that may pass on another try. `retryAfterMs` is the pause the server asked for, in milliseconds. `isOdd`: an
 * answer that nobody would give on purpose, and that lasts more often than not, so it is tried again a few times only.
 */
export class TransientError extends MirrorError {
  override readonly name = 'TransientError';
  readonly retryAfterMs: number | undefined;
  readonly isOdd: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: MirrorErrorOptions & { retryAfterMs?: number | undefined; isOdd?: boolean } = {},
  ) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
    this.isOdd = options.isOdd ?? false;
  }
}

/** The message of anything that was thrown, safe to stand inside another message. */
export function messageOf(thrown: unknown): string {
  return toSafeMessage(thrown instanceof Error ? thrown.message : String(thrown));
}
