/*
 * Delta tables in other programs: the state after each of two runs, read by its version, must have the answers of SQLite to an export
 * of that run, and the least and greatest of each column of days and of new fields of
 * the API. Spark reads on a cluster of two executors.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../../src/db/engine.ts';
import type { Answers } from './answers.ts';

/** The runs of a demo. */
const RUNS = ['1', '2'] as const;

/** The packages of Python, and the programs, by which each program reads Delta tables. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  duckdb: ['deltalake', 'duckdb', 'pyarrow'],
  clickhouse: ['chdb', 'duckdb'],
  spark: ['pyspark', 'duckdb', 'java', 'mvn'],
};

/** What Python's packages need of these. */
export const DELTA_PACKAGES: ReadonlySet<string> = new Set(Object.values(NEEDS).flat());

/** What Spark needs to read Delta tables, from Maven. */
const JARS = [
  'io.delta:delta-spark_2.12:3.3.2',
  'io.delta:delta-storage:3.3.2',
  'org.antlr:antlr4-runtime:4.9.3',
];

/** Two executors, each a process of its own with one core and 1 GB. */
const CLUSTER = 'local-cluster[2,1,1024]';

/** What a program that keeps Delta tables small does to them. */
const TIDY = `import deltalake, json, sys
for table in json.load(open(f"{sys.argv[1]}/manifest.json"))["tables"]:
    delta = deltalake.DeltaTable(f"{sys.argv[1]}/tables/{table}")
    delta.optimize.z_order([delta.schema().fields[0].name])
    delta.create_checkpoint()
    delta.cleanup_metadata()
    delta.vacuum(dry_run=False)`;

/** Variables of the environment of a process, beside those of this one. */
export type Environment = Readonly<Record<string, string>>;

export interface Trial {
  readonly folder: string;
  readonly python: string;
  /** Returns the first of these packages and programs that is not there. */
  readonly findMissing: (needs: readonly string[]) => string | undefined;
  readonly failed: string[];
  /** Runs this project's command line, which must succeed. */
  readonly cli: (...args: string[]) => void;
  /** Runs a step among the recipes, and returns what it printed; null if it failed. */
  readonly run: (name: string, program: string, args: readonly string[], more?: Environment) => string | null;
  /** Adds to the name of a step that ran which program it was. */
  readonly note: (name: string, program: string) => void;
  readonly skip: (name: string, why: string) => void;
  /** The answers of SQLite to an export. */
  readonly askSqlite: (path: string) => Answers;
  readonly compare: (expected: Answers, found: Answers) => void;
}

/** Reads the state after each run by its version, from a folder that was moved, and again after a program has tidied the tables. */
export function tryDelta(mirror: string, trial: Trial): void {
  const { folder, python, findMissing, run, skip } = trial;
  const tables = join(folder, 'moved-delta');
  const engines = Object.keys(NEEDS).flatMap((engine): Engine[] => {
    const missing = findMissing(NEEDS[engine] ?? []);
    const environment = missing === undefined ? prepare(engine, folder) : null;
    if (environment !== null) return [{ engine, environment }];
    skip(`Delta in ${engine}`, `${missing ?? 'a jar of Delta'} is missing`);
    return [];
  });
  exportRuns(mirror, tables, trial);
  for (const engine of engines) askRuns(tables, engine, '', trial);
  if (findMissing(['deltalake']) !== undefined) skip('Delta tables that were tidied', 'deltalake is missing');
  else if (run('tidying of the Delta tables', python, ['-c', TIDY, tables]) !== null)
    for (const engine of engines) askRuns(tables, engine, ', tidied', trial);
}

interface Engine {
  readonly engine: string;
  readonly environment: Environment;
}

/** Gets what an engine needs beside packages and programs; null if that could not be had. */
function prepare(engine: string, folder: string): Environment | null {
  if (engine !== 'spark') return {};
  const jars = getJars(folder);
  return jars === null ? null : { SPARK_MASTER: CLUSTER, SPARK_JARS: jars };
}

function getJars(folder: string): string | null {
  const jars = join(folder, 'jars');
  mkdirSync(jars, { recursive: true });
  if (readdirSync(jars).length < JARS.length)
    for (const jar of JARS) {
      const args = ['-q', 'dependency:copy', `-Dartifact=${jar}`, `-DoutputDirectory=${jars}`];
      if (spawnSync('mvn', args, { cwd: folder, stdio: 'ignore' }).status !== 0) return null;
    }
  return readdirSync(jars)
    .map((name) => join(jars, name))
    .join();
}

const toExport = (folder: string, runId: string): string => join(folder, `run-${runId}`);

function exportRuns(mirror: string, tables: string, { folder, cli }: Trial): void {
  const place = join(folder, 'clearinghouse-delta');
  for (const old of [place, tables]) rmSync(old, { recursive: true, force: true });
  for (const runId of RUNS) {
    rmSync(toExport(folder, runId), { recursive: true, force: true });
    cli('export', place, '--format', 'delta', '--as-of', runId, '--database', mirror);
    cli('export', toExport(folder, runId), '--format', 'sqlite', '--as-of', runId, '--database', mirror);
  }
  renameSync(place, tables);
}

type Bounds = readonly [table: string, column: string, least: string | null, greatest: string | null];

function askRuns(
  tables: string,
  { engine, environment }: Engine,
  when: string,
  { folder, python, failed, run, note, askSqlite, compare }: Trial,
): void {
  for (const runId of RUNS) {
    const name = `Delta in ${engine} as of run ${runId}${when}`;
    const printed = run(name, python, ['read_delta.py', tables, runId, engine], environment);
    if (printed === null) continue;
    const found = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Answers & {
      bounds: readonly Bounds[];
    };
    console.log(`  by ${found.engine}`);
    note(name, found.engine);
    const expected = askSqlite(toExport(folder, runId));
    if (found.answers.length !== expected.answers.length)
      failed.push(`${name}: ${found.answers.length} answers`);
    compare(expected, { ...found, engine: name });
    if (engine === 'spark' && !found.engine.endsWith(', 2 executors'))
      failed.push(`${name}: ${found.engine}`);
    compareBounds(name, found.bounds, listBounds(toExport(folder, runId)), failed);
  }
}

function compareBounds(
  name: string,
  found: readonly Bounds[],
  expected: readonly Bounds[],
  failed: string[],
): void {
  const toText = (bounds: readonly Bounds[]): string => bounds.map((one) => JSON.stringify(one)).join('\n');
  if (toText(found) === toText(expected)) return;
  console.log(`FAILED: bounds of ${name}:\n${toText(found)}\ninstead of\n${toText(expected)}`);
  failed.push(`bounds of ${name}`);
}

/** The least and greatest of each of these columns, as SQLite finds them. */
function listBounds(exported: string): Bounds[] {
  const { resources } = JSON.parse(readFileSync(join(exported, 'datapackage.json'), 'utf8')) as {
    resources: { name: string; schema?: { fields: { name: string; type: string }[] } }[];
  };
  const sqlite = openSqlite(join(exported, 'data/clearinghouse.sqlite'), { readonly: true });
  const bounds = resources.flatMap(({ name: table, schema }) =>
    (schema?.fields ?? [])
      .filter(({ name, type }) => type === 'date' || name === 'other_fields')
      .map(({ name: column }): Bounds => {
        const [least, greatest] = sqlite
          .prepare(`SELECT min(${column}), max(${column}) FROM ${table}`)
          .raw()
          .get() as [string | null, string | null];
        return [table, column, least, greatest];
      }),
  );
  sqlite.close();
  if (!bounds.some(([table, , , greatest]) => table === 'cases' && greatest?.includes('NewValue') === true))
    throw new Error('No case has the new field.');
  return bounds;
}
