import type { Traffic } from '../clearinghouse/client.ts';
import type { StatusFigures } from '../mirror/sync-ledger.ts';

export type Verdict = 'new' | 'changed' | 'unchanged';

/**
 * Counts what a sweep has seen. A list may bring a case twice when it shifts between pages: each case counts once,
 * with the strongest thing that happened to it, so that seen = new + changed + unchanged holds at any moment.
 */
export class SweepFigures {
  readonly #verdicts = new Map<number, Verdict>();
  readonly #counts: Record<Verdict, number> = { new: 0, changed: 0, unchanged: 0 };
  readonly #before: Traffic;
  #countFirst: number | null = null;
  #countLast: number | null = null;
  #pages = 0;
  readonly #misfits = new Set<string>();

  /** `before` is the client's traffic when the sweep begins. */
  constructor(before: Traffic) {
    this.#before = before;
  }

  addPage(count: number): void {
    this.#pages++;
    this.#countFirst ??= count;
    this.#countLast = count;
  }

  /** Returns whether the record is new to this sweep. */
  addMisfit(fingerprint: string): boolean {
    const isNew = !this.#misfits.has(fingerprint);
    this.#misfits.add(fingerprint);
    return isNew;
  }

  /** Returns whether the case is new to this sweep. */
  addCase(id: number, verdict: Verdict): boolean {
    const earlier = this.#verdicts.get(id);
    if (earlier === undefined) {
      this.#count(id, verdict);
      return true;
    }
    if (earlier === 'unchanged' && verdict !== 'unchanged') {
      this.#counts.unchanged--;
      this.#count(id, verdict);
    }
    return false;
  }

  #count(id: number, verdict: Verdict): void {
    this.#verdicts.set(id, verdict);
    this.#counts[verdict]++;
  }

  /** The figures so far, given the client's traffic now. */
  toRow(traffic: Traffic): StatusFigures {
    return {
      count_first: this.#countFirst,
      count_last: this.#countLast,
      cases_seen: this.#verdicts.size,
      cases_new: this.#counts.new,
      cases_changed: this.#counts.changed,
      cases_unchanged: this.#counts.unchanged,
      cases_kept_aside: this.#misfits.size,
      pages: this.#pages,
      requests: traffic.requests - this.#before.requests,
      retries: traffic.retries - this.#before.retries,
      waited_ms: Math.round(traffic.waitedMs - this.#before.waitedMs),
      bytes: traffic.bytes - this.#before.bytes,
      walks: this.#pages === 0 ? 0 : 1,
      cases_last_walk: this.#verdicts.size,
    };
  }
}
