import { renderPlural } from '../../lib/layout.ts';
import {
  type Judge,
  type Verdict,
  describeAddress,
  differs,
  holds,
  holdsIf,
  notSeen,
  renderKilobytes,
} from './judge-linked.ts';
import {
  type ListFacts,
  type ResponseFacts,
  RATE_LIMIT_HEADERS,
  describeObservation,
  listIn,
} from './observe.ts';
import { PROBE_REQUESTS, type Observations, type ProbeRequest } from './requests.ts';

const isRedirect = ({ status }: ResponseFacts): boolean => status >= 300 && status < 400 && status !== 304;

/** The responses that come from the API, not from something in front of it: JSON, redirects and refusals of a rate. */
function listResponses(seen: Observations): (readonly [ProbeRequest, ResponseFacts])[] {
  return (Object.keys(seen) as ProbeRequest[]).flatMap((name) => {
    const one = seen[name];
    if (one?.kind !== 'response') return [];
    const isJson = one.body.shape !== 'not JSON' && one.body.shape !== 'nothing';
    return isJson || isRedirect(one) || one.status === 429 ? [[name, one] as const] : [];
  });
}

/** The lists in all responses. */
export function listLists(seen: Observations): ListFacts[] {
  return Object.values(seen).flatMap((one) => listIn(one) ?? []);
}

function judgeSlash(seen: Observations): Verdict {
  const slashed = listResponses(seen).filter(([name]) => name !== 'token' && name !== 'unslashed');
  const redirected = slashed.filter(([, one]) => isRedirect(one)).length;
  const { unslashed } = seen;
  const location = unslashed?.kind === 'response' ? unslashed.headers.location : null;
  const told = `without the slash: ${describeObservation(unslashed)}${location === null ? '' : `, a redirect to ${describeAddress(location)}`}; with it: ${redirected} of ${renderPlural(slashed.length, 'response')} redirected`;
  if (slashed.length === 0) return notSeen(unslashed);
  return holdsIf(redirected === 0, told);
}

function judgeRedirects(seen: Observations): Verdict {
  const redirects = listResponses(seen).filter(([, one]) => isRedirect(one));
  if (redirects.length === 0) return { verdict: 'not seen', seen: 'no response was a redirect' };
  const places = redirects.map(([, { headers }]) => headers.location);
  const leaving = places.filter(
    (place) => place === null || place.scheme === 'other' || place.host !== 'same',
  );
  const told = `${renderPlural(redirects.length, 'redirect')}, ${leaving.length} to another origin or to nowhere`;
  return holdsIf(leaving.length === 0, told);
}

function judgeRateLimits(seen: Observations): Verdict {
  const responses = listResponses(seen).map(([, one]) => one);
  const limited = responses.filter(({ status }) => status === 429);
  const names = RATE_LIMIT_HEADERS.filter((name) =>
    responses.some(({ headers }) => headers.rateLimits.includes(name)),
  );
  const pauses = new Set(responses.flatMap(({ headers }) => headers.retryAfter ?? []));
  const told = [
    `${limited.length} of ${renderPlural(responses.length, 'response')} have status 429`,
    `Retry-After: ${[...pauses].join(', ') || 'none'}`,
    `headers of a rate limit: ${names.join(', ') || 'none'}`,
  ].join('; ');
  if (pauses.has('another form')) return differs(told);
  return limited.length > 0 ? holds(told) : { verdict: 'not seen', seen: told };
}

function judgeConditional({ page, ifChanged }: Observations): Verdict {
  if (page?.kind !== 'response' || listIn(page) === null) return notSeen(page);
  const { etag, hasLastModified } = page.headers;
  const answer =
    ifChanged?.kind === 'response' ? `status ${ifChanged.status}` : describeObservation(ifChanged);
  return holds(
    `ETag: ${etag ?? 'none'}; Last-Modified: ${hasLastModified ? 'yes' : 'none'}; a conditional request: ${answer}`,
  );
}

function judgeCompression(seen: Observations): Verdict {
  const responses = listResponses(seen).map(([, one]) => one);
  if (responses.length === 0) return notSeen(seen.token);
  const counts = new Map<string, number>();
  for (const { headers } of responses) {
    const coding = headers.coding ?? 'not compressed';
    counts.set(coding, (counts.get(coding) ?? 0) + 1);
  }
  return holdsIf(!counts.has('another coding'), [...counts].map((one) => one.join(': ')).join(', '));
}

function judgeLists(seen: Observations, isGood: (list: ListFacts) => boolean, what: string): Verdict {
  const lists = listLists(seen);
  if (lists.length === 0) return notSeen(seen.page);
  const good = lists.filter(isGood).length;
  return holdsIf(good === lists.length, `${good} of ${renderPlural(lists.length, 'list')} ${what}`);
}

const MAX_RECORD_BYTES = 32 * 2 ** 20;

function judgeSizes(seen: Observations): Verdict {
  const all = (Object.keys(seen) as ProbeRequest[])
    .filter((name) => PROBE_REQUESTS[name].records === 'case')
    .flatMap((name) => seen[name] ?? []);
  const tooLarge = all.some((one) => one.kind === 'failed' && one.code === 'RESPONSE_TOO_LARGE');
  const pages = all.flatMap((one) => {
    const list = listIn(one);
    return list === null || one.kind !== 'response' ? [] : [{ bytes: one.bytes, records: list.records }];
  });
  if (pages.length === 0 && !tooLarge) return notSeen(seen.page);
  const largest = (sizes: readonly number[]): number => sizes.reduce((one, other) => Math.max(one, other), 0);
  const record = largest(pages.flatMap(({ records }) => records.map(({ bytes }) => bytes)));
  const page = largest(pages.map(({ bytes }) => bytes));
  const told = `the largest page has ${renderKilobytes(page)}, the largest record ${renderKilobytes(record)}${tooLarge ? '; a response was larger than the probe reads' : ''}`;
  return holdsIf(!tooLarge && record <= MAX_RECORD_BYTES, told);
}

/** The assumptions about requests and responses, whatever they contain. */
export const REQUEST_JUDGES = {
  A1: ({ token }) => {
    if (token?.kind !== 'response' || token.status !== 200) return notSeen(token);
    return token.body.shape === 'not JSON' || token.body.shape === 'nothing'
      ? notSeen(token)
      : holdsIf(token.body.shape === 'message', describeObservation(token));
  },
  A3: judgeSlash,
  A4: judgeRedirects,
  A6: judgeRateLimits,
  A7: judgeConditional,
  A8: judgeCompression,
  A9: (seen) => judgeLists(seen, ({ isUtf8 }) => isUtf8, 'are valid UTF-8'),
  A10: (seen) => judgeLists(seen, ({ isValidJson }) => isValidJson, 'are valid JSON'),
  A29: judgeSizes,
} as const satisfies Readonly<Record<string, Judge>>;
