import { expect, test } from '@jest/globals';
import { judgeCompleteness, LASTING_SHORTFALLS, type ListEnding } from '../../src/db/state.ts';
import type { ErrorCode } from '../../src/errors/mirror-error.ts';

const good: ListEnding = { outcome: 'complete', error_code: null };
const none: ListEnding = { outcome: 'empty', error_code: null };
const partial = (error_code: ErrorCode): ListEnding => ({ outcome: 'partial', error_code });

test.each<[string, readonly ListEnding[], string]>([
  ['no list at all', [], 'incomplete'],
  ['only good lists', [good, none], 'complete'],
  ['a count that never fits', [good, partial('COUNT_MISMATCH_STABLE')], 'best-effort'],
  ['an odd record', [partial('RECORDS_REJECTED'), none], 'best-effort'],
  ['a list that lacked a known case', [good, partial('CASES_MISSED')], 'best-effort'],
  ['a page that nobody can read', [good, partial('PAGES_UNREADABLE')], 'best-effort'],
  ['a list that moved', [good, partial('COUNT_MISMATCH')], 'incomplete'],
  ['a list that is cut', [good, partial('COUNT_FAR_OFF')], 'incomplete'],
  ['a list that ended early', [partial('COUNT_MISMATCH_STABLE'), partial('NETWORK_FAILED')], 'incomplete'],
  ['a list that failed', [good, { outcome: 'failed', error_code: 'RECORDS_REJECTED' }], 'incomplete'],
  [
    'a list that was skipped',
    [good, { outcome: 'skipped', error_code: 'COUNT_MISMATCH_STABLE' }],
    'incomplete',
  ],
  ['a list that is being read', [good, { outcome: 'running', error_code: null }], 'incomplete'],
])('a mirror with %s is judged', (_title, lists, expected) => {
  expect(judgeCompleteness(lists)).toBe(expected);
});

test.each(LASTING_SHORTFALLS)('with %s in every list the mirror still holds all that can be had', (code) => {
  expect(judgeCompleteness([partial(code), partial(code)])).toBe('best-effort');
});
