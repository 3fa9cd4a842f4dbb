import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { prepareWriteText } from '../../src/db/linked/texts.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { runCli } from '../support/command-line.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { writeEmptyMirror } from '../support/once/empty-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface Result {
  readonly case_id: number;
  readonly found_in: string[];
  readonly documents_found: number;
  readonly documents: {
    id: number;
    title: string;
    url: string;
    found_in: string[];
    snippet: string | null;
    matches: string[];
  }[];
  readonly entries_found: number;
}

const CONSENT = makeDocument({
  id: 501,
  title: 'Consent Decree',
  document_type: 'Settlement',
  date: '2019-05-06',
});
const ORDER = makeDocument({
  id: 502,
  title: 'Order on the okapi',
  document_type: 'Order/Opinion',
  order_type: 'Injunction',
  date: '2020-01-02',
});
const SECRET = makeDocument({ id: 503, title: 'Zyzzyva memo', document_status: 'Deleted' });
const SHARED = makeDocument({ id: 504, title: 'Amicus brief', date: '2021-01-02' });

/** Cases 1 and 2, with documents and texts, and a docket entry. */
function start() {
  const database = join(tempFolder(), 'mirror.db');
  writeEmptyMirror(database);
  const mirror = openMirror(database);
  const one = openLinkedMirror([1, 2], mirror);
  one.run([
    makeCase({
      id: 2,
      name: 'Quagga v. Thimble',
      main_docket: makeDocket({
        id: 7002,
        docket_entries: [
          makeEntry({ id: 21, row_number: 21, description: 'Notice about the consent decree' }),
        ],
      }),
    }),
  ]);
  one.read(1, 'documents', [CONSENT, SECRET, SHARED]);
  one.read(2, 'documents', [ORDER, SHARED]);
  const write = prepareWriteText(mirror);
  const store = (documentId: number, text: string, day = 15): void => {
    write({
      document: { documentId, fingerprint: 'x' },
      result: { answer: { outcome: 'text', text, raw: null, drift: [] } },
      at: new Date(Date.UTC(2030, 0, day)),
    });
  };
  store(501, `${'Filler of the page. '.repeat(200)}The policies on restraint chairs end.`);
  store(502, `The war-\nden filed ${'again and '.repeat(4000)}so on. Chairs of restraint remain.`);
  store(503, 'zyzzyvas');
  store(504, 'Friends of the court say: policy.');
  const run = (...args: string[]) => runCli(['search', ...args, '--database', database]);
  const find = async (...args: string[]): Promise<Result[]> => {
    const { stdout, exitCode, stderr } = await run(...args, '--json');
    expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/\[[A-Z_]+\]/)]);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Result);
  };
  const ids = async (...args: string[]) =>
    (await find(...args)).map(({ case_id, documents }) => [case_id, ...documents.map(({ id }) => id)]);
  return { one, mirror, store, run, find, ids };
}

describe('a search in documents and texts', () => {
  test('finds a case by the title, type and order of a document, and shows the document with date and link', async () => {
    const { find, run, ids } = start();
    const [found] = await find('consent decree', '--in', 'documents');
    expect(found).toMatchObject({
      case_id: 1,
      found_in: [],
      documents_found: 1,
      documents: [{ id: 501, found_in: ['title'], url: 'https://clearinghouse.net/doc/501' }],
    });
    expect(await ids('injunction')).toEqual([[2, 502]]);
    const { stdout } = await run('consent decree');
    expect(stdout).toContain('1 case has matching documents, the most relevant first');
    expect(stdout).toContain('1 more case has matching docket entries');
    expect(stdout).toContain('2019-05-06, Settlement: Consent Decree');
    expect(stdout).toContain('In all: 2 cases, 1 matching document, 1 matching docket entry.');
  });

  test('finds a case by words anywhere in the text of a document, and shows the passage', async () => {
    const { find, run } = start();
    const [found] = await find('restraint chairs policies');
    expect(found?.documents).toEqual([
      expect.objectContaining({
        id: 501,
        found_in: ['text'],
        matches: expect.arrayContaining(['restraint']),
      }),
    ]);
    expect(found?.documents[0]?.snippet).toMatch(/policies on restraint chairs end\.$/);
    const both = await find('restraint');
    expect(both.map(({ case_id }) => case_id).toSorted()).toEqual([1, 2]);
    expect((await run('restraint')).stdout).toContain(
      'In all: 2 cases, 0 matching docket entries, 2 matching texts.',
    );
  });

  test('compares a phrase with the text itself, omits excluded words, and finds beginnings of words and divided words', async () => {
    const { ids } = start();
    expect(await ids('"policies"')).toEqual([[1, 501]]);
    expect(await ids('"policy"', '--in', 'texts')).toEqual([
      [1, 504],
      [2, 504],
    ]);
    expect(await ids('"restraint chairs"')).toEqual([[1, 501]]);
    expect(await ids('restraint -"so on"')).toEqual([[1, 501]]);
    expect(await ids('restr*', '--in', 'texts')).toHaveLength(2);
    expect(await ids('warden')).toEqual([[2, 502]]);
    expect(await ids('"the warden filed"')).toEqual([[2, 502]]);
  });

  test('shows the passage for a raw query that names the column of the text', async () => {
    const { find, run } = start();
    const [found] = await find('mirror_words : warden', '--raw', '--in', 'texts');
    expect([found?.case_id, found?.documents[0]?.matches]).toEqual([2, ['warden']]);
    expect(await find('value : warden', '--raw', '--in', 'texts')).toEqual([]);
    const { exitCode, stderr } = await run('nothing : warden', '--raw', '--in', 'texts');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('[SEARCH_INVALID]')]);
  });

  test('finds a document under each of its cases, and only cases that the filters allow', async () => {
    const { ids, one } = start();
    expect(await ids('amicus')).toEqual([
      [1, 504],
      [2, 504],
    ]);
    expect(await ids('amicus', '--filed', '(none)')).toEqual([]);
    one.mirror.sqlite.exec("UPDATE cases SET state = 'Maine' WHERE id = 2");
    expect(await ids('amicus', '--state', 'Maine')).toEqual([[2, 504]]);
    expect(await ids('amicus', '--in', 'entries')).toEqual([]);
  });

  test('never finds, counts or suggests hidden documents, and finds them again when they are public', async () => {
    const { one, run, ids } = start();
    for (const words of ['zyzzyva', 'zyzzyvas', 'zyzziva', 'zyzz*'])
      expect((await run(words)).stdout).toMatch(
        /^Nothing was found\.\n(?:The word occurs in no searched text: .*\n)?$/,
      );
    one.run();
    one.read(1, 'documents', [CONSENT, { ...SECRET, document_status: 'Approved' }, SHARED]);
    expect(await ids('zyzzyva')).toEqual([[1, 503]]);
    one.run();
    one.read(1, 'documents', [CONSENT, SECRET, SHARED]);
    expect(await ids('zyzzyva')).toEqual([]);
    expect(await ids('zyzzyvas')).toEqual([]);
  });

  test('suggests a word of a title in its spelling there', async () => {
    const { run } = start();
    expect((await run('okapy')).stdout).toContain('okapi');
  });

  test('with --since finds documents that were new or changed and texts that were fetched', async () => {
    const { one, store, ids } = start();
    one.run();
    const since = ['--since', 'run 3'];
    expect(await ids('decree', '--in', 'documents', ...since)).toEqual([]);
    one.read(1, 'documents', [{ ...CONSENT, title: 'Amended decree' }, SECRET, SHARED]);
    expect(await ids('decree', '--in', 'documents', ...since)).toEqual([[1, 501]]);
    expect(await ids('quokka', '--in', 'texts', ...since)).toEqual([]);
    store(504, 'a quokka', 30);
    expect(await ids('quokka', '--in', 'texts', ...since)).toEqual([
      [1, 504],
      [2, 504],
    ]);
  });

  test('with --as-of finds the documents of that time, and rejects texts, which have no earlier states', async () => {
    const { one, ids, run } = start();
    one.run();
    one.read(1, 'documents', [{ ...CONSENT, title: 'Amended numbat' }, SECRET, SHARED]);
    expect(await ids('numbat')).toEqual([[1, 501]]);
    expect(await ids('numbat', '--as-of', 'run 2')).toEqual([]);
    expect(await ids('consent', '--in', 'documents', '--as-of', 'run 2')).toEqual([[1, 501]]);
    expect(await ids('zyzzyva', '--as-of', 'run 2')).toEqual([]);
    const { stderr, exitCode } = await run('chairs', '--in', 'texts', '--as-of', 'run 2');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('A text has no earlier states.')]);
  });
});
