import { describe, expect, test } from '@jest/globals';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { type ErrorCode, MirrorError } from '../../src/errors/mirror-error.ts';
import {
  isGivenUp,
  isTransient,
  planNext,
  repeatsItself,
  type PlanInput,
  type ScheduledRunProgress,
} from '../../src/schedule/plan.ts';

const MINUTE = 60_000;
const at = (text: string): Date => new Date(`2026-11-${text}:00Z`);
const POLICY = { jitterMs: 10 * MINUTE, retryDelayMs: 30 * MINUTE, retryWindowMs: 360 * MINUTE };
const DUE = at('24T03:17');
const NEXT = at('25T03:17');

function plan(now: string, progress: Partial<ScheduledRunProgress> | null, changes: Partial<PlanInput> = {}) {
  const planned = planNext({
    now: at(now),
    startedAt: at('20T12:00'),
    lastDue: DUE,
    nextDue: NEXT,
    progress: progress && { attempts: 1, lastEndedAt: at('24T03:40'), isOver: false, ...progress },
    listsLeft: ONGOING_LISTS,
    policy: POLICY,
    pausedUntil: null,
    ...changes,
  });
  return planned.kind === 'run'
    ? `run ${planned.due.toISOString()}${planned.isLate ? ' late' : ''} ${planned.lists.length}`
    : `wait ${planned.until?.toISOString() ?? 'for ever'} ${planned.waiting}`;
}

const RUN = 'run 2026-11-24T03:17:00.000Z';
const NEXT_RUN = 'wait 2026-11-25T03:27:00.000Z for the next run';

describe('a scheduled run without an attempt', () => {
  test('starts after a random delay, to spread the load', () => {
    expect(plan('24T03:17', null)).toBe('wait 2026-11-24T03:27:00.000Z for the jitter');
    expect(plan('24T03:27', null)).toBe(`${RUN} 5`);
  });

  test('starts immediately as a catch-up run if the machine was asleep', () => {
    expect(plan('24T15:00', null)).toBe(`${RUN} late 5`);
  });

  test('starts immediately if the process was not running when it was due', () => {
    expect(plan('24T03:20', null, { startedAt: at('24T03:19') })).toBe(`${RUN} 5`);
  });

  test('starts even if every list was read since, because of its steps', () => {
    expect(plan('24T15:00', null, { listsLeft: [] })).toBe(`${RUN} late 0`);
  });

  test('starts if it was missed before and is due again, because the clock was set back', () => {
    expect(plan('24T15:00', { attempts: 0, lastEndedAt: null, isOver: true })).toBe(`${RUN} late 5`);
  });
});

describe('a partial scheduled run', () => {
  test('is retried after the retry delay, for the incomplete lists', () => {
    const left = { listsLeft: ONGOING_LISTS.slice(0, 2) };
    expect(plan('24T04:09', {}, left)).toBe('wait 2026-11-24T04:10:00.000Z for the retry');
    expect(plan('24T04:10', {}, left)).toBe(`${RUN} late 2`);
  });

  test('is retried immediately if it was interrupted', () => {
    expect(plan('24T03:41', { lastEndedAt: null })).toContain(RUN);
  });

  test('waits for the full retry delay if the clock was set back', () => {
    expect(plan('24T03:30', { lastEndedAt: at('24T09:00') })).toBe(
      'wait 2026-11-24T04:00:00.000Z for the retry',
    );
  });

  test('is given up if the retry would be after its retry window', () => {
    expect(isGivenUp(at('24T03:27'), at('24T08:57'), POLICY, null)).toBe(false);
    expect(isGivenUp(at('24T03:27'), at('24T08:58'), POLICY, null)).toBe(true);
  });

  test('is given up if the server allows no request within its retry window', () => {
    expect(isGivenUp(at('24T03:27'), at('24T03:30'), POLICY, at('24T09:27'))).toBe(false);
    expect(isGivenUp(at('24T03:27'), at('24T03:30'), POLICY, at('24T09:28'))).toBe(true);
  });
});

describe('a scheduled run that is over', () => {
  test('is followed by the next one', () => {
    expect(plan('24T15:00', { isOver: true }, { listsLeft: [] })).toBe(NEXT_RUN);
  });

  test('and was given up, is not started again by the same process', () => {
    expect(plan('24T15:00', { isOver: true })).toBe(NEXT_RUN);
  });

  test('and was given up, is caught up once after a restart', () => {
    const restarted = { startedAt: at('24T14:00') };
    expect(plan('24T15:00', { isOver: true }, restarted)).toBe(`${RUN} late 5`);
    expect(plan('24T15:10', { isOver: true, lastEndedAt: at('24T15:05') }, restarted)).toBe(NEXT_RUN);
  });
});

describe('while the server allows no request', () => {
  const paused = { pausedUntil: at('24T04:30') };

  test.each<[string, Partial<ScheduledRunProgress> | null, string]>([
    ['a scheduled run without an attempt', null, '24T04:00'],
    ['a partial scheduled run', {}, '24T04:10'],
    ['a scheduled run that was cut short', { lastEndedAt: null }, '24T03:41'],
  ])('%s waits until then', (_title, scheduledRun, now) => {
    expect(plan(now, scheduledRun, paused)).toBe('wait 2026-11-24T04:30:00.000Z until the server allows it');
    expect(plan('24T04:30', scheduledRun, paused)).toContain(RUN);
  });

  test('a restarted process also waits', () => {
    const restarted = { ...paused, startedAt: at('24T04:20') };
    expect(plan('24T04:21', { isOver: true }, restarted)).toContain('until the server allows it');
  });

  test('a scheduled run without an incomplete list runs its steps', () => {
    expect(plan('24T04:00', null, { ...paused, listsLeft: [] })).toContain(RUN);
  });
});

describe('an attempt that failed like the one before', () => {
  const [no, yes] = ONGOING_LISTS;
  const result = (list: typeof no | typeof yes, code: ErrorCode | null, count = 101, cases = 100) => ({
    list,
    outcome: code === null ? ('complete' as const) : ('partial' as const),
    error: code === null ? null : new MirrorError(code, 'No lamp.'),
    figures: { count_last: count, cases_last_pass: cases },
  });

  test.each([
    ['by the same figures', [result(no, 'COUNT_MISMATCH')], [result(no, 'COUNT_MISMATCH')], true],
    ['by a known case that the list lacks', [result(no, 'CASES_MISSED')], [result(no, 'CASES_MISSED')], true],
    ['by other figures', [result(no, 'COUNT_MISMATCH', 102)], [result(no, 'COUNT_MISMATCH')], false],
    ['by another code', [result(no, 'COUNT_MISMATCH')], [result(no, 'CASES_MISSED')], false],
    [
      'in one of two lists',
      [result(no, 'COUNT_MISMATCH'), result(yes, 'COUNT_MISMATCH', 5)],
      [result(no, 'COUNT_MISMATCH'), result(yes, 'COUNT_MISMATCH')],
      false,
    ],
    [
      'beside a failure of the network',
      [result(no, 'COUNT_MISMATCH'), result(yes, 'NETWORK_FAILED')],
      [result(no, 'COUNT_MISMATCH'), result(yes, 'NETWORK_FAILED')],
      false,
    ],
    [
      'beside one that lasts anyway',
      [result(no, 'COUNT_MISMATCH'), result(yes, 'RECORDS_REJECTED')],
      [result(no, 'COUNT_MISMATCH')],
      true,
    ],
    ['in a list that was not asked before', [result(no, 'COUNT_MISMATCH')], [], false],
    ['in nothing', [result(no, null)], [result(no, null)], false],
  ])('%s repeats itself: %s', (_title, now, before, expected) => {
    expect(repeatsItself(now, before)).toBe(expected);
  });
});

test('the scheduler waits for a schedule that has not started, or has ended', () => {
  expect(plan('24T15:00', null, { lastDue: null })).toBe(NEXT_RUN);
  expect(plan('24T15:00', null, { lastDue: null, nextDue: null })).toBe('wait for ever for the next run');
});

test.each<[ErrorCode[], boolean]>([
  [[], false],
  [['NETWORK_FAILED'], true],
  [['COUNT_MISMATCH'], true],
  [['LOCKED'], true],
  [['DISK_FULL'], true],
  [['RECORDS_REJECTED'], false],
  [['UNAUTHORIZED', 'UNAUTHORIZED'], false],
  [['RECORDS_REJECTED', 'NETWORK_FAILED'], true],
])('whether the failures %j may be temporary: %s', (failures, expected) => {
  expect(isTransient(failures)).toBe(expected);
});
