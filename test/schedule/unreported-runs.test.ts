import { describe, expect, test } from '@jest/globals';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { findRunReports } from '../../src/schedule/unreported-runs.ts';
import { readStateFile, toStateFilePath } from '../../src/schedule/state-file.ts';
import type { AfterRunStep, RunSummary } from '../../src/schedule/after-run.ts';
import { parseSchedule } from '../../src/schedule/cron.ts';
import { toReportJson } from '../../src/cli/text/report.ts';
import { parseNightlySettings, gatherSettings } from '../../src/config/settings.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

const DAY = 86_400_000;
const NEVER = new Promise<never>(() => undefined);

async function start() {
  const harness = await startHarness({ source: smallCollection(20) });
  const { database, runtime } = harness;
  /** A process that runs the scheduler with these steps. */
  const begin = (steps: readonly AfterRunStep[], dies: boolean, onBegin: () => void) => {
    const stop = new AbortController();
    return createScheduler({
      clock: {
        now: runtime.now,
        sleep: runtime.sleep,
        nextMinute: () => Promise.reject(new Error('stopped')),
      },
      random: () => 0.5,
      who: { process_id: 1, version: 'test' },
      job: () => ({
        database,
        apiUrl: harness.fakeApi.url,
        schedule: parseSchedule('0 0 * * *', 'UTC'),
        settings: parseNightlySettings(gatherSettings({}, {}, {})),
        lists: ONGOING_LISTS,
        runSync: async (lists) => {
          const report = await harness.sync({ lists, trigger: 'nightly' });
          return dies ? NEVER : report;
        },
        steps,
      }),
      signal: stop.signal,
      events: {
        onWait: () => {
          stop.abort();
        },
        onBegin,
        onEnd: () => undefined,
        onFailed: () => undefined,
      },
    });
  };
  const heard: RunSummary[] = [];
  const hear: AfterRunStep = {
    step: 'hear',
    onlyIfComplete: false,
    run: (_signal, summary) => {
      heard.push(summary);
      return Promise.resolve('heard');
    },
  };
  /** Lets a process run what is due; returns how far it got when it hangs or is done. */
  const runDue = async (steps: readonly AfterRunStep[], dies = false): Promise<void> => {
    let attempts = 0;
    const process = begin(steps, dies, () => attempts++).run();
    const until = async (): Promise<void> => {
      while (harness.events.at(-1)?.type !== 'run-ended') await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    };
    await (dies || steps.includes(hang) ? Promise.race([process, until()]) : process);
    expect(attempts).toBe(1);
  };
  const hang: AfterRunStep = { step: 'hang', onlyIfComplete: false, run: () => NEVER };
  return {
    ...harness,
    heard,
    hear,
    hang,
    runDue,
    scheduledRuns: () => readStateFile(toStateFilePath(database)).scheduled_runs,
  };
}

describe('the next process reports the runs of a process that died', () => {
  test.each([
    ['in the steps', false],
    ['before the end of the run was noted', true],
  ])('%s', async (_title, dies) => {
    const { heard, hear, hang, runDue, scheduledRuns } = await start();
    await runDue([hang], dies);
    await runDue([hear]);
    expect(scheduledRuns()[0]).toMatchObject({ run_ids: [1], outcome: 'complete', is_over: true });
    expect(heard[0]?.reports.map(({ runId }) => runId)).toEqual([1]);
    const news = heard[0]?.reports.flatMap(({ lists }) => lists.map(({ figures }) => figures.cases_new));
    expect(news?.reduce((a, b) => a + b)).toBeGreaterThan(0);
  });

  test('even if the next scheduled run is already due, and only once', async () => {
    const { heard, hear, hang, runDue, scheduledRuns, runtime } = await start();
    await runDue([hang]);
    for (let scheduledRun = 0; scheduledRun < 2; scheduledRun++) {
      await runtime.sleep(DAY, new AbortController().signal);
      await runDue([hear]);
    }
    expect(heard.map(({ reports }) => reports.map(({ runId }) => runId))).toEqual([[1, 2], [3]]);
    expect(scheduledRuns().map(({ run_ids }) => run_ids)).toEqual([[3], [2], [1]]);
  });
});

test('a report from the run log equals the report of the run', async () => {
  const { sync, database } = await startHarness({ source: smallCollection(20) });
  const report = await sync({ trigger: 'nightly' });
  const [read] = findRunReports(database, 0, '');
  expect(read && toReportJson(read)).toMatchObject({
    ...toReportJson(report),
    started_at: expect.any(String),
    ended_at: expect.any(String),
  });
});
