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
  /** How the connection ended, or `open` if it stays open after what was expected. */
  readonly end: 'closed' | 'reset' | 'open';
  readonly chunks: number;
}

/** How long a connection is watched that is expected to stay open. */
const WATCHED_MS = 150;

/**
 * What really comes through the socket, head and all: until the connection ends, or until `isExpected`, and a little
 * longer.
 */
export function askRaw(
  fakeApi: FakeApi,
  path: string,
  isExpected: (text: string, chunks: number) => boolean = () => false,
): Promise<RawResponse> {
  const { port, pathname, search } = new URL(path, fakeApi.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    let chunks = 0;
    let end: RawResponse['end'] = 'open';
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, end, chunks });
    };
    let timer: NodeJS.Timeout | undefined;
    const look = () => {
      if (isExpected(text, chunks)) timer ??= setTimeout(finish, WATCHED_MS);
    };
    look();
    socket.on('data', (chunk) => {
      text += chunk.toString();
      chunks += 1;
      look();
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
