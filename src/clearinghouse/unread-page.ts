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
/** After so many without any answer, or before anything was answered well, it is asked whether the API answers at all. */
const UNANSWERED_IN_A_ROW = 2;
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
    case 'ANOTHER_FILTER':
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
 * Says what follows when so many pages in a row could not be read: the page after them is tried; the walk ends, because the
 * pages are not to blame; or that depends on whether the API answers at all. `hasServed`: whether the server has answered
 * anything well in this run. `isAnswering`: whether it was asked since the last page that could be read, and answered.
 */
export function judgeInARow(
  inARow: readonly UnreadPage[],
  { hasServed, isAnswering }: { readonly hasServed: boolean; readonly isAnswering: boolean },
): 'go on' | 'ask' | 'end' {
  if (inARow.length >= MOST_UNREAD_IN_A_ROW) return 'end';
  if (isAnswering) return 'go on';
  const latest = inARow.slice(-UNANSWERED_IN_A_ROW);
  const isSilent = !hasServed || latest.every(({ unread }) => unread.code === 'NETWORK_GAVE_UP');
  return latest.length === UNANSWERED_IN_A_ROW && isSilent ? 'ask' : 'go on';
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
