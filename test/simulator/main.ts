import { parseArgs } from 'node:util';
import { type PlannedSeed, type PlayedSeed, choosePromising, chooseSeeds } from './choose-seeds.ts';
import { listSureKinds, planSeed } from './kinds.ts';
import { listLinkedKinds, planLinkedSeed, renderLinkedAccount } from './linked/kinds.ts';
import { simulateLinkedSeed } from './linked/simulate-seed.ts';
import { renderAccount, renderFailure, renderTally } from './render-account.ts';
import { simulateSeed } from './simulate-seed.ts';
import { createTally } from './tally.ts';

const USAGE =
  'npm run simulate -- [--linked] --days N [--from SEED], or: [--linked] --seed SEED, or: [--linked] --choose [--played N]';
const PROGRESS_SECONDS = 30;
/** So many seeds are drawn for --choose, which is cheap; those that plan most are played. */
const DRAWN_SEEDS = 20_000;

/**
 * Runs one seed and tells all of it, or as many seeds as it takes for so many days. Returns whether all went well. With
 * --choose it runs the seeds that plan most, and names a few of them that did together all that they did.
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      choose: { type: 'boolean', default: false },
      played: { type: 'string', default: '150' },
      linked: { type: 'boolean', default: false },
    },
  });
  if (values.linked) return playLinked(values);
  if (values.seed !== undefined) {
    const account = await simulateSeed(toNumber(values.seed));
    console.log(renderAccount(account));
    return account.violations.length === 0;
  }
  const wanted = values.choose ? Infinity : toNumber(values.days);
  const tally = createTally();
  const played: PlayedSeed[] = [];
  const begun = Date.now();
  let told = begun;
  for (const seed of listSeeds(values, planSeed)) {
    if (tally.toTally().days >= wanted) break;
    const before = process.cpuUsage();
    const account = await simulateSeed(seed);
    const { user, system } = process.cpuUsage(before);
    tally.add(account);
    if (values.choose) played.push({ seed, kinds: listSureKinds(account), cost: user + system });
    if (account.violations.length > 0) console.log(renderFailure(account));
    if (Date.now() - told < PROGRESS_SECONDS * 1000) continue;
    told = Date.now();
    const { days, failedSeeds } = tally.toTally();
    console.log(`${days} of ${wanted} days, up to seed ${seed}; ${failedSeeds.length} seeds failed`);
  }
  const seconds = (Date.now() - begun) / 1000;
  const { days, failedSeeds } = tally.toTally();
  console.log(`${renderTally(tally.toTally())}\n`);
  console.log(`${seconds.toFixed(0)} s, ${((days / seconds) * 60).toFixed(0)} days a minute`);
  if (values.choose) console.log(`Chosen: ${chooseSeeds(played).join(', ')}`);
  return failedSeeds.length === 0;
}

/** The same for the nights in which linked lists are read. */
async function playLinked(values: {
  readonly seed?: string | undefined;
  readonly days: string;
  readonly from: string;
  readonly choose: boolean;
  readonly played: string;
}): Promise<boolean> {
  if (values.seed !== undefined) {
    const account = await simulateLinkedSeed(toNumber(values.seed));
    console.log(renderLinkedAccount(account));
    return account.violations.length === 0;
  }
  const [wanted, begun] = [values.choose ? Infinity : toNumber(values.days), Date.now()];
  const played: PlayedSeed[] = [];
  let [nights, failed] = [0, 0];
  for (const seed of listSeeds(values, planLinkedSeed)) {
    if (nights >= wanted) break;
    const before = process.cpuUsage();
    const account = await simulateLinkedSeed(seed);
    const { user, system } = process.cpuUsage(before);
    nights += account.nights.length;
    played.push({ seed, kinds: listLinkedKinds(account), cost: user + system });
    if (account.violations.length === 0) continue;
    failed += 1;
    console.log(renderLinkedAccount(account));
  }
  const seconds = ((Date.now() - begun) / 1000).toFixed(0);
  console.log(`${nights} nights of ${played.length} seeds, ${failed} seeds failed, ${seconds} s`);
  if (values.choose) console.log(`Chosen: ${chooseSeeds(played).join(', ')}`);
  return failed === 0;
}

/** The seeds from `from` on without end; with --choose those that are worth playing. */
function* listSeeds(
  { from, choose, played }: { readonly from: string; readonly choose: boolean; readonly played: string },
  plan: (seed: number) => PlannedSeed,
): Generator<number> {
  const first = toNumber(from);
  if (choose) {
    const planned = Array.from({ length: DRAWN_SEEDS }, (_, at) => plan(first + at));
    yield* choosePromising(planned, toNumber(played));
  } else for (let seed = first; ; seed++) yield seed;
}

function toNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${text} is not a whole number. ${USAGE}`);
  return Number(text);
}

process.exit((await main()) ? 0 : 1);
