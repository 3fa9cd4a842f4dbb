import { afterEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { createClientFor } from '../../src/sync/run-sync.ts';
import type { MirrorError } from '../../src/errors/mirror-error.ts';
import { createAgents } from '../../src/api/http-agents.ts';
import { announceAttempt } from '../../src/schedule/notify.ts';
import { parseSettings, gatherSettings } from '../../src/config/settings.ts';
import { runCli } from '../support/command-line.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { AUTHORITY, startProxy, startTlsServer } from '../support/tunnel.ts';

const GOES_ON = new AbortController().signal;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function startBoth(options: { refuse?: number } = {}) {
  const authorizations: (string | undefined)[] = [];
  const api = await startTlsServer((request, response) => {
    authorizations.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').end('{"message": "Success, invented."}');
  });
  const proxy = await startProxy({ targetPort: api.port, ...options });
  closing.push(api.close, proxy.close);
  const toSettings = (env: NodeJS.ProcessEnv) =>
    parseSettings(
      gatherSettings(
        { apiUrl: 'https://api.example/api/v2p1/', maxAttempts: '1' },
        { HTTPS_PROXY: proxy.address, ...env },
        {},
      ),
    );
  const ask = (env: NodeJS.ProcessEnv) => {
    const settings = toSettings(env);
    return createClientFor(settings, 'an-invented-token', fakeRuntime()).fetchResponse(
      new URL('test', settings.apiUrl),
      GOES_ON,
    );
  };
  return { proxy, authorizations, toSettings, ask };
}

describe('an API behind a proxy', () => {
  test('is requested through a tunnel, with the certificates of CLEARINGHOUSE_CA_FILE', async () => {
    const { proxy, authorizations, ask } = await startBoth();
    expect(await ask({ CLEARINGHOUSE_CA_FILE: AUTHORITY })).toMatchObject({ kind: 'message' });
    expect(proxy.asked).toEqual([{ line: 'CONNECT api.example:443', authorization: undefined }]);
    expect(authorizations).toEqual(['Token an-invented-token']);
  });

  test('is given the name and the password in the address of the proxy', async () => {
    const { proxy, ask } = await startBoth();
    const address = proxy.address.replace('//', '//keeper:l%40mp@');
    await ask({ CLEARINGHOUSE_CA_FILE: AUTHORITY, HTTPS_PROXY: address });
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from('keeper:l@mp').toString('base64')}`);
  });

  test('is not trusted without them, and a hint names the setting', async () => {
    const { authorizations, ask } = await startBoth();
    await expect(ask({})).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      hint: expect.stringContaining('CLEARINGHOUSE_CA_FILE'),
    });
    expect(authorizations).toEqual([]);
  });

  test.each([
    [407, 'PROXY_REFUSED'],
    [403, 'PROXY_REFUSED'],
    [400, 'PROXY_REFUSED'],
    [502, 'HOST_UNREACHABLE'],
  ])('is not asked where the proxy answers %d: %s, and its words are not the API’s', async (refuse, code) => {
    const { proxy, ask } = await startBoth({ refuse });
    const address = proxy.address.replace('//', '//keeper:s3cret@');
    const failure = await ask({ CLEARINGHOUSE_CA_FILE: AUTHORITY, HTTPS_PROXY: address }).then(
      () => new Error('it was answered'),
      (thrown: unknown) => thrown as MirrorError,
    );
    expect(failure).toMatchObject({ code });
    expect(failure.message).toContain(
      `${proxy.address} refused to connect to api.example (status ${refuse})`,
    );
    expect(JSON.stringify([failure.message, failure.cause])).not.toContain('s3cret');
  });

  test('is not looked for behind it where NO_PROXY names its host', async () => {
    const { proxy, toSettings } = await startBoth();
    const settings = toSettings({ NO_PROXY: 'api.example' });
    expect(createAgents(settings).proxyOf(settings.apiUrl)).toBeNull();
    expect(proxy.asked).toEqual([]);
  });
});

test('a ping goes through the proxy as well: a tunnel for https, the whole address for http', async () => {
  const { proxy, toSettings } = await startBoth();
  const settings = toSettings({ CLEARINGHOUSE_CA_FILE: AUTHORITY, HTTP_PROXY: proxy.address });
  for (const scheme of ['https', 'http'])
    await announceAttempt(
      new URL(`${scheme}://hooks.example/a/secret`),
      makeScheduledRun(),
      'UTC',
      GOES_ON,
      settings,
    );
  expect(proxy.asked.map(({ line }) => line)).toEqual([
    'CONNECT hooks.example:443',
    'POST http://hooks.example/a/secret/start',
  ]);
});

describe('doctor', () => {
  test('names the proxy, without its password', async () => {
    const { proxy } = await startBoth();
    const { stdout } = await runCli(['doctor', '--api-url', 'https://api.example/api/v2p1/'], {
      env: {
        CLEARINGHOUSE_API_TOKEN: 'an-invented-token',
        CLEARINGHOUSE_CA_FILE: AUTHORITY,
        HTTPS_PROXY: proxy.address.replace('//', '//keeper:s3cret@'),
      },
    });
    expect(stdout).toContain(`the API is asked through ${proxy.address} (HTTPS_PROXY)`);
    expect(stdout).toContain('https://api.example responds');
    expect(stdout).not.toContain('s3cret');
  });
});

describe('CLEARINGHOUSE_CA_FILE', () => {
  const parse = (path: string) => () => parseSettings(gatherSettings({ ca: path }, {}, {}));
  const write = (content: string): string => {
    const path = join(tempFolder(), 'ca.pem');
    writeFileSync(path, content);
    return path;
  };

  test('contains one certificate or several', () => {
    expect(parse(AUTHORITY)().ca).toHaveLength(1);
  });

  test.each([
    ['is not there', () => join(tempFolder(), 'none.pem'), /--ca-file: .*none\.pem cannot be read/],
    ['holds no certificate', () => write('lamp'), /holds no certificate in PEM form/],
    [
      'holds a damaged one',
      () => write('-----BEGIN CERTIFICATE-----\nbGFtcA==\n-----END CERTIFICATE-----'),
      /holds a certificate that cannot be read/,
    ],
  ])('that %s is refused at once', (_title, path, words) => {
    expect(parse(path())).toThrow(words);
  });
});

test.each(['mirror \u2013 a trial', '\u201clamp\u201d', 'lamp \u{1f5fc}'])(
  'a User-Agent that no header can hold is refused at once: %s',
  (userAgent) => {
    expect(() => parseSettings(gatherSettings({ userAgent }, {}, {}))).toThrow(
      /--user-agent holds ".+" \(U\+/,
    );
    expect(parseSettings(gatherSettings({ userAgent: 'Mirror, Universität' }, {}, {})).userAgent).toBe(
      'Mirror, Universität',
    );
  },
);
