import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRetryAfter } from '../../src/clearinghouse/classify-answer.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');

describe('Retry-After', () => {
  test.each<[title: string, header: string | undefined, expected: number | undefined]>([
    ['seconds', '120', 120_000],
    ['nought', '0', 0],
    ['leading noughts', '007', 7_000],
    ['white space around it', ' 5\t', 5_000],
    ['the longest number of seconds', '999999999', 999_999_999_000],
    ['a pause of three thousand years', '99999999999', 99_999_999_999_000],
    ['a date', 'Sun, 01 Mar 2026 12:00:10 GMT', 10_000],
    ['a date in the oldest form', 'Sun Mar  1 12:00:10 2026 GMT', 10_000],
    ['a date long gone', 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['this moment', 'Sun, 01 Mar 2026 12:00:00 GMT', 0],
    ['no header', undefined, undefined],
    ['an empty header', '', undefined],
    ['a negative number', '-5', undefined],
    ['a signed number', '+5', undefined],
    ['a fraction', '1.5', undefined],
    ['an exponent', '1e3', undefined],
    ['hexadecimal digits', '0x10', undefined],
    ['two numbers', '5, 6', undefined],
    ['a word', 'soon', undefined],
    ['a word with a colon', 'later: much', undefined],
    ['a day that no calendar has', 'Sun, 99 Mar 2026 12:00:00 GMT', undefined],
    ['a date without a time', '2026-03-02', undefined],
  ])('%s', (_title, header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });

  test('any whole second to come, written as an HTTP date, is that many seconds from now', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
        const date = new Date(NOW.getTime() + seconds * 1000).toUTCString();
        expect(parseRetryAfter(date, NOW)).toBe(seconds * 1000);
      }),
    );
  });

  test('whatever a server writes, the pause is unknown or a number from 0', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        const pause = parseRetryAfter(header, NOW);
        expect(pause === undefined || (Number.isSafeInteger(pause) && pause >= 0)).toBe(true);
      }),
    );
  });
});
