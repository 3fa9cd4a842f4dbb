import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../src/errors/mirror-error.ts';
import { Random } from '../../fake-api/invent/random.ts';
import { drawHistory, type History, type NightPlan } from './draw-history.ts';
import { EDITS, REORDERING } from './edits.ts';
import { INVARIANT_NAMES, INVARIANTS, type InvariantName } from './invariants/list-invariants.ts';
import {
  checkGoodNight,
  compareData,
  compareWithNew,
  listData,
  RECOVERIES,
  type RecoveryName,
} from './invariants/recovery.ts';
import { writeEmptyMirror } from '../support/once/empty-mirror.ts';
import { holdsMirror, readMirror } from './mirror-file.ts';
import type { Night } from './night.ts';
import { runNight } from './run-night.ts';
import { startWorld } from './served-world.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface Violation {
  readonly invariant: InvariantName | RecoveryName;
  /** From 1. */
  readonly night: number;
  readonly how: string;
}

/** What became of a seed. */
export interface Account {
  readonly history: History;
  readonly nights: readonly Night[];
  readonly violations: readonly Violation[];
}

const DAY_MS = 86_400_000;
const GOOD_NIGHT: NightPlan = { faults: [], troubles: [], edits: [], looks: [] };

/** Lives through the nights of a seed: bad ones, then a good one, then one in which nothing changes. */
export async function simulateSeed(seed: number): Promise<Account> {
  const history = drawHistory(seed);
  const folder = mkdtempSync(join(tmpdir(), 'bad-nights-'));
  const token = `canary-${seed}-3f9a0c`;
  const world = await startWorld(history, token);
  try {
    return await liveThrough(history, folder, token, world);
  } catch (cause) {
    throw new Error(`The simulation of seed ${seed} itself failed: ${messageOf(cause)}`, { cause });
  } finally {
    await world.fakeApi.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function liveThrough(
  history: History,
  folder: string,
  token: string,
  world: Awaited<ReturnType<typeof startWorld>>,
): Promise<Account> {
  const nights: Night[] = [];
  const violations: Violation[] = [];
  const clock = createVirtualClock('2030-01-01T03:17:00Z', new Random(history.seed));
  let database = join(folder, 'mirror.db');
  let hasBeenThere = !history.withoutFile;
  if (hasBeenThere) writeEmptyMirror(database);
  const live = async (plan: NightPlan, acceptDepartures = false): Promise<Night> => {
    const night = await runNight(plan, {
      history: plan === GOOD_NIGHT ? toGood(history) : history,
      world,
      clock,
      token,
      database,
      databaseAfterDeath: join(folder, `mirror-${nights.length + 2}.db`),
      acceptDepartures,
    });
    nights.push(night);
    database = night.database;
    clock.pass(plan.gapMs ?? DAY_MS);
    checkNight(night);
    return night;
  };
  const violate = (invariant: Violation['invariant'], hows: readonly string[]): void => {
    violations.push(...hows.map((how) => ({ invariant, night: nights.length, how })));
  };
  const checkNight = (night: Night): void => {
    // A power cut in the very first night may leave a file without its tables: nothing is lost, as there was nothing.
    if (night.ending.kind === 'death' && !holdsMirror(night.database)) {
      world.forgetPause();
      if (hasBeenThere) violate(RECOVERIES.file, [`${night.database} is no mirror any more`]);
      return;
    }
    hasBeenThere = true;
    readMirror(night.database, (mirror) => {
      const confirms = history.settings.requireStable === 'yes';
      for (const name of INVARIANT_NAMES) violate(name, INVARIANTS[name]({ night, mirror, token, confirms }));
    });
  };

  for (const plan of history.badNights) await live(plan);
  const good = await live(GOOD_NIGHT);
  // More may have gone in the bad nights than can be believed; a person says that it is true.
  const isSuspicious = good.ending.kind === 'report' && good.ending.report.outcome === 'suspicious';
  const end = isSuspicious ? await live(GOOD_NIGHT, true) : good;
  violate(RECOVERIES.good, checkGoodNight(end));

  const freshDatabase = join(folder, 'fresh.db');
  writeEmptyMirror(freshDatabase);
  const fresh = await runNight(GOOD_NIGHT, {
    history: toGood(history),
    world,
    clock,
    token,
    database: freshDatabase,
    databaseAfterDeath: '',
    acceptDepartures: false,
  });
  violate(RECOVERIES.good, checkGoodNight(fresh));
  readMirror(database, (mirror) => {
    readMirror(freshDatabase, (other) => {
      violate(RECOVERIES.same, compareWithNew(mirror, other, world.fakeApi.source, history.withUnclassified));
    });
  });

  if (!history.endsQuietly) return { history, nights, violations };
  const before = readMirror(database, listData);
  EDITS[REORDERING](world.fakeApi.source, new Random(history.seed));
  violate(RECOVERIES.good, checkGoodNight(await live(GOOD_NIGHT)));
  violate(RECOVERIES.quiet, compareData(before, readMirror(database, listData)));
  return { history, nights, violations };
}

/** A good night has time, and as many tries as anybody. */
function toGood(history: History): History {
  return { ...history, settings: { ...history.settings, maxAttempts: '6' } };
}
