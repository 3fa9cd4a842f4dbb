import { expect, test } from '@jest/globals';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { runAttempt } from '../../src/schedule/attempt.ts';

test('an attempt without an incomplete list sends no request and is complete', async () => {
  const runSync = () => Promise.reject(new Error('not asked for'));
  expect(await runAttempt([], runSync, () => undefined)).toMatchObject({
    outcome: 'complete',
    isTransient: false,
    report: null,
  });
});

test.each([
  [new MirrorError('LOCKED', 'Another writes.'), 'locked', 'LOCKED', true],
  [new MirrorError('DATABASE_DAMAGED', 'No lamp.'), 'database', 'DATABASE_DAMAGED', false],
  [new TypeError('lamp is not a function'), 'unexpected', 'UNEXPECTED', true],
])(
  'a run that fails with %s is a failed attempt, and the error is reported',
  async (error, exit, code, isTransient) => {
    const told: unknown[] = [];
    const ending = await runAttempt(
      ONGOING_LISTS,
      () => Promise.reject(error),
      (thrown) => told.push(thrown),
    );
    expect(ending).toMatchObject({
      outcome: 'failed',
      exit,
      isTransient,
      error: { code, message: error.message },
    });
    expect(told).toEqual([error]);
  },
);
