import type { Traffic } from '../clearinghouse/client.ts';
import type { MirrorError } from '../errors.ts';
import type { StatusFigures } from '../mirror/sync-ledger.ts';
import { Walk } from './walk.ts';

/** What requests have cost between two moments, under the names of the ledger's columns. */
export interface TrafficRow {
  readonly requests: number;
  readonly retries: number;
  readonly waited_ms: number;
  readonly bytes: number;
}

export function toTrafficRow(now: Traffic, before: Traffic): TrafficRow {
  return {
    requests: now.requests - before.requests,
    retries: now.retries - before.retries,
    waited_ms: Math.round(now.waitedMs - before.waitedMs),
    bytes: now.bytes - before.bytes,
  };
}

export type Verdict = 'new' | 'changed' | 'unchanged';

/**
 * Counts what a sweep has seen, in one walk of its list or in several. Each case counts once, with the strongest thing
 * that happened to it, so that seen = new + changed + unchanged holds at any moment.
 */
export class SweepFigures {
  readonly #verdicts = new Map<number, Verdict>();
  readonly #counts: Record<Verdict, number> = { new: 0, changed: 0, unchanged: 0 };
  readonly #before: Traffic;
  readonly #misfits = new Set<string>();
  #pages = 0;
  #walks = 0;
  #walk = new Walk();
  #walkBefore: Walk | null = null;

  /** `before` is the client's traffic when the sweep begins. */
  constructor(before: Traffic) {
    this.#before = before;
  }

  /** The walk in hand, and the one before it. */
  get walk(): Walk {
    return this.#walk;
  }
  get walkBefore(): Walk | null {
    return this.#walkBefore;
  }
  get walks(): number {
    return this.#walks;
  }

  beginWalk(): void {
    if (this.#walks++ > 0) this.#walkBefore = this.#walk;
    this.#walk = new Walk();
  }

  addPage(count: number | null, flaw: MirrorError | null = null): void {
    this.#pages++;
    this.#walk.addPage(count, flaw);
  }

  /** A case whose record could not be read exactly, so that it is kept aside as well. */
  addInexact(fingerprint: string): void {
    this.#misfits.add(fingerprint);
    this.#walk.addInexact();
  }

  addUnread(error: MirrorError): void {
    this.#walk.addUnread(error);
  }

  /** Returns whether the record is new to this walk. */
  addMisfit(fingerprint: string): boolean {
    this.#misfits.add(fingerprint);
    return this.#walk.addMisfit(fingerprint);
  }

  /** Returns whether the case is new to this walk. */
  addCase(id: number, verdict: Verdict): boolean {
    const earlier = this.#verdicts.get(id);
    if (earlier === undefined) {
      this.#count(id, verdict);
    } else if (earlier === 'unchanged' && verdict !== 'unchanged') {
      this.#counts.unchanged--;
      this.#count(id, verdict);
    }
    return this.#walk.addCase(id);
  }

  #count(id: number, verdict: Verdict): void {
    this.#verdicts.set(id, verdict);
    this.#counts[verdict]++;
  }

  /** The figures so far, given the client's traffic now. */
  toRow(traffic: Traffic): StatusFigures {
    return {
      count_first: this.#walk.countFirst,
      count_last: this.#walk.countLast,
      cases_seen: this.#verdicts.size,
      cases_new: this.#counts.new,
      cases_changed: this.#counts.changed,
      cases_unchanged: this.#counts.unchanged,
      cases_kept_aside: this.#misfits.size,
      pages: this.#pages,
      ...toTrafficRow(traffic, this.#before),
      walks: this.#walks,
      cases_last_walk: this.#walk.cases,
    };
  }
}
