import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ErrorCode, MirrorError, TransientError } from '../../src/errors/mirror-error.ts';
import {
  type PassesFacts,
  Pass,
  type PassFacts,
  isWorthAnotherPass,
  judgePasses,
} from '../../src/sync/passes.ts';

type Facts = Omit<PassFacts, 'holdsTheSameAs' | 'repeats'>;

const facts = (changes: Partial<Facts> = {}): PassesFacts => ({
  pass: {
    countFirst: 30,
    countLast: 30,
    countHeld: true,
    unread: [],
    inexact: 0,
    violation: null,
    malformed: null,
    cases: 30,
    rejected: 0,
    pages: 3,
    holdsTheSameAs: () => false,
    repeats: () => false,
    ...changes,
  },
  before: null,
  requireStable: false,
});
const verdict = (changes: Partial<Facts>, error: MirrorError | null = null) => {
  const { outcome, error: why } = judgePasses(facts(changes), error);
  return [outcome, why?.code ?? null];
};

describe('a list sync that read every page', () => {
  test.each<[string, Partial<Facts>, string, ErrorCode | null]>([
    ['is complete with as many cases as the API says', {}, 'complete', null],
    ['is complete with one case', { countFirst: 1, countLast: 1, cases: 1, pages: 1 }, 'complete', null],
    ['is empty with none', { countFirst: 0, countLast: 0, cases: 0, pages: 1 }, 'empty', null],
    [
      'is partial with a page that is not JSON, though nothing is missing',
      { malformed: new MirrorError('JSON_MALFORMED', 'a comma') },
      'partial',
      'JSON_MALFORMED',
    ],
    [
      'is short of cases before that',
      { cases: 29, malformed: new MirrorError('JSON_MALFORMED', 'a comma') },
      'partial',
      'COUNT_MISMATCH',
    ],
    ['is partial with a case too few', { cases: 29 }, 'partial', 'COUNT_MISMATCH'],
    ['is partial with a case too many', { cases: 31 }, 'partial', 'COUNT_MISMATCH'],
    ['is partial with no case of many', { cases: 0 }, 'partial', 'COUNT_MISMATCH'],
    ['is partial with cases of none', { countFirst: 0, countLast: 0 }, 'partial', 'COUNT_MISMATCH'],
    [
      'is partial when the count grew to what was seen',
      { countFirst: 29, countHeld: false },
      'partial',
      'COUNT_MISMATCH',
    ],
    [
      'is partial when the count fell from what was seen',
      { countLast: 29, countHeld: false },
      'partial',
      'COUNT_MISMATCH',
    ],
    [
      'is partial when the count fell to nothing',
      { countLast: 0, cases: 0, countHeld: false },
      'partial',
      'COUNT_MISMATCH',
    ],
    ['is partial with a rejected record', { cases: 29, rejected: 1 }, 'partial', 'RECORDS_REJECTED'],
    ['is partial if the count changed and changed back', { countHeld: false }, 'partial', 'COUNT_MISMATCH'],
    [
      'is partial with a rejected record beside as many cases as the API counts',
      { rejected: 1 },
      'partial',
      'COUNT_MISMATCH',
    ],
    [
      'is partial when nothing but such records came',
      { cases: 0, rejected: 30 },
      'partial',
      'RECORDS_REJECTED',
    ],
  ])('%s', (_title, changes, outcome, code) => {
    expect(verdict(changes)).toEqual([outcome, code]);
  });

  test.each<[Partial<Facts>, string]>([
    [{ rejected: 1, cases: 29 }, '1 record is not a case'],
    [{ rejected: 2, cases: 28 }, '2 records are not cases'],
    [{ countFirst: 29, countHeld: false }, 'from 29 to 30'],
    [{ countHeld: false }, 'and back to 30'],
    [{ cases: 28 }, 'reports 30 cases, but its pages contain 28'],
    [{ cases: 28, rejected: 1 }, 'reports 30 cases, but its pages contain 29'],
  ])('with %j says so: %s', (changes, words) => {
    expect(judgePasses(facts(changes), null).error?.message).toContain(words);
  });

  test('is complete or empty only if the count did not change, equals the number of cases, and nothing was rejected', () => {
    const few = fc.integer({ min: 0, max: 2 });
    const any = fc.record({
      countFirst: few,
      countLast: few,
      countHeld: fc.boolean(),
      cases: few,
      rejected: few,
      pages: fc.constant(1),
    });
    fc.assert(
      fc.property(any, (one) => {
        const { outcome, error } = judgePasses(facts(one), null);
        const proven = one.countHeld && one.countLast === one.cases && one.rejected === 0;
        expect(outcome).toBe(proven ? (one.cases === 0 ? 'empty' : 'complete') : 'partial');
        expect(error === null).toBe(proven);
      }),
      { numRuns: 300 },
    );
  });

  test('that must be confirmed is complete only if the previous pass found the same cases', () => {
    const passOf = (...ids: number[]): Pass => {
      const pass = new Pass();
      pass.addPage(ids.length);
      for (const id of ids) pass.addCase(id);
      return pass;
    };
    const judge = (pass: Pass, before: Pass | null) =>
      judgePasses({ pass, before, requireStable: true }, null);
    expect(judge(passOf(1, 2), null).error).toMatchObject({
      code: 'LIST_UNSTABLE',
      message: 'A second pass must confirm the first.',
    });
    expect(judge(passOf(1, 2), passOf(1, 3)).error).toMatchObject({
      code: 'LIST_UNSTABLE',
      message: 'The last two passes over the list found different cases.',
    });
    expect(judge(passOf(1, 2), passOf(1, 2, 3)).error?.code).toBe('LIST_UNSTABLE');
    expect(judge(passOf(1, 2), passOf(2, 1))).toEqual({ outcome: 'complete', error: null });
    expect(judge(passOf(), passOf())).toEqual({ outcome: 'empty', error: null });
  });
});

describe('a count that differs from the number of cases', () => {
  /** A pass of these ids, with this count on its one page. */
  const passOf = (count: number, ids: readonly number[], { rejected = 0, isWhole = true } = {}): Pass => {
    const pass = new Pass();
    pass.addPage(count);
    for (const id of ids) pass.addCase(id);
    for (let n = 0; n < rejected; n++) pass.addRejected(`odd ${n}`);
    if (isWhole) pass.end();
    return pass;
  };
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
  const judge = (pass: Pass, before: Pass | null) =>
    judgePasses({ pass, before, requireStable: false }, null).error;

  test.each<[string, Pass, Pass | null, ErrorCode]>([
    ['once', passOf(101, hundred), null, 'COUNT_MISMATCH'],
    ['twice, with the same cases', passOf(101, hundred), passOf(101, hundred), 'COUNT_MISMATCH_STABLE'],
    ['twice, one too few', passOf(99, hundred), passOf(99, hundred), 'COUNT_MISMATCH_STABLE'],
    ['twice, by ten', passOf(110, hundred), passOf(110, hundred), 'COUNT_MISMATCH_STABLE'],
    ['twice, by eleven', passOf(111, hundred), passOf(111, hundred), 'COUNT_FAR_OFF'],
    [
      'twice, with other cases',
      passOf(101, hundred),
      passOf(101, [...hundred.slice(1), 200]),
      'COUNT_MISMATCH',
    ],
    ['twice, by another number', passOf(101, hundred), passOf(102, hundred), 'COUNT_MISMATCH'],
    [
      'after a pass that did not end',
      passOf(101, hundred),
      passOf(101, hundred, { isWhole: false }),
      'COUNT_MISMATCH',
    ],
    [
      'twice, with an odd record',
      passOf(102, hundred, { rejected: 1 }),
      passOf(102, hundred, { rejected: 1 }),
      'COUNT_MISMATCH_STABLE',
    ],
    [
      'twice, with an odd record in one',
      passOf(102, hundred),
      passOf(102, hundred, { rejected: 1 }),
      'COUNT_MISMATCH',
    ],
  ])('%s', (_title, pass, before, code) => {
    const error = judge(pass, before);
    expect(error?.code).toBe(code);
    expect(isWorthAnotherPass({ outcome: 'partial', error })).toBe(code === 'COUNT_MISMATCH');
  });

  test('may differ by one percent in a long list', () => {
    const ids = Array.from({ length: 3000 }, (_, at) => at);
    expect(judge(passOf(3030, ids), passOf(3030, ids))?.code).toBe('COUNT_MISMATCH_STABLE');
    expect(judge(passOf(3031, ids), passOf(3031, ids))?.code).toBe('COUNT_FAR_OFF');
  });

  test('is reported with both numbers', () => {
    expect(judge(passOf(101, hundred), passOf(101, hundred))?.message).toBe(
      'The API reports 101 cases, but two passes to the last page found the same 100.',
    );
  });
});

describe('another pass', () => {
  test.each<[ErrorCode, boolean]>([
    ['COUNT_MISMATCH', true],
    ['LIST_SHRANK', true],
    ['LIST_UNSTABLE', true],
    ['RECORDS_REJECTED', false],
    ['PAGES_REPEAT', false],
    ['NETWORK_FAILED', false],
    ['UNAUTHORIZED', false],
    ['INTERRUPTED', false],
  ])('after %s is worth it: %s', (code, worth) => {
    expect(isWorthAnotherPass({ outcome: 'partial', error: new MirrorError(code, 'x') })).toBe(worth);
  });

  test('is not needed after a good one', () => {
    expect(isWorthAnotherPass({ outcome: 'complete', error: null })).toBe(false);
  });
});

describe('a list sync that ended before its last page', () => {
  const none = { countFirst: null, countLast: null, cases: 0, pages: 0 };

  test.each<[ErrorCode, Partial<Facts>, string]>([
    ['NETWORK_FAILED', none, 'failed'],
    ['UNAUTHORIZED', none, 'failed'],
    ['RESPONSE_UNEXPECTED', none, 'failed'],
    ['NETWORK_FAILED', { pages: 1, cases: 10 }, 'partial'],
    ['MAX_DURATION_REACHED', { pages: 2, cases: 20 }, 'partial'],
    ['LIST_SHRANK', { pages: 2, cases: 20 }, 'partial'],
    ['PAGES_REPEAT', { pages: 9 }, 'partial'],
    ['NEXT_REFUSED', {}, 'partial'],
    ['INTERRUPTED', none, 'interrupted'],
    ['INTERRUPTED', { pages: 2, cases: 20 }, 'interrupted'],
    ['INTERRUPTED', {}, 'interrupted'],
    ['TERMINATED', none, 'interrupted'],
    ['TERMINATED', { rejected: 3 }, 'interrupted'],
  ])('by %s with %j is %s', (code, changes, outcome) => {
    const error = new MirrorError(code, 'no lamp');
    expect(judgePasses(facts(changes), error)).toEqual({ outcome, error });
  });

  test('on its first page, after a pass that found cases, is partial', () => {
    const error = new MirrorError('NETWORK_FAILED', 'no lamp');
    const listSync = { ...facts(none), before: new Pass() };
    expect(judgePasses(listSync, error)).toEqual({ outcome: 'partial', error });
  });

  test('reports the error that ended it, also if records were rejected', () => {
    const error = new TransientError('SERVER_ERROR', 'busy');
    expect(judgePasses(facts({ rejected: 2, countFirst: 5 }), error).error).toBe(error);
  });
});
