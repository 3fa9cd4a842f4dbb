import { MirrorError } from '../errors.ts';

/** A page of a list that could not be read, although the walk may go on after it. */
export interface UnreadPage {
  /** 1 for the first. */
  readonly number: number;
  /** Path and query it was asked for by. */
  readonly source: string;
  readonly unread: MirrorError;
}

/** This many pages in a row that cannot be read end the walk: the server is in trouble, and not one page. */
const MOST_UNREAD_IN_A_ROW = 5;
/** The same where nothing answers at all, or nothing has answered well yet. */
const MOST_UNANSWERED_IN_A_ROW = 2;
/** A page that follows one which could not be read is not tried more often than this. */
export const ATTEMPTS_AFTER_UNREAD = 2;

/**
 * Whether a failure may be that of this page alone. What is refused on the first page is refused on all; a server that
 * wants fewer requests (`THROTTLED`) is not asked for the pages after it.
 */
export function isOfOnePage({ code }: MirrorError, number: number): boolean {
  switch (code) {
    case 'TRANSIENT_ANSWER':
    case 'OBSTRUCTED':
    case 'NETWORK_GAVE_UP':
    case 'BODY_TOO_LARGE':
    case 'CONTRACT_BROKEN':
      return true;
    case 'REFUSED_BY_API':
    case 'NOT_FOUND':
    case 'REDIRECT_REFUSED':
      return number > 1;
    default:
      return false;
  }
}

/** The last of the pages that could not be read, with those just before it, in their order. */
export function listInARow(unread: readonly UnreadPage[]): readonly UnreadPage[] {
  const last = unread.at(-1)?.number ?? 0;
  return unread.filter(({ number }, at) => last - number === unread.length - 1 - at);
}

/**
 * Whether so many pages in a row could not be read that the pages are not to blame. `hasServed` tells whether the server
 * has answered anything well in this run.
 */
export function endsWalk(inARow: readonly UnreadPage[], hasServed: boolean): boolean {
  if (inARow.length >= (hasServed ? MOST_UNREAD_IN_A_ROW : MOST_UNANSWERED_IN_A_ROW)) return true;
  const latest = inARow.slice(-MOST_UNANSWERED_IN_A_ROW);
  return (
    latest.length === MOST_UNANSWERED_IN_A_ROW &&
    latest.every(({ unread }) => unread.code === 'NETWORK_GAVE_UP')
  );
}

/** What ends a walk with pages in a row that could not be read: the failure of the first of them. */
export function toWalkEnd(inARow: readonly UnreadPage[]): MirrorError {
  const [first, ...others] = inARow;
  if (first === undefined) throw new RangeError('no page failed');
  const { code, message, hint } = first.unread;
  if (others.length === 0) return first.unread;
  const rest = others.length === 1 ? 'the page after it' : `the ${others.length} pages after it`;
  return new MirrorError(code, `${message}; ${rest} could not be read either`, { cause: first.unread, hint });
}
