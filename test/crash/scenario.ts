import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';
import { readContent } from './content.ts';
import { readMirror, readState, type Expected, type KnownState } from './examine.ts';
import { runAsProcess, startCommand, toEnvironment, type Ending, type RunWhole } from './run-command.ts';
import { inventWorlds, serveWorld, type ServedWorld } from './served-world.ts';

export const SCENARIO_NAMES = ['first sync', 'sync with changes', 'sync after a death'] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** A sync to kill: the file before it, the served records, and its result without a death. */
export interface Scenario extends Expected {
  readonly name: ScenarioName;
  readonly world: ServedWorld;
  /** The file before the sync; null if there is none yet. */
  readonly file: string | null;
  /** Every write of the run without a death, in order. */
  readonly labels: readonly string[];
  readonly requests: number;
  /** The exit code without a death: 6, because each day has a record that is not a case. */
  readonly exitCode: number;
  readonly tookMs: number;
}

/** Cases, with dockets of up to hundreds of entries. */
const INVENTED = 8;

const NOTHING: KnownState = { schema: '', fingerprints: new Map(), lastRun: 0 };

export type Scenarios<Name extends ScenarioName> = Readonly<Record<Name, Scenario>>;

/** Prepares the scenarios of days without a death, with their files in `folder`, by runs of the real command. */
export async function prepareDays(
  folder: string,
  runWhole: RunWhole,
  invented = INVENTED,
): Promise<Scenarios<'first sync' | 'sync with changes'>> {
  const [first, second, third] = inventWorlds(invented);
  const firstFile = join(folder, 'first.db');
  const one = await prepareScenario(firstFile, 'first sync', first, null);
  const base = join(folder, 'second.db');
  copyDatabase(firstFile, base);
  await syncUndisturbed(second, base, runWhole);
  const other = await prepareScenario(join(folder, 'third.db'), 'sync with changes', third, base);
  return { 'first sync': one, 'sync with changes': other };
}

/** Prepares all scenarios. The result of the sync after a death is the same as without the death. */
export async function prepareScenarios(
  folder: string,
  days: Scenarios<'first sync' | 'sync with changes'>,
): Promise<Scenarios<ScenarioName>> {
  const undisturbed = days['sync with changes'];
  const dead = join(folder, 'dead.db');
  await killMidway(undisturbed, dead);
  const again = await prepareScenario(
    join(folder, 'again.db'),
    'sync after a death',
    undisturbed.world,
    dead,
  );
  const { before, content } = undisturbed;
  return { ...days, 'sync after a death': { ...again, before, content } };
}

async function prepareScenario(
  database: string,
  name: ScenarioName,
  world: ServedWorld,
  file: string | null,
): Promise<Scenario> {
  if (file !== null) copyDatabase(file, database);
  const before = file === null ? NOTHING : readState(file);
  const list = `${database}.labels`;
  const begun = Date.now();
  const run = await syncUndisturbed(world, database, (words, env) =>
    runAsProcess(words, { ...env, CRASH_LABELS_TO: list }),
  );
  return {
    name,
    world,
    file,
    before,
    after: readState(database),
    content: readMirror(database, ({ sqlite }) => readContent(sqlite, before.lastRun)),
    labels: JSON.parse(readFileSync(list, 'utf8')) as string[],
    ...run,
    tookMs: Date.now() - begun,
  };
}

/** Runs a sync that must succeed, and returns how it ended. */
async function syncUndisturbed(
  world: ServedWorld,
  database: string,
  runWhole: RunWhole,
): Promise<Pick<Scenario, 'requests' | 'exitCode'>> {
  await using fakeApi = await serveWorld(world);
  const ending = await runWhole(['sync'], toEnvironment(fakeApi, database));
  const { exitCode } = ending;
  if (exitCode !== EXIT_CODES.partial.code) throw new Error(`An undisturbed sync ${toText(ending)}`);
  return { requests: fakeApi.requests.length, exitCode };
}

async function killMidway({ file, world, labels }: Scenario, database: string): Promise<void> {
  if (file !== null) copyDatabase(file, database);
  const label = 'before insert docket_entries';
  await using fakeApi = await serveWorld(world);
  const env = {
    ...toEnvironment(fakeApi, database),
    CRASH_AT: label,
    CRASH_OCCURRENCE: String(Math.ceil(labels.filter((one) => one === label).length / 2)),
  };
  const ending = await startCommand(['sync'], env).ended;
  if (ending.signal !== 'SIGKILL') throw new Error(`A sync that was to die did not: ${toText(ending)}`);
}

/** Copies a file that no process has open, and its log if there is one. */
export function copyDatabase(from: string, to: string): void {
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}

export function toText({ exitCode, signal, stderr }: Ending): string {
  return `ended with ${signal ?? exitCode}: ${stderr.slice(-500)}`;
}
