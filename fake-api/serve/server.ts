import { type IncomingMessage, type ServerResponse, createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseCollection, CaseFilters } from '../collection/collection.ts';
import { type FakeApiOptions, type FakeApiSettings, toSettings, type ListOrder } from './options.ts';
import { toRoute, type FakeApiRequest } from './request.ts';
import { sendResponse, sendFault } from './send.ts';
import type { CaseSlot } from '../collection/slot.ts';
import { mixSeeds } from '../invent/random.ts';
import { isFilePath, sendInventedFile, toFileAddress } from './invented-files.ts';
import { respondWithDocuments, respondWithLinked, respondWithText } from './linked-lists.ts';
import { type JsonResponse, NOT_FOUND, type PageResponse, badRequest, toPage } from './paging.ts';

/** One request that a fake API received. The token itself is not kept. */
interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the request had an Authorization header, whatever its value. */
  readonly authorization: boolean;
  /** The HTTP status of the response; undefined until there is one, and always if a fault prevented it. */
  status: number | undefined;
}

/** Remembers the latest requests, and how often each URL was requested. */
class RequestLog {
  readonly requests: LoggedRequest[] = [];
  /** JSON bytes served, before compression. */
  bytesServed = 0;
  private readonly attempts = new Map<string, number>();
  private readonly most: number;
  private total = 0;

  constructor(most: number) {
    this.most = most;
  }

  add(
    method: string,
    url: string,
    authorization: boolean,
  ): { entry: LoggedRequest; number: number; attempt: number } {
    const entry: LoggedRequest = { method, url, at: Date.now(), authorization, status: undefined };
    this.requests.push(entry);
    if (this.requests.length > this.most) this.requests.shift();
    const attempt = (this.attempts.get(url) ?? 0) + 1;
    this.attempts.set(url, attempt);
    return { entry, number: ++this.total, attempt };
  }
}

/** Responds to one request, either correctly or with the fault that a rule returns. */
async function handleRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  settings: FakeApiSettings,
  log: RequestLog,
): Promise<void> {
  const { method = 'GET', url: sent = '/', headers } = incoming;
  const { entry, number, attempt } = log.add(method, sent, headers.authorization !== undefined);
  response.once('close', () => {
    entry.status = response.headersSent ? response.statusCode : undefined;
  });
  const url = new URL(`http://${headers.host ?? '127.0.0.1'}${sent}`);
  const request = toRequest(url, { number, attempt, method, url: sent }, settings.basePath);
  if (settings.latencyMs > 0) await sleep(settings.latencyMs);
  if (settings.servesFiles && isFilePath(url.pathname)) {
    sendInventedFile(response, { method, path: url.pathname, authorization: headers.authorization });
    return;
  }
  await settings.beforePage(request, settings.source);
  const sending = {
    compress: settings.gzip && acceptsGzip(headers['accept-encoding']),
    count: (bytes: number) => {
      log.bytesServed += bytes;
    },
  };
  const { localPort = 0 } = incoming.socket;
  const served = settings.servesFiles
    ? { ...settings, linked: { ...settings.linked, fileAddress: toFileAddress(localPort) } }
    : settings;
  const respondTo = (other: Partial<FakeApiRequest>) =>
    respond({ ...request, ...other }, url, headers.authorization, served);
  for (const rule of settings.faults) {
    const fault = rule(request);
    if (fault)
      return sendFault(response, fault, {
        request,
        url,
        basePath: settings.basePath,
        respondTo,
        sending,
      });
  }
  await sendResponse(response, respondTo({}), sending);
}

function toRequest(
  url: URL,
  known: Pick<FakeApiRequest, 'number' | 'attempt' | 'method' | 'url'>,
  basePath: string,
): FakeApiRequest {
  const read = toFilters(url.searchParams);
  return {
    ...known,
    route: toRoute(url.pathname, basePath),
    page: toPageNumber(url.searchParams.get('page')),
    filters: 'error' in read ? {} : read.filters,
  };
}

function toPageNumber(text: string | null): number {
  if (text === null) return 1;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  const codings = String(header).split(',');
  return codings.some((coding) => /^\s*gzip\b/.test(coding) && !/;\s*q=0(\.0*)?\s*$/.test(coding));
}

export type { FakeApiOptions };

/** A running fake API. */
export interface FakeApi extends AsyncDisposable {
  /** The base URL, e.g. `http://127.0.0.1:43211/api/v2p1/`. */
  readonly url: string;
  readonly token: string;
  readonly source: CaseCollection;
  /** The latest requests, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** JSON bytes served so far, before compression. */
  readonly bytesServed: number;
  /** Stops listening and closes every open connection, including stalled ones. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for the API on 127.0.0.1. It behaves as the reference of the API documents and no further, and
 * serves the given collection.
 */
export async function startFakeApi(options: FakeApiOptions): Promise<FakeApi> {
  const settings = toSettings(options);
  const log = new RequestLog(settings.rememberRequests);
  const server = createServer((incoming, response) => {
    handleRequest(incoming, response, settings, log).catch((error: unknown) => {
      fail(response, error);
    });
  });
  const port = await listen(server, settings.port);
  const close = () => closeServer(server);
  return {
    url: `http://127.0.0.1:${port}${settings.basePath}`,
    token: settings.token,
    source: settings.source,
    requests: log.requests,
    get bytesServed() {
      return log.bytesServed;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A rule or a hook threw, or the client disconnected. The author of the rule must see the error. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ detail: `The fake API failed: ${String(error)}` }));
}

/** Listens on 127.0.0.1; 0 takes a free port. @returns the port */
export async function listen(server: Server, port: number): Promise<number> {
  // Long enough that no client uses a connection that the server is about to close.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

/** Stops listening and closes every open connection, including stalled ones. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

const FILTERS = ['case_ongoing', 'case_id', 'case_status'] as const;
const INTEGER = /^[+-]?\d+$/;

/** Parses the filters of a query, or returns the API's error message. */
function toFilters(query: URLSearchParams): { filters: CaseFilters } | { error: JsonResponse } {
  const filters: Record<string, number> = {};
  for (const [key, value] of query) {
    if (key === 'page') continue;
    if (!FILTERS.some((filter) => filter === key)) {
      return { error: badRequest(`API Error: Key: ${key}, Value: ${value} not found.`) };
    }
    if (!INTEGER.test(value)) return { error: badRequest(`API Error: ${value} is not an integer.`) };
    filters[key] = Number(value);
  }
  return { filters };
}

/** Undefined if the header contains the token; otherwise the response of Django REST framework. */
function refuseToken(header: string | undefined, token: string): JsonResponse | undefined {
  const [scheme = '', given, ...rest] = (header ?? '').trim().split(/\s+/);
  if (scheme.toLowerCase() !== 'token') return unauthorized('Authentication credentials were not provided.');
  if (given === undefined) return unauthorized('Invalid token header. No credentials provided.');
  if (rest.length > 0) return unauthorized('Invalid token header. Token string should not contain spaces.');
  return given === token ? undefined : unauthorized('Invalid token.');
}

function unauthorized(detail: string): JsonResponse {
  return { kind: 'json', status: 401, body: { detail }, headers: { 'www-authenticate': 'Token' } };
}

/** Sorts a list in the requested order. A shuffled case keeps its place when other cases are added or removed. */
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

const HELLO = 'Success, you have access to the invented cases of this fake API.';

/** The response of a fake API without faults. Only the results of a page still have to be read. */
function respond(
  request: FakeApiRequest,
  url: URL,
  authorization: string | undefined,
  settings: FakeApiSettings,
): PageResponse | JsonResponse {
  const { source, pageSize, order, linked } = settings;
  const { route, method, number, page } = request;
  // Django redirects before it checks the token.
  if (route.kind === 'unslashed') return redirect(`${url.pathname}/${url.search}`);
  if (route.kind === 'unknown') return NOT_FOUND;
  if ('isSlashed' in route && !route.isSlashed && linked.unslashed !== 'served') {
    return linked.unslashed === 'not-found' ? NOT_FOUND : redirect(`${url.pathname}/${url.search}`);
  }
  const refusal = refuseToken(authorization, settings.token);
  if (refusal) return refusal;
  if (method !== 'GET') return notAllowed(method);
  const paging = { address: url.origin + url.pathname, query: url.searchParams, pageSize };
  switch (route.kind) {
    case 'test':
      return { kind: 'json', status: 200, body: { message: HELLO } };
    case 'cases': {
      const read = toFilters(paging.query);
      if ('error' in read) return read.error;
      return toPage(inListOrder(source.find(request.filters), order, number), page, paging);
    }
    case 'linked':
      return respondWithLinked(source, route.caseId, route.list, request, paging, linked);
    case 'documents':
      return respondWithDocuments(source, request, paging, linked);
    case 'text':
      return respondWithText(source, route.documentId, linked);
  }
}

function redirect(location: string): JsonResponse {
  return { kind: 'json', status: 301, body: undefined, headers: { location } };
}

function notAllowed(method: string): JsonResponse {
  return {
    kind: 'json',
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
    headers: { allow: 'GET' },
  };
}
