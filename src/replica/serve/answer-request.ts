import { answerCases, answerLinked, type JsonAnswer, NOT_FOUND, type PageAnswer } from './answer.ts';
import { refuseToken } from './check-token.ts';
import { inListOrder } from './list-order.ts';
import type { ReplicaSettings } from './replica-options.ts';
import type { ReplicaRequest } from './replica-request.ts';

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
