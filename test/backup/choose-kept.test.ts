import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseKept, type Retention } from '../../src/backup/retention.ts';
import { parseSnapshotName, toSnapshotName } from '../../src/backup/snapshot-files.ts';

const DAY = 86_400_000;
const DEFAULT: Retention = { daily: 7, weekly: 4, monthly: 12 };

const toSnapshots = (times: readonly string[]) => times.map((time) => ({ takenAt: new Date(time) }));
const keep = (times: readonly string[], retention: Partial<Retention>) =>
  [...chooseKept(toSnapshots(times), { daily: 0, weekly: 0, monthly: 0, ...retention })]
    .map(({ takenAt }) => takenAt.toISOString().slice(0, 16))
    .sort();

describe('which snapshots are kept', () => {
  test('after two years of days: seven days, four weeks and twelve months, some of them the same', () => {
    const end = Date.UTC(2026, 10, 24, 3, 17);
    const days = Array.from({ length: 730 }, (_, at) => ({ takenAt: new Date(end - at * DAY) }));
    const kept = [...chooseKept(days, DEFAULT)]
      .map(({ takenAt }) => takenAt.toISOString().slice(0, 10))
      .sort();
    expect(kept).toEqual([
      ...['2025-12-31', '2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30'],
      ...['2026-07-31', '2026-08-31', '2026-09-30', '2026-10-31'],
      ...['2026-11-08', '2026-11-15'],
      ...['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'],
    ]);
  });

  test('the newest of a day', () => {
    expect(
      keep(
        ['2026-11-24T03:17', '2026-11-24T15:00', '2026-11-23T03:17'].map((t) => `${t}:00Z`),
        { daily: 2 },
      ),
    ).toEqual(['2026-11-23T03:17', '2026-11-24T15:00']);
  });

  test('the newest of a week, which begins on Monday, across years', () => {
    const times = ['2026-12-27', '2026-12-28', '2027-01-03', '2027-01-04'].map((day) => `${day}T03:00:00Z`);
    expect(keep(times, { weekly: 3 })).toEqual(['2026-12-27T03:00', '2027-01-03T03:00', '2027-01-04T03:00']);
  });

  test('the newest of all, even when none is to be kept, and nothing of nothing', () => {
    expect(keep(['2026-11-24T03:17:00Z', '2026-11-23T03:17:00Z'], {})).toEqual(['2026-11-24T03:17']);
    expect(keep([], { daily: 7 })).toEqual([]);
  });

  test('a long pause takes nothing away', () => {
    const times = ['2020-01-01T03:00:00Z', '2026-11-24T03:00:00Z'];
    expect(keep(times, { daily: 2 })).toHaveLength(2);
  });

  test('keeps at most as many as requested, one for each period that has any, and always the newest', () => {
    const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
    const few = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(
        fc.array(time, { minLength: 1, maxLength: 60 }),
        fc.record({ daily: few, weekly: few, monthly: few }),
        (times, retention) => {
          const snapshots = times.map((takenAt) => ({ takenAt }));
          const kept = [...chooseKept(snapshots, retention)];
          const most = retention.daily + retention.weekly + retention.monthly;
          const days = new Set(times.map((one) => one.toISOString().slice(0, 10))).size;
          expect(kept.length).toBeLessThanOrEqual(Math.max(1, most));
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(days, Math.max(1, retention.daily)));
          expect(Math.max(...kept.map(({ takenAt }) => takenAt.getTime()))).toBe(
            Math.max(...times.map((one) => one.getTime())),
          );
          // Kept once, kept again: removing the others first changes nothing.
          expect(new Set(chooseKept(kept, retention))).toEqual(new Set(kept));
        },
      ),
    );
  });
});

describe('the name of a snapshot', () => {
  test('says of which database it is and when it was taken', () => {
    const name = toSnapshotName('/data/clearinghouse.db', new Date('2026-11-24T03:17:42.999Z'));
    expect(name).toBe('clearinghouse-20261124T031742Z.db');
    expect(parseSnapshotName('/data/clearinghouse.db', name)).toEqual(new Date('2026-11-24T03:17:42Z'));
    const second = toSnapshotName('/data/clearinghouse.db', new Date('2026-11-24T03:17:42.999Z'), 2);
    expect(second).toBe('clearinghouse-20261124T031742Z-2.db');
    expect(parseSnapshotName('/data/clearinghouse.db', second)).toEqual(new Date('2026-11-24T03:17:42Z'));
  });

  test.each([
    'clearinghouse.db',
    'other-20261124T031742Z.db',
    'clearinghouse-20261124T031742Z.db.partial',
    'clearinghouse-20261324T031742Z.db',
    'clearinghouse-2026-11-24.db',
    'clearinghouse-20261124T031742Z-copy.db',
    'latest.db',
  ])('is not %s, which is left alone', (name) => {
    expect(parseSnapshotName('/data/clearinghouse.db', name)).toBeUndefined();
  });
});
