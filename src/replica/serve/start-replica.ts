import { createServer, type Server, type ServerResponse } from 'node:http';
import type { CaseCollection } from '../collection/collection.ts';
import { handleRequest } from './handle-request.ts';
import { type ReplicaOptions, toSettings } from './replica-options.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';

export type { ReplicaOptions };

/** A running replica. */
export interface Replica extends AsyncDisposable {
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
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
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

async function listen(server: Server, port: number): Promise<number> {
  // Long enough that no client meets a connection which the server is just giving up.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

/** A rule or a hook threw, or the client went away. Whoever wrote the rule must see what it said. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ detail: `The replica failed: ${String(error)}` }));
}
