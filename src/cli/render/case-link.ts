import { clipText } from './layout.ts';

/** Where a person reads a case on the site. */
export function toCaseLink(id: number): string {
  return `https://clearinghouse.net/case/${id}`;
}

const WIDEST_NAME = 120;

/** The name of a case as text of a sensible length, also where it has none. */
export function toCaseName(name: string | null): string {
  return name === null || name.trim() === '' ? '(no name)' : clipText(name, WIDEST_NAME);
}
