import type { StatusOutcome } from '../db/schema/schema.ts';
import { MirrorError } from '../errors/mirror-error.ts';

/** What one walk of a list, from its first page on, has found. */
export class Walk {
  readonly #ids = new Set<number>();
  readonly #misfits = new Set<string>();
  #records = 0;
  #inexact = 0;
  #pages = 0;
  #countFirst: number | null = null;
  #countLast: number | null = null;
  #countHeld = true;
  #isWhole = false;
  readonly #unread: MirrorError[] = [];
  #flaw: MirrorError | null = null;
  #blemish: MirrorError | null = null;

  get pages(): number {
    return this.#pages;
  }
  /** How many cases the API counted on the first page, and on the one read last. */
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
  /** Records that are no cases, each as often as it came. */
  get misfits(): number {
    return this.#records;
  }

  /** Whether it came to the last page of the list. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The last page was read; the walk is whole where no page before it could not be read. */
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

  /** Why pages could not be read, one error a page. */
  get unread(): readonly MirrorError[] {
    return this.#unread;
  }
  /** The first thing that was wrong with a page whose records are good. */
  get flaw(): MirrorError | null {
    return this.#flaw;
  }
  /** The first thing that was wrong with a page and costs nothing of it. */
  get blemish(): MirrorError | null {
    return this.#blemish;
  }

  addUnread(error: MirrorError): void {
    this.#unread.push(error);
  }

  /** The first flaw is the one that is told. */
  addFlaw(flaw: MirrorError | null): void {
    if (flaw?.code === 'JSON_MALFORMED') this.#blemish ??= flaw;
    else this.#flaw ??= flaw;
  }

  /** `count` is null where the page said no number. */
  addPage(count: number | null, flaw: MirrorError | null = null): void {
    this.#pages++;
    this.addFlaw(flaw);
    if (count === null) return;
    this.#countFirst ??= count;
    if (count !== this.#countFirst) this.#countHeld = false;
    this.#countLast = count;
  }

  /** Returns whether the record is new to this walk. */
  addMisfit(fingerprint: string): boolean {
    const isNew = !this.#misfits.has(fingerprint);
    this.#misfits.add(fingerprint);
    this.#records++;
    return isNew;
  }

  /** Returns whether the case is new to this walk. */
  addCase(id: number): boolean {
    const isNew = !this.#ids.has(id);
    this.#ids.add(id);
    return isNew;
  }

  /** Whether two walks to the last page brought the very same cases, as many odd records, and one and the same count. */
  repeats(other: Walk): boolean {
    return (
      this.#isWhole &&
      other.isWhole &&
      this.#countHeld &&
      other.countHeld &&
      this.#countLast === other.countLast &&
      this.#records === other.misfits &&
      this.holdsTheSameAs(other)
    );
  }

  /** Whether two walks brought the very same cases. */
  holdsTheSameAs(other: Walk): boolean {
    return this.#ids.size === other.#ids.size && [...this.#ids].every((id) => other.#ids.has(id));
  }
}

export interface SweepVerdict {
  readonly outcome: Exclude<StatusOutcome, 'running' | 'skipped'>;
  /** Why the outcome is not a good one; null when it is. */
  readonly error: MirrorError | null;
}

/** What is looked at of a walk. */
export type WalkFacts = Pick<
  Walk,
  | 'pages'
  | 'countFirst'
  | 'countLast'
  | 'countHeld'
  | 'cases'
  | 'misfits'
  | 'inexact'
  | 'unread'
  | 'flaw'
  | 'blemish'
  | 'holdsTheSameAs'
  | 'repeats'
>;

export interface SweepFacts {
  /** The last walk. */
  readonly walk: WalkFacts;
  /** The walk before it, if there was one. */
  readonly before: Walk | null;
  /** Whether two walks must agree before the sweep is complete. */
  readonly requireStable: boolean;
}

/**
 * Says how a sweep stands after a walk. `error` is what ended the walk before its last page, or null when every page
 * was read. Complete means proven: every page read, a count that held still on all of them, and as many distinct cases
 * as the count says; with `requireStable` also that the walk before brought the same cases.
 */
export function judgeSweep(facts: SweepFacts, error: MirrorError | null): SweepVerdict {
  const { walk, before } = facts;
  if (error !== null) {
    if (error.code === 'INTERRUPTED' || error.code === 'TERMINATED') return { outcome: 'interrupted', error };
    return { outcome: walk.pages === 0 && before === null ? 'failed' : 'partial', error };
  }
  const obstacle = toUnreadable(walk.unread) ?? walk.flaw;
  if (obstacle !== null) return { outcome: 'partial', error: obstacle };
  const doubt = findDoubt(facts);
  if (doubt !== null) return { outcome: 'partial', error: doubt };
  const odd = describeOdd(walk);
  if (odd !== null) return { outcome: 'partial', error: new MirrorError('RECORDS_REJECTED', odd) };
  if (walk.blemish !== null) return { outcome: 'partial', error: walk.blemish };
  return { outcome: walk.cases === 0 ? 'empty' : 'complete', error: null };
}

/** What of the records could not be stored as it came; null when all could. */
function describeOdd({ misfits, inexact }: WalkFacts): string | null {
  const parts = [
    ...(misfits === 0 ? [] : [misfits === 1 ? '1 record is not a case' : `${misfits} records are not cases`]),
    ...(inexact === 0
      ? []
      : [`${inexact === 1 ? '1 record' : `${inexact} records`} could not be read exactly`]),
  ];
  return parts.length === 0 ? null : `${parts.join(', ')}; kept aside.`;
}

/** What pages that could not be read mean for the list; null when all were read. */
function toUnreadable(unread: readonly MirrorError[]): MirrorError | null {
  const first = unread.find(isShrunk) ?? unread[0];
  if (first === undefined) return null;
  const others = unread.slice(1);
  const pages = others.length === 0 ? '1 page' : `${unread.length} pages`;
  const rest = others.length === 0 ? '' : `, and ${others.length} more`;
  const reason = first.message.replace(/\.$/, '');
  return new MirrorError('PAGES_UNREADABLE', `${pages} could not be read: ${reason}${rest}.`, {
    cause: first,
  });
}

/** Whether walking the list once more may do better: it shifted while it was read. */
export function isWorthAnotherWalk({ error }: SweepVerdict): boolean {
  if (error === null) return false;
  if (error.code === 'PAGES_UNREADABLE') return isShrunk(error.cause);
  return ['COUNT_MISMATCH', 'LIST_SHRANK', 'LIST_UNSTABLE'].includes(error.code);
}

/** A page was past the end, and one after it was not. */
function isShrunk(cause: unknown): boolean {
  return cause instanceof MirrorError && cause.code === 'LIST_SHRANK';
}

/** What speaks against the walk having brought every case; null when nothing does. */
function findDoubt({ walk, before, requireStable }: SweepFacts): MirrorError | null {
  const { countFirst, countLast, countHeld, cases, misfits } = walk;
  if (!countHeld) {
    const moved =
      countFirst === countLast ? `and back to ${countLast}` : `from ${countFirst} to ${countLast}`;
    return new MirrorError('COUNT_MISMATCH', `The API's count moved ${moved} while the list was read.`);
  }
  if (cases + misfits !== countLast) return toMismatch(walk, before);
  if (!requireStable || (before !== null && walk.holdsTheSameAs(before))) return null;
  const message =
    before === null
      ? 'One walk of the list has to be confirmed by another.'
      : 'The last two walks of the list did not hold the same cases.';
  return new MirrorError('LIST_UNSTABLE', message);
}

/** A count may be wrong by as many as this, or by this share of it, and the list be read whole all the same. */
const MAX_OFF = 10;
const MAX_OFF_SHARE = 0.01;

/** Two walks with the very same result show that it is not the list that moves: the count is wrong, or the list is cut. */
function toMismatch(walk: WalkFacts, before: Walk | null): MirrorError {
  const records = walk.cases + walk.misfits;
  const count = walk.countLast ?? 0;
  if (before === null || !walk.repeats(before)) {
    const message = `The API reports ${count} cases, its pages held ${records} distinct ones.`;
    return new MirrorError('COUNT_MISMATCH', message);
  }
  const isFew = Math.abs(count - records) <= Math.max(MAX_OFF, count * MAX_OFF_SHARE);
  const message = `The API reports ${count} cases, two passes to the last page held the same ${records}.`;
  return new MirrorError(isFew ? 'COUNT_MISMATCH_STABLE' : 'COUNT_FAR_OFF', message);
}
