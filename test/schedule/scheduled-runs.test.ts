import { describe, expect, test } from '@jest/globals';
import { Random } from '../../fake-api/invent/random.ts';
import { times } from '../support/times.ts';
import { DAYS, HOURS, World, type Weather } from './world.ts';

const FINE: Weather = { msAList: 3 * 60_000, isGood: () => true };
/** Minutes between two checks of the clock, for tests that simulate a year. */
const BEAT = 6;
const START = '2026-01-10T17:00:00Z';
/** Days without trouble before something happens. */
const SOME = times(2, 10);

interface Period {
  readonly start: string;
  readonly scheduledRuns: number;
}

/** Both clock changes: in one period, or the scheduled runs around each of them. */
const toPeriods = (scheduledRuns: number): Period[] =>
  times(0, 1) === 1
    ? [{ start: START, scheduledRuns: 400 }]
    : [
        { start: '2026-03-04T17:00:00Z', scheduledRuns },
        { start: '2026-10-28T17:00:00Z', scheduledRuns },
      ];

function startWorld(
  seed: number,
  weather: (random: Random) => Weather = () => FINE,
  minutesPerTick = 1,
  start = START,
): World {
  const random = new Random(seed);
  return new World({
    minutesPerTick,
    start,
    cron: '30 2 * * *',
    timezone: 'America/Detroit',
    random,
    weather: () => weather(random),
  });
}

/** Every due time since the first scheduled run in the state file. */
function listExpected(world: World): string[] {
  const first = new Date(world.state().scheduled_runs.at(-1)?.due_at ?? START);
  return world.schedule
    .listLast(world.now(), 1000)
    .filter((due) => due >= first)
    .map((due) => due.toISOString());
}

/** The invariants that hold whatever happened. */
function expectAccounts(world: World): void {
  const { scheduled_runs: scheduledRuns } = world.state();
  const expected = listExpected(world);
  // The newest ones may still be pending, or may be caught up later.
  const known = expected.slice(expected.length - scheduledRuns.length);
  expect(scheduledRuns.map(({ due_at }) => due_at)).toEqual(known);
  expect(expected.length - scheduledRuns.length).toBeLessThanOrEqual(1);
  for (const [at, scheduledRun] of scheduledRuns.entries()) {
    const tries = world.attempts.filter(({ due }) => due === scheduledRun.due_at);
    expect([scheduledRun.due_at, tries.length]).toEqual([scheduledRun.due_at, scheduledRun.attempts]);
    if (scheduledRun.outcome === 'missed') expect(scheduledRuns[at - 1]).toBeDefined();
    else expect(tries.length).toBeGreaterThan(0);
    // A scheduled run without an incomplete list is not retried.
    for (const { lists } of tries.slice(1)) expect(lists).toBeGreaterThan(0);
  }
}

describe('four hundred scheduled runs, or those around both clock changes', () => {
  test.each(toPeriods(6))(
    'on a machine that is always on: from $start each of $scheduledRuns runs once, a little after its time',
    async ({ start, scheduledRuns: lived }) => {
      const world = startWorld(1, undefined, 1, start);
      await world.live(DAYS(lived - 1));
      expectAccounts(world);
      const { scheduled_runs: scheduledRuns } = world.state();
      expect(scheduledRuns).toHaveLength(lived); // The last run due before the start is caught up.
      expect(new Set(scheduledRuns.map(({ outcome, attempts }) => `${outcome} ${attempts}`))).toEqual(
        new Set(['complete 1']),
      );
      const delays = world.attempts
        .filter(({ isLate }) => !isLate)
        .map(({ due, beganAt }) => (beganAt.getTime() - Date.parse(due)) / 60_000);
      expect(delays).toHaveLength(lived - 1);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...delays)).toBeLessThanOrEqual(15);
      expect(new Set(delays.map(Math.floor)).size).toBeGreaterThan(times(2, 10));
    },
  );

  test.each(
    toPeriods(13).flatMap((period, at) =>
      (times(0, 1) === 1 ? [2, 3] : [2 + 21 * at]).map((seed) => ({ seed, ...period })),
    ),
  )(
    'with sleep, deaths, scheduled runs of a day and a network that fails (seed $seed, from $start): every scheduled run ran or is accounted for',
    async ({ seed, start, scheduledRuns: lived }) => {
      const weather = (random: Random): Weather => ({
        msAList: random.chance(0.02) ? HOURS(6) : (1 + random.below(20)) * 60_000,
        isGood: () => !random.chance(0.1),
      });
      const world = startWorld(seed, weather, BEAT, start);
      const random = new Random(seed * 1000);
      const kinds = new Set<number>();
      for (let scheduledRun = 3; scheduledRun < lived; scheduledRun += 1 + random.below(times(2, 6))) {
        const at = DAYS(scheduledRun) + random.below(HOURS(24));
        const kind = random.below(4);
        kinds.add(kind);
        if (kind === 0) world.trouble(at, { kind: 'asleep', ms: random.below(HOURS(40)) });
        else if (kind === 1) world.trouble(at, { kind: 'killed', downMs: random.below(HOURS(30)) });
        else if (kind === 2) world.trouble(at, { kind: 'killed', downMs: 0 });
        else world.trouble(at, { kind: 'asleep', ms: DAYS(random.chance(0.1) ? 7 : 0) });
      }
      expect(kinds.size).toBe(4);
      await world.live(DAYS(lived));
      expectAccounts(world);
      const { scheduled_runs: scheduledRuns } = world.state();
      const count = (wanted: string) => scheduledRuns.filter(({ outcome }) => outcome === wanted).length;
      expect(count('complete')).toBeGreaterThan(times(lived * 0.4, 250));
      expect(count('missed')).toBeGreaterThan(times(0, 5));
      expect(world.failures).toEqual([]);
    },
  );
});

describe('missed runs', () => {
  test('of a week of sleep are caught up with one run within a minute of waking, and each is recorded', async () => {
    const world = startWorld(6);
    world.trouble(DAYS(SOME), { kind: 'asleep', ms: DAYS(7) });
    await world.live(DAYS(SOME + 9));
    expectAccounts(world);
    const { scheduled_runs: scheduledRuns } = world.state();
    expect(scheduledRuns.filter(({ outcome }) => outcome === 'missed')).toHaveLength(6);
    const late = world.attempts.filter(({ isLate }) => isLate).slice(1);
    expect(late).toHaveLength(1);
    expect(late[0]?.beganAt.getTime()).toBeLessThanOrEqual(Date.parse(START) + DAYS(SOME + 7) + 60_000);
  });

  test('while the process was down are caught up when it starts', async () => {
    const world = startWorld(7);
    world.trouble(DAYS(SOME), { kind: 'killed', downMs: HOURS(48) });
    await world.live(DAYS(SOME + 4));
    expectAccounts(world);
    expect(world.state().scheduled_runs.filter(({ outcome }) => outcome === 'missed')).toHaveLength(1);
    expect(world.attempts.filter(({ isLate }) => isLate)).toHaveLength(2);
  });

  test('because the process died are caught up immediately by the next process, for the incomplete lists', async () => {
    const world = startWorld(8);
    // The first run starts at once: two lists are read, and the process dies before the third.
    world.trouble(7 * 60_000, { kind: 'killed', downMs: 60_000 });
    await world.live(HOURS(3));
    expect(world.attempts.map(({ lists }) => lists)).toEqual([5, 3]);
    expect(world.state().scheduled_runs).toMatchObject([{ outcome: 'complete', attempts: 2, is_over: true }]);
  });

  test('because the process died are on record as interrupted when a later run has reported them', async () => {
    const world = startWorld(8);
    world.trouble(7 * 60_000, { kind: 'killed', downMs: HOURS(24) });
    await world.live(HOURS(27));
    expect(world.state().scheduled_runs).toMatchObject([
      { outcome: 'complete', attempts: 1, is_over: true },
      { outcome: 'interrupted', attempts: 1, is_over: true },
    ]);
  });
});

describe('an incomplete scheduled run', () => {
  test('is retried every half hour for the incomplete lists, and given up after its retry window', async () => {
    const world = startWorld(9, () => ({ msAList: 60_000, isGood: ({ id }) => id !== 5022 }));
    await world.live(HOURS(9));
    expect(world.attempts[0]?.lists).toBe(5);
    expect(world.attempts.slice(1).every(({ lists }) => lists === 1)).toBe(true);
    expect(world.state().scheduled_runs).toMatchObject([
      { outcome: 'failed', attempts: 12, is_over: true, error: { code: 'NETWORK_FAILED' } },
    ]);
    await world.live(HOURS(9));
    expect(world.state().scheduled_runs[0]?.due_at).toBe('2026-01-11T07:30:00.000Z');
  });

  test('is not retried if the failure is permanent', async () => {
    const world = startWorld(9, () => ({
      msAList: 60_000,
      isGood: ({ id }) => id !== 5022,
      code: 'RECORDS_REJECTED',
    }));
    await world.live(HOURS(9));
    expect(world.state().scheduled_runs).toMatchObject([
      { outcome: 'partial', attempts: 1, is_over: true, error: { code: 'RECORDS_REJECTED' } },
    ]);
  });

  test('that lasts until the next one delays it, and causes no second run', async () => {
    let scheduledRuns = 0;
    const world = startWorld(10, () => ({
      msAList: scheduledRuns++ === 2 ? HOURS(6) : 60_000,
      isGood: () => true,
    }));
    await world.live(DAYS(5));
    expectAccounts(world);
    expect(world.state().scheduled_runs.every(({ outcome }) => outcome === 'complete')).toBe(true);
  });
});

describe('a clock that is set back', () => {
  test.each([
    [HOURS(2), 1],
    [HOURS(30), 2],
    [DAYS(7), 7],
  ])('by %d ms has no scheduled run run twice in one process, and none left out', async (ms, days) => {
    const world = startWorld(11);
    world.trouble(DAYS(times(days + 1, 10)), { kind: 'clock set', ms: -ms });
    await world.live(DAYS(times(2 * days + 3, 30)));
    const { scheduled_runs: scheduledRuns } = world.state();
    expect(scheduledRuns.map(({ due_at }) => due_at)).toEqual(
      listExpected(world).slice(-scheduledRuns.length),
    );
    expect(scheduledRuns.every(({ outcome, attempts }) => outcome === 'complete' && attempts === 1)).toBe(
      true,
    );
  });

  test('and forward again: runs that never took place count as missed, and run when they are due after all', async () => {
    const world = startWorld(12);
    world.trouble(DAYS(SOME), { kind: 'clock set', ms: DAYS(5) });
    world.trouble(DAYS(SOME) + HOURS(20), { kind: 'clock set', ms: -DAYS(5) });
    await world.live(DAYS(SOME + 8));
    const missed = world.state().scheduled_runs.filter(({ outcome }) => outcome === 'missed');
    expect(missed).toEqual([]);
  });

  test.each([
    ['in one process', []],
    ['by other processes', [DAYS(SOME) + HOURS(2), DAYS(SOME + 1) + HOURS(4)]],
  ])('by a year and corrected does not mark completed runs as missed, %s', async (_who, deaths) => {
    const world = startWorld(13);
    world.trouble(DAYS(SOME), { kind: 'clock set', ms: -DAYS(365) });
    world.trouble(DAYS(SOME + 1), { kind: 'clock set', ms: DAYS(365) });
    for (const at of deaths) world.trouble(at, { kind: 'killed', downMs: HOURS(1) });
    await world.live(DAYS(SOME + 6));
    const { scheduled_runs: scheduledRuns, ahead } = world.state();
    expect(scheduledRuns.filter(({ outcome }) => outcome === 'missed')).toEqual([]);
    // The runs from before the clock was set back are still recorded.
    expect(scheduledRuns.filter(({ due_at }) => due_at > '2026').length).toBeGreaterThan(SOME + 3);
    expect(ahead).toBeUndefined();
  });
});
