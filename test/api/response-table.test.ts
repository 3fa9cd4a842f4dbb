import { describe, expect, test } from '@jest/globals';
import { RESPONSE_TABLE, findMeaning, MEANINGS, type Meaning } from '../../src/api/responses.ts';
import { ERROR_KINDS } from '../../src/errors/mirror-error.ts';
import type { ErrorKind } from '../../src/errors/exit-codes.ts';

/** Every status that somebody has sent, what it means in the API's form (JSON) and in any other. */
const EXPECTED: readonly (readonly [statuses: readonly number[], json: Meaning, other: Meaning])[] = [
  [[100, 101, 102, 103], 'outside the contract', 'outside the contract'],
  [[201, 202, 203, 204, 205, 206, 226], 'outside the contract', 'outside the contract'],
  [[300, 304, 305, 306], 'outside the contract', 'outside the contract'],
  [[301, 302, 303, 307, 308], 'redirect', 'redirect'],
  [[400, 402, 405, 406, 409, 410, 411, 412, 415, 416, 417, 418, 422, 424, 426, 428], 'refused', 'blocked'],
  [[401], 'token suspicious', 'token suspicious'],
  [[403], 'token suspicious', 'blocked'],
  [[404], 'not found', 'not found'],
  [[407], 'refused by a proxy', 'refused by a proxy'],
  [[408, 421, 423, 425, 499], 'transient', 'transient'],
  [[413, 414, 431, 451], 'refused', 'refused'],
  [[420, 429], 'rate limited', 'rate limited'],
  [[444, 450, 460, 463, 494, 495, 496, 497], 'refused', 'blocked'],
  [[500, 502, 503, 504, 506, 507, 508, 509, 510], 'transient', 'transient'],
  [[501, 505], 'refused', 'refused'],
  [[511], 'blocked', 'blocked'],
  [[520, 521, 522, 523, 524, 525, 526, 527, 529, 530, 598, 599], 'transient', 'transient'],
  [[600, 999], 'outside the contract', 'outside the contract'],
];
const ROWS = EXPECTED.flatMap(([statuses, json, other]) =>
  statuses.flatMap((status) => [[status, true, json] as const, [status, false, other] as const]),
);

test.each(ROWS)('%d in the form of the API (%s) means: %s', (status, isJson, meaning) => {
  expect(findMeaning(status, isJson)).toBe(meaning);
});

describe('what a response means', () => {
  test.each<[Meaning, again: string, mayPassAtDay: boolean]>([
    ['redirect', 'a few times', false],
    ['refused', 'on later pages', false],
    ['not found', 'a few times', true],
    ['token suspicious', 'after /test', false],
    ['blocked', 'yes', true],
    ['refused by a proxy', 'no', false],
    ['rate limited', 'yes', true],
    ['transient', 'yes', true],
    ['outside the contract', 'a few times', false],
  ])('%s: asked again in the run: %s, in another try of a scheduled run: %s', (meaning, again, mayPass) => {
    const kind: ErrorKind = ERROR_KINDS[MEANINGS[meaning].code];
    expect([MEANINGS[meaning].again, kind.lasts !== true]).toEqual([again, mayPass]);
  });

  test('is in the table for each meaning', () => {
    expect(new Set(RESPONSE_TABLE.map(({ meaning }) => meaning))).toEqual(new Set(Object.keys(MEANINGS)));
  });
});
