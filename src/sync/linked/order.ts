import { LINKED_KINDS, type LinkedKind } from '../../api/linked-fields.ts';
import type { DueLists } from '../../db/linked/queue.ts';

export type DueByKind = Readonly<Record<LinkedKind, DueLists>>;

const SHARES = ['urgent', 'round'] as const;
type Share = (typeof SHARES)[number];

/** A list whose turn it is. */
export interface Turn {
  readonly caseId: number;
  readonly kind: LinkedKind;
}

/** A queue of one kind in one share. */
class Queue {
  readonly #caseIds: readonly number[];
  #at = 0;
  /** The requests that its lists have taken. */
  spent = 0;
  readonly kind: LinkedKind;

  constructor(kind: LinkedKind, caseIds: readonly number[]) {
    this.kind = kind;
    this.#caseIds = caseIds;
  }

  /** The next case that was not taken; undefined at the end. */
  peek(isTaken: (caseId: number) => boolean): number | undefined {
    while (this.#at < this.#caseIds.length && isTaken(this.#caseIds[this.#at] ?? 0)) this.#at++;
    return this.#caseIds[this.#at];
  }
}

/**
 * Whose turn it is. The urgent lists and the round each get at least half of the requests, and within a share each kind
 * a third: the next list comes from the share, and the kind, that has taken the fewest so far. What one leaves goes to
 * the others.
 */
export class Turns {
  readonly #queues: Readonly<Record<Share, readonly Queue[]>>;
  readonly #taken = Object.fromEntries(LINKED_KINDS.map((kind) => [kind, new Set<number>()])) as Readonly<
    Record<LinkedKind, Set<number>>
  >;
  #last: { readonly share: Share; readonly queue: Queue } | null = null;
  readonly #spent: Record<Share, number> = { urgent: 0, round: 0 };
  readonly #closed = new Set<LinkedKind>();
  /** The number of different lists that were due at the start. */
  readonly due: number;

  constructor(due: DueByKind) {
    const toQueues = (share: Share): Queue[] => LINKED_KINDS.map((kind) => new Queue(kind, due[kind][share]));
    this.#queues = { urgent: toQueues('urgent'), round: toQueues('round') };
    this.due = LINKED_KINDS.reduce(
      (total, kind) => total + new Set([...due[kind].urgent, ...due[kind].round]).size,
      0,
    );
  }

  /** Takes the next list; null if none is left. */
  next(): Turn | null {
    const found = SHARES.toSorted((a, b) => this.#spent[a] - this.#spent[b]).flatMap((share) =>
      this.#findIn(share),
    )[0];
    if (found === undefined) return null;
    this.#taken[found.queue.kind].add(found.caseId);
    this.#last = found;
    return { caseId: found.caseId, kind: found.queue.kind };
  }

  #findIn(share: Share) {
    const queues = this.#queues[share].toSorted((a, b) => a.spent - b.spent);
    for (const queue of queues) {
      if (this.#closed.has(queue.kind)) continue;
      const taken = this.#taken[queue.kind];
      const caseId = queue.peek((id) => taken.has(id));
      if (caseId !== undefined) return [{ share, queue, caseId }];
    }
    return [];
  }

  /** Charges the share and the kind of the list that was taken last. */
  charge(requests: number): void {
    if (this.#last === null) return;
    this.#spent[this.#last.share] += requests;
    this.#last.queue.spent += requests;
  }

  /** Leaves out the rest of a kind. */
  close(kind: LinkedKind): void {
    this.#closed.add(kind);
  }
}
