import { existsSync } from 'node:fs';
import { inspect } from 'node:util';
import { ONGOING_LISTS, API_LISTS } from '../../src/api/lists.ts';
import { MirrorError, messageOf } from '../../src/errors/mirror-error.ts';
import { findPauseLeft } from '../../src/db/run-log.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import type { Random } from '../../fake-api/invent/random.ts';
import { gatherSettings, type SettingName, parseSettings, type Settings } from '../../src/config/settings.ts';
import { runSync, type SyncRequest } from '../../src/sync/run-sync.ts';
import type { SyncEvent } from '../../src/sync/report.ts';
import type { History, DayPlan } from './draw-history.ts';
import { SLOW_FAULTS } from './faults.ts';
import { findHalfCases } from './invariants/half-cases.ts';
import { copyAsAfterDeath, readMirror, removeMirror } from './mirror-file.ts';
import type { Ending, Day } from './day.ts';
import { createTroubles, type TroubleTools } from './day-troubles.ts';
import type { ServedWorld } from './served-world.ts';
import { startRun } from './start-run.ts';
import { TROUBLES_OF_THE_FILE } from './troubles.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface DaySetting {
  readonly history: History;
  readonly world: ServedWorld;
  readonly clock: VirtualClock;
  readonly token: string;
  /** The file of the mirror, and the file that the next day continues with after a death. */
  readonly database: string;
  readonly databaseAfterDeath: string;
  readonly acceptDepartures: boolean;
}

/** Real milliseconds, for days on which the server stalls. */
const SHORT_TIMEOUTS = { responseTimeoutMs: '150', idleTimeoutMs: '100' };

/** Simulates one day, with everything that goes wrong on it. */
export async function runDay(plan: DayPlan, setting: DaySetting): Promise<Day> {
  const { history, world, clock, token, database } = setting;
  const events: SyncEvent[] = [];
  const halfCases: string[] = [];
  const secondWriters: Promise<string>[] = [];
  const controller = new AbortController();
  const state: { isDead: boolean; mirror: Mirror | undefined } = { isDead: false, mirror: undefined };
  const request: SyncRequest = {
    settings: toSettings(plan, setting),
    token,
    lists: history.withUnclassified ? API_LISTS : ONGOING_LISTS,
    trigger: 'nightly',
    dryRun: false,
    acceptDepartures: setting.acceptDepartures,
    signal: controller.signal,
    onEvent: (event) => {
      if (!state.isDead) events.push(event);
      passMoment(true);
    },
  };
  const tools: TroubleTools = {
    clock: {
      ...clock,
      jump: (ms) => {
        clock.jump(ms);
        if (ms > 0) world.forgetPause(); // the pause may be over by the new time
      },
    },
    database,
    stop: (reason) => {
      controller.abort(reason);
    },
    die: (cut: Random | null) => {
      if (cut !== null) world.forgetPause(); // the record of the pause may not have reached the disk
      copyAsAfterDeath(database, setting.databaseAfterDeath, cut);
      state.isDead = true;
      world.endDay();
      controller.abort(
        new MirrorError('INTERRUPTED', 'The process has died; its remaining work is ignored.'),
      );
    },
    mirror: () => state.mirror,
    startSecondWriter: () => {
      const second = { ...request, onEvent: () => undefined, signal: new AbortController().signal };
      secondWriters.push(runSync(second, clock).then(() => 'wrote', toCode));
    },
    look: (random) => {
      halfCases.push(...readMirror(database, (reader) => findHalfCases(reader, random)));
    },
  };
  const troubles = createTroubles(plan, tools);
  const passMoment = (isEvent: boolean): void => {
    if (!state.isDead) troubles.passMoment(isEvent);
  };
  const served = world.beginDay(plan, clock, () => {
    passMoment(false);
  });
  // The scheduler waits that long; a person may try at once.
  if (plan.waits !== false) clock.pass(findPause(database, world.fakeApi.url, clock.now()));
  const needsFile = plan.troubles.some(({ trouble }) => TROUBLES_OF_THE_FILE.has(trouble));
  const takeMirror = (mirror: Mirror): void => {
    state.mirror = mirror;
  };
  const ending = await startRun(request, clock, needsFile ? takeMirror : null).then(
    (report): Ending => ({ kind: 'report', report }),
    (error: unknown): Ending => ({ kind: 'error', error }),
  );
  world.endDay();
  troubles.end();
  // The next process cannot know a pause that the database failed to store.
  if (!state.isDead && ending.kind === 'error' && toCode(ending.error) !== 'RETRY_AFTER_TOO_LONG')
    world.forgetPause();
  if (state.isDead) removeMirror(database);
  const begun = events.find((event) => event.type === 'run-begun');
  return {
    database: state.isDead ? setting.databaseAfterDeath : database,
    runId: begun?.runId ?? null,
    ending: state.isDead ? { kind: 'death' } : ending,
    served,
    troubles: troubles.done,
    output: inspect({ events, ending }, { depth: 12, maxStringLength: null, maxArrayLength: null }),
    halfCases,
    secondWriters: await Promise.all(secondWriters),
  };
}

/** The rest of a pause that the server required on an earlier day. */
function findPause(database: string, apiUrl: string, now: Date): number {
  if (!existsSync(database)) return 0;
  try {
    return readMirror(database, (mirror) => findPauseLeft(mirror, apiUrl, now));
  } catch {
    return 0; // the run reports what is wrong with the file
  }
}

function toSettings(plan: DayPlan, { history, world, database }: DaySetting): Settings {
  const isSlow = plan.faults.some(({ fault }) => SLOW_FAULTS.has(fault));
  const flags: Partial<Record<SettingName, string>> = {
    ...history.settings,
    ...(isSlow && SHORT_TIMEOUTS),
    apiUrl: world.fakeApi.url,
    database,
  };
  return parseSettings(gatherSettings(flags, {}, {}));
}

function toCode(thrown: unknown): string {
  return thrown instanceof MirrorError ? thrown.code : messageOf(thrown);
}
