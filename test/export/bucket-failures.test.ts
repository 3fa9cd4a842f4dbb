import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { openBucket } from '../../src/export/upload/bucket.ts';
import { makeCertificate } from '../support/make-certificate.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: 'a-secret', AWS_MAX_ATTEMPTS: '1' };
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

let plain: string;
let secure: string;
let closed: string;

beforeAll(async () => {
  Object.assign(process.env, KEYS);
  // The key says how the request for it ends.
  const port = await listen(
    createServer((request, response) => {
      const [, , status = '', code = ''] = (request.url ?? '').replace(/\?.*/, '').split('/');
      if (status === '0') {
        response.destroy();
        return;
      }
      response.writeHead(Number(status));
      response.end(
        code === '' ? '' : `<Error><Code>${code}</Code><Message>a text of the server</Message></Error>`,
      );
    }),
  );
  plain = `http://127.0.0.1:${port}`;
  const { key, cert } = makeCertificate('localhost');
  secure = `https://localhost:${await listen(createTlsServer({ key, cert }))}`;
  const gone = createServer();
  closed = `http://127.0.0.1:${await listen(gone)}`;
  await new Promise((resolve) => gone.close(resolve));
});

afterAll(() => {
  for (const name of Object.keys(KEYS)) Reflect.deleteProperty(process.env, name);
  for (const server of servers) server.close();
});

async function fail(endpoint: string, key: string): Promise<MirrorError> {
  const bucket = openBucket(
    { bucket: 'research', prefix: '' },
    { AWS_ENDPOINT_URL: endpoint },
    new AbortController().signal,
  );
  try {
    const text = await bucket.readText(key);
    throw new Error(`it read ${String(text)}`);
  } catch (thrown) {
    if (thrown instanceof MirrorError) return thrown;
    throw thrown;
  } finally {
    bucket.close();
  }
}

test('each kind of failure of a bucket is told with what to do, and without a secret or a text of the server', async () => {
  const cases: readonly (readonly [endpoint: string, key: string, message: RegExp, hint: RegExp])[] = [
    [plain, '404/NoSuchBucket', /no such bucket/, /Create the bucket/],
    [plain, '403/AccessDenied', /access is denied/, /s3:PutObject/],
    [plain, '403', /access is denied \(403\)/, /s3:ListBucket/],
    [plain, '403/InvalidAccessKeyId', /does not know the access key/, /AWS_PROFILE/],
    [plain, '403/SignatureDoesNotMatch', /secret access key is not/, /AWS_SECRET_ACCESS_KEY/],
    [plain, '400/ExpiredToken', /token has expired/, /aws sso login/],
    [plain, '301/PermanentRedirect', /another region/, /AWS_REGION/],
    [plain, '400/AuthorizationHeaderMalformed', /another region/, /AWS_REGION/],
    [plain, '403/RequestTimeTooSkewed', /clock of this machine/, /NTP/],
    [plain, '503/SlowDown', /fewer requests/, /Copy again later/],
    [plain, '503', /fewer requests \(503\)/, /Copy again later/],
    [plain, '500/InternalError', /the server failed/, /Copy again later/],
    [plain, '507/XMinioStorageFull', /no room/, /quota/],
    [plain, '501/NotImplemented', /does not do/, /ListObjectsV2/],
    [plain, '418/Teapot', /could not be used: Teapot\.$/, /./],
    [plain, '0', /broke off/, /Copy again later/],
    [closed, 'key', /cannot be reached \(ECONNREFUSED\)/, /AWS_ENDPOINT_URL/],
    [secure, 'key', /certificate cannot be verified/, /NODE_EXTRA_CA_CERTS/],
    [plain.replace('http:', 'https:'), 'key', /does not speak TLS/, /begins with https or http/],
  ];
  for (const [endpoint, key, message, hint] of cases) {
    const error = await fail(endpoint, key);
    expect([key, error.code, error.message, error.hint]).toEqual([
      key,
      'UPLOAD_FAILED',
      expect.stringMatching(message),
      expect.stringMatching(hint),
    ]);
    expect(`${error.message} ${error.hint}`).not.toMatch(/a-secret|an-id|a text of the server/);
  }
});
