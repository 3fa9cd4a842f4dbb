import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseRemoved, type RemovalFacts } from '../../src/backup/retention.ts';

interface Named extends RemovalFacts {
  readonly name: string;
}

const NOW = new Date('2026-11-24T04:00:00Z');
const ONE_DAY = { daily: 1, weekly: 0, monthly: 0 };

/** A complete snapshot of this mirror that the schedule took, unless it is said otherwise. */
const of = (name: string, takenAt: string, other: Partial<RemovalFacts> = {}): Named => ({
  name,
  takenAt: new Date(takenAt),
  isOwn: true,
  takenBy: 'schedule',
  isComplete: true,
  ...other,
});

const newest = of('newest', '2026-11-24T03:17:00Z');
const old = '2026-11-20T03:17:00Z';

describe('of several snapshots, the newest of a day is kept:', () => {
  test.each<readonly [what: string, snapshots: readonly Named[], removed: readonly string[]]>([
    ['an older one is removed', [newest, of('older', old)], ['older']],
    ['the only one stays', [of('only', old)], []],
    ["another mirror's stays", [newest, of('of another', old, { isOwn: false })], []],
    ['one taken by hand stays', [newest, of('by hand', old, { takenBy: 'hand' })], []],
    ['one that does not say who took it stays', [newest, of('a copy', old, { takenBy: 'unknown' })], []],
    ['one of the future stays, and displaces none', [of('future', '2099-01-01T00:00:00Z'), newest], []],
    [
      'one taken by hand displaces none',
      [of('hand', '2026-11-24T03:30:00Z', { takenBy: 'hand' }), of('older', old)],
      [],
    ],
    [
      "another mirror's displaces none",
      [of('other', '2026-11-24T03:30:00Z', { isOwn: false }), of('older', old)],
      [],
    ],
    [
      'a complete one does not give way to one that is not',
      [of('incomplete', '2026-11-24T03:30:00Z', { isComplete: false }), of('complete', old)],
      [],
    ],
    [
      'one that is not complete gives way to a complete one',
      [newest, of('incomplete', old, { isComplete: false })],
      ['incomplete'],
    ],
    [
      'of those that are not complete the older one is removed, and the complete one stays',
      [
        of('incomplete', '2026-11-24T03:30:00Z', { isComplete: false }),
        of('incomplete too', '2026-11-23T03:30:00Z', { isComplete: false }),
        of('complete', old),
      ],
      ['incomplete too'],
    ],
  ])('%s', (_what, snapshots, removed) => {
    expect(chooseRemoved(snapshots, ONE_DAY, NOW).map(({ name }) => name)).toEqual(removed);
  });

  test('a copy that does not say who took it is removed only on request, and one taken by hand never', () => {
    const snapshots = [
      newest,
      of('copy', old, { takenBy: 'unknown' }),
      of('hand', old, { takenBy: 'hand' }),
      of('of another', old, { takenBy: 'unknown', isOwn: false }),
    ];
    const removed = chooseRemoved(snapshots, ONE_DAY, NOW, { unmarked: true });
    expect(removed.map(({ name }) => name)).toEqual(['copy']);
  });

  test('the one just taken stays, also where another one has the same time', () => {
    const twin = of('twin', newest.takenAt.toISOString());
    expect(chooseRemoved([newest, twin], ONE_DAY, NOW, { justTaken: twin })).toEqual([]);
  });
});

test('whatever the snapshots and the retention, the last good copy stays and only own scheduled ones go', () => {
  const time = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true });
  const few = fc.integer({ min: 0, max: 4 });
  const snapshot = fc.record({
    takenAt: time,
    isOwn: fc.boolean(),
    takenBy: fc.constantFrom('schedule', 'hand', 'unknown'),
    isComplete: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(snapshot, { minLength: 1, maxLength: 40 }),
      fc.record({ daily: few, weekly: few, monthly: few }),
      time,
      fc.boolean(),
      (snapshots, retention, now, unmarked) => {
        const [justTaken] = snapshots;
        const removed = new Set<RemovalFacts>(
          chooseRemoved<RemovalFacts>(snapshots, retention, now, {
            unmarked,
            ...(justTaken && { justTaken }),
          }),
        );
        const left = snapshots.filter((one) => !removed.has(one));
        expect(left).toContain(justTaken);
        for (const one of removed) {
          expect(one.isOwn && one.takenBy !== 'hand' && one.takenAt <= now).toBe(true);
          expect(unmarked || one.takenBy === 'schedule').toBe(true);
          const newerOnes = left.filter(
            ({ isOwn, takenBy, takenAt }) =>
              isOwn && takenBy !== 'hand' && takenAt <= now && takenAt >= one.takenAt,
          );
          expect(newerOnes.some(({ isComplete }) => isComplete || !one.isComplete)).toBe(true);
        }
        // Removed once, removed for good: what is left is left by the same rule.
        expect(
          chooseRemoved<RemovalFacts>(left, retention, now, { unmarked, ...(justTaken && { justTaken }) }),
        ).toEqual([]);
      },
    ),
  );
});
