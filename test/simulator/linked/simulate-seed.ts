import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Random } from '../../../fake-api/invent/random.ts';
import { API_LISTS } from '../../../src/api/lists.ts';
import { parseSettings, gatherSettings } from '../../../src/config/settings.ts';
import { MirrorError, messageOf } from '../../../src/errors/mirror-error.ts';
import { isSkipped } from '../../../src/sync/linked/report.ts';
import { runLinkedPass } from '../../../src/sync/linked/pass.ts';
import { runSync } from '../../../src/sync/run-sync.ts';
import { dumpData } from '../../support/dump.ts';
import { writeMirrorWithoutViews } from '../../support/once/empty-mirror.ts';
import { copyAsAfterDeath, listFilesWith, readMirror, removeMirror } from '../mirror-file.ts';
import { type VirtualClock, createVirtualClock } from '../virtual-clock.ts';
import { compareLinked } from './compare-linked.ts';
import { type LinkedHistory, type LinkedDay, drawLinkedHistory } from './draw-history.ts';
import { checkDay } from './invariants.ts';
import { type LinkedWorld, type ServedDay, startLinkedWorld } from './served-world.ts';

/** The results of one day. */
export interface LinkedDayAccount {
  readonly served: ServedDay;
  /** How the run of the cases ended. */
  readonly run: string;
  /** How the linked pass ended: its outcome, `skipped`, `death`, or the error that it threw. */
  readonly pass: string;
}

export interface LinkedAccount {
  readonly history: LinkedHistory;
  readonly days: readonly LinkedDayAccount[];
  /** The violations, each with the number of its day, from 1. */
  readonly violations: readonly string[];
}

const DAY_MS = 86_400_000;
/** Longer than any pause of a failed list. */
const ALL_PAUSES_MS = 40 * DAY_MS;
/** An empty list is accepted on the second day, and a missing record departs on the second. */
const FAULT_FREE_DAYS = 3;
const FAULT_FREE_DAY: LinkedDay = { faults: [], edits: [], budget: 'all', cut: null };

/** Simulates the days of a seed: faulty days, then fault-free days, then one on which nothing changes. */
export async function simulateLinkedSeed(seed: number): Promise<LinkedAccount> {
  const history = drawLinkedHistory(seed);
  const folder = mkdtempSync(join(tmpdir(), 'linked-days-'));
  const token = `canary-${seed}-77c1be`;
  const world = await startLinkedWorld(history, token);
  try {
    return await simulateDays(history, folder, token, world);
  } catch (cause) {
    throw new Error(`The simulation of linked seed ${seed} itself failed: ${messageOf(cause)}`, { cause });
  } finally {
    await world.fakeApi.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function simulateDays(
  history: LinkedHistory,
  folder: string,
  token: string,
  world: LinkedWorld,
): Promise<LinkedAccount> {
  const days: LinkedDayAccount[] = [];
  const violations: string[] = [];
  const clock = createVirtualClock('2030-01-01T03:17:00Z', new Random(history.seed));
  let database = join(folder, 'mirror.db');
  writeMirrorWithoutViews(database);
  const violate = (hows: readonly string[]): void => {
    violations.push(...hows.map((how) => `day ${days.length}: ${how}`));
  };
  const live = async (plan: LinkedDay): Promise<void> => {
    const after = join(folder, `mirror-${days.length + 2}.db`);
    const day = await runDay(plan, { world, clock, token, database, after });
    days.push(day);
    if (day.pass === 'death') {
      removeMirror(database);
      database = after;
    }
    violate(readMirror(database, (mirror) => checkDay(mirror, day, plan)));
    violate(listFilesWith(database, token).map((file) => `the token is in ${file}`));
    clock.pass(DAY_MS);
  };
  for (const plan of history.faultyDays) await live(plan);
  clock.pass(ALL_PAUSES_MS);
  world.forgetPause();
  for (let day = 0; day < FAULT_FREE_DAYS; day++) await live(FAULT_FREE_DAY);
  const { source } = world.fakeApi;
  violate(readMirror(database, (mirror) => compareLinked(mirror, source)));
  const before = readMirror(database, listLinkedData);
  await live(FAULT_FREE_DAY);
  const known = new Set(before);
  const written = readMirror(database, listLinkedData).filter((row) => !known.has(row));
  violate(written.map((row) => `a day on which nothing changed wrote ${row.slice(0, 300)}`));
  return { history, days, violations };
}

interface Setting {
  readonly world: LinkedWorld;
  readonly clock: VirtualClock;
  readonly token: string;
  readonly database: string;
  /** The file that the next day continues with after a death. */
  readonly after: string;
}

async function runDay(
  plan: LinkedDay,
  { world, clock, token, database, after }: Setting,
): Promise<LinkedDayAccount> {
  const controller = new AbortController();
  const state = { isDead: false };
  const served = world.beginDay(plan, clock, (number) => {
    if (plan.cut?.request !== number) return;
    if (plan.cut.how !== 'signal') {
      copyAsAfterDeath(database, after, plan.cut.how === 'power cut' ? new Random(number) : null);
      state.isDead = true;
      world.forgetPause();
      world.endDay();
    }
    controller.abort(new MirrorError('INTERRUPTED', 'The day was interrupted.'));
  });
  const settings = parseSettings(
    gatherSettings(
      { apiUrl: world.fakeApi.url, database, delayMs: '0', linkedBudget: plan.budget, maxPasses: '2' },
      {},
      {},
    ),
  );
  const request = { settings, token, onEvent: () => undefined };
  const { signal } = new AbortController();
  const report = await runSync(
    { ...request, lists: API_LISTS, trigger: 'nightly', dryRun: false, acceptDepartures: false, signal },
    clock,
  );
  const pass = await runLinkedPass({ ...request, signal: controller.signal }, clock).then(
    (result) => (isSkipped(result) ? 'skipped' : result.outcome),
    (error: unknown) => `error: ${inspect(error)}`,
  );
  world.endDay();
  return { served, run: report.outcome, pass: state.isDead ? 'death' : pass };
}

const LINKED_TABLES = [
  'documents',
  'case_documents',
  'further_dockets',
  'further_docket_entries',
  'case_further_dockets',
  'resources',
  'case_resources',
  'linked_changes',
  'linked_versions',
  'mirror_docket_differences',
];

function listLinkedData(mirror: Parameters<typeof dumpData>[0]): string[] {
  const data = dumpData(mirror);
  return LINKED_TABLES.flatMap((table) =>
    (data[table] ?? []).map((row) => `${table} ${JSON.stringify(row)}`),
  );
}
