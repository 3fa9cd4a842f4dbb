import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { keepHeapSmall } from '../heap.ts';
import { type Io, checkPrinted, findLoss, withStop, write, writeText } from '../io.ts';
import { addSettings, ALL_SETTINGS, type Flags, readWrittenSettings } from '../options.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { type WriterLock, takeWriterLock } from '../../db/lock.ts';
import type { TextSelection } from '../../db/linked/texts.ts';
import { runLinkedPass } from '../../sync/linked/pass.ts';
import { type LinkedJob, createScheduler } from '../../schedule/scheduler.ts';
import { createHtmlReportStep } from '../../schedule/html-report.ts';
import { createMetricsStep } from '../../schedule/metrics.ts';
import { toStateFilePath } from '../../schedule/state-file.ts';
import {
  type AfterRunStep,
  type RunSummary,
  createPublishStep,
  createReportStep,
  createSnapshotStep,
  createVerifyStep,
} from '../../schedule/after-run.ts';
import {
  announceAttempt,
  createLinkedWebhookStep,
  createPingStep,
  createWebhookStep,
} from '../../schedule/notify.ts';
import { type Schedule, findScheduleWarning, nextMinute, parseSchedule } from '../../schedule/cron.ts';
import { renderPlural } from '../../lib/layout.ts';
import { PACKAGE } from '../../lib/package-info.ts';
import {
  type FileSettings,
  type LogSettings,
  type NightlySettings,
  type PublishSettings,
  type Settings,
  type SnapshotSettings,
  parseFileSettings,
  parseLogSettings,
  parseNightlySettings,
  parsePublishSettings,
  parseSettings,
  parseSnapshotSettings,
  readsLinked,
} from '../../config/settings.ts';
import { runSync } from '../../sync/run-sync.ts';
import { readToken } from '../../config/token.ts';
import { chooseLists } from '../../api/lists.ts';
import { type NightlyLog, createNightlyLog, createRunEvents } from '../log.ts';
import { toJsonLine } from '../text/words.ts';
import { renderLinkedReport, toLinkedJson } from '../text/linked.ts';
import { renderRunReport, toReportJson } from '../text/report.ts';
import { withMirrorMoment } from '../with-mirror.ts';

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

/** The settings of a scheduled run. */
export interface ReadSettings {
  readonly settings: Settings;
  readonly token: string;
  readonly nightly: NightlySettings;
  readonly schedule: Schedule;
  readonly snapshots: SnapshotSettings;
  readonly publish: PublishSettings;
  readonly log: LogSettings;
  readonly files: FileSettings;
  /** Settings that are valid but probably not meant. */
  readonly warnings: readonly string[];
}

/** Reads all settings at the start, so that an invalid one fails now and not at the next run. */
export function readNightlySettings(flags: Flags, io: Io): ReadSettings {
  const warnings: string[] = [];
  const written = readWrittenSettings(flags, io, (warning) => warnings.push(warning));
  const settings = parseSettings(written);
  const nightly = parseNightlySettings(written);
  const schedule = parseSchedule(nightly.schedule, nightly.timezone, nightly.scheduleFrom);
  const warning = flags.once === true ? null : findScheduleWarning(schedule, io.runtime.now());
  return {
    settings,
    nightly,
    schedule,
    warnings: warning === null ? warnings : [...warnings, warning],
    snapshots: parseSnapshotSettings(written, settings.database),
    publish: parsePublishSettings(written),
    log: parseLogSettings(written),
    files: parseFileSettings(written),
    token: readToken(written),
  };
}

/** Fails if the log or the reports could not be written, so that the run reports it. */
function createLogStep(io: Io): AfterRunStep {
  return {
    step: 'log',
    onlyIfComplete: false,
    run: () => {
      checkPrinted(io);
      return Promise.resolve(null);
    },
  };
}

/** The steps after a scheduled run, in their order. */
function listSteps(
  { settings, nightly, schedule, snapshots, publish }: ReadSettings,
  io: Io,
): AfterRunStep[] {
  const { now, random } = io.runtime;
  const { database } = settings;
  const { timezone } = schedule;
  return [
    ...(nightly.verifySample === null ? [] : [createVerifyStep(database, nightly.verifySample, random)]),
    ...(nightly.nightlySnapshot ? [createSnapshotStep(database, snapshots, now)] : []),
    ...(nightly.nightlyPublish
      ? [createPublishStep(database, publish, io.env, io.runtime, keepHeapSmall)]
      : []),
    ...(nightly.reports === null ? [] : [createReportStep(database, nightly.reports, toReportJson)]),
    ...listHtmlReportSteps(database, nightly),
    ...(nightly.metricsFile === null ? [] : [createMetricsStep(database, nightly.metricsFile, now)]),
    ...([io.stdout, io.stderr].every((out) => findLoss(out) === null) ? [] : [createLogStep(io)]),
    ...(nightly.webhookUrl === null
      ? []
      : [createWebhookStep(nightly.webhookUrl, timezone, nightly.webhookOn, toReportJson, settings)]),
    ...(nightly.pingUrl === null ? [] : [createPingStep(nightly.pingUrl, timezone, settings)]),
  ];
}

/** The step that writes the HTML report, if there is a folder for it. Its modules are loaded when it runs. */
function listHtmlReportSteps(
  database: string,
  { htmlReports, keepHtmlReports }: NightlySettings,
): AfterRunStep[] {
  if (htmlReports === null) return [];
  const settings = { database, folder: htmlReports, keep: keepHtmlReports };
  return [
    createHtmlReportStep(settings, async (first, last) => {
      const { renderRuns } = await import('../../web/report/report.ts');
      return withMirrorMoment(database, (mirror) =>
        Promise.resolve(renderRuns(mirror, first, last, keepHeapSmall)),
      );
    }),
  ];
}

/** The same step once more, with the linked lists as the pass left them. */
function again(step: AfterRunStep, ofRun: RunSummary): AfterRunStep {
  return { ...step, run: (signal) => step.run(signal, ofRun) };
}

/** Writes the metrics of the run once more, with the linked lists as the pass left them. */
function toMetricsAgain(database: string, path: string, now: () => Date, ofRun: RunSummary): AfterRunStep {
  return again(createMetricsStep(database, path, now), ofRun);
}

/** The documents of all cases of these types. */
function selectDocuments(types: readonly string[] | null, isCore: boolean): TextSelection {
  return { types: types ?? [], caseIds: [], caseCondition: null, isCore };
}

/** Fetches texts after a linked pass. */
function toTextsStep({ settings, token, nightly }: ReadSettings, io: Io): AfterRunStep {
  const selection = selectDocuments(nightly.textTypes, nightly.coreTexts);
  return {
    step: 'texts',
    onlyIfComplete: false,
    run: async (signal) => {
      const { runTextPass } = await import('../../sync/linked/text-pass.ts');
      const { figures, outcome, error } = await runTextPass(
        { settings, token, selection, budget: nightly.textsBudget, signal, onEvent: () => undefined },
        io.runtime,
      );
      if (outcome === 'failed' && error !== null) throw error;
      return `${outcome}: ${renderPlural(figures.texts, 'text')}, ${figures.failed} failed, ${renderPlural(figures.requests, 'request')}`;
    },
  };
}

/** Fetches files after a linked pass. */
function toFilesStep({ settings, files, nightly }: ReadSettings, io: Io): AfterRunStep {
  const selection = selectDocuments(nightly.fileTypes, nightly.coreFiles);
  return {
    step: 'files',
    onlyIfComplete: false,
    run: async (signal) => {
      const { runFilePass } = await import('../../sync/linked/file-pass.ts');
      const { figures, outcome, error } = await runFilePass(
        {
          settings: { ...settings, ...files },
          selection,
          budget: nightly.filesBudget,
          signal,
          onEvent: () => undefined,
        },
        io.runtime,
      );
      if (outcome === 'failed' && error !== null) throw error;
      return `${outcome}: ${renderPlural(figures.files, 'file')}, ${figures.failed} failed, ${renderPlural(figures.requests, 'request')}`;
    },
  };
}

/** The linked pass after a scheduled run, with its own report, metrics and webhook. */
function toLinkedJob(
  read: ReadSettings,
  flags: Flags,
  io: Io,
  log: NightlyLog,
  signal: AbortSignal,
): LinkedJob {
  const { settings, token, nightly } = read;
  return {
    read: async (endsBy) => {
      const onEvent = createRunEvents(io, log.onEvent);
      const result = await runLinkedPass({ settings, token, endsBy, signal, onEvent }, io.runtime);
      await (flags.json === true
        ? write(io.stdout, toJsonLine(toLinkedJson(result)))
        : writeText(io, renderLinkedReport(result, io.timeZone)));
      return result;
    },
    steps: (report, ofRun) => [
      ...(nightly.textsBudget === 0 ? [] : [toTextsStep(read, io)]),
      ...(nightly.filesBudget === 0 ? [] : [toFilesStep(read, io)]),
      ...listHtmlReportSteps(settings.database, nightly).map((step) => again(step, ofRun)),
      ...(nightly.metricsFile === null
        ? []
        : [toMetricsAgain(settings.database, nightly.metricsFile, io.runtime.now, ofRun)]),
      ...(nightly.webhookUrl === null
        ? []
        : [createLinkedWebhookStep(nightly.webhookUrl, nightly.webhookOn, report, toLinkedJson, settings)]),
    ],
  };
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
  const log = createNightlyLog(io, current.log);
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
            : renderRunReport(report, { color: false, timeZone: io.timeZone });
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
