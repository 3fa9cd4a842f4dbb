import { get, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import type { FakeApi } from '../../fake-api/serve/server.ts';
import { objectOf } from './invent-many.ts';

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: () => JsonValue;
}

/** Asks with the fake API's token, on a connection of its own; headers given replace the usual ones. */
export function ask(fakeApi: FakeApi, path: string, headers: Record<string, string> = {}): Promise<Asked> {
  const url = new URL(path, fakeApi.url);
  return new Promise((resolve, reject) => {
    const asking = get(url, {
      agent: false,
      headers: { authorization: `Token ${fakeApi.token}`, ...headers },
    });
    asking.once('error', reject);
    asking.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const body = Buffer.concat(chunks);
        const json = () => JSON.parse(body.toString()) as JsonValue;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, json });
      });
    });
  });
}

export async function askEnvelope(fakeApi: FakeApi, path: string): Promise<JsonObject> {
  return objectOf((await ask(fakeApi, path)).json());
}

export interface RawResponse {
  readonly text: string;
  /** How the connection stood when the time was up, or how it ended before. */
  readonly end: 'closed' | 'reset' | 'open';
  readonly firstByteMs: number;
  readonly chunks: number;
}

/** What really comes through the socket within `waitMs`, head and all. */
export function askRaw(fakeApi: FakeApi, path: string, waitMs = 300): Promise<RawResponse> {
  const { port, pathname, search } = new URL(path, fakeApi.url);
  const started = Date.now();
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    let chunks = 0;
    let firstByteMs = Infinity;
    let end: RawResponse['end'] = 'open';
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, end, firstByteMs, chunks });
    };
    const timer = setTimeout(finish, waitMs);
    socket.on('data', (chunk) => {
      firstByteMs = Math.min(firstByteMs, Date.now() - started);
      text += chunk.toString();
      chunks += 1;
    });
    socket.once('end', () => {
      end = 'closed';
      finish();
    });
    socket.once('error', () => {
      end = 'reset';
      finish();
    });
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token ${fakeApi.token}\r\n\r\n`,
    );
  });
}
