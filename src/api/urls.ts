import { MirrorError } from '../errors/mirror-error.ts';
import { toSafeWords } from '../lib/safe-text.ts';

/** What a list of cases is filtered by, as query parameters; an empty filter is the list of all cases. */
export type CaseFilter = Readonly<Record<string, string>>;

/** The longest `next` address that is followed, in characters. */
const MAX_NEXT = 2000;

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Checks the API's base address and normalises it to end in a slash.
 * Plain http is accepted for loopback only, because the token travels in a header.
 */
export function parseApiUrl(text: string, name = 'The API address'): URL {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    // Node's error holds the text, which may hold a password.
    throw new MirrorError('SETTING_INVALID', `${name} is not a URL.`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new MirrorError('SETTING_INVALID', `${name} must start with https://, not ${url.protocol}//.`);
  }
  if (url.protocol === 'http:' && !LOOPBACK_HOSTS.has(url.hostname)) {
    throw new MirrorError('ADDRESS_INSECURE', `${name} http://${url.host} is not encrypted.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new MirrorError('SETTING_INVALID', `${name} must not hold a user name or password.`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new MirrorError('SETTING_INVALID', `${name} must not have a query or a fragment.`);
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The first page of a list. The slashed form, because the server redirects the other one. */
export function toListUrl(api: URL, filter: CaseFilter): URL {
  const url = new URL('cases/', api);
  for (const [name, value] of Object.entries(filter)) url.searchParams.set(name, value);
  return url;
}

/**
 * Rebuilds a `next` address on our own origin. It is resolved against the page that names it, as a browser does it. Of the
 * result only the path below the API's base and the query are used: behind a proxy Django may write another scheme or
 * host, and the token must not follow it there.
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
        `\`next\` asks for ${toSafeWords(name)} too, which was not asked for.`,
      );
    }
  }
  const url = new URL(expected.pathname, api);
  url.search = written.search;
  return url;
}

/** The address that `next` names from there; undefined where it does not lead to the list. */
function resolveNext(next: string, from: URL, { pathname }: URL): URL | undefined {
  // A fragment alone, or nothing, names the page that it stands on.
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
    return new MirrorError('NEXT_REFUSED', '`next` is a fragment, which names no other page.');
  return new MirrorError(
    'NEXT_REFUSED',
    `\`next\` leads to ${toSafeWords(written.pathname)}, not to ${pathname}.`,
  );
}

/** Line breaks and the like, which a parser of addresses leaves out: what follows them would go into the address. */
const hasControls = (next: string): boolean => /\p{Cc}/u.test(next.trim());

function parseUrl(text: string, base: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined; // the caller says what that means
  }
}

const NUMBER_OF_PAGE = /^[1-9]\d{0,8}$/;

/**
 * The page after one that cannot name it. Pages are numbered by `page`, and the first one may go without; undefined for
 * an address that numbers its pages in another way.
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
 * Whether `next` names another page than the one after this. Pages are numbered one by one: any other number leaves pages
 * out, or leads back. An address that numbers no pages is believed.
 */
export function leavesPagesOut(url: URL, number: number, next: URL): boolean {
  const after = toPageAfter(url, number)?.searchParams.get('page');
  const values = next.searchParams.getAll('page');
  const [named] = values;
  if (after === undefined || named === undefined) return false;
  if (url.searchParams.has('page')) return values.length !== 1 || named !== after;
  // The first page has no number yet: those of some servers begin at 0.
  return /^-?\d+$/.test(named) && named !== after && named !== '1';
}

/** Whether the address names a page, as that of each page but the first does. */
export function isOfLaterPage(url: URL): boolean {
  return url.searchParams.has('page');
}

/** Whether the address is that of a list of cases, and not of the test of a token. */
export function isOfList(url: URL): boolean {
  return url.pathname.endsWith('/cases/');
}

/** Where a redirect leads, if it stays within our origin and asks for the same; the token is sent nowhere else. */
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
      `The server redirected from ${from.origin} to ${toSafeWords(target.origin)}${isBare ? '' : ', with a user name'}.`,
    );
  }
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

function describe(name: string, value: string | undefined): string {
  return `${toSafeWords(name)}=${toSafeWords(value ?? '')}`;
}

/** A path with its query, for records: no origin, so that nothing private of an address is repeated. */
export function toShortPath(url: URL): string {
  return `${url.pathname}${url.search}`;
}

/** The same for messages. A further page's query is the server's text. */
export function describePath(url: URL): string {
  return toSafeWords(toShortPath(url));
}

const OFFICIAL_API = 'https://clearinghouse.net/api/v2p1/';

const OFFICIAL_HOSTS = new Set(['clearinghouse.net', 'www.clearinghouse.net']);

const OFFICIAL_HINT = `The API is at ${OFFICIAL_API}, which is also the default.`;

/** Whether an address is on the Clearinghouse's own host, encrypted. */
export function isOfficialApi(url: URL): boolean {
  return url.protocol === 'https:' && OFFICIAL_HOSTS.has(url.hostname) && url.port === '';
}

/** Refuses addresses of the Clearinghouse at which there is no API. Fails with SETTING_INVALID. */
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

/** What speaks against an address that can be used; null when nothing does. */
export function findApiWarning(url: URL): string | null {
  return isOfficialApi(url) && url.pathname !== '/api/v2p1/'
    ? `This program is written for version 2.1 of the API: ${OFFICIAL_API}`
    : null;
}
