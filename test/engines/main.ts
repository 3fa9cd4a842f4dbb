/*
 * Runs the recipes of docs/analysis/ in the programs for which they are, on exports of an invented mirror with rows that a reader
 * would spoil by guessing, and compares their answers with those of SQLite. Python's packages come from PyPI into a virtual
 * environment, Observable Plot from npm, R from the machine. Names what it could not get, and so did not run, and fails if anything
 * that ran failed.
 *
 * Then reads Delta tables as of two runs in other programs, whose answers must be those of SQLite.
 *
 * Then publishes to servers of Postgres of other versions than that of `npm test`, to full disks and through a pooler.
 *
 *   npm run test:engines -- --folder /tmp/engines --write
 *   npm run test:engines -- --only delta
 *
 * --folder keeps what was installed and uses it again; --write rewrites docs/analysis/answers.md and the figures; --only runs the
 * recipes alone (recipes), Delta tables alone (delta), or Postgres alone (postgres).
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openSqlite } from '../../src/db/engine.ts';
import { formatText } from '../../scripts/format-text.ts';
import { type Answers, listQuestions, renderAnswers, toComparable } from './answers.ts';
import { DELTA_PACKAGES, type Environment, tryDelta } from './delta.ts';
import { ODD_ROWS } from './odd-rows.ts';
import { tryPostgres } from './postgres/try-postgres.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RECIPES = join(ROOT, 'docs/analysis');
const { values: flags } = parseArgs({
  options: {
    folder: { type: 'string' },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const PARTS = ['recipes', 'delta', 'postgres'];
if (flags.only !== undefined && !PARTS.includes(flags.only))
  throw new Error(`--only takes ${PARTS.join(', ')}.`);
const isWanted = (part: string): boolean => flags.only === undefined || flags.only === part;
if (flags.write && flags.only !== undefined) throw new Error('--write needs all of it.');
const folder = flags.folder ?? mkdtempSync(join(tmpdir(), 'engines-'));
mkdirSync(folder, { recursive: true });

const failed: string[] = [];
const notRun: string[] = [];
const ran: string[] = [];

function start(
  program: string,
  args: readonly string[],
  where = folder,
  more: Environment = {},
): SpawnSyncReturns<string> {
  const env = { ...process.env, ...more };
  return spawnSync(program, args, { cwd: where, encoding: 'utf8', maxBuffer: 2 ** 28, env });
}

const lastLines = ({ stdout, stderr, error }: SpawnSyncReturns<string>): string =>
  `${error?.message ?? ''}${stdout}${stderr}`.trim().split('\n').slice(-6).join('\n').slice(-1500);

/** Runs a step that must succeed, and returns what it printed; null if it failed. */
function run(
  name: string,
  program: string,
  args: readonly string[],
  where = folder,
  more: Environment = {},
): string | null {
  const begun = Date.now();
  const done = start(program, args, where, more);
  const seconds = `${((Date.now() - begun) / 1000).toFixed(0)} s`;
  if (done.status === 0) {
    console.log(`ok: ${name}, ${seconds}`);
    ran.push(name);
    return done.stdout;
  }
  console.log(`FAILED: ${name}, ${seconds}\n${lastLines(done)}`);
  failed.push(name);
  return null;
}

function skip(name: string, why: string): void {
  console.log(`not run: ${name}: ${why}`);
  notRun.push(`${name}: ${why}`);
}

const mirror = join(folder, 'mirror.db');
const toExport = (format: string): string => join(folder, `clearinghouse-${format}`);

function cli(...args: string[]): void {
  const done = start(process.execPath, [join(ROOT, 'bin/clearinghouse-mirror.js'), ...args]);
  if (done.status !== 0) throw new Error(lastLines(done));
}

/** The mirror of a demo, with rows that a reader would spoil by guessing. */
function makeMirror(): void {
  cli('demo', '--cases', '300', '--database', mirror);
  const sqlite = openSqlite(mirror);
  sqlite.exec(ODD_ROWS);
  sqlite.close();
}

function makeExports(): void {
  for (const format of ['csv', 'parquet', 'sqlite']) {
    rmSync(toExport(format), { recursive: true, force: true });
    cli('export', toExport(format), '--format', format, '--database', mirror);
  }
}

function askSqlite(exported: string): Answers {
  const sqlite = openSqlite(join(exported, 'data/clearinghouse.sqlite'), { readonly: true });
  const answers = listQuestions(readFileSync(join(RECIPES, 'questions-sqlite.sql'), 'utf8')).map(({ sql }) =>
    sqlite.prepare(sql).raw().all(),
  );
  const version = String(sqlite.prepare('SELECT sqlite_version()').pluck().get());
  sqlite.close();
  return { engine: `SQLite ${version}`, answers };
}

const python = join(folder, 'venv/bin/python');

/** Installs each package, or only some, by itself, so that one that cannot be had does not keep back the others. Returns those that were. */
function installPackages(only: ReadonlySet<string> | null): ReadonlySet<string> {
  if (!existsSync(python) && start('python3', ['-m', 'venv', 'venv']).status !== 0) {
    skip('Python', 'python3 cannot make a virtual environment');
    return new Set();
  }
  const wanted = readFileSync(new URL('requirements.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
  return new Set(
    wanted.flatMap((requirement) => {
      const [name = ''] = requirement.split('==');
      if (only?.has(name) === false) return [];
      const done = start(python, ['-m', 'pip', 'install', '--quiet', requirement]);
      if (done.status === 0) return [name];
      console.log(`could not be installed: ${requirement}\n${lastLines(done)}`);
      return [];
    }),
  );
}

interface Recipe {
  readonly name: string;
  /** Packages of Python, or the program that runs it. */
  readonly needs: readonly string[];
  readonly program: string;
  readonly args: readonly string[];
}

const RECIPES_WITH_ANSWERS: readonly Recipe[] = [
  { name: 'pandas', needs: ['pandas'], program: python, args: ['read_with_pandas.py', toExport('csv')] },
  { name: 'Polars', needs: ['polars'], program: python, args: ['read_with_polars.py', toExport('csv')] },
  {
    name: 'DuckDB',
    needs: ['duckdb', 'pytz'],
    program: python,
    args: ['ask_duckdb.py', toExport('parquet')],
  },
  { name: 'R', needs: ['Rscript'], program: 'Rscript', args: ['read_with_r.R', toExport('sqlite')] },
  {
    name: 'Spark',
    needs: ['pyspark', 'java'],
    program: python,
    args: ['read_with_spark.py', toExport('parquet')],
  },
  { name: 'ClickHouse', needs: ['chdb'], program: python, args: ['ask_clickhouse.py', toExport('csv')] },
];

const PROGRAMS = new Set(['Rscript', 'java', 'mvn', 'npm']);
const hasProgram = (name: string): boolean =>
  start(name, [name === 'java' ? '-version' : '--version']).status === 0;

function findMissing(needs: readonly string[], installed: ReadonlySet<string>): string | undefined {
  return needs.find((need) => (PROGRAMS.has(need) ? !hasProgram(need) : !installed.has(need)));
}

/** Runs a recipe if all that it needs is there. */
function tryRecipe(recipe: Recipe, installed: ReadonlySet<string>): string | null {
  const missing = findMissing(recipe.needs, installed);
  if (missing === undefined) return run(recipe.name, recipe.program, recipe.args, RECIPES);
  skip(recipe.name, `${missing} is missing`);
  return null;
}

function compare(expected: Answers, found: Answers): void {
  expected.answers.forEach((answer, at) => {
    if (toComparable(found.answers[at] ?? []) === toComparable(answer)) return;
    console.log(`FAILED: question ${at + 1} in ${found.engine}: ${JSON.stringify(found.answers[at])}`);
    failed.push(`question ${at + 1} in ${found.engine}`);
  });
}

/** A reader that guesses must be noticed: otherwise the check of the recipes would prove nothing. */
function checkGuessing(): void {
  const guess = `import pandas; from check_export import check
frame = pandas.read_csv("${toExport('csv')}/data/cases.csv", low_memory=False)
check("${toExport('csv')}", "cases", len(frame), {"name": int(frame["name"].isna().sum())}, {})`;
  const done = start(python, ['-c', guess], RECIPES);
  const isNoticed = done.status !== 0 && /name: \d+ missing instead of 0/.test(done.stderr);
  if (isNoticed) ran.push('pandas that guesses is noticed');
  else failed.push(`a reader that guesses is not noticed: ${lastLines(done)}`);
}

function tryDatasette(installed: ReadonlySet<string>): void {
  const missing = findMissing(['datasette', 'sqlite-utils'], installed);
  if (missing !== undefined) {
    skip('Datasette and sqlite-utils', `${missing} is missing`);
    return;
  }
  const database = join(toExport('sqlite'), 'data/clearinghouse.sqlite');
  const metadata = join(folder, 'metadata.yaml');
  run('metadata for Datasette', python, ['datasette_metadata.py', toExport('sqlite'), metadata], RECIPES);
  const get = (path: string): unknown => {
    const text = run(`Datasette ${path}`, python, [
      '-m',
      'datasette',
      database,
      '-m',
      metadata,
      '--get',
      path,
    ]);
    return text === null ? null : (JSON.parse(text) as unknown);
  };
  const page = get('/clearinghouse/cases.json?_facet=case_ongoing&_size=1') as {
    facet_results?: object;
  } | null;
  const tables = get('/clearinghouse.json') as { tables?: { name: string; hidden: boolean }[] } | null;
  const isHidden = tables?.tables?.find(({ name }) => name === 'list_syncs')?.hidden;
  if (!JSON.stringify(page?.facet_results ?? null).includes('prevailing_party') || isHidden !== true)
    failed.push('Datasette shows other facets or tables than metadata.yaml says');
  const { tables: counted } = JSON.parse(readFileSync(join(toExport('sqlite'), 'manifest.json'), 'utf8')) as {
    tables: Record<string, { rows: number }>;
  };
  const found = run('sqlite-utils', python, ['-m', 'sqlite_utils', 'tables', database, '--counts']);
  for (const { table, count } of JSON.parse(found ?? '[]') as { table: string; count: number }[])
    if (table !== 'codebook' && counted[table]?.rows !== count)
      failed.push(`sqlite-utils counts ${count} rows of ${table}`);
}

function tryPlot(): void {
  const packages = ['@observablehq/plot@0.6.17', 'linkedom@0.18.15'];
  const where = join(folder, 'plot');
  mkdirSync(where, { recursive: true });
  const done = start('npm', ['install', '--no-audit', '--no-fund', '--prefix', where, ...packages]);
  if (done.status !== 0) {
    skip('Observable Plot', 'npm could not install it');
    return;
  }
  // Node looks for packages beside the file.
  writeFileSync(join(where, 'plot.mjs'), readFileSync(join(RECIPES, 'plot_with_observable.mjs')));
  run('Observable Plot', process.execPath, ['plot.mjs', toExport('csv'), 'cases.svg'], where);
}

/** The figures of the story, in the documentation if they are to be written there. */
function tellStory(installed: ReadonlySet<string>): void {
  const figures = flags.write ? RECIPES : folder;
  const inPython = ['story.py', toExport('csv'), join(figures, 'story-python.svg')];
  tryRecipe(
    { name: 'the story in Python', needs: ['pandas', 'matplotlib'], program: python, args: inPython },
    installed,
  );
  const inR = ['story.R', toExport('sqlite'), join(figures, 'story-r.svg')];
  tryRecipe({ name: 'the story in R', needs: ['Rscript'], program: 'Rscript', args: inR }, installed);
  const sqlite = openSqlite(join(toExport('sqlite'), 'data/clearinghouse.sqlite'), { readonly: true });
  const rows = sqlite
    .prepare(readFileSync(join(RECIPES, 'story.sql'), 'utf8'))
    .raw()
    .all() as unknown[][];
  sqlite.close();
  if (rows.length < 10) failed.push('the story in SQL');
  writeFileSync(join(figures, 'story-sql.txt'), `${rows.map((row) => row.join('  ')).join('\n')}\n`);
}

/** Returns the answers of SQLite, and those of each program that ran. */
function runRecipes(installed: ReadonlySet<string>): Answers[] {
  makeExports();
  const expected = askSqlite(toExport('sqlite'));
  const all = [expected];
  for (const recipe of RECIPES_WITH_ANSWERS) {
    const printed = tryRecipe(recipe, installed);
    if (printed === null) continue;
    const answers = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Answers;
    compare(expected, answers);
    all.push(answers);
  }
  if (installed.has('pandas')) checkGuessing();
  if (installed.has('frictionless'))
    run('frictionless validate', python, [
      '-m',
      'frictionless',
      'validate',
      join(toExport('csv'), 'datapackage.json'),
    ]);
  else skip('frictionless validate', 'frictionless is missing');
  tryDatasette(installed);
  tryPlot();
  tellStory(installed);
  return all;
}

const all: Answers[] = [];
if (isWanted('recipes') || isWanted('delta')) {
  makeMirror();
  const installed = installPackages(flags.only === 'delta' ? DELTA_PACKAGES : null);
  if (isWanted('recipes')) all.push(...runRecipes(installed));
  if (isWanted('delta'))
    tryDelta(mirror, {
      folder,
      python,
      findMissing: (needs) => findMissing(needs, installed),
      failed,
      cli,
      run: (name, program, args, more) => run(name, program, args, RECIPES, more),
      note: (name, engine) => {
        ran[ran.indexOf(name)] = `${name}: ${engine}`;
      },
      skip,
      askSqlite,
      compare,
    });
}
if (isWanted('postgres')) await tryPostgres({ folder, ran, failed, skip });

if (flags.write) {
  const path = 'docs/analysis/answers.md';
  const questions = listQuestions(readFileSync(join(RECIPES, 'questions-sqlite.sql'), 'utf8'));
  writeFileSync(join(ROOT, path), await formatText(path, renderAnswers(questions, all, ran, notRun)));
}
if (flags.folder === undefined) rmSync(folder, { recursive: true, force: true });
for (const one of notRun) console.log(`NOT RUN: ${one}`);
console.log(failed.length === 0 ? `All ${ran.length} that ran passed.` : `FAILED: ${failed.join('; ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
