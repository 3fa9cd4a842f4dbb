/*
 * Delta tables in other programs: the state after each of two runs, read by its version, must have the answers of SQLite to an export
 * of that run, and the least and greatest of each column of days.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../../src/db/engine.ts';
import type { Answers } from './answers.ts';

/** The runs of a demo. */
const RUNS = ['1', '2'] as const;

/** The packages of Python by which each program reads Delta tables. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  duckdb: ['deltalake', 'duckdb', 'pyarrow'],
  clickhouse: ['chdb', 'duckdb'],
};

/** The packages of Python that this needs. */
export const DELTA_PACKAGES: ReadonlySet<string> = new Set(Object.values(NEEDS).flat());

/** What a program that keeps Delta tables small does to them. */
const TIDY = `import deltalake, json, sys
for table in json.load(open(f"{sys.argv[1]}/manifest.json"))["tables"]:
    delta = deltalake.DeltaTable(f"{sys.argv[1]}/tables/{table}")
    delta.optimize.z_order([delta.schema().fields[0].name])
    delta.create_checkpoint()
    delta.cleanup_metadata()
    delta.vacuum(dry_run=False)`;

export interface Trial {
  readonly folder: string;
  readonly python: string;
  readonly installed: ReadonlySet<string>;
  readonly failed: string[];
  /** Runs this project's command line, which must succeed. */
  readonly cli: (...args: string[]) => void;
  /** Runs a step among the recipes, and returns what it printed; null if it failed. */
  readonly run: (name: string, program: string, args: readonly string[]) => string | null;
  readonly skip: (name: string, why: string) => void;
  /** The answers of SQLite to an export. */
  readonly askSqlite: (path: string) => Answers;
  readonly compare: (expected: Answers, found: Answers) => void;
}

/** Reads the state after each run by its version, from a folder that was moved, and again after a program has tidied the tables. */
export function tryDelta(mirror: string, trial: Trial): void {
  const { folder, python, installed, run, skip } = trial;
  const tables = join(folder, 'moved-delta');
  const engines = Object.keys(NEEDS).filter((engine) => {
    const missing = NEEDS[engine]?.find((need) => !installed.has(need));
    if (missing !== undefined) skip(`Delta in ${engine}`, `${missing} is missing`);
    return missing === undefined;
  });
  exportRuns(mirror, tables, trial);
  for (const engine of engines) askRuns(tables, engine, '', trial);
  if (!installed.has('deltalake')) skip('Delta tables that were tidied', 'deltalake is missing');
  else if (run('tidying of the Delta tables', python, ['-c', TIDY, tables]) !== null)
    for (const engine of engines) askRuns(tables, engine, ', tidied', trial);
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

type Day = readonly [table: string, column: string, least: string | null, greatest: string | null];

function askRuns(
  tables: string,
  engine: string,
  when: string,
  { folder, python, failed, run, askSqlite, compare }: Trial,
): void {
  for (const runId of RUNS) {
    const name = `Delta in ${engine} as of run ${runId}${when}`;
    const printed = run(name, python, ['read_delta.py', tables, runId, engine]);
    if (printed === null) continue;
    const found = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Answers & { days: readonly Day[] };
    console.log(`  by ${found.engine}`);
    const expected = askSqlite(toExport(folder, runId));
    if (found.answers.length !== expected.answers.length)
      failed.push(`${name}: ${found.answers.length} answers`);
    compare(expected, { ...found, engine: name });
    compareDays(name, found.days, listDays(toExport(folder, runId)), failed);
  }
}

function compareDays(name: string, found: readonly Day[], expected: readonly Day[], failed: string[]): void {
  const toText = (days: readonly Day[]): string => days.map((day) => JSON.stringify(day)).join('\n');
  if (toText(found) === toText(expected)) return;
  console.log(`FAILED: days of ${name}:\n${toText(found)}\ninstead of\n${toText(expected)}`);
  failed.push(`days of ${name}`);
}

/** The least and greatest of each column of days, as SQLite finds them. */
function listDays(exported: string): Day[] {
  const { resources } = JSON.parse(readFileSync(join(exported, 'datapackage.json'), 'utf8')) as {
    resources: { name: string; schema?: { fields: { name: string; type: string }[] } }[];
  };
  const sqlite = openSqlite(join(exported, 'data/clearinghouse.sqlite'), { readonly: true });
  const days = resources.flatMap(({ name: table, schema }) =>
    (schema?.fields ?? [])
      .filter(({ type }) => type === 'date')
      .map(({ name: column }): Day => {
        const [least, greatest] = sqlite
          .prepare(`SELECT min(${column}), max(${column}) FROM ${table}`)
          .raw()
          .get() as [string | null, string | null];
        return [table, column, least, greatest];
      }),
  );
  sqlite.close();
  return days;
}
