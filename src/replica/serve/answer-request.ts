import type { CaseSlot } from '../collection/case-slot.ts';
import { mixSeeds } from '../invent/random.ts';
import { type JsonAnswer, NOT_FOUND, type PageAnswer, answerCases, answerLinked } from './answer.ts';
import type { ListOrder, ReplicaSettings } from './replica-options.ts';
import type { ReplicaRequest } from './replica-request.ts';

/** Undefined when the header carries the token; otherwise what Django REST framework answers. */
function refuseToken(header: string | undefined, token: string): JsonAnswer | undefined {
  const [scheme = '', given, ...rest] = (header ?? '').trim().split(/\s+/);
  if (scheme.toLowerCase() !== 'token') return unauthorised('Authentication credentials were not provided.');
  if (given === undefined) return unauthorised('Invalid token header. No credentials provided.');
  if (rest.length > 0) return unauthorised('Invalid token header. Token string should not contain spaces.');
  return given === token ? undefined : unauthorised('Invalid token.');
}

function unauthorised(detail: string): JsonAnswer {
  return { kind: 'json', status: 401, body: { detail }, headers: { 'www-authenticate': 'Token' } };
}

/** Puts a list into the order asked for. A shuffled case keeps its place when others come or go. */
export function inListOrder(
  slots: readonly CaseSlot[],
  order: ListOrder,
  requestNumber: number,
): readonly CaseSlot[] {
  if (order === 'id') return slots;
  const salt = order === 'random' ? requestNumber : 0;
  return slots
    .map((slot, place) => ({ slot, rank: mixSeeds(slot.id ?? -place, salt) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ slot }) => slot);
}

const HELLO = 'Success, you have access to the invented cases of this replica.';

/** What a replica without faults answers. Only the results of a page are left to be read. */
export function answerRequest(
  request: ReplicaRequest,
  url: URL,
  authorization: string | undefined,
  settings: ReplicaSettings,
): PageAnswer | JsonAnswer {
  const { source, pageSize, order } = settings;
  const { route, method, number } = request;
  // Django redirects before it looks at the token.
  if (route.kind === 'unslashed') return redirect(`${url.pathname}/${url.search}`);
  if (route.kind === 'unknown') return NOT_FOUND;
  const refusal = refuseToken(authorization, settings.token);
  if (refusal) return refusal;
  if (method !== 'GET') return notAllowed(method);
  const paging = {
    address: url.origin + url.pathname,
    query: url.searchParams,
    pageSize,
    order: (slots: ReturnType<typeof source.find>) => inListOrder(slots, order, number),
  };
  switch (route.kind) {
    case 'test':
      return { kind: 'json', status: 200, body: { message: HELLO } };
    case 'cases':
      return answerCases(source, request, paging);
    case 'linked':
      return answerLinked(source, request, paging);
  }
}

function redirect(location: string): JsonAnswer {
  return { kind: 'json', status: 301, body: undefined, headers: { location } };
}

function notAllowed(method: string): JsonAnswer {
  return {
    kind: 'json',
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
    headers: { allow: 'GET' },
  };
}
