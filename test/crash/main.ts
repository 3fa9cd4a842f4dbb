/*
 * Kills real sync processes at every kind of write and at random times, and examines the files they leave and the
 * result of the next sync.
 *
 *   npm run crash-test -- [--instants 300] [--seed 1] [--minutes 60]
 *   npm run crash-test -- --scenario 'first sync' --at 'before insert cases #3'
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mixSeeds, Random } from '../../fake-api/invent/random.ts';
import { COPY_COMMANDS, prepareCopyWorld, runCopyTrial, type CopyCommand } from './copy-trials.ts';
import { drawInstants, listWriteDeaths, parseDeath, type Death } from './deaths.ts';
import { isFailure, renderFailure, renderInstants, renderWrites } from './report.ts';
import { runAsProcess } from './run-command.ts';
import { prepareDays, prepareScenarios, type Scenario } from './scenario.ts';
import { runDownloadTrial } from './download-trials.ts';
import { prepareFileWorld } from './file-trials.ts';
import { prepareTextWorld } from './text-trials.ts';
import { runTrials } from './trial.ts';

const { values } = parseArgs({
  options: {
    instants: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    scenario: { type: 'string' },
    at: { type: 'string' },
  },
});

/** Deaths at every write, and this scenario's share of the deaths at random times. */
function planDeaths({ name, labels, requests }: Scenario, place: number, ofAll: number): Death[] {
  const instants = Math.ceil(Number(values.instants) / ofAll);
  const random = new Random(mixSeeds(Number(values.seed), place));
  // After a death, only the beginning of a run differs: it records the dead run.
  const ownLabels =
    name === 'sync after a death' ? labels.slice(0, labels.indexOf('before BEGIN IMMEDIATE')) : labels;
  return [...listWriteDeaths(ownLabels), ...drawInstants(random, instants, requests)];
}

/**
 * Kills a snapshot, a restore and a redaction at every write; returns all faults, including deaths that were not
 * tried.
 */
async function killCopyCommands(parent: string, isTimeUp: () => boolean): Promise<string[]> {
  const world = await prepareCopyWorld(parent, runAsProcess);
  const faults: string[] = [];
  for (const command of Object.keys(COPY_COMMANDS) as CopyCommand[]) {
    const deaths = listWriteDeaths(world.labels[command]);
    let died = 0;
    for (const death of deaths) {
      if (death.at !== 'write') continue;
      if (isTimeUp()) {
        faults.push(`${command}: ${deaths.length - died} deaths not tried because time ran out`);
        break;
      }
      const found = await runCopyTrial(world, command, death, parent, runAsProcess);
      died++;
      faults.push(...found.map((fault) => `${command}, ${death.label} #${death.occurrence}: ${fault}`));
    }
    console.log(`${command}: ${died} deaths at writes`);
  }
  return faults;
}

/** A command that fetches from the site, to be killed at each of its writes. */
interface FetchTrials {
  readonly command: string;
  readonly labels: readonly string[];
  readonly runTrial: (death: Extract<Death, { at: 'write' }>) => Promise<string[]>;
  readonly close: () => Promise<void>;
}

async function prepareTextTrials(parent: string): Promise<FetchTrials> {
  const world = await prepareTextWorld(parent, runAsProcess);
  return {
    command: 'fetch-texts',
    labels: world.labels,
    runTrial: (death) => runDownloadTrial(world, death, parent, runAsProcess),
    close: () => world.close(),
  };
}

async function prepareFileTrials(parent: string): Promise<FetchTrials> {
  const world = await prepareFileWorld(parent, runAsProcess);
  return {
    command: 'fetch-files',
    labels: world.labels,
    runTrial: (death) => runDownloadTrial(world, death, parent, runAsProcess),
    close: () => world.close(),
  };
}

/** Kills a pass over texts or files at every write; returns all faults, including deaths that were not tried. */
async function killFetchCommand(
  { command, labels, runTrial, close }: FetchTrials,
  isTimeUp: () => boolean,
): Promise<string[]> {
  const faults: string[] = [];
  const deaths = listWriteDeaths(labels).filter((death) => death.at === 'write');
  let died = 0;
  try {
    for (const death of deaths) {
      if (isTimeUp()) {
        faults.push(`${command}: ${deaths.length - died} deaths not tried because time ran out`);
        break;
      }
      const found = await runTrial(death);
      died++;
      faults.push(...found.map((fault) => `${command}, ${death.label} #${death.occurrence}: ${fault}`));
    }
  } finally {
    await close();
  }
  console.log(`${command}: ${died} deaths at writes`);
  return faults;
}

/** Shuffles deaths in an order that depends only on the seed. */
function shuffle<Planned>(planned: readonly Planned[], seed: number): Planned[] {
  return planned
    .map((one, place) => ({ one, rank: mixSeeds(seed, place) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ one }) => one);
}

const folder = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-crash-'));
try {
  const begun = Date.now();
  const scenarios = Object.values(
    await prepareScenarios(folder, await prepareDays(folder, runAsProcess)),
  ).filter(({ name }) => values.scenario === undefined || values.scenario === name);
  const one = values.at === undefined ? null : parseDeath(values.at);
  const planned = scenarios.flatMap((scenario, place) =>
    (one === null ? planDeaths(scenario, place, scenarios.length) : [one]).map((death) => ({
      scenario,
      death,
    })),
  );
  if (planned.length === 0) throw new RangeError('There is no such scenario.');
  console.log(`${planned.length} deaths to try`);

  // The order mixes all kinds, so that a run that ends early has tried each kind.
  const trials = await runTrials(
    shuffle(planned, Number(values.seed)),
    folder,
    runAsProcess,
    (trial, all) => {
      if (isFailure(trial)) console.log(renderFailure(trial));
      if (all.length % 50 === 0) console.log(`${all.length} of ${planned.length}`);
    },
    () => Date.now() - begun > Number(values.minutes) * 60_000,
  );

  for (const scenario of scenarios) console.log(renderWrites(scenario, trials));
  console.log('');
  for (const scenario of scenarios) console.log(renderInstants(scenario, trials));
  const isTimeUp = (): boolean => Date.now() - begun > Number(values.minutes) * 60_000;
  const otherFaults =
    one === null
      ? [
          ...(await killCopyCommands(folder, isTimeUp)),
          ...(await killFetchCommand(await prepareTextTrials(folder), isTimeUp)),
          ...(await killFetchCommand(await prepareFileTrials(folder), isTimeUp)),
        ]
      : [];
  for (const fault of otherFaults) console.log(fault);
  if (otherFaults.length > 0) process.exitCode = 1;
  const died = trials.filter(({ result }) => result.died).length;
  const failures = trials.filter(isFailure);
  const seconds = Math.round((Date.now() - begun) / 1000);
  console.log(`\n${died} deaths in ${seconds} s, ${failures.length} failures`);
  if (trials.length < planned.length) {
    console.log(`${planned.length - trials.length} not tried because time ran out`);
    process.exitCode = 1; // a trial that was not run has not passed
  }
  if (failures.length > 0) {
    for (const failure of failures) console.log(renderFailure(failure));
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
