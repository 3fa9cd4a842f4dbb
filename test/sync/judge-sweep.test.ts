import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ErrorCode } from '../../src/error-kinds.ts';
import { MirrorError, TransientError } from '../../src/errors.ts';
import { judgeSweep } from '../../src/sync/judge-sweep.ts';

type Figures = Parameters<typeof judgeSweep>[0];

const figures = (changes: Partial<Figures> = {}): Figures => ({
  count_first: 30,
  count_last: 30,
  cases_seen: 30,
  cases_kept_aside: 0,
  pages: 3,
  ...changes,
});
const verdict = (changes: Partial<Figures>, error: MirrorError | null = null) => {
  const { outcome, error: why } = judgeSweep(figures(changes), error);
  return [outcome, why?.code ?? null];
};

describe('a sweep that read every page', () => {
  test.each<[string, Partial<Figures>, string, ErrorCode | null]>([
    ['is complete with as many cases as the API says', {}, 'complete', null],
    [
      'is complete with one case',
      { count_first: 1, count_last: 1, cases_seen: 1, pages: 1 },
      'complete',
      null,
    ],
    ['is empty with none', { count_first: 0, count_last: 0, cases_seen: 0, pages: 1 }, 'empty', null],
    ['is partial with a case too few', { cases_seen: 29 }, 'partial', 'COUNT_MISMATCH'],
    ['is partial with a case too many', { cases_seen: 31 }, 'partial', 'COUNT_MISMATCH'],
    ['is partial with no case of many', { cases_seen: 0 }, 'partial', 'COUNT_MISMATCH'],
    ['is partial with cases of none', { count_first: 0, count_last: 0 }, 'partial', 'COUNT_MISMATCH'],
    ['is partial when the count grew to what was seen', { count_first: 29 }, 'partial', 'COUNT_MISMATCH'],
    ['is partial when the count fell from what was seen', { count_last: 29 }, 'partial', 'COUNT_MISMATCH'],
    [
      'is partial when the count fell to nothing',
      { count_last: 0, cases_seen: 0 },
      'partial',
      'COUNT_MISMATCH',
    ],
    [
      'is partial with a record kept aside',
      { cases_seen: 29, cases_kept_aside: 1 },
      'partial',
      'RECORDS_KEPT_ASIDE',
    ],
    [
      'is partial with a record kept aside beside a right count',
      { cases_kept_aside: 1 },
      'partial',
      'RECORDS_KEPT_ASIDE',
    ],
    [
      'is partial when nothing but such records came',
      { cases_seen: 0, cases_kept_aside: 30 },
      'partial',
      'RECORDS_KEPT_ASIDE',
    ],
  ])('%s', (_title, changes, outcome, code) => {
    expect(verdict(changes)).toEqual([outcome, code]);
  });

  test.each<[Partial<Figures>, string]>([
    [{ cases_kept_aside: 1 }, '1 record is not a case'],
    [{ cases_kept_aside: 2 }, '2 records are not cases'],
    [{ count_first: 29 }, 'from 29 to 30'],
    [{ cases_seen: 28 }, 'reports 30 cases, its pages held 28'],
  ])('with %j says so: %s', (changes, words) => {
    expect(judgeSweep(figures(changes), null).error?.message).toContain(words);
  });

  test('is complete or empty only if count_first, count_last and cases_seen are one number and nothing was kept aside', () => {
    const few = fc.integer({ min: 0, max: 2 });
    const any = fc.record({
      count_first: few,
      count_last: few,
      cases_seen: few,
      cases_kept_aside: few,
      pages: fc.constant(1),
    });
    fc.assert(
      fc.property(any, (one) => {
        const { outcome, error } = judgeSweep(one, null);
        const proven =
          one.count_first === one.count_last &&
          one.count_last === one.cases_seen &&
          one.cases_kept_aside === 0;
        expect(outcome).toBe(proven ? (one.cases_seen === 0 ? 'empty' : 'complete') : 'partial');
        expect(error === null).toBe(proven);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a sweep that ended before its last page', () => {
  const none = { count_first: null, count_last: null, cases_seen: 0, pages: 0 };

  test.each<[ErrorCode, Partial<Figures>, string]>([
    ['NETWORK_GAVE_UP', none, 'failed'],
    ['UNAUTHORISED', none, 'failed'],
    ['CONTRACT_BROKEN', none, 'failed'],
    ['NETWORK_GAVE_UP', { pages: 1, cases_seen: 10 }, 'partial'],
    ['TIME_BUDGET_SPENT', { pages: 2, cases_seen: 20 }, 'partial'],
    ['LIST_SHRANK', { pages: 2, cases_seen: 20 }, 'partial'],
    ['PAGES_REPEAT', { pages: 9 }, 'partial'],
    ['NEXT_REFUSED', {}, 'partial'],
    ['INTERRUPTED', none, 'interrupted'],
    ['INTERRUPTED', { pages: 2, cases_seen: 20 }, 'interrupted'],
    ['INTERRUPTED', {}, 'interrupted'],
    ['TERMINATED', none, 'interrupted'],
    ['TERMINATED', { cases_kept_aside: 3 }, 'interrupted'],
  ])('by %s with %j is %s', (code, changes, outcome) => {
    const error = new MirrorError(code, 'no lamp');
    expect(judgeSweep(figures(changes), error)).toEqual({ outcome, error });
  });

  test('hands on the very error that ended it, also when records were kept aside', () => {
    const error = new TransientError('TRANSIENT_ANSWER', 'busy');
    expect(judgeSweep(figures({ cases_kept_aside: 2, count_first: 5 }), error).error).toBe(error);
  });
});
