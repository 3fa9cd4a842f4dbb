import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { FakeApiOptions } from '../../fake-api/serve/server.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { type CliOptions, runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { AUTHORITY, startProxy, startTlsServer } from '../support/tunnel.ts';
import { useFakeApi } from '../fake-api/use-fake-api.ts';

/*
 * A `nightly` process lives for months. A server may keep an unused connection for as long as it likes, so each run closes
 * what it opened.
 */

const closing: (() => unknown)[] = [];
let connect: jest.SpiedFunction<typeof Socket.prototype.connect>;
beforeEach(() => {
  connect = jest.spyOn(Socket.prototype, 'connect');
});
afterEach(() => {
  connect.mockRestore();
  for (const close of closing.splice(0)) close();
});

/** Every connection that this process opened to a server, and how many of them are open now. */
function countConnections() {
  const sockets = connect.mock.contexts as unknown as Socket[];
  return { opened: sockets.length, stillOpen: sockets.filter(({ destroyed }) => !destroyed).length };
}

/** A server that answers every notification, and keeps the connection. */
async function startReceiver(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('OK'));
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function setUp(faults?: FakeApiOptions['faults']) {
  const api = await useFakeApi({ source: smallCollection(12), ...(faults && { faults }) });
  const receiver = await startReceiver();
  const env = {
    CLEARINGHOUSE_API_URL: api.url,
    CLEARINGHOUSE_API_TOKEN: api.token,
    CLEARINGHOUSE_DATABASE: join(tempFolder(), 'mirror.db'),
    CLEARINGHOUSE_PING_URL: `${receiver}/ping`,
    CLEARINGHOUSE_WEBHOOK_URL: `${receiver}/hook`,
    CLEARINGHOUSE_WEBHOOK_ON: 'always',
    CLEARINGHOUSE_NIGHTLY_SNAPSHOT: 'false',
  };
  return (words: string[], options?: CliOptions) => runCli(words, { env, ...options });
}

test.each([
  [['sync']],
  [['sync', '--dry-run']],
  [['nightly', '--once']],
  [['doctor', '--test-notifications']],
])('`%j` leaves no connection open', async (words) => {
  const run = await setUp();
  expect((await run(words)).stderr).not.toContain('Error');
  expect(countConnections()).toEqual({ opened: expect.any(Number), stillOpen: 0 });
  expect(countConnections().opened).toBeGreaterThan(words[0] === 'sync' ? 0 : 1);
});

test.each([
  ['a refused token', { kind: 'status', status: 401 }],
  ['a server in trouble', { kind: 'status', status: 503 }],
  ['a connection that breaks', { kind: 'reset', at: 'in-body' }],
  ['half a response', { kind: 'cut-json' }],
] as const)('a run that fails because of %s leaves no connection open', async (_, fault) => {
  const run = await setUp(() => fault);
  expect((await run(['nightly', '--once'])).exitCode).not.toBe(0);
  expect(countConnections()).toEqual({ opened: expect.any(Number), stillOpen: 0 });
});

test('a run that is stopped amid its requests leaves no connection open', async () => {
  let stop: (reason: MirrorError) => void = () => undefined;
  let asked = 0;
  const run = await setUp(() => {
    if (++asked === 3) stop(new MirrorError('INTERRUPTED', 'Stopped.'));
    return undefined;
  });
  const { exitCode } = await run(['sync'], {
    onStop: (given) => {
      stop = given;
    },
  });
  expect(exitCode).not.toBe(0);
  expect(countConnections().stillOpen).toBe(0);
});

test('a request through a proxy leaves no connection to it open', async () => {
  const api = await startTlsServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"message": "Success, invented."}');
  });
  const proxy = await startProxy({ targetPort: api.port });
  closing.push(api.close, proxy.close);
  const { stdout } = await runCli(['doctor', '--test-notifications'], {
    env: {
      CLEARINGHOUSE_API_URL: 'https://api.example/api/v2p1/',
      CLEARINGHOUSE_API_TOKEN: 'an-invented-token',
      CLEARINGHOUSE_CA_FILE: AUTHORITY,
      CLEARINGHOUSE_PING_URL: 'https://hooks.example/a/secret',
      CLEARINGHOUSE_WEBHOOK_URL: 'http://hooks.example/hook',
      HTTPS_PROXY: proxy.address,
      HTTP_PROXY: proxy.address,
    },
  });
  expect(stdout).toContain('https://api.example responds');
  expect(proxy.asked).toHaveLength(3);
  // The proxy connects to the server from this process, too.
  const toProxy = (connect.mock.contexts as unknown as Socket[]).filter(
    ({ remotePort }) => remotePort !== api.port,
  );
  expect(toProxy.length).toBeGreaterThanOrEqual(3);
  expect(toProxy.every(({ destroyed }) => destroyed)).toBe(true);
});
