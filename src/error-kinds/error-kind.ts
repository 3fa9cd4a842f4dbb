import type { ExitName } from '../exit-codes.ts';

/** How an error ends the program, and what is told of it. */
export interface ErrorKind {
  readonly exit: ExitName;
  /** One sentence for the documentation. */
  readonly means: string;
  /** What the reader should do about it. */
  readonly hint: string;
  /**
   * Set where the failure does not pass by itself: another try of a scheduled run would meet it again, so there is none.
   * Everything else may be gone at the next try.
   */
  readonly lasts?: true;
}
