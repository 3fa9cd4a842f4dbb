import { describe, expect, test } from '@jest/globals';
import { chooseProxy, describeProxy } from '../../src/api/http-agents.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { parseSettings, gatherSettings } from '../../src/config/settings.ts';

const PROXIES = {
  httpsProxy: new URL('http://secure.example:3128'),
  httpProxy: new URL('http://plain.example:3128'),
};
const choose = (address: string, noProxy = ''): string =>
  chooseProxy(new URL(address), { ...PROXIES, noProxy })?.hostname ?? 'none';

describe('the proxy of an address', () => {
  test.each([
    ['https://clearinghouse.example/api/', 'secure.example'],
    ['http://hooks.example/x', 'plain.example'],
    ['https://localhost/', 'none'],
    ['http://127.0.0.1:8080/', 'none'],
    ['http://127.1.2.3/', 'none'],
    ['http://[::1]:8080/', 'none'],
    ['http://mirror.localhost/', 'none'],
  ])('%s is %s', (address, expected) => {
    expect(choose(address)).toBe(expected);
  });

  test('is none where none is set', () => {
    const none = { httpsProxy: null, httpProxy: null, noProxy: '' };
    expect(chooseProxy(new URL('https://clearinghouse.example/'), none)).toBeNull();
  });
});

describe('NO_PROXY', () => {
  test.each<[string, string, boolean]>([
    ['*', 'https://any.example/', true],
    ['any.example', 'https://any.example/', true],
    ['ANY.Example', 'https://any.example/', true],
    ['any.example', 'https://below.any.example/', true],
    ['any.example', 'https://many.example/', false],
    ['.any.example', 'https://below.any.example/', true],
    ['.any.example', 'https://any.example/', true],
    ['*.any.example', 'https://below.any.example/', true],
    ['other.example, any.example', 'https://any.example/', true],
    ['other.example any.example', 'https://any.example/', true],
    ['any.example:443', 'https://any.example/', true],
    ['any.example:8443', 'https://any.example/', false],
    ['any.example:8443', 'https://any.example:8443/', true],
    ['any.example:80', 'http://any.example/', true],
    ['10.1.2.3', 'https://10.1.2.3/', true],
    ['10.1.2.3', 'https://10.1.2.30/', false],
    ['10.0.0.0/8', 'https://10.200.0.1/', true],
    ['10.0.0.0/8', 'https://11.0.0.1/', false],
    ['10.0.0.0/8', 'https://ten.example/', false],
    ['10.0.0.0/99', 'https://10.0.0.1/', false],
    ['[fd00::1]', 'https://[fd00::1]/', true],
    ['fd00::1', 'https://[fd00:0::1]/', true],
    ['[fd00::1]:8443', 'https://[fd00::1]:8443/', true],
    ['[fd00::1]:8443', 'https://[fd00::1]/', false],
    ['fd00::/8', 'https://[fd12::1]/', true],
    ['', 'https://any.example/', false],
    [',,', 'https://any.example/', false],
    ['.', 'https://any.example/', false],
  ])('%j exempts %s: %s', (noProxy, address, isExempt) => {
    expect(choose(address, noProxy) === 'none').toBe(isExempt);
  });
});

describe('the variables', () => {
  const parse = (env: NodeJS.ProcessEnv, dotEnv: NodeJS.ProcessEnv = {}) =>
    parseSettings(gatherSettings({}, env, dotEnv));

  test('go by their small names first, as elsewhere', () => {
    const env = { HTTPS_PROXY: 'http://large.example', https_proxy: 'http://small.example' };
    expect(parse(env).httpsProxy?.hostname).toBe('small.example');
    expect(parse({ HTTPS_PROXY: 'http://large.example' }).httpsProxy?.hostname).toBe('large.example');
    expect(parse({ no_proxy: 'a', NO_PROXY: 'b' }).noProxy).toBe('a');
  });

  test('may leave the scheme out', () => {
    expect(parse({ HTTPS_PROXY: 'proxy.example:3128' }).httpsProxy?.href).toBe('http://proxy.example:3128/');
  });

  test('are not read from .env, which could send the token elsewhere', () => {
    expect(parse({}, { HTTPS_PROXY: 'http://elsewhere.example' }).httpsProxy).toBeNull();
  });

  test.each(['socks5://u:s3cret@proxy.example', 'http://u:s3cret@', 'http://u:s3cret%zz@proxy.example'])(
    'that cannot be used are refused without their password: %s',
    (text) => {
      const refuse = (): unknown => parse({ HTTPS_PROXY: text });
      expect(refuse).toThrow(MirrorError);
      expect(refuse).toThrow(/HTTPS_PROXY/);
      expect(refuse).not.toThrow(/s3cret/);
    },
  );

  test('are shown without their password', () => {
    expect(describeProxy(new URL('http://u:s3cret@proxy.example:3128'))).toBe('http://proxy.example:3128');
  });
});
