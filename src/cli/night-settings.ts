import { createAgents } from '../http-agents.ts';
import { toMetricsStep } from '../nightly/metrics-step.ts';
import type { NightStep } from '../nightly/night-steps.ts';
import { toPingStep, toWebhookStep } from '../nightly/notify.ts';
import { toReportStep } from '../nightly/report-step.ts';
import { findScheduleDoubt, parseSchedule, type Schedule } from '../nightly/schedule.ts';
import { toSnapshotStep } from '../nightly/snapshot-step.ts';
import { toVerifyStep } from '../nightly/verify-step.ts';
import {
  parseLogSettings,
  parseNightlySettings,
  parseSnapshotSettings,
  type LogSettings,
  type NightlySettings,
  type SnapshotSettings,
} from '../settings-nightly.ts';
import { parseSettings, type Settings } from '../settings.ts';
import { readToken } from '../token.ts';
import { checkPrinted, findLoss, type Io } from './io.ts';
import { toReportJson } from './render/run-report.ts';
import { readWrittenSettings, type Flags } from './settings-options.ts';

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
  const doubt = findScheduleDoubt(schedule, io.surroundings.now());
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
export function listNightSteps({ settings, nightly, snapshots }: ReadSettings, io: Io): NightStep[] {
  const { now, random } = io.surroundings;
  const { database } = settings;
  const agents = createAgents(settings);
  return [
    ...(nightly.verifySample === null ? [] : [toVerifyStep(database, nightly.verifySample, random)]),
    ...(nightly.nightlySnapshot ? [toSnapshotStep(database, snapshots, now)] : []),
    ...(nightly.reports === null ? [] : [toReportStep(database, nightly.reports, toReportJson)]),
    ...(nightly.metricsFile === null ? [] : [toMetricsStep(database, nightly.metricsFile, now)]),
    ...([io.stdout, io.stderr].every((out) => findLoss(out) === null) ? [] : [toLogStep(io)]),
    ...(nightly.webhookUrl === null
      ? []
      : [toWebhookStep(nightly.webhookUrl, nightly.webhookOn, toReportJson, agents)]),
    ...(nightly.pingUrl === null ? [] : [toPingStep(nightly.pingUrl, agents)]),
  ];
}
