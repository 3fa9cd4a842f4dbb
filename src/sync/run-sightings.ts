import { UNCLASSIFIED } from '../clearinghouse/swept-status.ts';

/** Which cases a run has seen so far, and under which status last. Ids only: a few bytes a case. */
export class RunSightings {
  readonly #statusOf = new Map<number, number>();
  readonly #keptAside = new Set<number>();
  readonly #inSeveral = new Set<number>();
  readonly #unnamed = new Map<number, number>();
  readonly #shared = new Map<number, Set<number>>();

  /** Notes a sighting. Returns the other status under which this run has seen the case before, if it has. */
  see(caseId: number, statusId: number): number | undefined {
    const earlier = this.#statusOf.get(caseId);
    this.#statusOf.set(caseId, statusId);
    this.#unnamed.delete(caseId);
    if (earlier === undefined || earlier === statusId) return undefined;
    this.#inSeveral.add(caseId);
    return earlier;
  }

  /**
   * Notes a sighting in the list of a status that the case has no label of; `isSame` when it says the same as it did in
   * the list before. Returns the other status, as `see` does.
   */
  seeUnnamed(caseId: number, listId: number, isSame: boolean): number | undefined {
    const earlier = this.see(caseId, listId);
    if (!this.#inSeveral.has(caseId)) this.#unnamed.set(caseId, listId);
    // The list of the cases without a status may hold those of the five as well.
    if (earlier !== undefined && isSame && earlier !== UNCLASSIFIED.id && listId !== UNCLASSIFIED.id)
      for (const id of [earlier, listId])
        this.#shared.set(id, (this.#shared.get(id) ?? new Set()).add(caseId));
    return earlier;
  }

  /** How many cases the list of a status shared with others of the run, none of which had a label. */
  countShared(statusId: number): number {
    return this.#shared.get(statusId)?.size ?? 0;
  }

  /** Cases without a label that stood in one list alone, each with the status of that list. */
  get unnamed(): ReadonlyMap<number, number> {
    return this.#unnamed;
  }

  get size(): number {
    return this.#statusOf.size;
  }

  /** Notes that the record of a case came and could not be read. */
  seeKeptAside(caseId: number): void {
    this.#keptAside.add(caseId);
  }

  /** Whether a list of this run held the case, in whatever form. */
  has(caseId: number): boolean {
    return this.#statusOf.has(caseId) || this.#keptAside.has(caseId);
  }
}
