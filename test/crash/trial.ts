import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Death } from './deaths.ts';
import { examineRecovery, examineRemains } from './examine.ts';
import { startCommand, toEnvironment, type RunWhole } from './run-command.ts';
import { copyDatabase, toText, type Scenario } from './scenario.ts';
import { serveWorld } from './served-world.ts';

export interface TrialResult {
  readonly died: boolean;
  readonly faults: readonly string[];
}

export interface PlannedTrial {
  readonly scenario: Scenario;
  readonly death: Death;
}

export interface Trial extends PlannedTrial {
  readonly result: TrialResult;
}

/** Each process waits for the fake API half of the time, so two run in parallel. */
const LANES = 2;

/** Runs trials two at a time, until `isTimeUp` returns true, and calls `onTrial` after each. */
export async function runTrials(
  planned: readonly PlannedTrial[],
  parent: string,
  runWhole: RunWhole,
  onTrial: (trial: Trial, trials: readonly Trial[]) => void = () => undefined,
  isTimeUp: () => boolean = () => false,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  const queue = planned.values();
  const walkLane = async (): Promise<void> => {
    for (const { scenario, death } of queue) {
      if (isTimeUp()) return;
      const trial = { scenario, death, result: await runTrial(scenario, death, parent, runWhole) };
      trials.push(trial);
      onTrial(trial, trials);
    }
  };
  await Promise.all(Array.from({ length: LANES }, walkLane));
  return trials;
}

/** Kills one sync and runs another one. Returns all faults. */
export async function runTrial(
  scenario: Scenario,
  death: Death,
  parent: string,
  runWhole: RunWhole,
): Promise<TrialResult> {
  const folder = mkdtempSync(join(parent, 'trial-'));
  const database = join(folder, 'mirror.db');
  const hooks: { onRequest: (number: number) => void } = { onRequest: () => undefined };
  try {
    if (scenario.file !== null) copyDatabase(scenario.file, database);
    await using fakeApi = await serveWorld(scenario.world, ({ number }) => {
      hooks.onRequest(number);
    });
    const env = toEnvironment(fakeApi, database);
    const { child, ended } = startCommand(['sync'], { ...env, ...toCrash(death) });
    if (death.at === 'instant') {
      const kill = (): void => {
        setTimeout(() => child.kill('SIGKILL'), death.delayMs);
      };
      if (death.request === 0)
        await untilExists(`${database}.lock`, () => child.exitCode !== null).then(kill);
      else
        hooks.onRequest = (number) => {
          if (number === death.request) kill();
        };
    }
    const ending = await ended;
    const died = ending.signal === 'SIGKILL';
    if (!died && (death.at === 'write' || ending.exitCode !== scenario.exitCode))
      return { died, faults: [`the sync with a planned death ${toText(ending)}`] };
    const remains = examineRemains(database, scenario);
    const next = await runWhole(['sync'], env);
    const faults = next.exitCode === scenario.exitCode ? [] : [`the next sync ${toText(next)}`];
    if (existsSync(database) && faults.length === 0)
      faults.push(...examineRecovery(database, scenario, remains.running));
    return { died, faults: [...remains.faults, ...faults] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function toCrash(death: Death): NodeJS.ProcessEnv {
  return death.at === 'write' ? { CRASH_AT: death.label, CRASH_OCCURRENCE: String(death.occurrence) } : {};
}

async function untilExists(path: string, hasEnded: () => boolean): Promise<void> {
  while (!existsSync(path) && !hasEnded()) await delay(1);
}
