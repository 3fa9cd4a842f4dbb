import type { ListOutcome } from '../db/schema/schema.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { renderPlural } from '../lib/layout.ts';

/** The findings of one pass over a list. */
export class Pass {
  readonly #ids = new Set<number>();
  readonly #rejected = new Set<string>();
  #records = 0;
  #inexact = 0;
  #pages = 0;
  #countFirst: number | null = null;
  #countLast: number | null = null;
  #countHeld = true;
  #isWhole = false;
  readonly #unread: MirrorError[] = [];
  #violation: MirrorError | null = null;
  #malformed: MirrorError | null = null;

  get pages(): number {
    return this.#pages;
  }
  /** The API's counts on the first page and on the page read last. */
  get countFirst(): number | null {
    return this.#countFirst;
  }
  get countLast(): number | null {
    return this.#countLast;
  }
  /** Whether every page so far gave the same count. */
  get countHeld(): boolean {
    return this.#countHeld;
  }
  /** Distinct cases. */
  get cases(): number {
    return this.#ids.size;
  }
  /** Distinct records that are not cases. */
  get rejected(): number {
    return this.#records;
  }

  /** Whether it reached the last page of the list. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Records that the last page was read. The pass is complete if every page before it could be read. */
  end(): void {
    this.#isWhole = this.#unread.length === 0;
  }

  /** Cases that could not be read exactly. */
  get inexact(): number {
    return this.#inexact;
  }

  addInexact(): void {
    this.#inexact++;
  }

  /** Why pages could not be read, one error per page. */
  get unread(): readonly MirrorError[] {
    return this.#unread;
  }
  /** The first violation of a page with valid records. */
  get violation(): MirrorError | null {
    return this.#violation;
  }
  /** The first page that is not well-formed JSON but lost no record. */
  get malformed(): MirrorError | null {
    return this.#malformed;
  }

  addUnread(error: MirrorError): void {
    this.#unread.push(error);
  }

  /** Only the first violation is reported. */
  addViolation(violation: MirrorError | null): void {
    if (violation?.code === 'JSON_MALFORMED') this.#malformed ??= violation;
    else this.#violation ??= violation;
  }

  /** `count` is null if the page contained no number. */
  addPage(count: number | null, violation: MirrorError | null = null): void {
    this.#pages++;
    this.addViolation(violation);
    if (count === null) return;
    this.#countFirst ??= count;
    if (count !== this.#countFirst) this.#countHeld = false;
    this.#countLast = count;
  }

  /** Returns whether the record is new in this pass. */
  addRejected(fingerprint: string): boolean {
    const isNew = !this.#rejected.has(fingerprint);
    this.#rejected.add(fingerprint);
    this.#records++;
    return isNew;
  }

  /** Returns whether the case is new in this pass. */
  addCase(id: number): boolean {
    const isNew = !this.#ids.has(id);
    this.#ids.add(id);
    return isNew;
  }

  /**
   * Whether two passes reached the last page and found the same cases, the same number of rejected records and the same
   * constant count.
   */
  repeats(other: Pass): boolean {
    return (
      this.#isWhole &&
      other.isWhole &&
      this.#countHeld &&
      other.countHeld &&
      this.#countLast === other.countLast &&
      this.#records === other.rejected &&
      this.holdsTheSameAs(other)
    );
  }

  /** Whether two passes found exactly the same cases. */
  holdsTheSameAs(other: Pass): boolean {
    return this.#ids.size === other.#ids.size && [...this.#ids].every((id) => other.#ids.has(id));
  }
}

export interface PassVerdict {
  readonly outcome: Exclude<ListOutcome, 'running' | 'skipped'>;
  /** Why the outcome is not a success; null if it is. */
  readonly error: MirrorError | null;
}

/** The facts of a pass that determine the outcome. */
export type PassFacts = Pick<
  Pass,
  | 'pages'
  | 'countFirst'
  | 'countLast'
  | 'countHeld'
  | 'cases'
  | 'rejected'
  | 'inexact'
  | 'unread'
  | 'violation'
  | 'malformed'
  | 'holdsTheSameAs'
  | 'repeats'
>;

export interface PassesFacts {
  /** The last pass. */
  readonly pass: PassFacts;
  /** The pass before it, if there was one. */
  readonly before: Pass | null;
  /** Whether two passes must agree before the list sync is complete. */
  readonly requireStable: boolean;
}

/**
 * Determines the outcome of a list sync after a pass. `error` is what ended the pass before its last page, or null if
 * every page was read. Complete means proven: every page was read, all of them gave the same count, and the number of
 * distinct cases equals it (A25, A27). With `requireStable`, the pass before must also have found the same cases (A26).
 */
export function judgePasses(facts: PassesFacts, error: MirrorError | null): PassVerdict {
  const { pass, before } = facts;
  if (error !== null) {
    if (error.code === 'INTERRUPTED' || error.code === 'TERMINATED') return { outcome: 'interrupted', error };
    return { outcome: pass.pages === 0 && before === null ? 'failed' : 'partial', error };
  }
  const obstacle = toUnreadable(pass.unread) ?? pass.violation;
  if (obstacle !== null) return { outcome: 'partial', error: obstacle };
  const suspicion = findSuspicion(facts);
  if (suspicion !== null) return { outcome: 'partial', error: suspicion };
  const odd = describeOdd(pass);
  if (odd !== null) return { outcome: 'partial', error: new MirrorError('RECORDS_REJECTED', odd) };
  if (pass.malformed !== null) return { outcome: 'partial', error: pass.malformed };
  return { outcome: pass.cases === 0 ? 'empty' : 'complete', error: null };
}

/** The records that could not be stored as received; null if there are none. */
function describeOdd({ rejected, inexact }: PassFacts): string | null {
  const parts = [
    ...(rejected === 0 ? [] : [renderPlural(rejected, 'record is not a case', 'records are not cases')]),
    ...(inexact === 0 ? [] : [`${renderPlural(inexact, 'record')} could not be read exactly`]),
  ];
  return parts.length === 0 ? null : `${parts.join(', ')}; rejected.`;
}

/** The error for pages that could not be read; null if all were read. */
function toUnreadable(unread: readonly MirrorError[]): MirrorError | null {
  const first = unread.find(isShrunk) ?? unread[0];
  if (first === undefined) return null;
  const others = unread.slice(1);
  const pages = renderPlural(unread.length, 'page');
  const rest = others.length === 0 ? '' : `, and ${others.length} more`;
  const reason = first.message.replace(/\.$/, '');
  return new MirrorError('PAGES_UNREADABLE', `${pages} could not be read: ${reason}${rest}.`, {
    cause: first,
  });
}

/** Whether another pass may do better: the list changed while it was read. */
export function isWorthAnotherPass({ error }: PassVerdict): boolean {
  if (error === null) return false;
  if (error.code === 'PAGES_UNREADABLE') return isShrunk(error.cause);
  return ['COUNT_MISMATCH', 'LIST_SHRANK', 'LIST_UNSTABLE'].includes(error.code);
}

/** One page was past the end, but a later page was not. */
function isShrunk(cause: unknown): boolean {
  return cause instanceof MirrorError && cause.code === 'LIST_SHRANK';
}

/** Evidence that the pass missed cases; null if there is none. */
function findSuspicion({ pass, before, requireStable }: PassesFacts): MirrorError | null {
  const { countFirst, countLast, countHeld, cases, rejected } = pass;
  if (!countHeld) {
    const moved =
      countFirst === countLast ? `and back to ${countLast}` : `from ${countFirst} to ${countLast}`;
    return new MirrorError('COUNT_MISMATCH', `The API's count changed ${moved} while the list was read.`);
  }
  if (cases + rejected !== countLast) return toMismatch(pass, before);
  if (!requireStable || (before !== null && pass.holdsTheSameAs(before))) return null;
  const message =
    before === null
      ? 'A second pass must confirm the first.'
      : 'The last two passes over the list found different cases.';
  return new MirrorError('LIST_UNSTABLE', message);
}

/** A list can be completely read although its count is wrong by this number, or by this share of it. */
const MAX_OFF = 10;
const MAX_OFF_SHARE = 0.01;

/** If two passes have exactly the same result, the list does not change: the count is wrong, or the list is cut off. */
function toMismatch(pass: PassFacts, before: Pass | null): MirrorError {
  const records = pass.cases + pass.rejected;
  const count = pass.countLast ?? 0;
  if (before === null || !pass.repeats(before)) {
    const message = `The API reports ${renderPlural(count, 'case')}, but its pages contain ${renderPlural(records, 'distinct case')}.`;
    return new MirrorError('COUNT_MISMATCH', message);
  }
  const isFew = Math.abs(count - records) <= Math.max(MAX_OFF, count * MAX_OFF_SHARE);
  const message = `The API reports ${renderPlural(count, 'case')}, but two passes to the last page found the same ${records}.`;
  return new MirrorError(isFew ? 'COUNT_MISMATCH_STABLE' : 'COUNT_FAR_OFF', message);
}
