import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createClientFor } from '../../src/sync/run-sync.ts';
import { parseSettings, gatherSettings } from '../../src/config/settings.ts';
import { fakeRuntime } from '../support/runtime.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function startClient(response: RequestListener) {
  const server = createServer(response);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const apiUrl = `http://127.0.0.1:${port}/api/v2p1/`;
  return createClientFor(
    parseSettings(gatherSettings({ apiUrl, delayMs: '0' }, {}, {})),
    'token',
    fakeRuntime(),
  );
}

describe('whether the API answers', () => {
  test.each([
    [true, 200, '{"message": "Success"}'],
    [true, 401, '{"detail": "Invalid token."}'],
    [false, 503, ''],
    [false, 403, '<html>Just a moment</html>'],
  ])('is %s by %i %s', async (isResponding, status, body) => {
    const client = await startClient((_request, response) => {
      response
        .writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/html' })
        .end(body);
    });
    expect(await client.isResponding(new AbortController().signal)).toBe(isResponding);
  });

  test('is false if the connection is closed', async () => {
    const client = await startClient((request) => request.socket.destroy());
    expect(await client.isResponding(new AbortController().signal)).toBe(false);
  });

  test('is not decided after a stop: the reason is thrown, and does not count as silence', async () => {
    const stop = new AbortController();
    const reason = new Error('stop');
    const client = await startClient(() => {
      stop.abort(reason);
    });
    await expect(client.isResponding(stop.signal)).rejects.toBe(reason);
  });
});
