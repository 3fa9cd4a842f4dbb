import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { always, textOf } from '../../fake-api/serve/faults.ts';
import { startFakeApi, type FakeApi } from '../../fake-api/serve/server.ts';
import { makeCase } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import type { Death } from './deaths.ts';
import { examineMirrorFile, readMirror } from './examine.ts';
import { runAsProcess, startCommand, toEnvironment, type RunWhole } from './run-command.ts';
import { toText } from './scenario.ts';

/*
 * Deaths during a fetch of document texts: new texts, changed texts, a text that several documents have, and every
 * other outcome.
 */

/** The stored texts, without the time and the pass that fetched them. */
type TextRows = readonly string[];

export interface TextWorld {
  readonly folder: string;
  readonly fakeApi: FakeApi;
  /** Every write of the command without a death, in order. */
  readonly labels: readonly string[];
  readonly before: TextRows;
  readonly after: TextRows;
}

const FAILS = 19;

/** A mirror with some texts, and the API one day later, with changed texts and new texts. */
export async function prepareTextWorld(parent: string, runWhole: RunWhole): Promise<TextWorld> {
  const folder = join(parent, 'texts');
  const source = recordedCases([makeCase({ id: 1 })]);
  const { linked } = source;
  const put = (id: number, text: string | null): void => {
    linked.putDocument(1, makeDocument({ id }), text);
  };
  for (const id of [11, 12, 13, 14]) put(id, `Text of ${id}`);
  mkdirSync(folder);
  const fakeApi = await startFakeApi({
    source,
    faults: always({ kind: 'status', status: 400, body: { detail: 'No.' } }, textOf(FAILS)),
  });
  const run = async (words: readonly string[], folderOf: string, by: RunWhole, env = {}): Promise<void> => {
    const ending = await by(words, { ...toEnv(fakeApi, folderOf), ...env });
    if (ending.exitCode !== 0) throw new Error(`An undisturbed ${words.join(' ')} ${toText(ending)}`);
  };
  await run(['sync'], folder, runWhole);
  await run(['fetch-texts'], folder, runWhole);
  const edit = (id: number, text: string): void => {
    linked.setText(id, text);
    linked.editDocument(id, (document) => ({ ...document, title: `Order ${id}, edited` }));
  };
  edit(11, 'Another text of 11');
  edit(12, 'Text of 13'); // so no document has its earlier text
  edit(14, ''); // its earlier text stays
  for (const [id, text] of [
    [15, 'Of two'],
    [16, 'Of two'],
    [17, ' '],
    [18, null],
    [FAILS, 'Never'],
  ] as const)
    put(id, text);
  await run(['sync'], folder, runWhole);
  const undisturbed = join(parent, 'undisturbed-texts');
  cpSync(folder, undisturbed, { recursive: true });
  const list = join(parent, 'texts.labels');
  await run(['fetch-texts'], undisturbed, runAsProcess, { CRASH_LABELS_TO: list });
  return {
    folder,
    fakeApi,
    labels: JSON.parse(readFileSync(list, 'utf8')) as string[],
    before: readTexts(fileIn(folder)),
    after: readTexts(fileIn(undisturbed)),
  };
}

const fileIn = (folder: string): string => join(folder, 'mirror.db');

const toEnv = (fakeApi: FakeApi, folder: string): NodeJS.ProcessEnv =>
  toEnvironment(fakeApi, join(folder, 'mirror.db'));

/** One line for each document whose text was requested, and for each text that was replaced. */
function readTexts(database: string): TextRows {
  return readMirror(database, ({ sqlite }) =>
    sqlite
      .prepare<[], string>(
        `SELECT json_array(document_id, outcome, value, document_fingerprint, failures, error_code)
         FROM document_texts LEFT JOIN texts ON mirror_id = text_id
         UNION ALL SELECT json_array(document_id, 'replaced', hash, characters) FROM mirror_replaced_texts
         ORDER BY 1`,
      )
      .pluck()
      .all(),
  );
}

/** Kills `fetch-texts` at a write and runs it again. Returns all faults. */
export async function runTextTrial(
  { folder: world, fakeApi, before, after }: TextWorld,
  { label, occurrence }: Extract<Death, { at: 'write' }>,
  parent: string,
): Promise<string[]> {
  const folder = mkdtempSync(join(parent, 'text-trial-'));
  const database = join(folder, 'mirror.db');
  try {
    cpSync(world, folder, { recursive: true });
    const env = toEnv(fakeApi, folder);
    const crash = { CRASH_AT: label, CRASH_OCCURRENCE: String(occurrence) };
    const ending = await startCommand(['fetch-texts'], { ...env, ...crash }).ended;
    if (ending.signal !== 'SIGKILL') return [`the fetch-texts that was to die ${toText(ending)}`];
    if (!existsSync(database)) return ['the file is gone'];
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    for (const suffix of ['', '-wal'])
      if (existsSync(`${database}${suffix}`))
        cpSync(`${database}${suffix}`, join(copy, `mirror.db${suffix}`));
    const remains = join(copy, 'mirror.db');
    const [wasRunning] = listOutcomes(remains, 'running');
    const known = new Set([...before, ...after]);
    const faults = [
      ...examineMirrorFile(remains),
      ...readTexts(remains)
        .filter((row) => !known.has(row))
        .map((row) => `neither as before nor as after: ${row}`),
    ];
    // This is also a process, because the next attempt at a failed text depends on the clock.
    const next = await runAsProcess(['fetch-texts'], env);
    if (next.exitCode !== 0) return [...faults, `the next fetch-texts ${toText(next)}`];
    faults.push(...examineMirrorFile(database));
    if (listOutcomes(database, 'running').length > 0) faults.push('a pass is left running');
    if (wasRunning !== undefined && !listOutcomes(database, 'died').includes(wasRunning))
      faults.push(`pass ${wasRunning} is not recorded as died`);
    const found = readTexts(database);
    if (found.join() !== after.join())
      faults.push(
        `${found.filter((row) => !after.includes(row)).join(' ')} in place of ${after.filter((row) => !found.includes(row)).join(' ')}`,
      );
    return faults;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function listOutcomes(database: string, outcome: string): number[] {
  return readMirror(database, ({ sqlite }) =>
    sqlite.prepare<[string], number>('SELECT id FROM text_passes WHERE outcome = ?').pluck().all(outcome),
  );
}
