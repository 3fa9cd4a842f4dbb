import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closing, openSqlite } from '../src/db/engine.ts';
import { SEARCH_INDEXES, SHADOWS } from '../src/db/search-tables.ts';
import type { Cost } from './contenders.ts';

const REPORT_USAGE = new URL('programs/report-usage.js', import.meta.url).href;

/** A Node program to measure as a whole process. */
export interface Program {
  readonly script: URL;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that runs it; by default, the one that runs the benchmark. */
  readonly node?: string;
  /** The SQLite file that it writes. */
  readonly database: string | null;
}

/** Runs a program to its end and returns its cost. Fails if the program fails. */
export async function measureProgram(program: Program, folder: string): Promise<Cost> {
  const usageFile = join(folder, 'usage.json');
  const began = performance.now();
  const output = await run(program, { ...process.env, ...program.env, BENCH_USAGE_FILE: usageFile });
  const wallMs = performance.now() - began;
  if (output.code !== 0)
    throw new Error(`${program.script.pathname} ended with ${output.code}: ${output.errors}`);
  const usage = JSON.parse(readFileSync(usageFile, 'utf8')) as Pick<Cost, 'cpuMs' | 'peakBytes'>;
  const { database } = program;
  return {
    wallMs,
    ...usage,
    databaseBytes: sizeOf(database),
    searchBytes: database === null ? 0 : findSearchBytes(database),
  };
}

function run(
  { script, args, node = process.execPath }: Program,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; errors: string }> {
  const child = spawn(node, ['--import', REPORT_USAGE, fileURLToPath(script), ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = `${errors}${text}`.slice(-2000)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, errors });
    });
  });
}

function sizeOf(database: string | null): number {
  if (database === null) return 0;
  return [database, `${database}-wal`]
    .filter((path) => existsSync(path))
    .reduce((sum, path) => sum + statSync(path).size, 0);
}

/** The bytes of the tables in which a mirror keeps its search indexes. */
function findSearchBytes(database: string): number {
  const tables = Object.values(SEARCH_INDEXES).flatMap(({ name }) =>
    SHADOWS.map((ending) => `${name}_${ending}`),
  );
  return closing(openSqlite(database, { readonly: true }), (sqlite) => {
    const find = sqlite
      .prepare<[string], number | null>('SELECT sum(pgsize) FROM dbstat WHERE name = ?')
      .pluck();
    return tables.reduce((sum, table) => sum + (find.get(table) ?? 0), 0);
  });
}
