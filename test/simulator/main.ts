import { parseArgs } from 'node:util';
import { chooseSeeds, type PlayedSeed } from './choose-seeds.ts';
import { listSureKinds } from './kinds.ts';
import { listLinkedKinds, renderLinkedAccount } from './linked/kinds.ts';
import { simulateLinkedSeed } from './linked/simulate-seed.ts';
import { renderAccount, renderFailure, renderTally } from './render-account.ts';
import { simulateSeed } from './simulate-seed.ts';
import { createTally } from './tally.ts';

const USAGE =
  'npm run simulate -- [--linked] --days N [--from SEED] [--choose], or: npm run simulate -- [--linked] --seed SEED';
const PROGRESS_SECONDS = 30;

/**
 * Runs one seed and tells all of it, or as many seeds as it takes for so many days. Returns whether all went well. With
 * --choose it also names a few of these seeds that did together all that they did.
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      choose: { type: 'boolean', default: false },
      linked: { type: 'boolean', default: false },
    },
  });
  if (values.linked) return playLinked(values);
  if (values.seed !== undefined) {
    const account = await simulateSeed(toNumber(values.seed));
    console.log(renderAccount(account));
    return account.violations.length === 0;
  }
  const wanted = toNumber(values.days);
  const tally = createTally();
  const played: PlayedSeed[] = [];
  const begun = Date.now();
  let told = begun;
  for (let seed = toNumber(values.from); tally.toTally().days < wanted; seed++) {
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
}): Promise<boolean> {
  if (values.seed !== undefined) {
    const account = await simulateLinkedSeed(toNumber(values.seed));
    console.log(renderLinkedAccount(account));
    return account.violations.length === 0;
  }
  const [wanted, begun] = [toNumber(values.days), Date.now()];
  const played: PlayedSeed[] = [];
  let [nights, failed] = [0, 0];
  for (let seed = toNumber(values.from); nights < wanted; seed++) {
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

function toNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${text} is not a whole number. ${USAGE}`);
  return Number(text);
}

process.exit((await main()) ? 0 : 1);
