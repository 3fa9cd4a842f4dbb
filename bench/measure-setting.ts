import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENDER_NAMES, CONTENDERS, type Contender, type Cost, type Setting } from './contenders.ts';
import { measureProgram, type Program } from './measure-program.ts';
import { OURS, serveFile, type CollectionFiles, type Server } from './serve-collection.ts';

export interface Plan {
  readonly cases: number;
  readonly latencyMs: number;
  readonly rounds: number;
  readonly folder: string;
  readonly tell: (text: string) => void;
}

/** Measures all contenders one after another, in several rounds, each with its own files. */
export async function measureSetting(files: CollectionFiles, plan: Plan): Promise<Setting> {
  const { cases, latencyMs, tell } = plan;
  const before = await serveFile(files.before, latencyMs);
  const after = await serveFile(files.after, latencyMs);
  const rounds: Partial<Record<Contender, Cost[]>> = {};
  try {
    for (let round = 1; round <= plan.rounds; round++) {
      const folder = mkdtempSync(join(plan.folder, 'round-'));
      for (const name of CONTENDER_NAMES) {
        const server = name === 'ours 1 % changed' ? after : before;
        const cost = await measureProgram(toProgram(name, server, folder), folder);
        (rounds[name] ??= []).push(cost);
        tell(
          `${cases} cases, ${latencyMs} ms, round ${round} of ${plan.rounds}: ${name} ${(cost.wallMs / 1000).toFixed(1)} s`,
        );
      }
      rmSync(folder, { recursive: true });
    }
  } finally {
    await before.stop();
    await after.stop();
  }
  return { cases, jsonBytes: files.jsonBytes, latencyMs, rounds };
}

function toProgram(name: Contender, { apiUrl, token }: Server, folder: string): Program {
  const { file } = CONTENDERS[name];
  const database = file === null ? null : join(folder, `${file}.db`);
  if (file === 'ours') {
    return {
      script: OURS,
      args: ['sync', '--api-url', apiUrl, '--database', String(database), '--delay', '0', '--no-linked'],
      env: { CLEARINGHOUSE_API_TOKEN: token },
      database,
    };
  }
  const script = new URL(`programs/${file === null ? 'fetch-only' : 'floor'}.js`, import.meta.url);
  return { script, args: [apiUrl, token, ...(database === null ? [] : [database])], database };
}
