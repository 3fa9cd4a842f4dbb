import type { NightBook } from './night-book.ts';

/** The book without nights that were due in the future: they were begun while the clock was ahead, and say nothing of now. */
export function dropAhead(book: NightBook, now: Date): NightBook {
  const isAhead = book.nights.some(({ due_at }) => Date.parse(due_at) > now.getTime());
  return isAhead
    ? { ...book, nights: book.nights.filter(({ due_at }) => Date.parse(due_at) <= now.getTime()) }
    : book;
}
