import { MirrorError } from '../errors/mirror-error.ts';
import { toSafeWords } from '../lib/safe-text.ts';

/** The filter of a list of cases, as query parameters; an empty filter selects all cases. */
export type CaseFilter = Readonly<Record<string, string>>;

/** The longest `next` address that is followed, in characters. */
export const MAX_NEXT = 2000;

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Validates the base address of the API and adds a slash at its end. http:// is accepted only for loopback addresses,
 * because the token is sent in a header.
 */
export function parseApiUrl(text: string, name = 'The API address'): URL {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    // Node's error contains the text, which may contain a password.
    throw new MirrorError('SETTING_INVALID', `${name} is not a URL.`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new MirrorError('SETTING_INVALID', `${name} must start with https://, not ${url.protocol}//.`);
  }
  if (url.protocol === 'http:' && !LOOPBACK_HOSTS.has(url.hostname)) {
    throw new MirrorError('ADDRESS_INSECURE', `${name} http://${url.host} is not encrypted.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new MirrorError('SETTING_INVALID', `${name} must not contain a user name or password.`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new MirrorError('SETTING_INVALID', `${name} must not have a query or a fragment.`);
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/**
 * The address of the first page of a list. It ends with a slash, because the server redirects the address without one
 * (A3).
 */
export function toListUrl(api: URL, filter: CaseFilter): URL {
  const url = new URL('cases/', api);
  for (const [name, value] of Object.entries(filter)) url.searchParams.set(name, value);
  return url;
}

/**
 * Rebuilds a `next` address on the configured origin. It is resolved against the page that contains it, as in a
 * browser. Only the path below the API's base and the query are used: behind a proxy, Django may write another scheme
 * or host, and the token must not be sent there (A22).
 */
export function toNextUrl(api: URL, filter: CaseFilter, next: string, page: URL): URL {
  if (next.length > MAX_NEXT)
    throw new MirrorError('NEXT_REFUSED', `\`next\` is an address of ${next.length} characters.`);
  const expected = toListUrl(api, filter);
  const written = resolveNext(next, page, expected) ?? resolveNext(next, api, expected);
  if (written === undefined) throw toNextRefusal(next, page, expected);
  for (const [name, value] of Object.entries(filter)) {
    const values = written.searchParams.getAll(name);
    if (values.length !== 1 || values[0] !== value) {
      const asked = toSafeWords(values.join(',')) || 'nothing';
      throw new MirrorError('NEXT_REFUSED', `\`next\` asks for ${name}=${asked}, not for ${value}.`);
    }
  }
  for (const name of written.searchParams.keys()) {
    if (name.startsWith('case_') && !Object.hasOwn(filter, name)) {
      throw new MirrorError(
        'NEXT_REFUSED',
        `\`next\` adds the parameter ${toSafeWords(name)}, which was not requested.`,
      );
    }
  }
  const url = new URL(expected.pathname, api);
  url.search = written.search;
  return url;
}

/** Resolves `next`; undefined if it does not lead to the list. */
function resolveNext(next: string, from: URL, { pathname }: URL): URL | undefined {
  // An empty text or a fragment alone refers to the page itself.
  if (/^\s*(#|$)/.test(next) || hasControls(next)) return undefined;
  const written = parseUrl(next, from);
  const path = written?.pathname.endsWith('/') === false ? `${written.pathname}/` : written?.pathname;
  return path === pathname ? written : undefined;
}

function toNextRefusal(next: string, page: URL, { pathname }: URL): MirrorError {
  const written = hasControls(next) ? undefined : parseUrl(next, page);
  if (written === undefined)
    return new MirrorError('NEXT_REFUSED', `\`next\` is not an address: "${toSafeWords(next)}".`);
  if (next.trim().startsWith('#'))
    return new MirrorError('NEXT_REFUSED', '`next` is only a fragment, which is the same page.');
  return new MirrorError(
    'NEXT_REFUSED',
    `\`next\` leads to ${toSafeWords(written.pathname)}, not to ${pathname}.`,
  );
}

/** Characters such as line breaks, which URL parsers remove; the text after them would become part of the address. */
export const hasControls = (next: string): boolean => /\p{Cc}/u.test(next.trim());

export function parseUrl(text: string, base: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined; // The caller reports it.
  }
}

const NUMBER_OF_PAGE = /^[1-9]\d{0,8}$/;

/**
 * The page after one whose `next` cannot be followed. Pages are numbered by `page` (A21), and the first may omit it. Returns
 * undefined if the address numbers its pages in another way.
 */
export function toPageAfter(url: URL, number: number): URL | undefined {
  const values = url.searchParams.getAll('page');
  const [written] = values;
  const isNumbered =
    written === undefined ? number === 1 : values.length === 1 && NUMBER_OF_PAGE.test(written);
  if (!isNumbered) return undefined;
  const after = new URL(url);
  after.searchParams.set('page', String(Number(written ?? 1) + 1));
  return after;
}

/**
 * Whether `next` is not the page directly after this one: any other number skips or repeats pages (A21). An address without
 * page numbers is accepted.
 */
export function leavesPagesOut(url: URL, number: number, next: URL): boolean {
  const after = toPageAfter(url, number)?.searchParams.get('page');
  const values = next.searchParams.getAll('page');
  const [named] = values;
  if (after === undefined || named === undefined) return false;
  if (url.searchParams.has('page')) return values.length !== 1 || named !== after;
  // The first page has no number yet; some servers count from 0.
  return /^-?\d+$/.test(named) && named !== after && named !== '1';
}

/** Whether the address contains a page number, as all pages but the first do. */
export function isOfLaterPage(url: URL): boolean {
  return url.searchParams.has('page');
}

/** Whether the address is a list of cases, not the test of a token. */
export function isOfList(url: URL): boolean {
  return url.pathname.endsWith('/cases/');
}

/** Resolves a redirect within the configured origin to the same request (A4). The token is never sent anywhere else. */
export function toRedirectUrl(from: URL, location: string): URL {
  let target: URL;
  try {
    target = new URL(location, from);
  } catch (cause) {
    throw new MirrorError('REDIRECT_REFUSED', 'The server redirected to something that is not an address.', {
      cause,
    });
  }
  const isBare = target.username === '' && target.password === '';
  if (target.origin !== from.origin || target.protocol !== from.protocol || !isBare) {
    throw new MirrorError(
      'REDIRECT_REFUSED',
      `The server redirected from ${from.origin} to ${target.origin === 'null' ? 'an address without a host' : toSafeWords(target.origin)}${isBare ? '' : ', with a user name'}.`,
    );
  }
  if (toSubject(from) !== toSubject(target))
    throw new MirrorError(
      'REDIRECT_REFUSED',
      'The server redirected to something of another case or document.',
    );
  const names = new Set([...from.searchParams.keys(), ...target.searchParams.keys()]);
  for (const name of [...names].filter((one) => from.searchParams.has(one) || one.startsWith('case_'))) {
    const [asked, sent] = [from, target].map(
      ({ searchParams }) => searchParams.getAll(name).join() || 'nothing',
    );
    if (asked === sent) continue;
    throw new MirrorError(
      'REDIRECT_REFUSED',
      `The server redirected to another list: ${describe(name, sent)} instead of ${describe(name, asked)}.`,
    );
  }
  return target;
}

/** What an address is about: the end of the path from the word before its last number; empty if it has no number. */
function toSubject({ pathname }: URL): string {
  const words = pathname.split('/').filter((word) => word !== '');
  const at = words.findLastIndex((word) => /^\d+$/.test(word));
  return at === -1 ? '' : words.slice(Math.max(0, at - 1)).join('/');
}

function describe(name: string, value: string | undefined): string {
  return `${toSafeWords(name)}=${toSafeWords(value ?? '')}`;
}

/** The path and query for records. The origin is omitted, because it may be private. */
export function toShortPath(url: URL): string {
  return `${url.pathname}${url.search}`;
}

const NAME_IN_QUERY = /^(?:case_ongoing|case_id|page|page_size|limit|offset)$/;

/**
 * The path and query for messages. The query of a later page is text from the server, so only the numbers of parameters
 * that every API uses are repeated.
 */
export function describePath({ pathname, searchParams }: URL): string {
  const pairs = [...searchParams].map(([name, value]) =>
    NAME_IN_QUERY.test(name) && /^-?\d{1,20}$/.test(value) ? `${name}=${value}` : '…',
  );
  return toSafeWords(`${pathname}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`);
}

const OFFICIAL_API = 'https://clearinghouse.net/api/v2p1/';

const OFFICIAL_HOSTS = new Set(['clearinghouse.net', 'www.clearinghouse.net']);

const OFFICIAL_HINT = `The API is at ${OFFICIAL_API}, which is also the default.`;

/** Whether an address is on the Clearinghouse's own host over https. */
export function isOfficialApi(url: URL): boolean {
  return url.protocol === 'https:' && OFFICIAL_HOSTS.has(url.hostname) && url.port === '';
}

/** Refuses addresses of the Clearinghouse that have no API. Throws SETTING_INVALID. */
export function checkApiHost(url: URL, from: string): void {
  if (url.hostname === 'api.clearinghouse.net')
    throw new MirrorError(
      'SETTING_INVALID',
      `${from} names api.clearinghouse.net, the host of the API's documentation.`,
      {
        hint: OFFICIAL_HINT,
      },
    );
  if (isOfficialApi(url) && !/^\/api\/v\w+\/$/.test(url.pathname))
    throw new MirrorError(
      'SETTING_INVALID',
      `${from} names ${url.host}${url.pathname}, where there is no API.`,
      {
        hint: OFFICIAL_HINT,
      },
    );
}

/** A warning about a usable address; null if there is none. */
export function findApiWarning(url: URL): string | null {
  return isOfficialApi(url) && url.pathname !== '/api/v2p1/'
    ? `This program is written for version 2.1 of the API: ${OFFICIAL_API}`
    : null;
}

/** An address encoded this often is read no further, and counts as one that is not public. */
const MAX_DECODINGS = 8;

/**
 * Whether an address, as a document writes it or as a host redirects to it, lies in a folder `nonpublic` (A46). A server reads
 * `%2F`, `%6E` and a backslash as a browser writes them, and may decode more than once, so all spellings of the folder count.
 */
export function isNonpublic(address: string): boolean {
  // URL parsers remove these characters.
  let text = address.replaceAll(/[\t\n\r]/g, '');
  for (let round = 0; round < MAX_DECODINGS; round++) {
    const decoded = text
      .replaceAll(/%(?:25)+/g, '%')
      .replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)));
    if (decoded === text)
      return text.split(/[/\\?#&=]/).some((segment) => segment.trim().toLowerCase() === 'nonpublic');
    text = decoded;
  }
  return true;
}
