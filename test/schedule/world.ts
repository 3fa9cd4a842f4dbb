import { join } from 'node:path';
import { ONGOING_LISTS, type ApiList, UNCLASSIFIED } from '../../src/api/lists.ts';
import { fingerprint, splitPayload } from '../../src/case/fingerprint.ts';
import { toCaseRows } from '../../src/case/case-rows.ts';
import { type ErrorCode, MirrorError } from '../../src/errors/mirror-error.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { recordDied } from '../../src/db/dead-rows.ts';
import { type Clock, createScheduler } from '../../src/schedule/scheduler.ts';
import { readStateFile, toStateFilePath, type SchedulerState } from '../../src/schedule/state-file.ts';
import type { AfterRunStep } from '../../src/schedule/after-run.ts';
import { parseSchedule, type Schedule } from '../../src/schedule/cron.ts';
import type { Random } from '../../fake-api/invent/random.ts';
import { gatherSettings, parseNightlySettings } from '../../src/config/settings.ts';
import { beginRecord, type RunRecord } from '../../src/sync/recorder.ts';
import { judgeRun, type RunReport, type ListReport } from '../../src/sync/report.ts';
import { ListTally } from '../../src/sync/list-sync.ts';
import { makeCase } from '../support/make-case.ts';
import { writeMirrorWithoutViews } from '../support/once/empty-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NO_TRAFFIC = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };
const NEVER = new Promise<never>(() => undefined);

/** An event on the machine at a time of its monotonic clock. */
export type Trouble =
  | { readonly kind: 'asleep'; readonly ms: number }
  | { readonly kind: 'clock set'; readonly ms: number }
  | { readonly kind: 'killed'; readonly downMs: number };

/** The state of the network during one attempt. */
export interface Weather {
  /** How long each list takes. */
  readonly msAList: number;
  /** Whether a list can be read. */
  readonly isGood: (status: ApiList) => boolean;
  /** Why a list cannot be read. */
  readonly code?: ErrorCode;
}

export interface WorldPlan {
  readonly start: string;
  readonly cron: string;
  readonly timezone: string;
  readonly random: Random;
  /** Drawn for each attempt. */
  readonly weather: () => Weather;
  readonly steps?: readonly AfterRunStep[];
  /**
   * How often a waiting process checks the clock: every minute as in reality, or less often if a year has to pass in
   * seconds.
   */
  readonly minutesPerTick?: number;
}

export interface Attempt {
  readonly due: string;
  readonly beganAt: Date;
  readonly isLate: boolean;
  readonly lists: number;
}

/**
 * A machine with its own clock that runs the scheduler with a real mirror, run log, state file and planning. Only
 * reading a list is simulated: it takes time and succeeds or fails.
 */
export class World {
  readonly attempts: Attempt[] = [];
  readonly database = join(tempFolder(), 'mirror.db');
  readonly schedule: Schedule;
  readonly failures: unknown[] = [];
  readonly #plan: WorldPlan;
  #elapsed = 0;
  #clock: number;
  #busy = 0;
  #killed: { readonly downMs: number } | null = null;
  #die: () => void = () => undefined;
  #endIfDue: () => void = () => undefined;
  readonly #troubles: { readonly at: number; readonly trouble: Trouble }[] = [];

  constructor(plan: WorldPlan) {
    this.#plan = plan;
    this.#clock = Date.parse(plan.start);
    writeMirrorWithoutViews(this.database);
    this.schedule = parseSchedule(plan.cron, plan.timezone);
  }

  now(): Date {
    return new Date(this.#clock);
  }

  /** Schedules an event that many milliseconds after the start. */
  trouble(at: number, trouble: Trouble): void {
    this.#troubles.push({ at, trouble });
    this.#troubles.sort((a, b) => a.at - b.at);
  }

  state(): SchedulerState {
    return readStateFile(toStateFilePath(this.database));
  }

  /** Lets time pass during an action, at the end of which the process may be told to end, or may die. */
  async pass(ms: number): Promise<void> {
    await this.#pass(ms);
    this.#endIfDue();
  }

  /** Runs the scheduler for that long; restarts the process after each death. */
  async live(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    while (this.#elapsed < end) {
      const stop = new AbortController();
      const died = new Promise<void>((resolve) => (this.#die = resolve));
      await Promise.race([this.#keep(stop, end), died]);
      if (this.#killed !== null) {
        this.#elapse(this.#killed.downMs);
        this.#killed = null;
      }
    }
  }

  async #keep(stop: AbortController, end: number): Promise<void> {
    this.#endIfDue = () => {
      if (this.#elapsed >= end) stop.abort(new MirrorError('TERMINATED', 'The end of the test.'));
    };
    const clock: Clock = {
      now: () => this.now(),
      sleep: async (ms) => {
        await this.pass(ms);
      },
      nextMinute: async () => {
        const beat = MINUTE * (this.#plan.minutesPerTick ?? 1);
        await this.pass(beat - (this.#clock % beat));
      },
    };
    const scheduler = createScheduler({
      clock,
      random: () => this.#plan.random.share(),
      who: { process_id: 1, version: 'test' },
      job: () => ({
        apiUrl: 'http://127.0.0.1/api/v2p1/',
        database: this.database,
        schedule: this.schedule,
        settings: parseNightlySettings(
          gatherSettings({ schedule: this.#plan.cron, timezone: this.#plan.timezone }, {}, {}),
        ),
        lists: ONGOING_LISTS,
        runSync: (lists) => this.#sync(lists),
        steps: this.#plan.steps ?? [],
      }),
      signal: stop.signal,
      events: {
        onWait: () => undefined,
        onBegin: ({ due, isLate, lists }) =>
          this.attempts.push({
            due: due.toISOString(),
            beganAt: this.now(),
            isLate,
            lists: lists.length,
          }),
        onEnd: () => undefined,
        onFailed: (error) => this.failures.push(error),
      },
    });
    await scheduler.run();
  }

  /** Records a run as the real one does, except for the cases. */
  async #sync(lists: readonly ApiList[]): Promise<RunReport> {
    if (this.#busy++ > 0) throw new Error('two runs at once');
    const { isGood, msAList, code = 'NETWORK_FAILED' } = this.#plan.weather();
    const mirror = openMirror(this.database);
    try {
      const startedAt = this.now();
      recordDied(mirror.sqlite, startedAt);
      const record = beginRecord(
        mirror,
        {
          startedAt,
          trigger: 'nightly',
          version: 'test',
          apiUrl: 'http://127.0.0.1/api/v2p1/',
          processId: 1,
        },
        () => this.now(),
      );
      if (record.runId === 1) writeOneCase(record);
      const reports: ListReport[] = [];
      for (const list of lists) {
        record.beginList(list);
        await this.#pass(msAList, () => {
          mirror.close();
        });
        const error = isGood(list) ? null : new MirrorError(code, 'No lamp.');
        const report: ListReport = {
          list,
          outcome: error === null ? 'empty' : 'failed',
          figures: new ListTally(NO_TRAFFIC).toRow(NO_TRAFFIC),
          error,
        };
        record.endList(report);
        reports.push(report);
      }
      const ending = judgeRun(reports, null);
      await record.endRun(ending);
      return {
        runId: record.runId,
        startedAt,
        endedAt: this.now(),
        lists: reports,
        departures: null,
        coverage: null,
        ...ending,
      };
    } finally {
      this.#busy--;
      mirror.close();
    }
  }

  /** Lets time pass and events happen. A killed process is not notified; `onDeath` cleans up for it. */
  async #pass(ms: number, onDeath: () => void = () => undefined): Promise<void> {
    this.#elapse(ms);
    await Promise.resolve();
    for (;;) {
      const next = this.#troubles[0];
      if (next === undefined || next.at > this.#elapsed) return;
      this.#troubles.shift();
      const { trouble } = next;
      if (trouble.kind === 'asleep') this.#elapse(trouble.ms);
      else if (trouble.kind === 'clock set') this.#clock += trouble.ms;
      else {
        this.#killed = trouble;
        this.#busy = 0;
        onDeath();
        this.#die();
        await NEVER;
      }
    }
  }

  #elapse(ms: number): void {
    this.#elapsed += ms;
    this.#clock += ms;
  }
}

/** Keeps the indexes: otherwise every scheduled run of a mirror without docket entries would drop and rebuild them. */
function writeOneCase(record: RunRecord): void {
  const payload = makeCase();
  const split = splitPayload(payload);
  record.writePage(
    UNCLASSIFIED,
    {
      cases: [
        {
          verdict: 'new',
          id: payload.id,
          listId: 5020,
          rawHash: null,
          rows: toCaseRows(payload, split, fingerprint(split)),
        },
      ],
      rejected: [],
      drift: [],
      doubles: [],
    },
    new ListTally(NO_TRAFFIC).toRow(NO_TRAFFIC),
  );
}

export const HOURS = (count: number): number => count * HOUR;
export const DAYS = (count: number): number => count * 24 * HOUR;
