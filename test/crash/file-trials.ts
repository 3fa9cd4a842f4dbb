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
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { type FakeFiles, startFakeFiles } from '../../fake-api/serve/files.ts';
import { type FakeApi, startFakeApi } from '../../fake-api/serve/server.ts';
import { makeCase } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import type { Death } from './deaths.ts';
import { examineMirrorFile, readMirror } from './examine.ts';
import { type RunWhole, runAsProcess, startCommand, toEnvironment } from './run-command.ts';
import { toText } from './scenario.ts';

/*
 * Deaths during a fetch of document files: new files, changed files, a file that several documents have, and every
 * other outcome.
 */

export interface FileWorld {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Every write of the command without a death, in order. */
  readonly labels: readonly string[];
  /** One line for each document whose file was requested. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The names of the files after the command without a death. */
  readonly files: readonly string[];
  readonly close: () => Promise<void>;
}

const FETCH = ['fetch-files', '--core'];
const FAILS = 18;

/** A mirror with some files, and the API one day later, with changed files and new files. */
export async function prepareFileWorld(parent: string, runWhole: RunWhole): Promise<FileWorld> {
  const folder = join(parent, 'files');
  mkdirSync(folder);
  const host = await startFakeFiles({
    fault: ({ path }) => (path.includes(`/${FAILS}.pdf`) ? 'html' : undefined),
  });
  const source = recordedCases([makeCase({ id: 1 })]);
  const fakeApi = await startFakeApi({ source });
  const base = toEnv(fakeApi, host);
  const run = async (words: readonly string[], folderOf: string, by: RunWhole, env = {}): Promise<void> => {
    const ending = await by(words, { ...base, CLEARINGHOUSE_DATABASE: join(folderOf, 'mirror.db'), ...env });
    if (ending.exitCode !== 0) throw new Error(`An undisturbed ${words.join(' ')} ${toText(ending)}`);
  };
  const put = (id: number, path = `media/doc/${id}.pdf`): void => {
    source.linked.putDocument(1, makeDocument({ id, file: `${host.url}${path}` }), null);
  };
  for (const id of [11, 12, 13]) put(id);
  await run(['sync'], folder, runWhole);
  await run(FETCH, folder, runWhole);
  const edit = (id: number, path: string): void => {
    source.linked.editDocument(id, (document) => ({ ...document, file: `${host.url}${path}` }));
  };
  edit(11, 'media/doc/91.pdf'); // so no document has its earlier file
  edit(12, 'media/doc/13.pdf');
  for (const id of [14, FAILS]) put(id);
  put(15, 'media/doc/14.pdf');
  put(16, 'media/elsewhere/16.pdf');
  source.linked.putDocument(1, makeDocument({ id: 17 }), null); // on another host
  await run(['sync'], folder, runWhole);
  const undisturbed = join(parent, 'undisturbed-files');
  cpSync(folder, undisturbed, { recursive: true });
  const list = join(parent, 'files.labels');
  await run(FETCH, undisturbed, runAsProcess, { CRASH_LABELS_TO: list });
  return {
    folder,
    env: base,
    labels: JSON.parse(readFileSync(list, 'utf8')) as string[],
    before: readRows(join(folder, 'mirror.db')),
    after: readRows(join(undisturbed, 'mirror.db')),
    files: listFiles(join(undisturbed, 'mirror.db')),
    close: async () => {
      await host.close();
      await fakeApi.close();
    },
  };
}

const toEnv = (fakeApi: FakeApi, { url }: FakeFiles): NodeJS.ProcessEnv => ({
  ...toEnvironment(fakeApi, ''),
  CLEARINGHOUSE_FILE_HOSTS: new URL(url).host,
});

function readRows(database: string): readonly string[] {
  return readMirror(database, ({ sqlite }) =>
    sqlite
      .prepare<[], string>(
        `SELECT json_array(document_id, outcome, hash, bytes, url, document_fingerprint, failures, error_code)
         FROM document_files ORDER BY document_id`,
      )
      .pluck()
      .all(),
  );
}

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

/** Kills `fetch-files` at a write and runs it again. Returns all faults. */
export async function runFileTrial(
  { folder: world, env: base, before, after, files }: FileWorld,
  { label, occurrence }: Extract<Death, { at: 'write' }>,
  parent: string,
): Promise<string[]> {
  const folder = mkdtempSync(join(parent, 'file-trial-'));
  const database = join(folder, 'mirror.db');
  try {
    cpSync(world, folder, { recursive: true });
    const env = { ...base, CLEARINGHOUSE_DATABASE: database };
    const crash = { CRASH_AT: label, CRASH_OCCURRENCE: String(occurrence) };
    const ending = await startCommand(FETCH, { ...env, ...crash }).ended;
    if (ending.signal !== 'SIGKILL') return [`the fetch-files that was to die ${toText(ending)}`];
    if (!existsSync(database)) return ['the file is gone'];
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    for (const suffix of ['', '-wal', '.files'])
      if (existsSync(`${database}${suffix}`))
        cpSync(`${database}${suffix}`, join(copy, `mirror.db${suffix}`), { recursive: true });
    const remains = join(copy, 'mirror.db');
    const [wasRunning] = listOutcomes(remains, 'running');
    const known = new Set([...before, ...after]);
    const faults = [
      ...examineMirrorFile(remains).filter((fault) => !isStray(fault)),
      ...readRows(remains)
        .filter((row) => !known.has(row))
        .map((row) => `neither as before nor as after: ${row}`),
    ];
    const next = await runAsProcess(FETCH, env);
    if (next.exitCode !== 0) return [...faults, `the next fetch-files ${toText(next)}`];
    faults.push(...examineMirrorFile(database));
    if (listOutcomes(database, 'running').length > 0) faults.push('a pass is left running');
    if (wasRunning !== undefined && !listOutcomes(database, 'died').includes(wasRunning))
      faults.push(`pass ${wasRunning} is not recorded as died`);
    if (readRows(database).join() !== after.join())
      faults.push(`rows ${readRows(database).join(' ')} in place of ${after.join(' ')}`);
    if (listFiles(database).join() !== files.join())
      faults.push(`files ${listFiles(database).join(' ')} in place of ${files.join(' ')}`);
    return faults;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function listOutcomes(database: string, outcome: string): number[] {
  return readMirror(database, ({ sqlite }) =>
    sqlite.prepare<[string], number>('SELECT id FROM file_passes WHERE outcome = ?').pluck().all(outcome),
  );
}
