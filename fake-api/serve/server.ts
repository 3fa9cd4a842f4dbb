import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseCollection } from '../collection/collection.ts';
import { respond, toFilters } from './respond.ts';
import { type FakeApiOptions, type FakeApiSettings, toSettings } from './options.ts';
import { toRoute } from './request.ts';
import { type FakeApiRequest } from './request.ts';
import { closeServer, listen } from './listen.ts';
import { sendResponse, sendFault } from './send.ts';

/** One request that a fake API received. The token itself is not kept. */
export interface LoggedRequest {
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

/** Remembers the latest requests, and how often each URL was asked for. */
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
  await settings.beforePage(request, settings.source);
  const sending = {
    compress: settings.gzip && acceptsGzip(headers['accept-encoding']),
    count: (bytes: number) => {
      log.bytesServed += bytes;
    },
  };
  const respondTo = (other: Partial<FakeApiRequest>) =>
    respond({ ...request, ...other }, url, headers.authorization, settings);
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
  /** Stops listening and cuts every open connection, stalled ones too. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for the API on 127.0.0.1. It promises what the API's reference documents and nothing more; what it
 * serves is the collection given.
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
