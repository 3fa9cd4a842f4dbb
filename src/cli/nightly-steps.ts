import type { DocumentSelection } from '../db/linked/downloads.ts';
import type { NightlySettings } from '../config/settings.ts';
import { renderPlural } from '../lib/layout.ts';
import {
  type AfterRunStep,
  type RunSummary,
  createPublishStep,
  createReportStep,
  createSnapshotStep,
  createVerifyStep,
} from '../schedule/after-run.ts';
import { createHtmlReportStep } from '../schedule/html-report.ts';
import { createMetricsStep } from '../schedule/metrics.ts';
import { createLinkedWebhookStep, createPingStep, createWebhookStep } from '../schedule/notify.ts';
import type { LinkedJob } from '../schedule/scheduler.ts';
import type { DownloadEvent } from '../sync/linked/download-pass.ts';
import { toPassWords } from '../sync/linked/report.ts';
import { runLinkedPass } from '../sync/linked/pass.ts';
import type { OnSyncEvent } from '../sync/report.ts';
import { keepHeapSmall } from '../lib/heap.ts';
import { type Io, checkPrinted, findLoss, write, writeText } from './io.ts';
import { type NightlyLog, createRunEvents } from './log.ts';
import type { ReadSettings } from './nightly-settings.ts';
import type { Flags } from './options.ts';
import { renderLinkedReport, toLinkedJson } from './text/linked.ts';
import { toReportJson } from './text/report.ts';
import { toJsonLine } from './text/words.ts';
import { withMirrorMoment } from './with-mirror.ts';

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
export function listSteps(
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
      const { renderRuns } = await import('../web/report/report.ts');
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
function selectDocuments(types: readonly string[] | null, isCore: boolean): DocumentSelection {
  return { types: types ?? [], caseIds: [], caseCondition: null, isCore };
}

/** A step logs what any writer can find; its figures are in its result. */
const toPassEvents =
  (onEvent: OnSyncEvent) =>
  (event: DownloadEvent<unknown>): void => {
    if (event.type !== 'planned' && event.type !== 'document-ended') onEvent(event);
  };

/** Fetches texts after a linked pass. */
function toTextsStep({ settings, token, nightly }: ReadSettings, io: Io, onEvent: OnSyncEvent): AfterRunStep {
  const selection = selectDocuments(nightly.textTypes, nightly.coreTexts);
  return {
    step: 'texts',
    onlyIfComplete: false,
    run: async (signal) => {
      const { runTextPass } = await import('../sync/linked/text-pass.ts');
      const { figures, outcome, error } = await runTextPass(
        { settings, token, selection, budget: nightly.textsBudget, signal, onEvent: toPassEvents(onEvent) },
        io.runtime,
      );
      if (outcome === 'failed' && error !== null) throw error;
      return `${toPassWords(outcome, error !== null)}: ${renderPlural(figures.texts, 'text')}, ${figures.failed} failed, ${renderPlural(figures.requests, 'request')}`;
    },
  };
}

/** Fetches files after a linked pass. */
function toFilesStep({ settings, files, nightly }: ReadSettings, io: Io, onEvent: OnSyncEvent): AfterRunStep {
  const selection = selectDocuments(nightly.fileTypes, nightly.coreFiles);
  return {
    step: 'files',
    onlyIfComplete: false,
    run: async (signal) => {
      const { runFilePass } = await import('../sync/linked/file-pass.ts');
      const { figures, outcome, error } = await runFilePass(
        {
          settings: { ...settings, ...files },
          selection,
          budget: nightly.filesBudget,
          signal,
          onEvent: toPassEvents(onEvent),
        },
        io.runtime,
      );
      if (outcome === 'failed' && error !== null) throw error;
      return `${toPassWords(outcome, error !== null)}: ${renderPlural(figures.files, 'file')}, ${figures.failed} failed, ${renderPlural(figures.requests, 'request')}`;
    },
  };
}

/** The linked pass after a scheduled run, with its own report, metrics and webhook. */
export function toLinkedJob(
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
      ...(nightly.textsBudget === 0 ? [] : [toTextsStep(read, io, createRunEvents(io, log.onEvent))]),
      ...(nightly.filesBudget === 0 ? [] : [toFilesStep(read, io, createRunEvents(io, log.onEvent))]),
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
