import type { Server } from 'node:http';

/** Listens on 127.0.0.1; 0 takes a free port. @returns the port */
export async function listen(server: Server, port: number): Promise<number> {
  // Long enough that no client meets a connection which the server is just giving up.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

/** Stops listening and cuts every open connection, stalled ones too. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
