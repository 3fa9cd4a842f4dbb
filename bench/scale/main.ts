/*
 * Measures how each stage grows with the collection: at some sizes of an invented one, then at a multiple of the largest, which
 * Python writes part by part with other ids in each. Asks the ten questions of docs/analysis/ in SQLite, DuckDB and Spark, and
 * compares their answers. Prints two tables; docs/analysis/scale.md explains those of one day.
 *
 *   npm run scale -- --folder /tmp/scale
 *
 * --folder keeps what was made and its figures (figures.json): what is there is not made again. --sizes, --times and --times-sqlite
 * choose other sizes. What fails is named, and the rest goes on. Needs Linux, Python with PyPI, Java for Spark, and 30 GB of disk.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renderMarkdownTable } from '../../scripts/docs/markdown-table.ts';
import { listFiles } from '../../src/export/target.ts';
import { OURS, serveFile, writeCollection } from '../serve-collection.ts';
import { type Usage, measure } from './measure.ts';

const { values: flags } = parseArgs({
  options: {
    folder: { type: 'string' },
    sizes: { type: 'string', default: '1100,12300' },
    times: { type: 'string', default: '20' },
    'times-sqlite': { type: 'string', default: '20' },
  },
});
const folder = flags.folder ?? mkdtempSync(join(tmpdir(), 'scale-'));
mkdirSync(folder, { recursive: true });
const at = (name: string): string => join(folder, name);
const sizes = flags.sizes.split(',').map(Number);
const PACKAGES = ['duckdb', 'pytz', 'pyspark'];
const TABLES = ['cases', 'docket_entries', 'documents'];
const python = at('venv/bin/python');
const scriptOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Figures extends Usage {
  readonly stage: string;
  readonly cases: number;
  readonly bytes: number | null;
  /** What ask.py says. */
  readonly said: {
    readonly engine: string;
    readonly answers: readonly (readonly unknown[])[];
    readonly seconds: readonly number[];
  } | null;
}

const all: Figures[] = existsSync(at('figures.json'))
  ? (JSON.parse(readFileSync(at('figures.json'), 'utf8')) as Figures[])
  : [];
const failed: string[] = [];

interface Step {
  readonly stage: string;
  readonly cases: number;
  /** The file or folder that the step makes. */
  readonly made?: string;
  readonly program?: string;
  readonly args: readonly string[];
}

/** Measures one step, once. Names it if it fails, and removes what it made. */
async function take({ stage, cases, made, program = process.execPath, args }: Step): Promise<boolean> {
  if (all.some((one) => one.stage === stage && one.cases === cases)) return true;
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
  try {
    const { stdout, ...usage } = await measure(program, args);
    const bytes = made === undefined ? null : sizeOf(made);
    const said = made === undefined && program === python ? (JSON.parse(stdout) as Figures['said']) : null;
    all.push({ stage, cases, ...usage, bytes, said });
    writeFileSync(at('figures.json'), JSON.stringify(all, null, 1));
    console.log(`${stage}, ${cases} cases: ${toCells(usage).join(', ')}`);
    return true;
  } catch (error) {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    failed.push(`${stage}, ${cases} cases`);
    console.log(`FAILED: ${stage}, ${cases} cases: ${String(error)}`);
    return false;
  }
}

function sizeOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return listFiles(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
}

/** Wall seconds, CPU seconds, peak memory. */
const toCells = (used: Usage): string[] => [
  used.wallSeconds.toFixed(1),
  used.cpuSeconds.toFixed(1),
  String(used.peakMb),
];

/** The versions that the recipes are tested with. */
function installPackages(): void {
  if (!existsSync(python)) spawnSync('python3', ['-m', 'venv', at('venv')]);
  const versions = readFileSync(new URL('../../test/engines/requirements.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => PACKAGES.includes(line.split('==')[0] ?? ''));
  for (const one of versions)
    spawnSync(python, ['-m', 'pip', 'install', '--quiet', one], { stdio: 'inherit' });
}

async function makeMirror(cases: number, mirror: string): Promise<boolean> {
  if (existsSync(mirror)) return true;
  const { before, after } = await writeCollection(cases, folder);
  const { apiUrl, token, stop } = await serveFile(before, 0);
  process.env.CLEARINGHOUSE_API_TOKEN = token;
  try {
    return await take({
      stage: 'first sync',
      cases,
      made: mirror,
      args: ours('sync', '--no-linked', '--delay', '0', '--api-url', apiUrl, '--database', mirror),
    });
  } finally {
    await stop();
    for (const file of [before, after]) rmSync(file);
  }
}

const ours = (...args: readonly string[]): string[] => [fileURLToPath(OURS), ...args];

async function measureStages(cases: number): Promise<void> {
  const mirror = at(`${cases}.db`);
  if (!(await makeMirror(cases, mirror))) return;
  const of = ['--database', mirror];
  for (const format of ['parquet', 'sqlite']) {
    const made = at(`${cases}-${format}`);
    const args = ours('export', made, '--format', format, '--tables', TABLES.join(), ...of);
    await take({ stage: `export, ${format}`, cases, made, args });
  }
  await take({ stage: 'verify', cases, args: ours('verify', ...of) });
  await take({ stage: 'search', cases, args: ours('search', 'motion', ...of) });
}

/** Asks DuckDB and Spark about an export as Parquet: its files, so many times. They give the rows of each copy other ids. */
async function askParquet(size: number, by: number): Promise<void> {
  const copies = at(`${size}-parquet-${by}`);
  for (const table of TABLES)
    for (let part = 0; part < by; part++) {
      const to = join(copies, table, `part=${part}`);
      mkdirSync(to, { recursive: true });
      copyFileSync(at(`${size}-parquet/data/${table}.parquet`), join(to, `${table}.parquet`));
    }
  for (const engine of ['duckdb', 'spark']) await askEngine(engine, size * by, copies);
}

async function askSqlite(size: number, by: number): Promise<void> {
  const cases = size * by;
  const exported = at(`${size}-sqlite/data/clearinghouse.sqlite`);
  if (by === 1) return askEngine('sqlite', cases, exported);
  const made = at(`${cases}.sqlite`);
  const args = [scriptOf('multiply.py'), exported, String(by), made];
  if (await take({ stage: `${by} times as SQLite`, cases, made, program: python, args }))
    await askEngine('sqlite', cases, made);
}

async function askEngine(engine: string, cases: number, path: string): Promise<void> {
  const args = [scriptOf('ask.py'), engine, path];
  await take({ stage: `ten questions, ${engine}`, cases, program: python, args });
}

/** Engines that were asked about as many cases must agree. */
function compareAnswers(): void {
  for (const { cases, said } of all) {
    const expected = all.find((one) => one.cases === cases && one.said !== null)?.said;
    for (const [index, answer] of said?.answers.entries() ?? [])
      if (JSON.stringify(answer) !== JSON.stringify(expected?.answers[index]))
        failed.push(`question ${index + 1}, ${cases} cases: ${said?.engine} and ${expected?.engine} differ`);
  }
}

installPackages();
for (const size of sizes) {
  await measureStages(size);
  await askParquet(size, 1);
  await askSqlite(size, 1);
}
const largest = sizes.at(-1) ?? 0;
await askParquet(largest, Number(flags.times));
await askSqlite(largest, Number(flags['times-sqlite']));
compareAnswers();
const toMb = (bytes: number | null): string => (bytes === null ? '' : (bytes / 1e6).toFixed(0));
console.log(
  renderMarkdownTable(
    ['stage', 'cases', 'wall, s', 'CPU, s', 'peak memory, MB', 'MB on disk'],
    all
      .filter(({ said }) => said === null)
      .map((one) => [one.stage, String(one.cases), ...toCells(one), toMb(one.bytes)]),
  ),
);
console.log(
  renderMarkdownTable(
    ['engine', 'cases', 'wall, s', 'CPU, s', 'peak memory, MB', 'seconds of each question'],
    all.flatMap(({ said, ...one }) =>
      said === null ? [] : [[said.engine, String(one.cases), ...toCells(one), said.seconds.join(' ')]],
    ),
  ),
);
for (const one of failed) console.log(`FAILED: ${one}`);
if (flags.folder === undefined) rmSync(folder, { recursive: true, force: true });
process.exitCode = failed.length === 0 ? 0 : 1;
