import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createClientFor } from '../../src/sync/run-sync.ts';
import { createAgents } from '../../src/api/http-agents.ts';
import { announceAttempt } from '../../src/schedule/notify.ts';
import { parseSettings, gatherSettings } from '../../src/config/settings.ts';
import { runCli } from '../support/command-line.ts';
import { makeCertificate } from '../support/make-certificate.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { AUTHORITY, startProxy, startTlsServer } from '../support/tunnel.ts';

const GOES_ON = new AbortController().signal;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const PASSWORD = 's3cret-0f-the-keeper';
const withPassword = (address: string): string => address.replace('//', `//keeper:${PASSWORD}@`);

async function startApi(tls?: { key: string | Buffer; cert: string }) {
  const asked: string[] = [];
  const api = await startTlsServer((request, response) => {
    asked.push(request.headers.authorization ?? '');
    response.setHeader('content-type', 'application/json').end('{"message": "Success, invented."}');
  }, tls);
  closing.push(api.close);
  return { ...api, asked };
}

const toSettings = (env: NodeJS.ProcessEnv, apiUrl = 'https://api.example/api/v2p1/') =>
  parseSettings(gatherSettings({ apiUrl, maxAttempts: '1' }, env, {}));
const ask = (env: NodeJS.ProcessEnv, apiUrl?: string) => {
  const settings = toSettings(env, apiUrl);
  const client = createClientFor(settings, 'an-invented-token', fakeRuntime());
  return client.fetchResponse(new URL('test', settings.apiUrl), GOES_ON);
};

/** Node 22.23 accepts no certificate of an IPv6 address. There the connection is refused, and nothing is sent. */
const ACCEPTS_IPV6 =
  checkServerIdentity('::1', {
    subject: { CN: 'x' },
    subjectaltname: 'IP Address:0:0:0:0:0:0:0:1',
  } as PeerCertificate) === undefined;
const REFUSED = { code: 'CERTIFICATE_REFUSED' };

describe('a proxy', () => {
  const certificate = makeCertificate('127.0.0.1', '::1');
  const writeBoth = (): string => {
    const path = join(tempFolder(), 'both.pem');
    writeFileSync(path, `${readFileSync(AUTHORITY, 'utf8')}\n${certificate.cert}`);
    return path;
  };

  test.each([
    ['http', '127.0.0.1'],
    ['http', '::1'],
    ['https', '127.0.0.1'],
    ['https', '::1'],
  ])(
    'that is reached by %s at %s leads to the API, and to a ping by http and https',
    async (scheme, host) => {
      const api = await startApi();
      const tls = scheme === 'https' ? certificate : undefined;
      const proxy = await startProxy({ targetPort: api.port, host, tls });
      closing.push(proxy.close);
      const address = withPassword(proxy.address);
      const env = { HTTPS_PROXY: address, HTTP_PROXY: address, CLEARINGHOUSE_CA_FILE: writeBoth() };
      if (scheme === 'https' && host === '::1' && !ACCEPTS_IPV6) {
        await expect(ask(env)).rejects.toMatchObject(REFUSED);
        expect(api.asked).toEqual([]);
        return;
      }
      expect(await ask(env)).toMatchObject({ kind: 'message' });
      expect(api.asked).toEqual(['Token an-invented-token']);
      for (const one of ['https', 'http'])
        await announceAttempt(
          new URL(`${one}://hooks.example/a/x`),
          makeScheduledRun(),
          'UTC',
          GOES_ON,
          toSettings(env),
        );
      const authorization = `Basic ${Buffer.from(`keeper:${PASSWORD}`).toString('base64')}`;
      expect(proxy.asked).toEqual(
        ['CONNECT api.example:443', 'CONNECT hooks.example:443', 'POST http://hooks.example/a/x/start'].map(
          (line) => ({ line, authorization }),
        ),
      );
    },
  );

  test('that is reached by https is not trusted without its certificate, and gets neither password nor token', async () => {
    const api = await startApi();
    const proxy = await startProxy({ targetPort: api.port, tls: certificate });
    closing.push(proxy.close);
    await expect(
      ask({ HTTPS_PROXY: withPassword(proxy.address), CLEARINGHOUSE_CA_FILE: AUTHORITY }),
    ).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
    expect([proxy.asked, api.asked]).toEqual([[], []]);
  });

  test.each(['HTTPS_PROXY', 'https_proxy'])('that %s names is the one', async (variable) => {
    const api = await startApi();
    const proxy = await startProxy({ targetPort: api.port });
    closing.push(proxy.close);
    await ask({ [variable]: proxy.address, CLEARINGHOUSE_CA_FILE: AUTHORITY });
    expect(proxy.asked).toHaveLength(1);
  });

  test.each([
    ['that nobody answers at', 'http://keeper:PASSWORD@127.0.0.1:1'],
    ['that nobody answers at, by https', 'https://keeper:PASSWORD@[::1]:1'],
    ['that cannot be used', 'socks5://keeper:PASSWORD@127.0.0.1:1'],
    ['with a name that is no address', 'http://keeper:PASSWORD@:80'],
  ])('%s shows its password in nothing that a command says or writes', async (_, address) => {
    const folder = tempFolder();
    const env = {
      CLEARINGHOUSE_API_TOKEN: 'an-invented-token',
      CLEARINGHOUSE_API_URL: 'https://api.example/api/v2p1/',
      CLEARINGHOUSE_DATABASE: join(folder, 'mirror.db'),
      CLEARINGHOUSE_MAX_ATTEMPTS: '1',
      HTTPS_PROXY: address.replace('PASSWORD', PASSWORD),
    };
    for (const args of [['sync'], ['sync', '--json'], ['doctor']]) {
      const { stdout, stderr } = await runCli(args, { env, folder });
      expect(`${stdout}${stderr}`).not.toContain(PASSWORD);
      expect(`${stdout}${stderr}`).toMatch(/NETWORK_FAILED|SETTING_INVALID|proxy/i);
    }
  });
});

describe('an API at an address of IPv6', () => {
  test('of this machine is requested directly, whatever proxy is set', async () => {
    const api = createServer((_, response) => {
      response.setHeader('content-type', 'application/json').end('{"message": "Success, invented."}');
    });
    await new Promise<void>((resolve) => api.listen(0, '::1', resolve));
    closing.push(() => {
      api.closeAllConnections();
      api.close();
    });
    const proxy = await startProxy();
    closing.push(proxy.close);
    const { port } = api.address() as AddressInfo;
    const env = { HTTP_PROXY: proxy.address, HTTPS_PROXY: proxy.address };
    expect(await ask(env, `http://[::1]:${port}/api/v2p1/`)).toMatchObject({ kind: 'message' });
    expect(proxy.asked).toEqual([]);
  });

  test('elsewhere is requested through the proxy by its address in brackets, unless NO_PROXY names it', async () => {
    const certificate = makeCertificate('2001:db8::7');
    const api = await startApi(certificate);
    const proxy = await startProxy({ targetPort: api.port });
    closing.push(proxy.close);
    const env = { HTTPS_PROXY: proxy.address, CLEARINGHOUSE_CA_FILE: certificate.path };
    if (!ACCEPTS_IPV6) {
      await expect(ask(env, 'https://[2001:db8::7]:8443/api/')).rejects.toMatchObject(REFUSED);
      expect(api.asked).toEqual([]);
      return;
    }
    expect(await ask(env, 'https://[2001:db8::7]:8443/api/')).toMatchObject({ kind: 'message' });
    // The certificate of one address is not that of another.
    await expect(ask(env, 'https://[2001:db8::8]:8443/api/')).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
    });
    expect(proxy.asked.map(({ line }) => line)).toEqual([
      'CONNECT [2001:db8::7]:8443',
      'CONNECT [2001:db8::8]:8443',
    ]);
    for (const noProxy of ['2001:db8::7', '[2001:db8::7]', '[2001:db8::7]:8443', '2001:db8::/32', '*']) {
      const settings = toSettings({ ...env, no_proxy: noProxy }, 'https://[2001:db8::7]:8443/api/');
      expect([noProxy, createAgents(settings).proxyOf(settings.apiUrl)]).toEqual([noProxy, null]);
    }
  });
});
