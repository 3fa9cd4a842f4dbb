import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpBindings, createAdaptorServer } from '@hono/node-server';
import { MirrorError } from '../errors/mirror-error.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import { createApp } from './app.ts';
import { type CaseIndex, createCaseIndex, type MirrorReader, createReader } from './reader.ts';
import type { Site } from './request.ts';
import { createAuditCounter } from './sql/audit-counts.ts';
import { createStatementRunner } from './sql/run-statement.ts';

/** By number, because on some machines `localhost` is only an address of IPv6. */
const HOST = '127.0.0.1';

/** The head of a request with the longest statement, each of whose characters takes up to nine in an address. */
const MAX_HEAD_BYTES = 64 * 1024;
/** A browser on this machine sends a head at once. A connection that sends one slowly is closed. */
const MAX_HEAD_MS = 10_000;

export interface RunningServer {
  readonly url: string;
  /** Ends every request, and frees the mirror and the port. */
  readonly close: () => Promise<void>;
}

/** Serves the pages on this machine. Fails with PORT_TAKEN, or with USAGE if this user may not use the port. */
export async function startServer(
  site: Site,
  port: number,
  onUnexpected: (thrown: unknown) => void,
  maxHeadMs = MAX_HEAD_MS,
): Promise<RunningServer> {
  const reader = createReader(site.database);
  const index = createCaseIndex();
  const runner = createStatementRunner(site.database);
  // The audits are counted whatever the readers ask in the meantime.
  const counting = createStatementRunner(site.database);
  const audits = createAuditCounter(counting);
  const app = createApp(site, reader, index, runner, audits, onUnexpected);
  const server = createAdaptorServer({
    fetch: (request, bindings) => app.fetch(request, bindings as HttpBindings),
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: maxHeadMs,
      requestTimeout: maxHeadMs,
      connectionsCheckingInterval: maxHeadMs / 5,
    },
  }) as Server;
  await listen(server, port);
  server.on('error', onUnexpected);
  const preparing = setImmediate(() => {
    prepare(reader, index, onUnexpected);
  });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      clearImmediate(preparing);
      runner.close();
      counting.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
      index.close();
    },
  };
}

/** Reads what the first list would have to wait for. What fails here fails on that page again, which tells why. */
function prepare(reader: MirrorReader, index: CaseIndex, onUnexpected: (thrown: unknown) => void): void {
  try {
    reader.read(index.refresh);
  } catch (thrown) {
    if (!(thrown instanceof MirrorError)) onUnexpected(thrown);
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(toListenError(cause, port));
    });
    server.listen(port, HOST, resolve);
  });
  server.removeAllListeners('error');
}

function toListenError(cause: Error, port: number): MirrorError {
  if (codeOf(cause) === 'EADDRINUSE')
    return new MirrorError('PORT_TAKEN', `Another program already uses port ${port}.`, { cause });
  return new MirrorError('USAGE', `Port ${port} cannot be used: ${wordsOf(cause)}.`, {
    cause,
    hint: 'Choose another --port, or 0 for a free one.',
  });
}
