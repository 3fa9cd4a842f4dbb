import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { type ErrorCode, MirrorError } from '../../src/errors/mirror-error.ts';
import { EXIT_CODES, type ExitName } from '../../src/errors/exit-codes.ts';
import { LIST_OUTCOMES } from '../../src/db/schema/schema.ts';
import { judgeRun, type ListReport } from '../../src/sync/report.ts';
import { ListTally } from '../../src/sync/list-sync.ts';

type Ending = readonly [outcome: ListReport['outcome'], code?: ErrorCode];

const NO_TRAFFIC = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };

function report([outcome, code]: Ending, place: number): ListReport {
  return {
    list: ONGOING_LISTS[(place % 5) as 0 | 1 | 2 | 3 | 4],
    outcome,
    figures: new ListTally(NO_TRAFFIC).toRow(NO_TRAFFIC),
    error: code === undefined ? null : new MirrorError(code, `no lamp ${place}`),
  };
}

const judge = (...endings: Ending[]) => judgeRun(endings.map(report), null);

const complete: Ending = ['complete'];
const empty: Ending = ['empty'];
const moved: Ending = ['partial', 'COUNT_MISMATCH'];
const aside: Ending = ['partial', 'RECORDS_REJECTED'];
const cutOff: Ending = ['partial', 'NETWORK_FAILED'];
const gaveUp: Ending = ['failed', 'NETWORK_FAILED'];
const brokenOff: Ending = ['failed', 'RESPONSE_UNEXPECTED'];
const refused: Ending = ['failed', 'UNAUTHORIZED'];
const late: Ending = ['failed', 'MAX_DURATION_REACHED'];
const stopped: Ending = ['interrupted', 'INTERRUPTED'];
const ended: Ending = ['interrupted', 'TERMINATED'];
const skipped = (code: ErrorCode): Ending => ['skipped', code];

type Expected = readonly [outcome: string, exit: ExitName, code: ErrorCode | null];

describe('a run', () => {
  test.each<[title: string, endings: Ending[], expected: Expected]>([
    ['is complete when every status is', [complete, complete], ['complete', 'complete', null]],
    ['is complete with empty ones among them', [complete, empty], ['complete', 'complete', null]],
    ['is complete when all are empty', [empty, empty], ['complete', 'complete', null]],
    ['is partial when one is', [complete, moved], ['partial', 'partial', 'COUNT_MISMATCH']],
    ['is partial when all are', [aside, moved], ['partial', 'partial', 'RECORDS_REJECTED']],
    ['is partial when its only status was cut off', [cutOff], ['partial', 'partial', 'NETWORK_FAILED']],
    [
      'is partial when one failed beside a complete one',
      [gaveUp, complete],
      ['partial', 'partial', 'NETWORK_FAILED'],
    ],
    [
      'is partial when one failed beside an empty one',
      [empty, brokenOff],
      ['partial', 'partial', 'RESPONSE_UNEXPECTED'],
    ],
    [
      'is partial when one was skipped',
      [complete, late, skipped('MAX_DURATION_REACHED')],
      ['partial', 'partial', 'MAX_DURATION_REACHED'],
    ],
    [
      'is failed when all failed, by the first of the failures',
      [gaveUp, brokenOff],
      ['failed', 'network', 'NETWORK_FAILED'],
    ],
    [
      'is failed when all failed, by the first of the failures again',
      [brokenOff, gaveUp],
      ['failed', 'contract', 'RESPONSE_UNEXPECTED'],
    ],
    [
      'is failed when the first failed and the rest was skipped',
      [late, skipped('MAX_DURATION_REACHED')],
      ['failed', 'network', 'MAX_DURATION_REACHED'],
    ],
    [
      'is failed when the token was refused',
      [refused, skipped('UNAUTHORIZED')],
      ['failed', 'unauthorized', 'UNAUTHORIZED'],
    ],
    [
      'says that the token was refused, whatever failed before',
      [gaveUp, refused],
      ['failed', 'unauthorized', 'UNAUTHORIZED'],
    ],
    [
      'exits so too when the token was refused after something came',
      [complete, refused, skipped('UNAUTHORIZED')],
      ['partial', 'unauthorized', 'UNAUTHORIZED'],
    ],
    [
      'exits so too when it was refused amid a list',
      [['partial', 'UNAUTHORIZED']],
      ['partial', 'unauthorized', 'UNAUTHORIZED'],
    ],
    [
      'is interrupted by Ctrl-C',
      [complete, stopped, skipped('INTERRUPTED')],
      ['interrupted', 'interrupted', 'INTERRUPTED'],
    ],
    [
      'is interrupted by SIGTERM',
      [ended, skipped('TERMINATED')],
      ['interrupted', 'terminated', 'TERMINATED'],
    ],
    [
      'is interrupted, whatever failed before',
      [refused, gaveUp, stopped],
      ['interrupted', 'interrupted', 'INTERRUPTED'],
    ],
  ])('%s', (_title, endings, [outcome, exit, code]) => {
    const judged = judge(...endings);
    expect([judged.outcome, judged.exit, judged.error?.code ?? null]).toEqual([outcome, exit, code]);
  });

  test('reports the error of one of its lists, and the first of two equal errors', () => {
    expect(judge(complete, gaveUp, gaveUp).error?.message).toBe('no lamp 1');
  });

  test('exits with success if and only if every list is complete or empty', () => {
    const outcomes = LIST_OUTCOMES.filter((outcome) => outcome !== 'running');
    const codeOf = {
      complete: [],
      empty: [],
      partial: ['LIST_SHRANK'],
      failed: ['NOT_FOUND'],
      skipped: ['UNAUTHORIZED'],
      interrupted: ['INTERRUPTED'],
    } as const;
    const ending = fc.constantFrom(...outcomes).map((outcome): Ending => [outcome, ...codeOf[outcome]]);
    fc.assert(
      fc.property(fc.array(ending, { minLength: 1, maxLength: 5 }), (endings) => {
        const judged = judge(...endings);
        const good = endings.every(([outcome]) => outcome === 'complete' || outcome === 'empty');
        expect(judged.outcome === 'complete').toBe(good);
        expect(EXIT_CODES[judged.exit].code === 0).toBe(good);
      }),
    );
  });
});
