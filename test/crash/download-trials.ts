import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';
import type { Death } from './deaths.ts';
import { examineMirrorFile, readMirror } from './examine.ts';
import { type RunWhole, runAsProcess, startCommand } from './run-command.ts';
import { toText } from './scenario.ts';

/* Deaths during a fetch of the texts or of the files of documents. */

/** What a world is made of: a mirror that fetched some, and a server one day later. */
export interface DownloadParts {
  readonly folder: string;
  /** The command that dies. */
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** One JSON value for each row that the command writes, without its time and its pass. */
  readonly rowsSql: string;
  readonly passes: 'text_passes' | 'file_passes';
  /** The requests to a host that requires a pause each time. */
  readonly countBusyRequests?: () => number;
  readonly close: () => Promise<void>;
}

/** The same, and what the command does without a death. */
export interface DownloadWorld extends DownloadParts {
  /** Every write of the command without a death, in order. */
  readonly labels: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The names of the files after the command without a death. */
  readonly files: readonly string[];
}

export const toDatabase = (folder: string): string => join(folder, 'mirror.db');

/** Runs a command that must succeed. */
export async function runWell(words: readonly string[], env: NodeJS.ProcessEnv, by: RunWhole): Promise<void> {
  const ending = await by(words, env);
  if (ending.exitCode !== 0) throw new Error(`An undisturbed ${words.join(' ')} ${toText(ending)}`);
}

/** Runs the command without a death in a copy of the world. */
export async function completeWorld(parts: DownloadParts, parent: string): Promise<DownloadWorld> {
  const { folder, words, env } = parts;
  const undisturbed = `${folder}-undisturbed`;
  cpSync(folder, undisturbed, { recursive: true });
  const database = toDatabase(undisturbed);
  const list = join(parent, `${parts.passes}.labels`);
  const labeled = { ...env, CLEARINGHOUSE_DATABASE: database, CRASH_LABELS_TO: list };
  await runWell(words, labeled, runAsProcess);
  return {
    ...parts,
    labels: JSON.parse(readFileSync(list, 'utf8')) as string[],
    before: readRows(toDatabase(folder), parts),
    after: readRows(database, parts),
    files: listFiles(database),
  };
}

const readRows = (database: string, { rowsSql }: DownloadParts): readonly string[] =>
  readMirror(database, ({ sqlite }) => sqlite.prepare<[], string>(rowsSql).pluck().all());

/** The names of all files in the folder, including partial ones. */
function listFiles(database: string): string[] {
  const folder = `${database}.files`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** Whether a death may leave this file: a complete file whose row was not committed. */
const isStray = (fault: string): boolean => fault.includes('only files that a document has');

/**
 * Kills the command at a write and runs it again, by the real clock, because the next attempt after a failure depends on the
 * time. Returns all faults.
 */
export async function runDownloadTrial(
  world: DownloadWorld,
  { label, occurrence }: Extract<Death, { at: 'write' }>,
  parent: string,
  runWhole: RunWhole,
): Promise<string[]> {
  const { words, before, after, files } = world;
  const folder = mkdtempSync(join(parent, 'download-trial-'));
  const database = toDatabase(folder);
  try {
    cpSync(world.folder, folder, { recursive: true });
    const env = { ...world.env, CLEARINGHOUSE_DATABASE: database };
    const crash = { CRASH_AT: label, CRASH_OCCURRENCE: String(occurrence) };
    const ending = await startCommand(words, { ...env, ...crash }).ended;
    if (ending.signal !== 'SIGKILL') return [`the ${words.join(' ')} that was to die ${toText(ending)}`];
    if (!existsSync(database)) return ['the file is gone'];
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    const remains = toDatabase(copy);
    for (const suffix of ['', '-wal', '.files'])
      if (existsSync(`${database}${suffix}`))
        cpSync(`${database}${suffix}`, `${remains}${suffix}`, { recursive: true });
    const [wasRunning] = listOutcomes(remains, 'running', world);
    const known = new Set([...before, ...after]);
    const left = readRows(remains, world);
    const faults = [
      ...examineMirrorFile(remains).filter((fault) => !isStray(fault)),
      ...left.filter((row) => !known.has(row)).map((row) => `neither as before nor as after: ${row}`),
    ];
    const isPaused = left.some((row) => row.endsWith('"paused"]'));
    // If only the files of the paused host are left, the next command must say so.
    const exitCode = isPaused && left.join() === after.join() ? EXIT_CODES.network.code : 0;
    const busyRequests = world.countBusyRequests?.();
    const next = await runWhole(words, env);
    if (isPaused && world.countBusyRequests?.() !== busyRequests)
      faults.push('a host was requested during its pause');
    if (next.exitCode !== exitCode) return [...faults, `the next ${words.join(' ')} ${toText(next)}`];
    faults.push(...examineMirrorFile(database));
    if (listOutcomes(database, 'running', world).length > 0) faults.push('a pass is left running');
    if (wasRunning !== undefined && !listOutcomes(database, 'died', world).includes(wasRunning))
      faults.push(`pass ${wasRunning} is not recorded as died`);
    for (const [found, expected] of [
      [readRows(database, world), after],
      [listFiles(database), files],
    ] as const)
      if (found.join() !== expected.join())
        faults.push(
          `${found.filter((one) => !expected.includes(one)).join(' ')} in place of ${expected.filter((one) => !found.includes(one)).join(' ')}`,
        );
    return faults;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const listOutcomes = (database: string, outcome: string, { passes }: DownloadParts): number[] =>
  readMirror(database, ({ sqlite }) =>
    sqlite.prepare<[string], number>(`SELECT id FROM ${passes} WHERE outcome = ?`).pluck().all(outcome),
  );
