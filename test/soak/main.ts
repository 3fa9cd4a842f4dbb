/*
 * Lets one `nightly` process make many runs against a stand-in for the API with changes and faults. Fails if its memory or
 * its open files do not stay as they are. It does not wait for the minutes between the runs to pass. Needs Linux, whose /proc
 * tells both.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readStateFile, toStateFilePath } from '../../src/schedule/state-file.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { Random } from '../../fake-api/invent/random.ts';
import type { Fault } from '../../fake-api/serve/faults.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { judgeSoak, type Sample } from './judge-soak.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '60' },
    cases: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
  },
});
const [runs, cases, seed] = [values.runs, values.cases, values.seed].map(Number) as [number, number, number];
const COMMAND = fileURLToPath(new URL('../../bin/clearinghouse-mirror.js', import.meta.url));

const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
  { kind: 'reset', at: 'in-body' },
  { kind: 'cut-json' },
];

const random = new Random(seed);
const source = inventCollection({ size: cases });
const fakeApi = await startFakeApi({
  source,
  faults: () => (random.chance(0.05) ? random.pick(FAULTS) : undefined),
});
const folder = mkdtempSync(join(tmpdir(), 'soak-'));
const database = join(folder, 'mirror.db');
const child = spawn(
  process.execPath,
  [COMMAND, 'nightly', '--schedule', '* * * * *', '--jitter', '0', '--delay', '0', '--backoff-min', '1'],
  {
    env: {
      PATH: process.env.PATH,
      NODE_OPTIONS: `--import=${new URL('../support/skip-sleep.js', import.meta.url).href}`,
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
      CLEARINGHOUSE_DATABASE: database,
      CLEARINGHOUSE_KEEP_DAILY: '1',
      CLEARINGHOUSE_LINKED_BUDGET: '0',
      CLEARINGHOUSE_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const proc = `/proc/${child.pid ?? 0}`;

function takeSample(made: number): Sample {
  const [, kibibytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`${proc}/status`, 'utf8')) ?? [];
  return { runs: made, residentBytes: Number(kibibytes) * 1024, openFiles: listOpenFiles() };
}

function listOpenFiles(): string[] {
  return readdirSync(`${proc}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`${proc}/fd/${name}`)];
    } catch {
      return []; // closed in the meantime
    }
  });
}

const samples: Sample[] = [];
try {
  const seen = new Set<string>();
  while (samples.length < runs) {
    if (child.exitCode !== null) throw new Error(`nightly ended with ${child.exitCode}.`);
    await delay(50);
    const [day] = readStateFile(toStateFilePath(database)).scheduled_runs.filter(({ is_over }) => is_over);
    if (day === undefined || day.steps.length === 0 || seen.has(day.due_at)) continue;
    seen.add(day.due_at);
    samples.push(takeSample(samples.length + 1));
    source.advance({ changed: 0.01 });
    if (samples.length % 10 === 0) {
      const { residentBytes, openFiles } = samples.at(-1) ?? takeSample(0);
      process.stdout.write(
        `${samples.length} days: ${Math.round(residentBytes / 1e6)} MB, ${openFiles.length} open files, the last one ${day.outcome}\n`,
      );
    }
  }
} finally {
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
  await fakeApi.close();
  rmSync(folder, { recursive: true });
}
const { isFlat, residentRatio, leaks } = judgeSoak(samples);
for (const { kind, before, after } of leaks)
  process.stdout.write(
    `Left open: ${kind}, never fewer than ${before} in the days before, and ${after} now.\n`,
  );
process.stdout.write(
  `Memory ${residentRatio.toFixed(2)} times that of the days before, ${leaks.length} kinds of files left open: ${isFlat ? 'flat' : 'NOT FLAT'}.\n`,
);
if (!isFlat) process.exitCode = 1;
