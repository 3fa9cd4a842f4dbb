import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../src/errors/mirror-error.ts';
import { Random } from '../../fake-api/invent/random.ts';
import { drawHistory, type History, type DayPlan } from './draw-history.ts';
import { EDITS, REORDERING } from './edits.ts';
import { INVARIANT_NAMES, INVARIANTS, type InvariantName } from './invariants/list-invariants.ts';
import {
  checkFaultFreeDay,
  compareData,
  compareWithNew,
  listData,
  RECOVERIES,
  type RecoveryName,
} from './invariants/recovery.ts';
import { writeMirrorWithoutViews } from '../support/once/empty-mirror.ts';
import { holdsMirror, readMirror } from './mirror-file.ts';
import type { Day } from './day.ts';
import { runDay } from './run-day.ts';
import { startWorld } from './served-world.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface Violation {
  readonly invariant: InvariantName | RecoveryName;
  /** From 1. */
  readonly day: number;
  readonly how: string;
}

/** The results of a seed. */
export interface Account {
  readonly history: History;
  readonly days: readonly Day[];
  readonly violations: readonly Violation[];
}

const DAY_MS = 86_400_000;
const FAULT_FREE_DAY: DayPlan = { faults: [], troubles: [], edits: [], looks: [] };

/** Simulates the days of a seed: faulty days, then a fault-free day, then one on which nothing changes. */
export async function simulateSeed(seed: number): Promise<Account> {
  const history = drawHistory(seed);
  const folder = mkdtempSync(join(tmpdir(), 'faulty-days-'));
  const token = `canary-${seed}-3f9a0c`;
  const world = await startWorld(history, token);
  try {
    return await simulateDays(history, folder, token, world);
  } catch (cause) {
    throw new Error(`The simulation of seed ${seed} itself failed: ${messageOf(cause)}`, { cause });
  } finally {
    await world.fakeApi.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function simulateDays(
  history: History,
  folder: string,
  token: string,
  world: Awaited<ReturnType<typeof startWorld>>,
): Promise<Account> {
  const days: Day[] = [];
  const violations: Violation[] = [];
  const clock = createVirtualClock('2030-01-01T03:17:00Z', new Random(history.seed));
  let database = join(folder, 'mirror.db');
  let hasBeenThere = !history.withoutFile;
  if (hasBeenThere) writeMirrorWithoutViews(database);
  const live = async (plan: DayPlan, acceptDepartures = false): Promise<Day> => {
    const day = await runDay(plan, {
      history: plan === FAULT_FREE_DAY ? withoutFaults(history) : history,
      world,
      clock,
      token,
      database,
      databaseAfterDeath: join(folder, `mirror-${days.length + 2}.db`),
      acceptDepartures,
    });
    days.push(day);
    database = day.database;
    clock.pass(plan.gapMs ?? DAY_MS);
    checkDay(day);
    return day;
  };
  const violate = (invariant: Violation['invariant'], hows: readonly string[]): void => {
    violations.push(...hows.map((how) => ({ invariant, day: days.length, how })));
  };
  const checkDay = (day: Day): void => {
    // A power cut on the first day may leave a file without tables. Nothing is lost, since nothing was there.
    if (day.ending.kind === 'death' && !holdsMirror(day.database)) {
      world.forgetPause();
      if (hasBeenThere) violate(RECOVERIES.file, [`${day.database} is no longer a mirror`]);
      return;
    }
    hasBeenThere = true;
    readMirror(day.database, (mirror) => {
      const confirms = history.settings.requireStable === 'yes';
      for (const name of INVARIANT_NAMES) violate(name, INVARIANTS[name]({ day, mirror, token, confirms }));
    });
  };

  for (const plan of history.faultyDays) await live(plan);
  const good = await live(FAULT_FREE_DAY);
  // On the faulty days, a suspiciously large number of cases may have disappeared; a person confirms that.
  const isSuspicious = good.ending.kind === 'report' && good.ending.report.outcome === 'suspicious';
  const end = isSuspicious ? await live(FAULT_FREE_DAY, true) : good;
  violate(RECOVERIES.good, checkFaultFreeDay(end));

  const freshDatabase = join(folder, 'fresh.db');
  writeMirrorWithoutViews(freshDatabase);
  const fresh = await runDay(FAULT_FREE_DAY, {
    history: withoutFaults(history),
    world,
    clock,
    token,
    database: freshDatabase,
    databaseAfterDeath: '',
    acceptDepartures: false,
  });
  violate(RECOVERIES.good, checkFaultFreeDay(fresh));
  readMirror(database, (mirror) => {
    readMirror(freshDatabase, (other) => {
      violate(RECOVERIES.same, compareWithNew(mirror, other, world.fakeApi.source, history.withUnclassified));
    });
  });

  if (!history.endsQuietly) return { history, days, violations };
  const before = readMirror(database, listData);
  EDITS[REORDERING](world.fakeApi.source, new Random(history.seed));
  violate(RECOVERIES.good, checkFaultFreeDay(await live(FAULT_FREE_DAY)));
  violate(RECOVERIES.reordered, compareData(before, readMirror(database, listData)));
  return { history, days, violations };
}

/** A fault-free day has enough attempts for every request. */
function withoutFaults(history: History): History {
  return { ...history, settings: { ...history.settings, maxAttempts: '6' } };
}
