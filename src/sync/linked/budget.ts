import type { LinkedBudget } from '../../config/parsers.ts';

/** Thrown in place of a request for which the budget of a linked pass has nothing left: a normal end. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError';
}

/**
 * What one linked pass may request. It is asked before each request: first attempts, retries and redirects. A list that
 * has begun to arrive is finished, even if it takes more than is left.
 */
export class BudgetMeter {
  readonly #budget: LinkedBudget;
  readonly #stopwatch: () => number;
  readonly #startedAt: number;
  #requests = 0;
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
    if (!this.#hasBegun && this.left <= 0) throw new BudgetSpentError('The budget of linked lists is spent.');
    this.#requests++;
  };

  /** The list has begun to arrive, so the rest of it is read. */
  readonly admitList = (): void => {
    this.#hasBegun = true;
  };

  /** The list has ended. */
  endList(): void {
    this.#hasBegun = false;
  }
}
