import { createHash } from 'node:crypto';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of S3, as far as an export uses it: objects of a bucket, in the path. */
export async function startS3() {
  const objects = new Map<string, Buffer>();
  const puts: string[] = [];
  const gets: string[] = [];
  const toTag = (key: string): string =>
    createHash('md5')
      .update(objects.get(key) ?? '')
      .digest('hex');
  const encodings = new Set<string>();
  /** The keys that are refused from now on, and those that are stored otherwise than they were sent. */
  let [refused, spoiled] = [/^$/, /^$/];
  /** What happens while an object with such a key is stored. */
  let [awaited, meanwhile] = [/^$/, (): Promise<void> => Promise.resolve()];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    const key = decodeURIComponent(url.pathname).replace(/^\/research\/?/, '');
    const answer = (status: number, body: string | Buffer = '', headers = {}): void => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
      response.end(body);
    };
    const found = objects.get(key);
    if (request.method === 'PUT')
      void readBody(request).then(async (body) => {
        if (awaited.test(key)) await meanwhile();
        const { headers } = request;
        encodings.add(
          String(headers['content-encoding'] ?? headers['x-amz-sdk-checksum-algorithm'] ?? 'none'),
        );
        if (refused.test(key)) {
          answer(403, '<Error><Code>AccessDenied</Code><Message>a text of the server</Message></Error>');
          return;
        }
        puts.push(key);
        objects.set(key, spoiled.test(key) ? Buffer.from(body).reverse() : body);
        answer(200);
      });
    else if (request.method === 'DELETE') {
      objects.delete(key);
      answer(204);
    } else if (url.searchParams.has('list-type')) {
      const keys = [...objects.keys()].filter((one) => one.startsWith(url.searchParams.get('prefix') ?? ''));
      const contents = keys
        .map(
          (one) =>
            `<Contents><Key>${one}</Key><ETag>${toTag(one)}</ETag><Size>${objects.get(one)?.length ?? 0}</Size></Contents>`,
        )
        .join('');
      answer(200, `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
    } else if (found === undefined) answer(404, '<Error><Code>NoSuchKey</Code></Error>');
    else {
      gets.push(key);
      answer(200, found, { etag: `"${toTag(key)}"` });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    objects,
    puts,
    gets,
    encodings,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse(keys: RegExp) {
      refused = keys;
    },
    spoil(keys: RegExp) {
      spoiled = keys;
    },
    during(keys: RegExp, action: () => Promise<void>) {
      [awaited, meanwhile] = [keys, action];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
