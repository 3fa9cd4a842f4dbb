import { MirrorError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { createAgents } from '../http-agents.ts';
import { takeWriterLock, type WriterLock } from '../mirror/writer-lock.ts';
import { nextMinute } from '../nightly/heartbeat.ts';
import { keepNights } from '../nightly/keep-nights.ts';
import { keepSchedule } from '../nightly/keep-schedule.ts';
import { toNightBookPath } from '../nightly/night-book.ts';
import { announceNight } from '../nightly/notify.ts';
import { PACKAGE } from '../package-info.ts';
import { runSync } from '../sync/run-sync.ts';
import { listStatuses } from './commands/sync.ts';
import { withStop, write, writeText, type Io } from './io.ts';
import { createNightLog } from './night-log.ts';
import { listNightSteps, readNightlySettings, type ReadSettings } from './night-settings.ts';
import { renderRunReport, toReportJson } from './render/run-report.ts';
import { createRunEvents } from './run-events.ts';
import type { Flags } from './settings-options.ts';
import { toJsonLine } from './render/cell-text.ts';

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
  const { now, random, sleep } = io.surroundings;
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
      statuses: listStatuses(current.settings.includeUnclassified),
      runSync: async (statuses) => {
        const report = await runSync(
          {
            settings: current.settings,
            token: current.token,
            statuses,
            trigger: 'nightly',
            dryRun: false,
            acceptDepartures: false,
            signal,
            onEvent: createRunEvents(io, log.onEvent),
          },
          io.surroundings,
        );
        const text =
          flags.json === true
            ? toJsonLine(toReportJson(report))
            : renderRunReport(report, { colour: false, timeZone: io.timeZone });
        await (flags.json === true ? write(io.stdout, text) : writeText(io, text));
        return report;
      },
      announce: async (night, stop) => {
        const { pingUrl } = current.nightly;
        if (pingUrl !== null) await announceNight(pingUrl, night, stop, createAgents(current.settings));
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
