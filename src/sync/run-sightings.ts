/** Which cases a run has seen so far, and under which status last. Ids only: a few bytes a case. */
export class RunSightings {
  readonly #statusOf = new Map<number, number>();
  readonly #keptAside = new Set<number>();

  /** Notes a sighting. Returns the other status under which this run has seen the case before, if it has. */
  see(caseId: number, statusId: number): number | undefined {
    const earlier = this.#statusOf.get(caseId);
    this.#statusOf.set(caseId, statusId);
    return earlier === statusId ? undefined : earlier;
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
