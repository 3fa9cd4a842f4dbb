import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideRetry, type FailedAttempt, type RetryPolicy } from '../../src/api/retry.ts';
import { ERROR_KINDS, type ErrorCode, MirrorError, TransientError } from '../../src/errors/mirror-error.ts';

const POLICY: RetryPolicy = {
  maxAttempts: 4,
  backoffMinMs: 1_000,
  backoffMaxMs: 6_000,
  retryAfterMaxMs: 60_000,
};
const AMPLE = 1e9;
const NOW = new Date('2026-03-01T12:00:00.000Z');

const busy = (retryAfterMs?: number) =>
  new TransientError('SERVER_ERROR', 'The lamp is busy', { retryAfterMs });
const decide = (failed: Partial<FailedAttempt>, random = 0.5, policy = POLICY) =>
  decideRetry(
    policy,
    { error: busy(), attempt: 1, durationLeftMs: AMPLE, now: NOW, ...failed },
    () => random,
  );

function expectRefusal(decision: ReturnType<typeof decide>, code: ErrorCode): Error {
  if (decision.retry) throw new Error('it would be tried again');
  expect(decision.error).toBeInstanceOf(MirrorError);
  expect(decision.error).toMatchObject({ code });
  return decision.error;
}

describe('what is worth another try', () => {
  test.each(Object.keys(ERROR_KINDS) as ErrorCode[])(
    '%s is not, unless it is known to be transient',
    (code) => {
      const error = new MirrorError(code, 'no lamp');
      expect(decide({ error })).toEqual({ retry: false, error });
      expect(decide({ error: new TransientError(code, 'no lamp') }).retry).toBe(true);
    },
  );

  test('a fault of the program is handed on as it is', () => {
    const error = new TypeError('lamp is not a function');
    const decision = decide({ error });
    expect(!decision.retry && decision.error).toBe(error);
  });

  test('a requested pause does not make a permanent failure transient', () => {
    const error = Object.assign(new MirrorError('UNAUTHORIZED', 'no'), { retryAfterMs: 5 });
    expect(decide({ error })).toEqual({ retry: false, error });
  });
});

describe('the wait of our own', () => {
  test.each([
    [1, 0, 0],
    [1, 0.5, 500],
    [1, 0.9999, 1_000],
    [2, 0.5, 1_000],
    [3, 0.5, 2_000],
    [3, 0, 0],
  ])('attempt %d with the chance %d waits %d ms', (attempt, random, waitMs) => {
    expect(decide({ attempt }, random)).toEqual({ retry: true, waitMs });
  });

  test('stops growing at the maximum', () => {
    expect(decide({ attempt: 40 }, 0.5, { ...POLICY, maxAttempts: 50 })).toEqual({
      retry: true,
      waitMs: 3_000,
    });
    expect(decide({ attempt: 5_000 }, 0.5, { ...POLICY, maxAttempts: 9_000 })).toEqual({
      retry: true,
      waitMs: 3_000,
    });
  });

  test('lies between nothing and the doubled minimum or the maximum, whichever is less', () => {
    const policy = fc.record({
      maxAttempts: fc.constant(200),
      backoffMinMs: fc.nat(100_000),
      backoffMaxMs: fc.nat(1_000_000),
      retryAfterMaxMs: fc.nat(),
    });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 199 }), chance, (limits, attempt, random) => {
        const decision = decide({ attempt }, random, limits);
        if (!decision.retry) throw decision.error;
        const most = Math.min(limits.backoffMaxMs, limits.backoffMinMs * 2 ** (attempt - 1));
        expect(Number.isSafeInteger(decision.waitMs)).toBe(true);
        expect(Math.abs(decision.waitMs - random * most)).toBeLessThanOrEqual(0.5);
        expect(decision.waitMs).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe('the pause that the server asked for', () => {
  test.each([991, 59_999, 60_000])(
    'of %d ms is kept to when our own wait would be shorter',
    (retryAfterMs) => {
      expect(decide({ error: busy(retryAfterMs) }, 0.99)).toEqual({ retry: true, waitMs: retryAfterMs });
    },
  );

  test.each([0, 1, 500])('of %d ms does not switch our own wait off', (retryAfterMs) => {
    expect(decide({ error: busy(retryAfterMs) }, 0.99)).toEqual({ retry: true, waitMs: 990 });
  });

  test.each([
    [60_001, 'before 2026-03-01T12:01:00.001Z (in 61 s)'],
    [90_000, 'before 2026-03-01T12:01:30.000Z (in 90 s)'],
    [86_400_000, 'before 2026-03-02T12:00:00.000Z (in 86400 s)'],
  ])('of %d ms is above the maximum and ends the retries', (retryAfterMs, words) => {
    const error = busy(retryAfterMs);
    const refusal = expectRefusal(decide({ error }), 'RETRY_AFTER_TOO_LONG');
    expect(refusal.message).toContain(words);
    expect(refusal.cause).toBe(error);
  });

  test('is longer than the maximum duration and ends the run', () => {
    const error = busy(10_000);
    const refusal = expectRefusal(decide({ error, durationLeftMs: 10_000 }), 'MAX_DURATION_REACHED');
    expect(refusal.message).toContain('maximum duration');
    expect(refusal.cause).toBe(error);
  });
});

describe('the number of attempts', () => {
  test.each([
    [3, true],
    [4, false],
    [5, false],
  ])('after attempt %d of 4, another one: %s', (attempt, retry) => {
    expect(decide({ attempt }).retry).toBe(retry);
  });

  test.each([
    [1, 'The lamp is busy (1 attempt)'],
    [4, 'The lamp is busy (4 attempts)'],
  ])('is in the message after %d', (attempts, message) => {
    const error = busy();
    const refusal = expectRefusal(
      decide({ error, attempt: attempts }, 0.5, { ...POLICY, maxAttempts: attempts }),
      'SERVER_ERROR',
    );
    expect(refusal.message).toBe(message);
    expect(refusal.cause).toBe(error);
    expect(refusal).not.toBeInstanceOf(TransientError);
  });

  test.each([
    [2, true],
    [3, false],
  ])('is smaller for odd responses: after %d of them, another one: %s', (oddAttempts, retry) => {
    expect(decide({ attempt: 3, oddAttempts }).retry).toBe(retry);
  });

  test('that is used up does not hide a pause that is too long, which ends the whole run', () => {
    expectRefusal(decide({ error: busy(AMPLE), attempt: 4 }), 'RETRY_AFTER_TOO_LONG');
  });

  test('used up does not make the advice of the failure less exact', () => {
    const error = new TransientError('NETWORK_FAILED', 'No lamp', { hint: 'Light the lamp.' });
    expect(expectRefusal(decide({ error, attempt: 4 }), 'NETWORK_FAILED')).toMatchObject({
      hint: 'Light the lamp.',
    });
  });
});

describe('the maximum duration', () => {
  test.each([
    [501, true],
    [500, false],
    [0, false],
    [-1, false],
  ])('with %d ms left, a wait of 500 ms is allowed: %s', (durationLeftMs, retry) => {
    const decision = decide({ durationLeftMs });
    expect(decision.retry).toBe(retry);
    if (!decision.retry) expectRefusal(decision, 'MAX_DURATION_REACHED');
  });

  test('is never overdrawn', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const asked = fc.option(fc.nat(60_000), { nil: undefined });
    fc.assert(
      fc.property(
        chance,
        asked,
        fc.integer({ min: 1, max: 3 }),
        fc.nat(10_000),
        (random, retryAfterMs, attempt, left) => {
          const decision = decide({ error: busy(retryAfterMs), attempt, durationLeftMs: left }, random);
          expect(decision.retry ? decision.waitMs < left : true).toBe(true);
        },
      ),
    );
  });
});
