import { parseArgs } from 'node:util';
import { type PlannedSeed, type SimulatedSeed, choosePromising, chooseSeeds } from './choose-seeds.ts';
import { listSureKinds, planSeed } from './kinds.ts';
import { listLinkedKinds, planLinkedSeed, renderLinkedAccount } from './linked/kinds.ts';
import { simulateLinkedSeed } from './linked/simulate-seed.ts';
import { renderAccount, renderFailure, renderTally } from './render-account.ts';
import { simulateSeed } from './simulate-seed.ts';
import { createTally } from './tally.ts';

const USAGE =
  'npm run simulate -- [--linked] --days N [--from SEED], or: [--linked] --seed SEED, or: [--linked] --choose [--simulated N]';
const PROGRESS_SECONDS = 30;
/** The number of seeds that are drawn for --choose, which is cheap. Those that plan most are simulated. */
const DRAWN_SEEDS = 20_000;

/**
 * Simulates one seed and prints all of its days, or simulates as many seeds as this number of days needs. Returns
 * whether no invariant was violated. With --choose, it simulates the seeds that plan most, and names a few that
 * together cover everything that happened.
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      choose: { type: 'boolean', default: false },
      simulated: { type: 'string', default: '150' },
      linked: { type: 'boolean', default: false },
    },
  });
  if (values.linked) return simulateLinked(values);
  if (values.seed !== undefined) {
    const account = await simulateSeed(toNumber(values.seed));
    console.log(renderAccount(account));
    return account.violations.length === 0;
  }
  const wanted = values.choose ? Infinity : toNumber(values.days);
  const tally = createTally();
  const simulated: SimulatedSeed[] = [];
  const begun = Date.now();
  let printedAt = begun;
  for (const seed of listSeeds(values, planSeed)) {
    if (tally.toTally().days >= wanted) break;
    const before = process.cpuUsage();
    const account = await simulateSeed(seed);
    const { user, system } = process.cpuUsage(before);
    tally.add(account);
    if (values.choose) simulated.push({ seed, kinds: listSureKinds(account), cost: user + system });
    if (account.violations.length > 0) console.log(renderFailure(account));
    if (Date.now() - printedAt < PROGRESS_SECONDS * 1000) continue;
    printedAt = Date.now();
    const { days, failedSeeds } = tally.toTally();
    console.log(`${days} of ${wanted} days, up to seed ${seed}; ${failedSeeds.length} seeds failed`);
  }
  const seconds = (Date.now() - begun) / 1000;
  const { days, failedSeeds } = tally.toTally();
  console.log(`${renderTally(tally.toTally())}\n`);
  console.log(`${seconds.toFixed(0)} s, ${((days / seconds) * 60).toFixed(0)} days a minute`);
  if (values.choose) console.log(`Chosen: ${chooseSeeds(simulated).join(', ')}`);
  return failedSeeds.length === 0;
}

/** The same for the days on which linked lists are read. */
async function simulateLinked(values: {
  readonly seed?: string | undefined;
  readonly days: string;
  readonly from: string;
  readonly choose: boolean;
  readonly simulated: string;
}): Promise<boolean> {
  if (values.seed !== undefined) {
    const account = await simulateLinkedSeed(toNumber(values.seed));
    console.log(renderLinkedAccount(account));
    return account.violations.length === 0;
  }
  const [wanted, begun] = [values.choose ? Infinity : toNumber(values.days), Date.now()];
  const simulated: SimulatedSeed[] = [];
  let [days, failed] = [0, 0];
  for (const seed of listSeeds(values, planLinkedSeed)) {
    if (days >= wanted) break;
    const before = process.cpuUsage();
    const account = await simulateLinkedSeed(seed);
    const { user, system } = process.cpuUsage(before);
    days += account.days.length;
    simulated.push({ seed, kinds: listLinkedKinds(account), cost: user + system });
    if (account.violations.length === 0) continue;
    failed += 1;
    console.log(renderLinkedAccount(account));
  }
  const seconds = ((Date.now() - begun) / 1000).toFixed(0);
  console.log(`${days} days of ${simulated.length} seeds, ${failed} seeds failed, ${seconds} s`);
  if (values.choose) console.log(`Chosen: ${chooseSeeds(simulated).join(', ')}`);
  return failed === 0;
}

/** The seeds from `from` on without end, or with --choose the most promising ones. */
function* listSeeds(
  {
    from,
    choose,
    simulated,
  }: { readonly from: string; readonly choose: boolean; readonly simulated: string },
  plan: (seed: number) => PlannedSeed,
): Generator<number> {
  const first = toNumber(from);
  if (choose) {
    const planned = Array.from({ length: DRAWN_SEEDS }, (_, at) => plan(first + at));
    yield* choosePromising(planned, toNumber(simulated));
  } else for (let seed = first; ; seed++) yield seed;
}

function toNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${text} is not a whole number. ${USAGE}`);
  return Number(text);
}

process.exit((await main()) ? 0 : 1);
