import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { toOtherFields } from '../../src/case/shown-fields.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { type ExportHarness, readWords, startExport } from './export-harness.ts';

/** The same unknown fields for any object: a value, and objects that may be records. */
const toUnknown = (word: string) => ({
  bio: `OnlyBio${word}`,
  new_obj: { id: 2, title: `InObject${word}` },
  new_objlist: [{ id: 2, name: `InList${word}` }],
});

const READ = `INSERT INTO list_syncs (run_id, list_id, outcome, started_at, ended_at, count_first, count_last)
  SELECT sync_runs.id, lists.id, 'empty', '2030-01-01T03:17:00.000Z', '2030-01-01T03:17:00.000Z', 0, 0 FROM lists, sync_runs`;

async function start(): Promise<ExportHarness> {
  const linked = openLinkedMirror([1, 2]);
  linked.run([
    {
      ...makeCase({ id: 1 }),
      summary_long: 'OnlyASummary',
      monitor: 'TheMonitor',
      tags: ['b', 'a'],
      lead: { id: 2, name: 'NamedInAnObject' },
      nothing: null,
      main_docket: {
        ...makeDocket({
          id: 7001,
          docket_entries: [{ ...makeEntry({ id: 5 }), sealed: false }, makeEntry({ id: 6 })],
        }),
        judge: 'TheJudge',
      },
    },
  ]);
  linked.read(1, 'documents', [
    { ...makeDocument({ id: 7 }), pages: 12 },
    { ...makeDocument({ id: 8, document_status: 'Deleted' }), pages: 'OfHidden' },
    { ...makeDocument({ id: 9 }), scan: 'https://example.org/%6Eonpublic/OfNonpublic.pdf' },
  ]);
  linked.read(1, 'resources', [{ title: 'A study', external_url: 'https://example.org/s', doi: '10.1/x' }]);
  linked.read(1, 'dockets', [
    {
      id: 31,
      court: 'Other',
      magistrate: 'TheMagistrate',
      docket_entries: [{ ...makeEntry({ id: 3 }), fee: 5 }],
    },
  ]);
  linked.run([{ ...makeCase({ id: 1 }), summary_long: 'OnlyAnotherSummary' }]);
  linked.mirror.sqlite.exec(READ);
  linked.mirror.close();
  return startExport(linked.mirror.path);
}

test('a folder that is not public is known behind characters that a server may leave out', () => {
  for (const file of ['nonpublic\0/1.pdf', 'https://x.example/non\u0001public/1.pdf', 'non\tpublic%2F1.pdf'])
    expect([file, toOtherFields('case', { scan: file }, 'plain')]).toEqual([file, null]);
  expect(toOtherFields('case', { scan: 'https://x.example/nonpublic-1.pdf' }, 'plain')).not.toBeNull();
});

/** The unknown fields of each table as of the run that had them. */
function listOthers(folder: string): Record<string, unknown[]> {
  const sqlite = openSqlite(join(folder, 'data/clearinghouse.sqlite'), { readonly: true });
  const tables = ['cases', 'dockets', 'docket_entries', 'further_docket_entries', 'documents', 'resources'];
  const others = tables.map((table) => [
    table,
    sqlite
      .prepare(`SELECT other_fields FROM ${table} WHERE other_fields IS NOT NULL ORDER BY 1`)
      .pluck()
      .all(),
  ]);
  sqlite.close();
  return Object.fromEntries(others) as Record<string, unknown[]>;
}

test('a field that the mirror does not know is in the tables, unless it may be more than a value, and in none without texts', async () => {
  const harness = await start();
  const asOf = ['--format', 'sqlite', '--as-of', '2'];
  expect(listOthers(await harness.exportTo('clean', ...asOf))).toEqual({
    cases: ['{"monitor":"TheMonitor","summary_long":"OnlyASummary","tags":["a","b"]}'],
    dockets: ['{"judge":"TheJudge"}', '{"magistrate":"TheMagistrate"}'],
    docket_entries: ['{"sealed":false}'],
    further_docket_entries: ['{"fee":5}'],
    documents: ['{"pages":12}'],
    resources: ['{"doi":"10.1/x"}'],
  });
  const raw = listOthers(await harness.exportTo('raw', ...asOf, '--raw'));
  expect(raw.cases?.[0]).toBe(
    '{"lead":{"id":2,"name":"NamedInAnObject"},"monitor":"TheMonitor","nothing":null,"summary_long":"OnlyASummary","tags":["a","b"]}',
  );
  expect(raw.documents).toEqual([
    '{"pages":"OfHidden"}',
    '{"pages":12}',
    '{"scan":"https://example.org/%6Eonpublic/OfNonpublic.pdf"}',
  ]);
  for (const format of ['csv', 'ndjson']) {
    const folder = await harness.exportTo(`no-texts-${format}`, '--format', format, '--without-texts');
    const words = await readWords(folder);
    expect(words).toContain('Case 2');
    expect(words.match(/Only\w+|The(?:Monitor|Judge|Magistrate)|sealed|other_fields/g)).toBeNull();
  }
  expect(await readWords(await harness.exportTo('texts'))).toContain('OnlyAnotherSummary');
});

test('has sorted names and lists, whatever a name is', () => {
  expect(
    toOtherFields(
      'case',
      JSON.parse('{"id":1,"z":[3,1],"__proto__":2,"a":" ","o":{"x":1}}') as never,
      'plain',
    ),
  ).toBe('{"__proto__":2,"z":[1,3]}');
});

test('a whole case and a change show of unknown fields, wherever they are nested, what the column shows, and none without texts', async () => {
  const linked = openLinkedMirror([1, 2]);
  const serve = (run: string) =>
    linked.run([
      {
        ...makeCase({ id: 1 }),
        ...toUnknown(`Case${run}`),
        case_types: [{ value: 'Prison', ...toUnknown(`Type${run}`) }],
        court: { id: 2, name: `InCourt${run}` },
        case_defendants: [{ name: 'TheDefendant', ...toUnknown(`Defendant${run}`) }],
        related_cases: [{ id: 2, name: 'TheRelated', ...toUnknown(`Related${run}`) }],
        main_docket: {
          ...makeDocket({
            id: 7001,
            docket_entries: [
              {
                ...makeEntry({ id: 5 }),
                ...toUnknown(`Entry${run}`),
                attachments: [{ attachment_number: 1, ...toUnknown(`Attachment${run}`) }],
              },
            ],
          }),
          ...toUnknown(`Docket${run}`),
        },
      },
    ]);
  const read = (run: string) =>
    linked.read(1, 'dockets', [
      {
        id: 31,
        court: 'Other',
        ...toUnknown(`Further${run}`),
        docket_entries: [
          {
            ...makeEntry({ id: 3 }),
            attachments: [{ attachment_number: 1, ...toUnknown(`FurtherAttachment${run}`) }],
          },
        ],
      },
    ]);
  for (const run of ['A', 'B']) {
    serve(run);
    read(run);
  }
  linked.mirror.sqlite.exec(READ);
  linked.mirror.close();
  const harness = await startExport(linked.mirror.path);
  const words = async (name: string, ...args: string[]) =>
    readWords(await harness.exportTo(name, '--format', 'ndjson', ...args));
  const [clean, raw, bare] = [
    await words('clean'),
    await words('raw', '--raw'),
    await words('bare', '--without-texts'),
  ];
  const find = (text: string) => [...new Set(text.match(/(?:OnlyBio|In(?:Object|List|Court))\w+/g))];
  const places = [
    'Attachment',
    'Case',
    'Defendant',
    'Docket',
    'Entry',
    'Further',
    'FurtherAttachment',
    'Related',
    'Type',
  ];
  expect(find(clean).filter((word) => !word.startsWith('OnlyBio'))).toEqual([]);
  expect(
    find(clean)
      .filter((word) => word.endsWith('B'))
      .toSorted(),
  ).toEqual(places.map((place) => `OnlyBio${place}B`).toSorted());
  expect(find(raw)).toEqual(
    expect.arrayContaining(
      ['Case', 'Defendant', 'Related', 'Attachment'].flatMap((place) => [
        `InObject${place}B`,
        `InList${place}B`,
      ]),
    ),
  );
  expect(find(bare)).toEqual([]);
  for (const text of [clean, bare]) {
    expect(text).toContain('TheDefendant');
    expect(text).toContain('TheRelated');
    expect(text).toContain('Prison');
  }
});
