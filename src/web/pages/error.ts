import { MirrorError } from '../../errors/mirror-error.ts';
import { ADDRESS } from '../addresses.ts';
import { html, linkTo } from '../html/html.ts';
import type { Page } from '../html/layout.ts';

/** What a page says of a failure. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const STATUSES: Readonly<Partial<Record<MirrorError['code'], number>>> = {
  USAGE: 400,
  QUERY_INVALID: 400,
  PAGE_UNKNOWN: 404,
  CASE_NOT_MIRRORED: 404,
  CASE_REJECTED: 404,
  RUN_UNKNOWN: 404,
  TIME_NOT_MIRRORED: 404,
  CASE_REDACTED: 410,
  HISTORY_MISSING: 404,
};
/** The mirror cannot be read now. */
const UNAVAILABLE = 503;

/** What a page says of anything that was thrown. Only expected failures are told in their own words. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof MirrorError) {
    const { code, message, hint } = thrown;
    return { status: STATUSES[code] ?? UNAVAILABLE, code, message, hint };
  }
  return {
    status: 500,
    code: 'UNEXPECTED',
    message: 'The page could not be made.',
    hint: 'The terminal in which `browse` runs shows the cause. If `clearinghouse-mirror verify` finds nothing, it is a bug: please report it.',
  };
}

export function makeErrorPage({ code, message, hint }: Failure): Page {
  return {
    title: 'This page cannot be shown',
    kicker: code,
    section: null,
    body: html`<p class="lead">${message}</p>
      <p>${hint}</p>
      <p>${linkTo(ADDRESS.home(), 'Overview of the mirror')}</p>`,
  };
}

/** The same for a program that asked for a file. */
export function renderFailureText({ code, message, hint }: Failure): string {
  return `${code}: ${message}\n${hint}\n`;
}
