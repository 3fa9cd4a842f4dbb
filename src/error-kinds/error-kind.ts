import type { ExitName } from '../exit-codes.ts';

/** How an error ends the program, and what is told of it. */
export interface ErrorKind {
  readonly exit: ExitName;
  /** One sentence for the documentation. */
  readonly means: string;
  /** What the reader should do about it. */
  readonly hint: string;
}
