import type { LinkedBudget } from '../../config/parsers.ts';
import type { Client } from '../../api/client.ts';
import { ERROR_KINDS, type ErrorCode, MirrorError } from '../../errors/mirror-error.ts';
import { renderPlural } from '../../lib/layout.ts';

/** Thrown in place of a request for which the budget of a pass has nothing left: a normal end. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError';
}

/** A list, a text or a file is requested again another day, so a request is retried only a few times. */
export const MAX_ATTEMPTS = 3;

/** No further request would be allowed; what is left is due in the next pass. */
export const endsEarly = ({ code }: MirrorError): boolean =>
  code === 'RETRY_AFTER_TOO_LONG' || code === 'MAX_DURATION_REACHED';

/**
 * What one pass over linked lists, texts or files may request. It counts each request before it is sent: first attempts, retries and
 * redirects. After {@link BudgetMeter.admitRest} it can refuse only the next request: a list, a text or a file that was requested is
 * finished, even if that takes more than is left.
 */
export class BudgetMeter {
  readonly #budget: LinkedBudget;
  readonly #stopwatch: () => number;
  readonly #startedAt: number;
  #requests = 0;
  #givenBack = 0;
  #admitsRest = false;
  #hasBegun = false;

  constructor(budget: LinkedBudget, stopwatch: () => number) {
    this.#budget = budget;
    this.#stopwatch = stopwatch;
    this.#startedAt = stopwatch();
  }

  /** The requests that are left; Infinity without a limit. */
  get left(): number {
    const { requests, minutes } = this.#budget;
    const elapsedMs = this.#stopwatch() - this.#startedAt;
    if (minutes !== null && elapsedMs >= minutes * 60_000) return 0;
    return requests === null ? Infinity : Math.max(0, requests - this.#requests);
  }

  /** Counts a request that is about to be sent. Throws a {@link BudgetSpentError} if nothing is left. */
  readonly take = (): void => {
    if (!this.#hasBegun && this.left <= 0) throw new BudgetSpentError('The budget of the pass is spent.');
    this.#hasBegun = this.#admitsRest;
    this.#requests++;
  };

  /**
   * Takes back requests that do not count, as they had a short answer. No more than the budget has, so that a pass
   * ends however many there are.
   */
  giveBack(requests: number): void {
    const given = Math.min(requests, (this.#budget.requests ?? 0) - this.#givenBack);
    this.#givenBack += given;
    this.#requests -= given;
  }

  /** A list, a text or a file comes next. If its first request may be sent, the rest of it is read. */
  admitRest(): void {
    this.#admitsRest = true;
  }

  /** It has ended. */
  endRest(): void {
    this.#admitsRest = false;
    this.#hasBegun = false;
  }
}

/** After so many refused lists in a row, a request to the address `test` checks the token (A2). */
const REFUSED_IN_A_ROW = 5;
/** After so many lists in a row that the network or the server failed, it checks whether the API responds at all. */
const UNREACHED_IN_A_ROW = 10;
/** After so many failures of one kind in a row, the pass ends even if the API responds. */
const MAX_IN_A_ROW = 50;

const ENDS_THE_PASS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHORIZED',
  'PROXY_REFUSED',
  'HOST_UNREACHABLE',
  'CERTIFICATE_REFUSED',
]);

/**
 * Decides whether a failure costs one list or ends the pass. Lists that fail every time stand together in the queue, so
 * failures in a row alone prove nothing: only a failed request to `test` does.
 */
export class FailureJudge {
  readonly #client: Client;
  #code: ErrorCode | null = null;
  #inARow = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  noteRead(): void {
    this.#inARow = 0;
  }

  /** Returns the error with which the pass ends; null if it goes on. */
  async judge(error: MirrorError, signal: AbortSignal): Promise<MirrorError | null> {
    if (ENDS_THE_PASS.has(error.code)) return error;
    this.#inARow = error.code === this.#code ? this.#inARow + 1 : 1;
    this.#code = error.code;
    const isRefused = error.code === 'LINKED_LIST_REFUSED';
    if (!isRefused && ERROR_KINDS[error.code].exit !== 'network') return null;
    if (this.#inARow >= MAX_IN_A_ROW) return error;
    if (this.#inARow !== (isRefused ? REFUSED_IN_A_ROW : UNREACHED_IN_A_ROW)) return null;
    try {
      await this.#client.fetchResponse(new URL('test', this.#client.api), signal, undefined, {
        maxAttempts: 1,
      });
      return null;
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof MirrorError)) throw thrown;
      // An API that has no such address, or words its answer otherwise, responds.
      if (thrown.code === 'UNAUTHORIZED' || thrown.code === 'RETRY_AFTER_TOO_LONG') return thrown;
      return ERROR_KINDS[thrown.code].exit === 'network' ? error : null;
    }
  }
}

/** After so many files of a host in a row that the network or the host failed, the pass leaves the others of that host. */
const FAILED_FILES_IN_A_ROW = 10;

/**
 * The same for files: their hosts have no address that shows whether they respond at all. A host that does not respond costs only
 * its own files: the pass leaves them, and goes on with those of other hosts.
 */
export class FileFailureJudge {
  readonly #inARow = new Map<string, number>();
  readonly #left = new Map<string, MirrorError>();

  noteRead(host: string): void {
    this.#inARow.delete(host);
  }

  noteFailure(host: string, error: MirrorError): void {
    const isOfNetwork = ERROR_KINDS[error.code].exit === 'network';
    const inARow = isOfNetwork ? (this.#inARow.get(host) ?? 0) + 1 : 0;
    this.#inARow.set(host, inARow);
    if (ENDS_THE_PASS.has(error.code) || inARow >= FAILED_FILES_IN_A_ROW) this.#left.set(host, error);
  }

  /** Whether the pass leaves the files of the host. */
  isLeft(host: string): boolean {
    return this.#left.has(host);
  }

  /** With what the pass ends; null if every host responds. */
  findFailure(): MirrorError | null {
    const [first] = this.#left;
    if (first === undefined) return null;
    const [host, { code, message, hint }] = first;
    const others =
      this.#left.size === 1 ? '' : ` ${renderPlural(this.#left.size - 1, 'other host')} failed too.`;
    return new MirrorError(code, `The files of ${host} are left: ${message}${others}`, { hint });
  }
}
