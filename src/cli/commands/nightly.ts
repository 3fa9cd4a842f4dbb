import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { type Io, withStop, write, writeText } from '../io.ts';
import { addSettings, ALL_SETTINGS, type Flags } from '../options.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { type WriterLock, takeWriterLock } from '../../db/lock.ts';
import { createScheduler } from '../../schedule/scheduler.ts';
import { toStateFilePath } from '../../schedule/state-file.ts';
import { announceAttempt } from '../../schedule/notify.ts';
import { nextMinute } from '../../schedule/cron.ts';
import { PACKAGE } from '../../lib/package-info.ts';
import { readsLinked } from '../../config/settings.ts';
import { runSync } from '../../sync/run-sync.ts';
import { chooseLists } from '../../api/lists.ts';
import { createNightlyLog, createRunEvents } from '../log.ts';
import { toJsonLine } from '../text/words.ts';
import { toAim } from '../suggested-commands.ts';
import { renderRunReport, toReportJson } from '../text/report.ts';
import { type ReadSettings, readNightlySettings } from '../nightly-settings.ts';
import { listSteps, toLinkedJob } from '../nightly-steps.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--once', 'run once now, independent of the schedule, and exit with the exit code of the run')
      .option('--json', 'print the report of each sync as one line of JSON'),
    ALL_SETTINGS,
  ).addHelpText(
    'after',
    `
Runs never overlap. Missed runs are caught up with one run at start. An incomplete run is retried for the lists that are
still incomplete. The run log in the mirror decides which lists are complete. \`status\` shows the scheduler.
SIGHUP reloads the settings. Ctrl-C and SIGTERM stop a run after the current page, and stop a waiting process at once.

Example:
  $ clearinghouse-mirror nightly --schedule "30 2 * * *" --timezone America/Detroit`,
  );
}

/** Runs the scheduler until the process is stopped, or does one run with `--once`. */
export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const read = (): ReadSettings => readNightlySettings(flags, io);
  const first = read();
  const lock = takeNightlyLock(toStateFilePath(first.settings.database), first.settings.database);
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
  const aim = toAim(io, flags);
  const log = createNightlyLog(io, current.log, aim);
  for (const warning of current.warnings) log.note(`Warning: ${warning}`);
  const forgetReload = io.onReload(() => {
    try {
      const fresh = read();
      if (fresh.settings.database !== current.settings.database)
        throw new MirrorError('SETTING_INVALID', 'The database cannot be changed while `nightly` runs.');
      current = fresh;
      log.note('Settings reloaded.');
      for (const warning of fresh.warnings) log.note(`Warning: ${warning}`);
    } catch (error) {
      log.note('The reload failed; the previous settings stay in effect.');
      log.events.onFailed(error);
    }
    scheduler.replan();
  });
  const scheduler = createScheduler({
    clock: { now, sleep, nextMinute },
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
            : aim(renderRunReport(report, { color: false, timeZone: io.timeZone }));
        await (flags.json === true ? write(io.stdout, text) : writeText(io, text));
        return report;
      },
      announce: async (run, stop) => {
        const { nightly, schedule, settings } = current;
        if (nightly.pingUrl !== null)
          await announceAttempt(nightly.pingUrl, run, schedule.timezone, stop, settings);
      },
      steps: listSteps(current, io),
      linked: readsLinked(current.settings) ? toLinkedJob(current, flags, io, log, signal) : undefined,
    }),
    signal,
    isOnce: flags.once === true,
    events: log.events,
  });
  try {
    if (flags.once === true) {
      await scheduler.runOnce();
      return scheduler.lastExit();
    }
    await scheduler.run();
    return toEnd(scheduler.lastExit());
  } finally {
    forgetReload();
  }
}

/** A process that is stopped between two runs exits with success, whatever the outcome of the last run was. */
function toEnd(exit: ExitName): ExitName {
  return exit === 'interrupted' || exit === 'terminated' ? exit : 'complete';
}

function takeNightlyLock(path: string, database: string): WriterLock {
  try {
    return takeWriterLock(path, database);
  } catch (error) {
    if (error instanceof MirrorError && error.code === 'LOCKED')
      throw new MirrorError('LOCKED', `Another \`nightly\` process is running for ${database}.`, {
        cause: error,
        hint: 'Stop it first. `clearinghouse-mirror status` shows its process id.',
      });
    throw error;
  }
}
