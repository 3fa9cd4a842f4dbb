import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const file = (name: string): string => fileURLToPath(new URL(`tls/${name}`, import.meta.url));

/** The certificate of the invented authority that signed the certificate of {@link startTlsServer}. */
export const AUTHORITY = file('authority.pem');

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

/** An HTTPS server on this machine, for api.example and hooks.example unless it has another certificate. */
export async function startTlsServer(
  response: RequestListener,
  tls: { key: string | Buffer; cert: string | Buffer } = {
    key: readFileSync(file('server.key')),
    cert: readFileSync(file('server.pem')),
  },
) {
  const server = createTlsServer(tls, response);
  const port = await listen(server);
  return {
    port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * A proxy on this machine. It connects each CONNECT to `targetPort`, whatever host it names, and responds with 204 to
 * a request for a full URL. `refuse` is the status with which it refuses a CONNECT instead. With `tls`, the proxy
 * itself uses HTTPS.
 */
export async function startProxy({
  targetPort = 0,
  refuse = 0,
  host = '127.0.0.1',
  tls = undefined as { key: string | Buffer; cert: string } | undefined,
} = {}) {
  const asked: { line: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage): void => {
    asked.push({ line: `${method ?? ''} ${url ?? ''}`, authorization: headers['proxy-authorization'] });
  };
  const response: RequestListener = (request, response) => {
    note(request);
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  };
  const server = tls === undefined ? createServer(response) : createTlsServer(tls, response);
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    note(request);
    client.on('error', () => undefined);
    if (refuse !== 0) {
      client.end(`HTTP/1.1 ${refuse} No\r\nContent-Length: 24\r\n\r\n["No results for {\\"a\\"}"]`);
      return;
    }
    const target = connect(targetPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client);
      client.pipe(target);
    });
    target.on('error', () => client.destroy());
    for (const socket of [client, target]) sockets.add(socket);
  });
  const port = await listen(server, host);
  return {
    asked,
    address: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
