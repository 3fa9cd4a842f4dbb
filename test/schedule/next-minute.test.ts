import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { nextMinute } from '../../src/schedule/cron.ts';

beforeEach(() => {
  jest.useFakeTimers({ now: new Date('2026-11-24T03:16:30Z') });
});
afterEach(() => {
  jest.useRealTimers();
});

test('fires at the next full minute', async () => {
  const beats: string[] = [];
  void nextMinute(new AbortController().signal).then(() => beats.push(new Date().toISOString()));
  await jest.advanceTimersByTimeAsync(29_000);
  expect(beats).toEqual([]);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(beats).toHaveLength(1);
  expect(beats[0]).toMatch(/^2026-11-24T03:17:0/);
});

test.each([
  '2026-11-23T03:16:30Z',
  '2025-11-24T03:16:30Z',
  '1970-01-02T00:00:00Z',
  '2027-11-24T03:16:30Z',
  '2126-11-24T03:16:30Z',
])('fires within a minute even if the clock is set to %s meanwhile', async (set) => {
  const beat = jest.fn();
  void nextMinute(new AbortController().signal).then(beat);
  await jest.advanceTimersByTimeAsync(10_000);
  jest.setSystemTime(new Date(set));
  await jest.advanceTimersByTimeAsync(60_000);
  expect(beat).toHaveBeenCalledTimes(1);
  expect(jest.getTimerCount()).toBe(0);
});

test('stops immediately when aborted, and leaves no timer', async () => {
  const stop = new AbortController();
  const beat = nextMinute(stop.signal);
  const reason = new Error('enough');
  stop.abort(reason);
  await expect(beat).rejects.toBe(reason);
  await expect(nextMinute(stop.signal)).rejects.toBe(reason);
  expect(jest.getTimerCount()).toBe(0);
});
