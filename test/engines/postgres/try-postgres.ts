import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tryEssentials } from './essentials.ts';
import { explainNoSmallDisk, tryFullServer, tryFullTablespace } from './full-disk.ts';
import { type Mirrors, makeMirrors } from './mirrors.ts';
import { POOL_MODES, hasPooler, tryPooler } from './pooler.ts';
import { findServers } from './servers.ts';

interface Report {
  /** Where what is installed stays. */
  readonly folder: string;
  readonly ran: string[];
  readonly failed: string[];
  readonly skip: (name: string, why: string) => void;
}

const CASES = 60;

/** Publishes to each server that can be had, to full disks and through a pooler. */
export async function tryPostgres({ folder, ran, failed, skip }: Report): Promise<void> {
  const trial = async (name: string, action: () => Promise<unknown>): Promise<void> => {
    const begun = Date.now();
    const result = await action().then(
      (found) => ({ isGood: true, words: typeof found === 'string' ? `, version ${found}` : '' }),
      (thrown: unknown) => ({ isGood: false, words: `\n${String(thrown)}` }),
    );
    const seconds = ((Date.now() - begun) / 1000).toFixed(0);
    console.log(`${result.isGood ? 'ok' : 'FAILED'}: ${name}, ${seconds} s${result.words}`);
    (result.isGood ? ran : failed).push(name);
  };

  const place = join(folder, 'published');
  mkdirSync(place, { recursive: true });
  let mirrors: Mirrors;
  try {
    mirrors = await makeMirrors(place, CASES);
  } catch (thrown) {
    failed.push(`the mirrors to publish: ${String(thrown)}`);
    return;
  }
  for (const { name, folder: programs } of findServers(folder))
    if (programs === null) skip(`publish to ${name}`, 'it could not be had');
    else await trial(`publish to ${name}`, () => tryEssentials(programs, mirrors));
  const noDisk = explainNoSmallDisk();
  for (const [name, action] of [
    ['publish to tables on a full disk', tryFullTablespace],
    ['publish to a server on a full disk', tryFullServer],
  ] as const)
    if (noDisk === null) await trial(name, () => action(mirrors));
    else skip(name, noDisk);
  for (const mode of POOL_MODES)
    if (hasPooler())
      await trial(`publish through pgbouncer, pool_mode ${mode}`, () => tryPooler(mode, mirrors));
    else skip(`publish through pgbouncer, pool_mode ${mode}`, 'pgbouncer is missing');
}
