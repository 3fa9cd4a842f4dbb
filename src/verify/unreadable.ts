import type { Flaw } from './checks.ts';
import { show } from './show.ts';

/** A row that cannot be read as what it should be. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly flaw: Flaw;

  constructor(what: string, expected: string, found: unknown) {
    super(`${what} is not ${expected}`);
    this.flaw = { what, expected, found: show(found) };
  }
}
