/*
 * Lets real sync processes die, at every kind of write and at random instants, and examines what they leave and what
 * the next sync makes of it.
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
import { prepareFileWorld, runFileTrial } from './file-trials.ts';
import { prepareTextWorld, runTextTrial } from './text-trials.ts';
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

/** Every write once or more, and its share of the instants. */
function planDeaths({ name, labels, requests }: Scenario, place: number, ofAll: number): Death[] {
  const instants = Math.ceil(Number(values.instants) / ofAll);
  const random = new Random(mixSeeds(Number(values.seed), place));
  // After a death only the beginning of a run is another one: there the dead run is found.
  const ownLabels =
    name === 'sync after a death' ? labels.slice(0, labels.indexOf('before BEGIN IMMEDIATE')) : labels;
  return [...listWriteDeaths(ownLabels), ...drawInstants(random, instants, requests)];
}

/** Dies at every write of a snapshot, a restore and a redaction; returns what was wrong, and whether time ran out. */
async function dieInCopies(parent: string, isEnough: () => boolean): Promise<string[]> {
  const world = await prepareCopyWorld(parent, runAsProcess);
  const faults: string[] = [];
  for (const command of Object.keys(COPY_COMMANDS) as CopyCommand[]) {
    const deaths = listWriteDeaths(world.labels[command]);
    let died = 0;
    for (const death of deaths) {
      if (death.at !== 'write') continue;
      if (isEnough()) {
        faults.push(`${command}: ${deaths.length - died} deaths not died for want of time`);
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

/** What of the site a command fetches: each write of it is a death to try. */
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
    runTrial: (death) => runTextTrial(world, death, parent),
    close: () => world.fakeApi.close(),
  };
}

async function prepareFileTrials(parent: string): Promise<FetchTrials> {
  const world = await prepareFileWorld(parent, runAsProcess);
  return {
    command: 'fetch-files',
    labels: world.labels,
    runTrial: (death) => runFileTrial(world, death, parent),
    close: () => world.close(),
  };
}

/** Dies at every write of a pass over texts or files; returns what was wrong, and whether time ran out. */
async function dieInFetches(
  { command, labels, runTrial, close }: FetchTrials,
  isEnough: () => boolean,
): Promise<string[]> {
  const faults: string[] = [];
  const deaths = listWriteDeaths(labels).filter((death) => death.at === 'write');
  let died = 0;
  try {
    for (const death of deaths) {
      if (isEnough()) {
        faults.push(`${command}: ${deaths.length - died} deaths not died for want of time`);
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

/** The same deaths in another order, always the same for a seed. */
function mix<Planned>(planned: readonly Planned[], seed: number): Planned[] {
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
  console.log(`${planned.length} deaths to die`);

  // In an order that mixes all kinds, so that a run that is short of time has died in every way.
  const trials = await runTrials(
    mix(planned, Number(values.seed)),
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
  const isEnough = (): boolean => Date.now() - begun > Number(values.minutes) * 60_000;
  const otherFaults =
    one === null
      ? [
          ...(await dieInCopies(folder, isEnough)),
          ...(await dieInFetches(await prepareTextTrials(folder), isEnough)),
          ...(await dieInFetches(await prepareFileTrials(folder), isEnough)),
        ]
      : [];
  for (const fault of otherFaults) console.log(fault);
  if (otherFaults.length > 0) process.exitCode = 1;
  const died = trials.filter(({ result }) => result.died).length;
  const failures = trials.filter(isFailure);
  const seconds = Math.round((Date.now() - begun) / 1000);
  console.log(`\n${died} deaths in ${seconds} s, ${failures.length} failures`);
  if (trials.length < planned.length) {
    console.log(`${planned.length - trials.length} not begun for want of time`);
    process.exitCode = 1; // what was not tried has not passed
  }
  if (failures.length > 0) {
    for (const failure of failures) console.log(renderFailure(failure));
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
