import { expect, test } from '@jest/globals';
import { findPausedUntil, findPauseLeft } from '../../src/db/run-log.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

test.each([
  ['2030-01-15T04:30:00Z', 30, 'half of it is over'],
  ['2030-01-15T05:30:00Z', 0, 'all of it is over'],
  [
    '2030-01-15T03:30:00Z',
    60,
    'the clock was set back by less than the pause: never more than was asked for',
  ],
  ['2028-01-15T04:30:00Z', 0, 'the clock was far ahead at that run: nobody is locked out for years'],
])(
  'of a pause of an hour that was asked for at 04:00, at %s %i minutes are left: %s',
  async (now, minutes) => {
    const { sync, database, fakeApi } = await startHarness({ source: smallCollection(1) });
    await sync();
    const mirror = openMirror(database);
    mirror.sqlite
      .prepare('UPDATE sync_runs SET ended_at = ?, paused_until = ?')
      .run('2030-01-15T04:00:00.000Z', '2030-01-15T05:00:00.000Z');
    expect(findPauseLeft(mirror, fakeApi.url, new Date(now))).toBe(minutes * 60_000);
    mirror.close();
  },
);

test('a pause is recorded before the wait, so the next process knows it even if this one dies', async () => {
  const seen: unknown[] = [];
  let requests = 0;
  const harness = await startHarness({
    source: smallCollection(1),
    faults: () => {
      if (++requests === 2) {
        seen.push(...harness.rows('SELECT outcome, started_at, ended_at, paused_until FROM sync_runs'));
        const { database, fakeApi, rows } = harness;
        const [{ started_at: start } = {}] = rows('SELECT started_at FROM sync_runs');
        seen.push(findPausedUntil(database, fakeApi.url, new Date(String(start)))?.toISOString());
      }
      return requests === 1 ? { kind: 'status', status: 429, headers: { 'retry-after': '120' } } : undefined;
    },
  });
  expect(await harness.sync()).toMatchObject({ outcome: 'complete' });
  const [row, until] = seen as [Record<string, string>, string];
  expect(row).toMatchObject({ outcome: 'running', ended_at: null });
  expect(Date.parse(row.paused_until ?? '') - Date.parse(row.started_at ?? '')).toBeGreaterThanOrEqual(
    120_000,
  );
  expect(until).toBe(row.paused_until);
  expect(harness.rows('SELECT paused_until FROM sync_runs')).toEqual([{ paused_until: null }]);
});

test('a run that died while the server wanted no request leaves that on record, and the next run is not begun', async () => {
  const { sync, database, rows } = await startHarness({ source: smallCollection(1) });
  await sync();
  const mirror = openMirror(database);
  mirror.sqlite
    .prepare(`UPDATE sync_runs SET outcome = 'running', ended_at = NULL, paused_until = ?`)
    .run('2030-01-18T00:00:00.000Z');
  mirror.close();
  await expect(sync()).rejects.toMatchObject({ code: 'RETRY_AFTER_TOO_LONG' });
  expect(rows('SELECT count(*) AS n FROM sync_runs')).toEqual([{ n: 1 }]);
});
