import type { Command } from 'commander';
import { MirrorError } from '../../errors.ts';
import type { ExitName } from '../../exit-codes.ts';
import { takeWriterLock, type WriterLock } from '../../mirror/writer-lock.ts';
import { PACKAGE } from '../../package-info.ts';
import {
  parseNightlySettings,
  parseSettings,
  parseSnapshotSettings,
  readToken,
  type NightlySettings,
  type Settings,
  type SnapshotSettings,
} from '../../settings.ts';
import type { NightStep } from '../../nightly/night-steps.ts';
import { toSnapshotStep } from '../../nightly/snapshot-step.ts';
import { toVerifyStep } from '../../nightly/verify-step.ts';
import type { Schedule } from '../../nightly/schedule.ts';
import { withStop, write, type Io } from '../io.ts';
import { renderError } from '../render/error.ts';
import { renderNightBeginning, renderNightEnding, renderWaiting } from '../render/night.ts';
import { renderRunReport, toReportJson } from '../render/run-report.ts';
import { createRunEvents } from '../run-events.ts';
import { addSettings, ALL_SETTINGS, readWrittenSettings, type Flags } from '../settings-options.ts';
import { listStatuses } from './sync.ts';

export function defineNightly(command: Command): Command {
  return addSettings(
    command
      .description('Stay running and sync on a schedule, every night unless told otherwise.')
      .option('--once-now', 'run one night now, whatever the schedule says, and end as it ended')
      .option('--json', 'print the report of each run as a line of JSON'),
    ALL_SETTINGS,
  ).addHelpText(
    'after',
    `
Never two nights at once. A night that was missed, because the machine slept or nothing ran, is made up for at once, and
once, however many there were; a night that brought only a part is tried again for the statuses that lack. What is
complete is judged by the record in the mirror. \`status\` tells what it is about.
SIGHUP has the settings read again. Ctrl-C and SIGTERM end after the page in hand, and at once between nights.

Example:
  $ clearinghouse-mirror nightly --at "30 2 * * *" --timezone America/Detroit`,
  );
}

export async function runNightlyCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { parseSchedule } = await import('../../nightly/schedule.ts');
  const { toNightBookPath } = await import('../../nightly/night-book.ts');
  const read = (): ReadSettings => {
    const written = readWrittenSettings(flags, io);
    const nightly = parseNightlySettings(written);
    const schedule = parseSchedule(nightly.at, nightly.timezone);
    const settings = parseSettings(written);
    const snapshots = parseSnapshotSettings(written, settings.database);
    return { settings, token: readToken(written), nightly, schedule, snapshots };
  };
  const first = read();
  const lock = takeNightlyLock(toNightBookPath(first.settings.database), first.settings.database);
  try {
    return await withStop(io, (signal) => keep(flags, io, read, signal));
  } finally {
    lock.release();
  }
}

/** All that a night is run by. */
interface ReadSettings {
  readonly settings: Settings;
  readonly token: string;
  readonly nightly: NightlySettings;
  readonly schedule: Schedule;
  readonly snapshots: SnapshotSettings;
}

async function keep(flags: Flags, io: Io, read: () => ReadSettings, signal: AbortSignal): Promise<ExitName> {
  const { keepNights } = await import('../../nightly/keep-nights.ts');
  const { keepSchedule } = await import('../../nightly/keep-schedule.ts');
  const { nextMinute } = await import('../../nightly/heartbeat.ts');
  const { runSync } = await import('../../sync/run-sync.ts');
  const { now, random, sleep } = io.surroundings;
  let current = read();
  let reload = new AbortController();
  const talk = (text: string): void => {
    io.stderr.write(`${text}\n`);
  };
  const forgetReload = io.onReload(() => {
    try {
      const fresh = read();
      if (fresh.settings.database !== current.settings.database)
        throw new MirrorError('SETTING_INVALID', 'The database cannot be changed while `nightly` runs.');
      current = fresh;
      talk('The settings were read again.');
    } catch (error) {
      talk(`The settings stay as they are. ${renderError(error)}`);
    }
    reload.abort();
  });
  const keeper = keepNights({
    now,
    random,
    who: { process_id: process.pid, version: PACKAGE.version },
    job: () => ({
      database: current.settings.database,
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
            onEvent: createRunEvents(io),
          },
          io.surroundings,
        );
        const text =
          flags.json === true ? `${JSON.stringify(toReportJson(report))}\n` : renderRunReport(report, false);
        await write(io.stdout, text);
        return report;
      },
      steps: listSteps(current, io),
    }),
    signal,
    talk: {
      onWait: (plan) => {
        talk(renderWaiting(plan));
      },
      onBegin: (plan, night, missed) => {
        talk(renderNightBeginning(plan, night, missed));
      },
      onEnd: (night) => {
        talk(renderNightEnding(night));
      },
      onFailed: (error) => {
        talk(renderError(error));
      },
    },
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

/** What is done when a night is over. */
function listSteps({ settings: { database }, nightly, snapshots }: ReadSettings, io: Io): NightStep[] {
  const { now, random } = io.surroundings;
  return [
    ...(nightly.verifySample === null ? [] : [toVerifyStep(database, nightly.verifySample, random)]),
    ...(nightly.nightlySnapshot ? [toSnapshotStep(database, snapshots, now)] : []),
  ];
}

/** Told to end between nights, all is well, whatever the last night was. */
function toEnd(exit: ExitName): ExitName {
  return exit === 'interrupted' || exit === 'terminated' ? exit : 'complete';
}

function takeNightlyLock(path: string, database: string): WriterLock {
  try {
    return takeWriterLock(path);
  } catch (error) {
    if (error instanceof MirrorError && error.code === 'LOCKED')
      throw new MirrorError('LOCKED', `Another \`nightly\` keeps the schedule of ${database}.`, {
        cause: error,
        hint: 'Stop it first. `clearinghouse-mirror status` tells which process it is.',
      });
    throw error;
  }
}
