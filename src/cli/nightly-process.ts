import { MirrorError } from '../errors/mirror-error.ts';
import type { ExitName } from '../errors/exit-codes.ts';
import { createAgents } from '../api/http-agents.ts';
import { type WriterLock, takeWriterLock } from '../db/lock.ts';
import { keepNights } from '../schedule/scheduler.ts';
import { keepSchedule, nextMinute } from '../schedule/heartbeat.ts';
import { toMetricsStep } from '../schedule/metrics.ts';
import { toNightBookPath } from '../schedule/state-file.ts';
import { type NightStep, toReportStep, toSnapshotStep, toVerifyStep } from '../schedule/after-run.ts';
import { announceNight, toPingStep, toWebhookStep } from '../schedule/notify.ts';
import { type Schedule, findScheduleDoubt, parseSchedule } from '../schedule/cron.ts';
import { PACKAGE } from '../lib/package-info.ts';
import {
  type LogSettings,
  type NightlySettings,
  type Settings,
  type SnapshotSettings,
  parseLogSettings,
  parseNightlySettings,
  parseSettings,
  parseSnapshotSettings,
} from '../config/settings.ts';
import { runSync } from '../sync/run-sync.ts';
import { readToken } from '../config/token.ts';
import { chooseLists } from '../api/lists.ts';
import { type Io, checkPrinted, findLoss, withStop, write, writeText } from './io.ts';
import { createNightLog, createRunEvents } from './log.ts';
import { toJsonLine } from './text/words.ts';
import { renderRunReport, toReportJson } from './text/report.ts';
import { type Flags, readWrittenSettings } from './options.ts';

/** All that a night is run by. */
export interface ReadSettings {
  readonly settings: Settings;
  readonly token: string;
  readonly nightly: NightlySettings;
  readonly schedule: Schedule;
  readonly snapshots: SnapshotSettings;
  readonly log: LogSettings;
  /** What may not be as it was meant. */
  readonly warnings: readonly string[];
}

/** Reads them all, so that nothing that cannot be used is found out at night. */
export function readNightlySettings(flags: Flags, io: Io): ReadSettings {
  const warnings: string[] = [];
  const written = readWrittenSettings(flags, io, (warning) => warnings.push(warning));
  const settings = parseSettings(written);
  const nightly = parseNightlySettings(written);
  const schedule = parseSchedule(nightly.at, nightly.timezone, nightly.scheduleFrom);
  const doubt = findScheduleDoubt(schedule, io.runtime.now());
  return {
    settings,
    nightly,
    schedule,
    // One night now is not a matter of the schedule.
    warnings: doubt === null || flags.onceNow === true ? warnings : [...warnings, doubt],
    snapshots: parseSnapshotSettings(written, settings.database),
    log: parseLogSettings(written),
    token: readToken(written),
  };
}

/** Fails where the log or the reports of the runs could not be written, so that the night tells of it. */
function toLogStep(io: Io): NightStep {
  return {
    step: 'log',
    needsAll: false,
    run: () => {
      checkPrinted(io);
      return Promise.resolve(null);
    },
  };
}

/** What is done when a night is over. */
function listNightSteps({ settings, nightly, schedule, snapshots }: ReadSettings, io: Io): NightStep[] {
  const { now, random } = io.runtime;
  const { database } = settings;
  const { timezone } = schedule;
  const agents = createAgents(settings);
  return [
    ...(nightly.verifySample === null ? [] : [toVerifyStep(database, nightly.verifySample, random)]),
    ...(nightly.nightlySnapshot ? [toSnapshotStep(database, snapshots, now)] : []),
    ...(nightly.reports === null ? [] : [toReportStep(database, nightly.reports, toReportJson)]),
    ...(nightly.metricsFile === null ? [] : [toMetricsStep(database, nightly.metricsFile, now)]),
    ...([io.stdout, io.stderr].every((out) => findLoss(out) === null) ? [] : [toLogStep(io)]),
    ...(nightly.webhookUrl === null
      ? []
      : [toWebhookStep(nightly.webhookUrl, timezone, nightly.webhookOn, toReportJson, agents)]),
    ...(nightly.pingUrl === null ? [] : [toPingStep(nightly.pingUrl, timezone, agents)]),
  ];
}

/** Keeps the schedule until it is told to end, or runs one night. */
export async function runNightlyProcess(flags: Flags, io: Io): Promise<ExitName> {
  const read = (): ReadSettings => readNightlySettings(flags, io);
  const first = read();
  const lock = takeNightlyLock(toNightBookPath(first.settings.database), first.settings.database);
  try {
    return await withStop(io, (signal) => keep(flags, io, first, read, signal));
  } finally {
    lock.release();
  }
}

async function keep(
  flags: Flags,
  io: Io,
  first: ReadSettings,
  read: () => ReadSettings,
  signal: AbortSignal,
): Promise<ExitName> {
  const { now, random, sleep } = io.runtime;
  let current = first;
  let reload = new AbortController();
  const log = createNightLog(io, current.log);
  for (const warning of current.warnings) log.note(`Warning: ${warning}`);
  const forgetReload = io.onReload(() => {
    try {
      const fresh = read();
      if (fresh.settings.database !== current.settings.database)
        throw new MirrorError('SETTING_INVALID', 'The database cannot be changed while `nightly` runs.');
      current = fresh;
      log.note('The settings were read again.');
      for (const warning of fresh.warnings) log.note(`Warning: ${warning}`);
    } catch (error) {
      log.note('The settings stay as they are.');
      log.talk.onFailed(error);
    }
    reload.abort();
  });
  const keeper = keepNights({
    now,
    random,
    who: { process_id: process.pid, version: PACKAGE.version },
    job: () => ({
      database: current.settings.database,
      apiUrl: current.settings.apiUrl.href,
      schedule: current.schedule,
      settings: current.nightly,
      lists: chooseLists(current.settings.includeUnclassified),
      runSync: async (lists) => {
        const report = await runSync(
          {
            settings: current.settings,
            token: current.token,
            lists,
            trigger: 'nightly',
            dryRun: false,
            acceptDepartures: false,
            signal,
            onEvent: createRunEvents(io, log.onEvent),
          },
          io.runtime,
        );
        const text =
          flags.json === true
            ? toJsonLine(toReportJson(report))
            : renderRunReport(report, { colour: false, timeZone: io.timeZone });
        await (flags.json === true ? write(io.stdout, text) : writeText(io, text));
        return report;
      },
      announce: async (night, stop) => {
        const { nightly, schedule, settings } = current;
        if (nightly.pingUrl !== null)
          await announceNight(nightly.pingUrl, night, schedule.timezone, stop, createAgents(settings));
      },
      steps: listNightSteps(current, io),
    }),
    signal,
    isSingle: flags.onceNow === true,
    talk: log.talk,
  });
  try {
    if (flags.onceNow === true) {
      await keeper.attemptNow();
      return keeper.lastExit();
    }
    await keepSchedule({ now, sleep, nextBeat: nextMinute }, keeper, signal, () => {
      reload = new AbortController();
      return reload.signal;
    });
    return toEnd(keeper.lastExit());
  } finally {
    forgetReload();
  }
}

/** Told to end between nights, all is well, whatever the last night was. */
function toEnd(exit: ExitName): ExitName {
  return exit === 'interrupted' || exit === 'terminated' ? exit : 'complete';
}

function takeNightlyLock(path: string, database: string): WriterLock {
  try {
    return takeWriterLock(path, database);
  } catch (error) {
    if (error instanceof MirrorError && error.code === 'LOCKED')
      throw new MirrorError('LOCKED', `Another \`nightly\` keeps the schedule of ${database}.`, {
        cause: error,
        hint: 'Stop it first. `clearinghouse-mirror status` tells which process it is.',
      });
    throw error;
  }
}
