import { NO_KNOWN_RECORDS } from '../../src/api/page-records.ts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseApiUrl, toListUrl, toNextUrl, toRedirectUrl } from '../../src/api/urls.ts';
import { classifyResponse, type ApiResponse } from '../../src/api/responses.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { readRecord } from '../support/page-records.ts';
import { times } from '../support/times.ts';
import { anyCharacter } from '../support/once/any-character.ts';

const NOW = new Date('2026-03-01T03:17:00Z');

const anyText = fc.oneof(
  fc.json({ maxDepth: 5, stringUnit: anyCharacter }),
  fc.string({ unit: anyCharacter }),
  fc.constantFrom(
    '',
    '[]',
    '{}',
    'null',
    '["No results"]',
    '<html>',
    '{"count":',
    '{"count":1,"results":[',
    '\ufeff{}',
  ),
  fc
    .record({
      count: fc.oneof(fc.nat(), fc.jsonValue()),
      next: fc.oneof(fc.webUrl(), fc.jsonValue()),
      results: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
    })
    .map((page) => JSON.stringify(page)),
);
const anyBody = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  anyText.map((text) => Buffer.from(text)),
  fc.tuple(anyText, fc.nat(200)).map(([text, length]) => Buffer.from(text).subarray(0, length)),
);
const anyStatus = fc.oneof(fc.integer({ min: 100, max: 999 }), fc.constantFrom(200, 400, 404, 429, 503));
const anyHeaders = fc.dictionary(
  fc.constantFrom('retry-after', 'location', 'content-type'),
  fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.array(fc.string({ unit: anyCharacter })),
    fc.constantFrom('7', '-1', '1e9'),
  ),
);

function listWords(response: ApiResponse): string[] {
  return [
    ...('words' in response ? [response.words] : []),
    ...('reason' in response ? [response.reason] : []),
  ];
}

describe('whatever a response is, it is told what it means', () => {
  test('and its words can be printed, and its waiting times are times', () => {
    fc.assert(
      fc.property(anyStatus, anyHeaders, anyBody, fc.boolean(), (status, headers, body, isKnown) => {
        const response = classifyResponse({ status, headers, body }, NOW, {
          has: () => isKnown,
          hashOf: () => '10:0',
        });
        for (const words of listWords(response)) {
          expect(words).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(words.length).toBeLessThan(400);
          expect(words.isWellFormed()).toBe(true);
        }
        if ('retryAfterMs' in response && response.retryAfterMs !== undefined) {
          expect(response.retryAfterMs).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(response.retryAfterMs)).toBe(true);
        }
      }),
      { numRuns: times(800, 20_000) },
    );
  });

  test('as a page only when it is one, with every record that it has', () => {
    fc.assert(
      fc.property(anyStatus, anyBody, (status, body) => {
        const response = classifyResponse({ status, headers: {}, body }, NOW, NO_KNOWN_RECORDS);
        if (response.kind !== 'page') return;
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(300);
        const { count, next, results } = JSON.parse(body.toString()) as Record<string, unknown>;
        expect(response.page.count).toBe(Number.isSafeInteger(count) && Number(count) >= 0 ? count : null);
        expect(response.page.next).toBe(next === null || typeof next === 'string' ? next : undefined);
        expect(response.page.results.map(readRecord)).toEqual(results);
      }),
      { numRuns: times(800, 20_000) },
    );
  });
});

const API = parseApiUrl('https://clearinghouse.example/api/v2p1/');
const FILTER = { case_ongoing: '5021' };
const LIST = toListUrl(API, FILTER);

/** Addresses that are nearly right, put together from pieces that matter to a URL. */
const anyAddress = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.webUrl({ withQueryParameters: true }),
  fc
    .tuple(
      fc.constantFrom(
        '',
        'https://',
        'http://',
        '//',
        'HTTPS:',
        'javascript:',
        'file:///',
        '\\\\',
        ' https://',
        'https:/',
      ),
      fc.constantFrom('', 'user:word@', '@', 'clearinghouse.example@'),
      fc.constantFrom(
        '',
        'clearinghouse.example',
        'CLEARINGHOUSE.example:443',
        'clearinghouse.example:444',
        'clearinghouse.example.',
        'evil.example',
        '127.0.0.1',
        '[::1]',
      ),
      fc.constantFrom(
        '/api/v2p1/cases/',
        '/api/v2p1/cases',
        '/api/v2p1/../../evil',
        '/api/v2p1/cases/%2e%2e/',
        '\\evil.example',
        '',
      ),
      fc
        .array(
          fc.constantFrom(
            'case_ongoing=5021',
            'case_ongoing=5020',
            'case%5fongoing=5020',
            'page=2',
            'case_types=1',
            '',
            '#',
            '?',
            '%00',
          ),
          { maxLength: 4 },
        )
        .map((pieces) => (pieces.length === 0 ? '' : `?${pieces.join('&')}`)),
    )
    .map((pieces) => pieces.join('')),
);

const listFilters = ({ searchParams }: URL) =>
  [...searchParams].filter(([name]) => name.startsWith('case_')).map(([name, value]) => `${name}=${value}`);

describe('wherever a response leads, the token is sent to no other origin and asks for no other list', () => {
  const check = (toUrl: (address: string) => URL, refusal: string): void => {
    let followed = 0;
    fc.assert(
      fc.property(anyAddress, (address) => {
        let url: URL;
        try {
          url = toUrl(address);
        } catch (error) {
          expect(error).toBeInstanceOf(MirrorError);
          expect((error as MirrorError).code).toBe(refusal);
          return;
        }
        followed++;
        expect(url.origin).toBe(API.origin);
        expect([url.username, url.password]).toEqual(['', '']);
        expect(listFilters(url)).toEqual(['case_ongoing=5021']);
      }),
      // One that may be followed, which a thousand random ones need not have.
      { numRuns: times(1000, 20_000), examples: [['/api/v2p1/cases/?case_ongoing=5021&page=2']] },
    );
    expect(followed).toBeGreaterThan(0);
  };

  test('the next page', () => {
    check((address) => toNextUrl(API, FILTER, address, LIST), 'NEXT_REFUSED');
  });

  test('a redirect', () => {
    check((address) => toRedirectUrl(LIST, address), 'REDIRECT_REFUSED');
  });
});
