import { MirrorError } from '../errors/mirror-error.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import type { LinkedKind } from './linked-fields.ts';
import type { Drift } from './schema-drift.ts';
import { MAX_NEXT, hasControls, parseUrl } from './urls.ts';

/** The address of a linked list of a case (A40), whatever the case calls it (A50). */
export function toLinkedUrl(api: URL, caseId: number, kind: LinkedKind): URL {
  return new URL(`cases/${caseId}/${kind}/`, api);
}

/** The address of the list of the documents of all cases (A44). */
export const toAllDocumentsUrl = (api: URL): URL => new URL('documents/', api);

/** The address of the text of a document (A49), whatever the document calls it (A50). */
export function toTextUrl(api: URL, documentId: number): URL {
  return new URL(`documents/${documentId}/text/`, api);
}

/**
 * Rebuilds the `next` address of a linked list on the configured origin. Only its query counts, because that may hold an
 * opaque cursor: the token must not be sent to another host, and another version answers in another form (A22). Throws
 * NEXT_REFUSED if the address does not lead to the same list.
 */
export function toLinkedNextUrl(list: URL, next: string, page: URL): URL {
  if (next.length > MAX_NEXT)
    throw new MirrorError('NEXT_REFUSED', `\`next\` is an address of ${next.length} characters.`);
  const written = hasControls(next) || /^\s*#/.test(next) ? undefined : parseUrl(next, page);
  if (written === undefined) throw new MirrorError('NEXT_REFUSED', '`next` is not an address.');
  if (!withSlash(written.pathname).endsWith(toTail(list)))
    throw new MirrorError(
      'NEXT_REFUSED',
      `\`next\` leads to ${toShape(written.pathname)}, not to ${list.pathname}.`,
    );
  const url = new URL(list);
  url.search = written.search;
  return url;
}

/** The end of the path, below the base of the API: `/cases/ID/documents/`. */
const toTail = ({ pathname }: URL): string => `/${pathname.split('/').slice(-4).join('/')}`;

const withSlash = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

/**
 * Compares an address that the API wrote with the one that is requested in its place. Returns how they differ, or null if
 * they are the same or if the API wrote none. Only words that every API uses are repeated: anything else in an address can
 * be the name of a person or the token, and would make a row for each record.
 */
export function compareAddress(
  field: string,
  written: unknown,
  requested: URL,
  isSecret: (text: string) => boolean,
): Drift | null {
  if (typeof written !== 'string' || written.trim() === '') return null;
  const url = hasControls(written) ? undefined : parseUrl(written.trim(), requested);
  const seen =
    url === undefined
      ? 'not an address'
      : isSecret(written)
        ? 'an address that repeats the token'
        : describeDifference(url, requested);
  return seen === null ? null : { field, expected: 'the address that is requested', seen };
}

function describeDifference(url: URL, requested: URL): string | null {
  if (withSlash(url.pathname) !== requested.pathname || (url.search !== '' && requested.search === ''))
    return `another address: ${toShape(`${url.pathname}${url.search}`)}`;
  if (url.host !== requested.host) return `another host: ${KNOWN_HOST.test(url.host) ? url.host : '…'}`;
  return url.protocol === requested.protocol
    ? null
    : `another scheme: ${/^https?:$/.test(url.protocol) ? url.protocol : '…'}`;
}

const KNOWN_WORD =
  /^(?:api|rest|v\d{1,2}(?:p\d{1,2})?|(?:case|doc|document|docket|resource|text|file|page)s?|case_id|page_size|cursor|limit|offset|format|json)$/;

/** The hosts under which the API is known to stand (A50). */
const KNOWN_HOST = /^(?:(?:www|api)\.)?clearinghouse\.net$/;

/** An address with `N` for each number and `…` for each word that is not known. */
function toShape(address: string): string {
  return toSafeWords(address).replaceAll(/[^/?&=]+/g, (word) =>
    KNOWN_WORD.test(word) ? word : /^\d+$/.test(word) ? 'N' : '…',
  );
}
