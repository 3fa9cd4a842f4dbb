import { parseArgs } from 'node:util';
import { renderAccount, renderFailure, renderTally } from './render-account.ts';
import { simulateSeed } from './simulate-seed.ts';
import { createTally } from './tally.ts';

const USAGE = 'npm run simulate -- --nights N [--from SEED], or: npm run simulate -- --seed SEED';
const PROGRESS_SECONDS = 30;

/** Runs one seed and tells all of it, or as many seeds as it takes for so many nights. Returns whether all went well. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      nights: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
    },
  });
  if (values.seed !== undefined) {
    const account = await simulateSeed(toNumber(values.seed));
    console.log(renderAccount(account));
    return account.violations.length === 0;
  }
  const wanted = toNumber(values.nights);
  const tally = createTally();
  const begun = Date.now();
  let told = begun;
  for (let seed = toNumber(values.from); tally.toTally().nights < wanted; seed++) {
    const account = await simulateSeed(seed);
    tally.add(account);
    if (account.violations.length > 0) console.log(renderFailure(account));
    if (Date.now() - told < PROGRESS_SECONDS * 1000) continue;
    told = Date.now();
    const { nights, failedSeeds } = tally.toTally();
    console.log(`${nights} of ${wanted} nights, up to seed ${seed}; ${failedSeeds.length} seeds failed`);
  }
  const seconds = (Date.now() - begun) / 1000;
  const { nights, failedSeeds } = tally.toTally();
  console.log(`${renderTally(tally.toTally())}\n`);
  console.log(`${seconds.toFixed(0)} s, ${((nights / seconds) * 60).toFixed(0)} nights a minute`);
  return failedSeeds.length === 0;
}

function toNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${text} is not a whole number. ${USAGE}`);
  return Number(text);
}

process.exit((await main()) ? 0 : 1);
