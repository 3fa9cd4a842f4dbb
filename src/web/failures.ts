import { MirrorError } from '../errors/mirror-error.ts';
import { ADDRESS } from './addresses.ts';
import { type Html, html, join, linkTo, renderWords } from './html/html.ts';
import type { Page } from './html/layout.ts';

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
  QUERY_WRITES: 400,
  QUERY_STOPPED: 422,
  SEARCH_INVALID: 400,
  REQUEST_REFUSED: 403,
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
      ${renderHint(hint)}
      <p>${linkTo(ADDRESS.home(), 'Overview of the mirror')}</p>`,
  };
}

/** The pages that show what commands of hints print. */
const PAGES_OF_COMMANDS: readonly (readonly [command: string, label: string, address: string])[] = [
  ['status', 'Runs', ADDRESS.runs()],
  ['query', 'SQL', ADDRESS.sql()],
  ['departed', 'Departed', ADDRESS.departed()],
  ['changes', 'Changes', ADDRESS.changes()],
  ['audit', 'Audit', ADDRESS.audit()],
  ['search', 'Search', ADDRESS.search()],
  ['docs/schema.md', 'Tables, views and columns', ADDRESS.schema()],
];

/** A hint, with links to the pages that show what its commands print. */
export function renderHint(hint: string): Html {
  const named = [
    ...hint.matchAll(/`(?:clearinghouse-mirror )?([a-z-]+)|(docs\/schema\.md)|^(?:See )?`(SELECT) /g),
  ];
  const words = named.map(([, command, page, select]) =>
    select === undefined ? (command ?? page) : 'query',
  );
  const pages = PAGES_OF_COMMANDS.filter(([command]) => words.includes(command));
  return html`<p>
    ${renderWords(hint)}
    ${
      pages.length === 0
        ? null
        : html`Here:
          ${join(
            pages.map(([, label, address]) => linkTo(address, label)),
            ', ',
          )}.`
    }
  </p>`;
}

/** The same for a program that asked for a file. */
export function renderFailureText({ code, message, hint }: Failure): string {
  return `${code}: ${message}\n${hint}\n`;
}

/** What the server decides from the head of a request, before anything is read. */
export interface RequestHead {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, `Sec-Fetch-Mode` and `Sec-Fetch-Dest`, which every current browser sends. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly destination: string | undefined;
}

/** The names of this machine. Any port is accepted, because a tunnel can have another port than the server. */
const OWN_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;
const METHODS: readonly string[] = ['GET', 'HEAD'];

const REFUSALS = {
  method: {
    status: 405,
    message: 'The pages can only be read.',
    hint: 'Open the address in a browser, or request it with GET.',
  },
  host: {
    status: 421,
    message: 'The address of the request names another machine.',
    hint: 'Use the address that `browse` prints. Another name could be that of a website that wants to read the mirror.',
  },
  origin: {
    status: 403,
    message: 'Another website sent the request.',
    hint: 'Open the address in a tab of its own.',
  },
} as const;

/** Why a request is refused; null if it is answered. */
export function refuseRequest(head: RequestHead): Failure | null {
  const reason = findReason(head);
  return reason === null ? null : { code: 'REQUEST_REFUSED', ...REFUSALS[reason] };
}

function findReason(head: RequestHead): keyof typeof REFUSALS | null {
  if (head.host === undefined || !OWN_HOST.test(head.host)) return 'host';
  if (!METHODS.includes(head.method)) return 'method';
  return isFromElsewhere(head) ? 'origin' : null;
}

/**
 * Whether a page of another website makes the request in the background, or shows the answer inside itself. A link on
 * another website may lead here, because the website does not see the page that then opens.
 */
function isFromElsewhere({ origin, site, mode, destination }: RequestHead): boolean {
  if (origin !== undefined && !OWN_HOST.test(origin.replace(/^https?:\/\//i, ''))) return true;
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return mode !== 'navigate' || (destination !== undefined && destination !== 'document');
}
