import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { measureProgram } from '../../bench/measure-program.ts';
import type { Server } from '../../bench/serve-collection.ts';

/** A Node that was installed to try the program on. */
export interface TriedNode {
  /** Of its own account: "24.21.0". */
  readonly version: string;
  readonly bin: string;
  /** The environment in which npm and all scripts run on it, and compile against it. */
  readonly env: NodeJS.ProcessEnv;
}

/** How one step went on one Node. */
export interface Step {
  readonly name: string;
  readonly isGood: boolean;
  /** A few words for the table. */
  readonly says: string;
  /** The end of what it printed, where it failed. */
  readonly output: string;
}

/** The folders whose tests run on each Node: those that depend on its versions, its modules and the engine. */
export const TESTED_FOLDERS = ['api', 'backup', 'case', 'cli', 'db', 'history', 'sync', 'verify'].map(
  (name) => `test/${name}`,
);

const END_OF_OUTPUT = 2000;

/** Installs a Node from npm, where each platform has a package with it and its headers. Fails when there is none for this machine. */
export function installNode(wanted: string, folder: string): TriedNode {
  const place = join(folder, `node-${wanted}`);
  const name = `node-${process.platform}-${process.arch}`;
  const home = join(place, 'node_modules', name);
  if (!existsSync(join(home, 'bin/node'))) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"private":true}');
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${wanted}`];
    const { status, stderr } = spawnSync('npm', install, { cwd: place, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr.slice(-END_OF_OUTPUT));
  }
  const bin = join(home, 'bin/node');
  const version = spawnSync(bin, ['--print', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim();
  const env = {
    ...process.env,
    PATH: `${dirname(bin)}${delimiter}${process.env.PATH ?? ''}`,
    ...(existsSync(join(home, 'include/node')) && { npm_config_nodedir: home }),
  };
  return { version, bin, env };
}

/** Runs a command on a Node and tells how it went. */
export function runStep(
  name: string,
  [program = '', ...words]: readonly string[],
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd: string },
  summarize: (stdout: string, seconds: number) => string = (_, seconds) => `${seconds.toFixed(0)} s`,
): Step {
  const began = performance.now();
  const { status, signal, stdout, stderr, error } = spawnSync(program, words, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = (performance.now() - began) / 1000;
  if (status === 0) return { name, isGood: true, says: summarize(`${stdout}${stderr}`, seconds), output: '' };
  const output = `${stdout}${stderr}${error?.message ?? ''}`.slice(-END_OF_OUTPUT);
  return { name, isGood: false, says: `FAILED: ${signal ?? `exit ${String(status)}`}`, output };
}

/** Fetches a whole collection into new files, several times; each must stay below `maxBytes`. */
export async function runFirstSyncs(
  { bin, env }: TriedNode,
  {
    checkout,
    server,
    times,
    maxBytes,
  }: { checkout: string; server: Server; times: number; maxBytes: number },
): Promise<{ step: Step; database: string }> {
  const database = join(checkout, 'tried.db');
  const costs: { seconds: number; megabytes: number }[] = [];
  try {
    for (let i = 0; i < times; i++) {
      for (const ending of ['', '-wal', '-shm']) rmSync(`${database}${ending}`, { force: true });
      const cost = await measureProgram(
        {
          node: bin,
          script: pathToFileURL(join(checkout, 'bin/clearinghouse-mirror.js')),
          args: ['sync', '--api-url', server.apiUrl, '--database', database, '--delay', '0', '--no-linked'],
          env: { PATH: String(env.PATH), CLEARINGHOUSE_API_TOKEN: server.token },
          database,
        },
        checkout,
      );
      costs.push({ seconds: cost.cpuMs / 1000, megabytes: cost.peakBytes / 1e6 });
    }
  } catch (error) {
    const output = error instanceof Error ? error.message : String(error);
    return {
      step: {
        name: 'first syncs',
        isGood: false,
        says: `FAILED: sync ${costs.length + 1} of ${times}`,
        output,
      },
      database,
    };
  }
  const peak = Math.max(...costs.map(({ megabytes }) => megabytes));
  const isGood = peak * 1e6 < maxBytes;
  const seconds = costs.map((cost) => cost.seconds.toFixed(1)).join(', ');
  const says = `${seconds} s CPU; at most ${peak.toFixed(0)} MB`;
  return {
    step: { name: 'first syncs', isGood, says: isGood ? says : `FAILED: ${says}`, output: '' },
    database,
  };
}
