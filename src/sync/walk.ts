import type { MirrorError } from '../errors.ts';

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
