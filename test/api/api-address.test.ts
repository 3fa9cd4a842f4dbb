import { describe, expect, test } from '@jest/globals';
import {
  parseApiUrl,
  toListUrl,
  toNextUrl,
  toPageAfter,
  toRedirectUrl,
  toShortPath,
} from '../../src/api/urls.ts';

describe('the base address of the API', () => {
  test.each([
    ['https://lamps.example/api/v2p1/', 'https://lamps.example/api/v2p1/'],
    ['https://lamps.example/api/v2p1', 'https://lamps.example/api/v2p1/'],
    ['  https://lamps.example/api/ \n', 'https://lamps.example/api/'],
    ['https://lamps.example', 'https://lamps.example/'],
    ['https://lamps.example:8443/a', 'https://lamps.example:8443/a/'],
    ['HTTPS://LAMPS.EXAMPLE/Api', 'https://lamps.example/Api/'],
    ['http://localhost:8000/api', 'http://localhost:8000/api/'],
    ['http://127.0.0.1/api/', 'http://127.0.0.1/api/'],
    ['http://[::1]:8000/', 'http://[::1]:8000/'],
  ])('%s becomes %s', (text, href) => {
    expect(parseApiUrl(text).href).toBe(href);
  });

  test.each([
    ['http://lamps.example/api/', 'ADDRESS_INSECURE'],
    ['http://localhost.lamps.example/', 'ADDRESS_INSECURE'],
    ['http://127.0.0.1.lamps.example/', 'ADDRESS_INSECURE'],
    ['http://10.0.0.1/', 'ADDRESS_INSECURE'],
    ['http://0.0.0.0/', 'ADDRESS_INSECURE'],
    ['http://localhost@lamps.example/', 'ADDRESS_INSECURE'],
    ['https://keeper@lamps.example/', 'SETTING_INVALID'],
    ['https://:secret@lamps.example/', 'SETTING_INVALID'],
    ['https://lamps.example/?page=1', 'SETTING_INVALID'],
    ['https://lamps.example/#top', 'SETTING_INVALID'],
    ['ftp://lamps.example/', 'SETTING_INVALID'],
    ['file:///etc/lamps', 'SETTING_INVALID'],
    ['lamps.example/api/', 'SETTING_INVALID'],
    ['localhost:8000/api/', 'SETTING_INVALID'],
    ['//lamps.example/', 'SETTING_INVALID'],
    ['https://', 'SETTING_INVALID'],
    ['', 'SETTING_INVALID'],
  ])('%j is refused as %s', (text, code) => {
    expect(() => parseApiUrl(text)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    'https://keeper:hush-hush@lamps.example/',
    'http://keeper:hush-hush@lamps.example/',
    'https://keeper:hush-hush@',
  ])('a password in %s is not repeated', (text) => {
    expect(() => parseApiUrl(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hush') }),
    );
  });
});

const API = new URL('https://lamps.example/api/v2p1/');
const FILTER = { case_ongoing: '5021' };
const PAGE = toListUrl(API, FILTER);

describe('the address of a list', () => {
  test('has its slash and its filter', () => {
    expect(toListUrl(API, FILTER).href).toBe('https://lamps.example/api/v2p1/cases/?case_ongoing=5021');
  });

  test('without a filter has no query', () => {
    expect(toListUrl(API, {}).href).toBe('https://lamps.example/api/v2p1/cases/');
  });

  test('escapes what a filter holds', () => {
    expect(toListUrl(API, { name: 'a&b=c d' }).search).toBe('?name=a%26b%3Dc+d');
  });
});

describe('the next address', () => {
  test.each([
    [
      'as documented',
      'https://lamps.example/api/v2p1/cases/?case_ongoing=5021&page=2',
      '?case_ongoing=5021&page=2',
    ],
    [
      'with http',
      'http://lamps.example/api/v2p1/cases/?case_ongoing=5021&page=2',
      '?case_ongoing=5021&page=2',
    ],
    [
      'of another host',
      'http://backend:8000/api/v2p1/cases/?page=2&case_ongoing=5021',
      '?page=2&case_ongoing=5021',
    ],
    [
      'with a user',
      'https://k:s@lamps.example/api/v2p1/cases/?case_ongoing=5021&page=2',
      '?case_ongoing=5021&page=2',
    ],
    [
      'without the final slash',
      'https://lamps.example/api/v2p1/cases?case_ongoing=5021&page=2',
      '?case_ongoing=5021&page=2',
    ],
    [
      'with a cursor',
      'https://lamps.example/api/v2p1/cases/?case_ongoing=5021&cursor=a%3D%3D&n=1',
      '?case_ongoing=5021&cursor=a%3D%3D&n=1',
    ],
    [
      'with a fragment',
      'https://lamps.example/api/v2p1/cases/?case_ongoing=5021&page=2#x',
      '?case_ongoing=5021&page=2',
    ],
    ['that is a query alone', '?case_ongoing=5021&page=2', '?case_ongoing=5021&page=2'],
    ['that is a path on the host', '/api/v2p1/cases/?case_ongoing=5021&page=2', '?case_ongoing=5021&page=2'],
    ['relative to the base of the API', 'cases/?case_ongoing=5021&page=2', '?case_ongoing=5021&page=2'],
    ['relative to the page', './?case_ongoing=5021&page=2', '?case_ongoing=5021&page=2'],
    [
      'of another host without a scheme',
      '//backend:8000/api/v2p1/cases/?case_ongoing=5021&page=2',
      '?case_ongoing=5021&page=2',
    ],
    [
      'with an escaped filter',
      'https://lamps.example/api/v2p1/cases/?case%5Fongoing=5021&page=2',
      '?case%5Fongoing=5021&page=2',
    ],
  ])('%s is rebuilt on our own origin', (_title, next, search) => {
    expect(toNextUrl(API, FILTER, next, PAGE).href).toBe(`https://lamps.example/api/v2p1/cases/${search}`);
  });

  test.each([
    ['another path', 'https://lamps.example/api/v2p1/dockets/?case_ongoing=5021'],
    ['another version', 'https://lamps.example/api/v3/cases/?case_ongoing=5021'],
    ['a path below the list', 'https://lamps.example/api/v2p1/cases/7/?case_ongoing=5021'],
    ['a path with steps upwards', 'https://lamps.example/api/v2p1/cases/../../x/?case_ongoing=5021'],
    ['two slashes', 'https://lamps.example//api/v2p1/cases/?case_ongoing=5021'],
    ['another filter', 'https://lamps.example/api/v2p1/cases/?case_ongoing=5022&page=2'],
    ['no filter', 'https://lamps.example/api/v2p1/cases/?page=2'],
    ['an empty filter', 'https://lamps.example/api/v2p1/cases/?case_ongoing=&page=2'],
    ['the filter twice', 'https://lamps.example/api/v2p1/cases/?case_ongoing=5021&case_ongoing=5021'],
    [
      'the filter and another one',
      'https://lamps.example/api/v2p1/cases/?case_ongoing=5021&case_ongoing=5022',
    ],
    ['the filter in another case', 'https://lamps.example/api/v2p1/cases/?CASE_ONGOING=5021'],
    ['a query alone that dropsHistory the filter', '?page=2'],
    ['a line break within', 'https://lamps.example/api/v2p1/cases/?case_ongoing=5021&page=2\r\nX: y'],
    ['a fragment alone', '#page=2'],
    ['a fragment alone, after white space', ' #'],
    [
      'another host without a scheme, and another path',
      '//elsewhere.example/cases/?case_ongoing=5021&page=2',
    ],
    ['a host that cannot be', 'https://[lamp/api/v2p1/cases/?case_ongoing=5021'],
    ['no address at all', 'http://'],
    ['nothing', ''],
    ['an address of mail', 'mailto:keeper@lamps.example'],
  ])('with %s is refused', (_title, next) => {
    expect(() => toNextUrl(API, FILTER, next, PAGE)).toThrow(
      expect.objectContaining({ code: 'NEXT_REFUSED' }),
    );
  });

  test('of a list without a filter may have any query', () => {
    const next = toNextUrl(API, {}, 'http://other.example/api/v2p1/cases/?page=2', PAGE);
    expect(next.href).toBe('https://lamps.example/api/v2p1/cases/?page=2');
  });
});

describe('the page after one that names none', () => {
  const after = (url: string, number: number) => toPageAfter(new URL(url), number)?.href;

  test.each([
    ['https://lamps.example/cases/?case_ongoing=5021', 1, 2],
    ['https://lamps.example/cases/?case_ongoing=5021&page=2', 2, 3],
    ['https://lamps.example/cases/?case_ongoing=5021&page=99', 7, 100],
  ])('%s (page %d of the pass) is page %d', (url, number, page) => {
    expect(after(url, number)).toBe(`https://lamps.example/cases/?case_ongoing=5021&page=${page}`);
  });

  test.each([
    ['a later page without a number', 'https://lamps.example/cases/?cursor=abc', 2],
    ['two numbers', 'https://lamps.example/cases/?page=1&page=2', 2],
    ['a number that is none', 'https://lamps.example/cases/?page=last', 2],
    ['a number below all pages', 'https://lamps.example/cases/?page=0', 2],
    ['a number beyond all pages', `https://lamps.example/cases/?page=${'9'.repeat(30)}`, 2],
  ])('is not known for %s', (_title, url, number) => {
    expect(after(url, number)).toBeUndefined();
  });
});

describe('a redirect', () => {
  const FROM = new URL('https://lamps.example/api/v2p1/cases?page=1');

  test.each([
    ['https://lamps.example/api/v2p1/cases/?page=1', 'https://lamps.example/api/v2p1/cases/?page=1'],
    ['https://lamps.example:443/x?page=1', 'https://lamps.example/x?page=1'],
    ['/x/?page=1&more=2', 'https://lamps.example/x/?page=1&more=2'],
    ['cases/?page=1', 'https://lamps.example/api/v2p1/cases/?page=1'],
  ])('to %s is followed', (location, href) => {
    expect(toRedirectUrl(FROM, location).href).toBe(href);
  });

  test.each(['/x/', '?page=2', 'cases/'])(
    'to %s is refused, because it asks for something else',
    (location) => {
      expect(() => toRedirectUrl(FROM, location)).toThrow(
        expect.objectContaining({ code: 'REDIRECT_REFUSED', message: expect.stringContaining('page=1') }),
      );
    },
  );

  test.each([
    ['another host', 'https://elsewhere.example/'],
    ['another host without a scheme', '//elsewhere.example/'],
    ['a host below ours', 'https://api.lamps.example/'],
    ['an address without encryption', 'http://lamps.example/api/v2p1/cases/'],
    ['another port', 'https://lamps.example:8443/'],
    ['a script', 'javascript:alert(1)'],
    ['a blob of our origin', 'blob:https://lamps.example/1'],
    ['a user name', `https://a:b@lamps.example/api/v2p1/cases/${FROM.search}`],
    ['the same filter twice', `${FROM.search}&page=2`],
    ['one more filter', `${FROM.search}&case_status=1`],
    ['no address', 'https://[lamp/'],
  ])('to %s is refused', (_title, location) => {
    expect(() => toRedirectUrl(FROM, location)).toThrow(
      expect.objectContaining({ code: 'REDIRECT_REFUSED' }),
    );
  });
});

test('a short path is what follows the origin', () => {
  expect(toShortPath(new URL('https://k:s@lamps.example/api/cases/?page=2#x'))).toBe('/api/cases/?page=2');
});
