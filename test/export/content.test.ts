import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { closing } from '../../src/db/engine.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { noMisfits, prepareToValues, toDate } from '../../src/export/columns.ts';
import { chooseCases, toTables } from '../../src/export/select.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { departureSql } from '../support/days.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { startHarness } from '../support/sync-harness.ts';
import { startHistory } from '../support/shared-history.ts';
import { readManifest, readNdjson, readWords, startExport } from './export-harness.ts';

const entry = (id: number, description: string, rest = {}) => makeEntry({ id, description, ...rest });
const withEntries = (...docket_entries: ReturnType<typeof makeEntry>[]) => ({
  main_docket: makeDocket({ docket_entries }),
});

const one = makeCase({
  id: 1,
  case_ongoing: 'Yes',
  issues: ['Stairs', 'Fog'],
  ...withEntries(entry(5, 'A'), entry(6, 'B')),
});
const other = makeCase({
  id: 2,
  case_ongoing: 'No',
  issues: ['Fog', 'Stairs'],
  // Two entries share an id, and one has none.
  ...withEntries(entry(7, 'D'), entry(7, 'C'), makeEntry({ id: null, description: 'E' })),
});

test('the content is the same, whatever happened to the mirror before', async () => {
  const first = await startHarness({ source: recordedCases([one, other]) });
  await first.sync();
  const second = await startHistory({
    source: recordedCases([
      makeCase({ id: 3, case_ongoing: 'No' }),
      { ...other, ...withEntries(entry(7, 'C')), issues: ['Other'] },
      { ...one, issues: ['Fog', 'Stairs'] },
    ]),
    edits: [
      (source) => {
        source.edit(2, () => ({
          ...other,
          ...withEntries(makeEntry({ id: null, description: 'E' }), entry(7, 'C')),
        }));
      },
      (source) => {
        source.remove(3);
        source.edit(2, () => other);
        source.edit(1, (record) => ({ ...record, ...withEntries(entry(6, 'B'), entry(5, 'A')) }));
      },
      () => undefined,
    ],
  });
  const content = [];
  for (const { database } of [first, second]) {
    const { exportTo } = await startExport(database);
    const csv = readManifest(await exportTo('csv'));
    const ndjson = readManifest(await exportTo('ndjson', '--format', 'ndjson'));
    content.push([csv.content_sha256, ndjson.content_sha256, csv.tables.docket_entries?.rows]);
  }
  expect(content[1]).toEqual(content[0]);
  expect(content[0]?.[2]).toBe(5);
});

test('the state after an earlier run is what was exported after that run', async () => {
  const source = recordedCases([one, other]);
  const { database, sync } = await startHarness({ source });
  await sync();
  const { exportTo } = await startExport(database);
  const first = readManifest(await exportTo('first', '--without-texts'));
  source.edit(1, (record) => ({ ...record, name: 'Another name', ...withEntries(entry(6, 'EDITED')) }));
  source.put(makeCase({ id: 4, case_ongoing: 'No' }));
  await sync();
  const then = readManifest(await exportTo('then', '--as-of', '1', '--without-texts'));
  // Of files, the mirror keeps no earlier state.
  expect(then.left_out).toContainEqual({
    table: 'document_files',
    why: 'the mirror keeps no earlier state of files',
  });
  expect({ ...then.tables, document_files: first.tables.document_files }).toEqual(first.tables);
  expect(then.content_sha256).toBe(first.content_sha256);
  expect(readManifest(await exportTo('now', '--without-texts')).tables).not.toEqual(first.tables);
});

describe('what the mirror knows by now to have left the site', () => {
  const start = async () => {
    const linked = openLinkedMirror([1, 2, 3, 4]);
    const { mirror, read, run, rows } = linked;
    const shown = { id: 7, title: 'Shown' };
    read(1, 'documents', [makeDocument(shown), makeDocument({ id: 8, title: 'LaterHidden' })]);
    read(1, 'resources', [{ title: 'LaterDraft', external_url: 'https://example.org/draft' }]);
    read(1, 'dockets', [{ id: 31, court: 'LaterUnlinked', docket_entries: [] }]);
    read(2, 'documents', [makeDocument({ id: 9, title: 'OfDeparted' })]);
    run();
    read(1, 'documents', [
      makeDocument(shown),
      makeDocument({ id: 8, title: 'LaterHidden', document_status: 'Deleted' }),
    ]);
    for (const _ of [1, 2]) {
      read(1, 'dockets', []);
      read(1, 'resources', []);
      run();
    }
    mirror.sqlite
      .exec(`${departureSql(2, 2)}; UPDATE case_changes SET changed_at = '2030-01-02T03:17:30.000Z';
      UPDATE sync_runs SET outcome = 'partial' WHERE id > 1;
      INSERT INTO list_syncs (run_id, list_id, outcome, started_at, ended_at, count_first, count_last)
      SELECT 1, id, 'empty', '2030-01-01T03:17:00.000Z', '2030-01-01T03:17:00.000Z', 0, 0 FROM lists`);
    expect(rows('SELECT id FROM clean_documents')).toEqual([{ id: 7 }]);
    mirror.close();
    return startExport(mirror.path);
  };

  test('is in no export and no release of an earlier run, and is counted', async () => {
    const { exportTo, run, folder } = await start();
    await exportTo('newest', '--format', 'ndjson');
    await exportTo('then', '--format', 'csv', '--as-of', '1');
    const released = await run(['release', 'released', '--format', 'csv']);
    expect(released.stderr).not.toContain('Error:');
    for (const name of ['newest', 'then', 'released']) {
      const words = await readWords(join(folder, name));
      expect(words).toContain('Shown');
      expect(words.match(/Later(?:Hidden|Draft|Unlinked)|OfDeparted|Case 2/g)).toBeNull();
      expect(readManifest(join(folder, name))).toMatchObject({
        run: { id: 1 },
        tables: { cases: { rows: 3 }, documents: { rows: 1 } },
        left_since: { cases: 1, documents: 1, further_dockets: 1, resources: 1 },
      });
      expect(words).toContain('after run 1: 1 case, 1 document, 1 further docket, 1 resource');
    }
    const raw = await readWords(await exportTo('raw', '--format', 'ndjson', '--raw', '--as-of', '1'));
    expect(raw).toMatch(/Case 2[^]*LaterHidden/);
  });
});

describe('a date that no type holds', () => {
  test('is NULL with its text beside it, and is counted', async () => {
    const { database, sync } = await startHarness({
      source: recordedCases([
        { ...one, filing_date: '0000-01-01', terminating_date: '2922-05-06' },
        { ...other, filing_date: '2020-02-30' },
        makeCase({ id: 3, case_ongoing: 'No', filing_date: '2020-02-28T00:00:00-05:00' }),
      ]),
    });
    await sync();
    const { exportTo } = await startExport(database);
    for (const [name, flags, third] of [
      ['clean', [], null],
      ['raw', ['--raw'], '2020-02-28T00:00:00-05:00'],
    ] as const) {
      const folder = await exportTo(name, '--tables', 'cases', ...flags);
      expect(readManifest(folder).tables.cases?.not_typed).toEqual({ filing_date: 2, terminating_date: 1 });
      const [header = '', ...lines] = readFileSync(join(folder, 'data/cases.csv'), 'utf8').split('\r\n');
      const at = header.split(',').indexOf('"filing_date"');
      expect(header.split(',')[at + 1]).toBe('"filing_date_text"');
      expect(lines.slice(0, 3).map((line) => line.split(',').slice(at, at + 2))).toEqual([
        ['', '0000-01-01'],
        ['', '2020-02-30'],
        ['2020-02-28', third ?? ''],
      ]);
    }
  });

  test.each([
    ['2020-02-29', '2020-02-29'],
    ['1890-01-01', '1890-01-01'],
    ['2019-02-29', null],
    ['2020-13-01', null],
    ['0021-01-01', null],
    ['1677-12-31', null],
    ['2262-01-01', null],
    ['+010000-01-01', null],
    ['2020-01-01T23:59:59-05:00', '2020-01-01'],
    ['2020-01-011', null],
    ['2020', null],
  ])('%s is %s', (text, date) => {
    expect(toDate(text)).toBe(date);
  });
});

test('links and their changes are read once, and not looked up for each case and each record', async () => {
  const { database } = await startExport();
  closing(openMirrorReadOnly(database), (mirror) => {
    chooseCases(mirror, { values: {}, filed: null }, false);
    const links = [false, true]
      .flatMap((isRaw) => toTables({ isRaw, withoutTexts: false }))
      .filter(({ name }) => name === 'case_documents' || name === 'case_resources');
    const plans = links.map(({ sql }) =>
      mirror.sqlite
        .prepare<[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .find(({ detail }) => detail.includes(' link ')),
    );
    expect(plans).toHaveLength(4);
    for (const plan of plans) expect(plan?.detail).not.toMatch(/(?:document_id|resource_key)=/);
    const changes = toTables({ isRaw: false, withoutTexts: false }).find(
      ({ name }) => name === 'linked_changes',
    );
    const steps = mirror.sqlite
      .prepare<[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${String(changes?.sql)}`)
      .all();
    expect(steps.filter(({ detail }) => detail.includes('(document_id=? AND case_id=?)'))).toEqual([]);
  });
});

test('a list that is missing is an empty one, because some readers tell them apart and others do not', () => {
  const columns = [{ name: 'issues', type: 'list', description: '' }] as const;
  expect(prepareToValues('cases', columns, noMisfits())([null])).toEqual([[]]);
});

test('a NUL, at which some programs end a text, is replaced and counted', async () => {
  const { database, sync } = await startHarness({
    source: recordedCases([{ ...one, ...withEntries(entry(5, 'before\0after')) }]),
  });
  await sync();
  const { exportTo } = await startExport(database);
  const folder = await exportTo('out', '--tables', 'docket_entries', '--raw', '--format', 'ndjson');
  expect(readManifest(folder).tables.docket_entries?.nul_replaced).toEqual({ description: 1 });
  expect(readNdjson(join(folder, 'data/docket_entries.ndjson'))).toMatchObject([
    { description: 'before\ufffdafter' },
  ]);
});

test('a value of another kind than its column is refused by the name of its row and field, and leaves no file', async () => {
  const { database, sync } = await startHarness({ source: recordedCases([one]) });
  await sync();
  const { run, write, folder } = await startExport(database);
  write(`UPDATE docket_entries SET row_number = 'many' WHERE mirror_key = 6`);
  const { exitCode, stderr } = await run(['export', 'out']);
  expect(exitCode).toBe(12);
  expect(stderr).toContain('The field row_number in the row 1 6 of docket_entries is no integer');
  expect(stderr).toContain('EXPORT_FAILED');
  expect(readdirSync(folder)).toEqual([]);
});
