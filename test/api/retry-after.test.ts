import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_PAUSE_MS, parseRetryAfter } from '../../src/api/retry.ts';
import { anyCharacter } from '../support/once/any-character.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');

describe('Retry-After', () => {
  test.each<[title: string, header: string | undefined, expected: number | undefined]>([
    ['seconds', '120', 120_000],
    ['nought', '0', 0],
    ['leading noughts', '007', 7_000],
    ['white space around it', ' 5\t', 5_000],
    ['seven days', '604800', 604_800_000],
    ['a second more', '604801', undefined],
    ['a pause of thirty years', '999999999', undefined],
    ['a pause of three thousand years', '99999999999', undefined],
    ['a moment in seconds since 1970', '1772366402', 2_000],
    ['a moment in milliseconds since 1970', '1772366402500', 2_500],
    ['such a moment that has just gone', '1772366399', 0],
    ['such a moment in a month', '1775044800', undefined],
    ['such a moment a month ago', '1769860800', undefined],
    ['a date', 'Sun, 01 Mar 2026 12:00:10 GMT', 10_000],
    ['a date in the oldest form', 'Sun Mar  1 12:00:10 2026', 10_000],
    ['a date in the oldest form, with a zone', 'Sun Mar  1 12:00:10 2026 GMT', 10_000],
    ['a date with two digits of the year', 'Sunday, 01-Mar-26 12:00:10 GMT', 10_000],
    ['a date with a numeric zone', 'Sun, 01 Mar 2026 13:00:10 +0100', 10_000],
    ['a date of ISO 8601', '2026-03-01T12:00:10Z', 10_000],
    ['a date in the year 5000', 'Sat, 01 Mar 5000 12:00:00 GMT', undefined],
    ['a date in eight days', 'Mon, 09 Mar 2026 12:00:01 GMT', undefined],
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
    expect(parseRetryAfter(header, NOW)).toEqual({
      ms: expected,
      isIgnored: header !== undefined && expected === undefined,
    });
  });

  test('any future whole second, written as an HTTP date, is that many seconds from now', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 604_800 }), (seconds) => {
        const date = new Date(NOW.getTime() + seconds * 1000).toUTCString();
        expect(parseRetryAfter(date, NOW).ms).toBe(seconds * 1000);
        const moment = NOW.getTime() / 1000 + seconds;
        expect(parseRetryAfter(String(moment), NOW).ms).toBe(seconds * 1000);
      }),
    );
  });

  test('whatever a server writes, the pause is unknown or a number from 0', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (header) => {
        const { ms } = parseRetryAfter(header, NOW);
        expect(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0 && ms <= MAX_PAUSE_MS)).toBe(true);
      }),
    );
  });
});
