import { MOST_NIGHTS, type Night, type NightBook } from './night-book.ts';

/**
 * The book without nights that were due in the future: either the clock was ahead when they began, or it was set back since
 * then. They say nothing of now; which of the two it was shows later, so they are kept apart.
 */
export function dropAhead(book: NightBook, now: Date): NightBook {
  const isAhead = ({ due_at }: Night): boolean => Date.parse(due_at) > now.getTime();
  const ahead = book.nights.filter(isAhead);
  if (ahead.length === 0) return book;
  return {
    ...book,
    nights: book.nights.filter((night) => !isAhead(night)),
    ahead: [...ahead, ...withoutThose(book.ahead ?? [], ahead)].slice(0, MOST_NIGHTS),
  };
}

/**
 * The book with the nights that were kept apart and were due before this one: time has come to them, so that they are no
 * longer in the future. Where a night was run at the same time by the clock meanwhile, that one counts.
 */
export function takeBackAhead(book: NightBook, due: Date): NightBook {
  const isPast = ({ due_at }: Night): boolean => Date.parse(due_at) < due.getTime();
  const past = withoutThose((book.ahead ?? []).filter(isPast), book.nights);
  const left = (book.ahead ?? []).filter((night) => !isPast(night) && night.due_at !== due.toISOString());
  return {
    watch: book.watch,
    nights: [...book.nights, ...past].toSorted((a, b) => b.due_at.localeCompare(a.due_at)),
    ...(left.length > 0 && { ahead: left }),
  };
}

function withoutThose(nights: readonly Night[], others: readonly Night[]): readonly Night[] {
  return nights.filter(({ due_at }) => !others.some((one) => one.due_at === due_at));
}
