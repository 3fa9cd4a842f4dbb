import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ALL_CHANGE_COLUMNS } from '../../src/cli/text/all-changes.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { query } from '../../src/db/query.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { type TestSite, serveCopy } from '../support/site.ts';

const SECRET = 'The sealed exhibit';
const further = { id: 601, court: 'D. Far', docket_number_manual: '9-1', docket_entries: [] };

let site: TestSite & { readonly database: string };
beforeAll(async () => {
  const { mirror, run, read } = openLinkedMirror([1, 2, 3]);
  read(1, 'documents', [makeDocument({ id: 21 }), makeDocument({ id: 22 })]);
  read(1, 'dockets', [further]);
  read(1, 'resources', []);
  run();
  read(1, 'documents', [
    makeDocument({ id: 21, title: 'Amended order' }),
    makeDocument({ id: 23, title: 'Complaint <b>for</b> damages' }),
    makeDocument({ id: 24, title: SECRET, document_status: 'Deleted' }),
  ]);
  read(1, 'dockets', [
    { ...further, docket_entries: [makeEntry({ id: 901, description: 'Remand' })] as JsonObject[] },
  ]);
  read(1, 'resources', [{ title: 'A book of fog', status: 'Approved', cases: [1] }]);
  read(2, 'documents', [makeDocument({ id: 25, title: 'First seen' })]);
  run([makeCase({ id: 3, name: 'Case 3', court: 'Elsewhere', main_docket: makeDocket({ id: 7003 }) })]);
  run();
  const shown = [21, 23].map((id) =>
    makeDocument({ id, title: id === 21 ? 'Amended order' : 'Complaint <b>for</b> damages' }),
  );
  read(1, 'documents', shown); // what is missing from two reads is gone
  mirror.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  mirror.close();
  site = await serveCopy(mirror.path);
});
afterAll(async () => {
  await site.close();
});

const words = (body: string): string => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

test('the changes page names records that were added, changed or removed, with links, and nothing of hidden ones', async () => {
  const { body } = await site.get('/changes?since=2');
  const text = words(body);
  expect(text).toContain('(1 in linked lists only)');
  expect(text).toContain(
    '1 document added: (23, Order/Opinion, 2021-03-04) Complaint &lt;b&gt;for&lt;/b&gt; damages',
  );
  expect(body).toContain('<a href="/documents/23">');
  expect(text).toContain('1 document gone: (22,');
  expect(text).toContain('title Order 21 Amended order');
  expect(text).toContain('1 entry of a further docket added');
  expect(text).toContain('1 resource added: A book of fog');
  expect(body).not.toContain(SECRET);
  expect(text).not.toContain('First seen'); // the first read of a list finds no change
});

test.each([
  ['documents', 3],
  ['documents.title', 1],
  ['resources', 1],
  ['court', 2],
])('the changes page and its files take the field %s', async (field, rows) => {
  const { status, body } = await site.get(`/changes?since=2&field=${field}`);
  expect(status).toBe(200);
  expect(body.includes('case 1</small>')).toBe(field !== 'court');
  const { body: json } = await site.get(`/changes.json?since=2&field=${field}`);
  expect(JSON.parse(json)).toHaveLength(rows);
});

test('the changes page says that no run found a change of a field', async () => {
  const { body } = await site.get('/changes?field=state');
  expect(body).toContain('No run found a change of state.');
  expect(body).not.toContain('Nothing changed.');
});

test('the SQL that the page shows reads as many rows as its file has', async () => {
  for (const asked of [
    'since=2',
    'since=1',
    'since=1&field=documents',
    'since=1&field=documents.title',
    'since=1&field=court',
  ]) {
    const { body } = await site.get(`/changes?${asked}`);
    const address = /href="(\/sql\?[^"]+)"/.exec(body)?.[1] ?? '';
    const sql = new URL(address, site.url).searchParams.get('sql') ?? '';
    const mirror = openMirrorReadOnly(site.database);
    const found = [...query(mirror, sql).rows].length;
    mirror.close();
    const { body: ofPage } = await site.get(`/changes.json?${asked}`);
    expect([asked, found]).toEqual([asked, (JSON.parse(ofPage) as unknown[]).length]);
  }
});

test('the timeline of a case has them too, says since when its lists are known, and its files have every row', async () => {
  for (const path of ['/cases/1/history', '/cases/1']) {
    const { body } = await site.get(path);
    const text = words(body);
    expect(text).toContain('documents first read after run 1');
    expect(text).toContain('1 document gone: (22,');
    expect(text).toContain('1 resource added: A book of fog');
    expect(body).not.toContain(SECRET);
  }
  expect(words((await site.get('/cases/2/history')).body)).toContain(
    'documents first read after run 2 ( 2030-01-02 03:17 UTC ); dockets not read yet; resources not read yet',
  );
  const { body: csv } = await site.get('/cases/1/history.csv');
  expect(csv.split('\n')[0]).toBe(ALL_CHANGE_COLUMNS.join(','));
  const { body: json } = await site.get('/cases/1/history.json');
  const rows = JSON.parse(json) as { kind: string }[];
  expect(rows.map(({ kind }) => kind)).toEqual([
    'appeared',
    'document changed',
    'document added',
    'docket entry added',
    'resource added',
    'document removed',
  ]);
  expect(json).not.toContain(SECRET);
});

test('the overview counts them', async () => {
  expect(words((await site.get('/')).body)).toContain(
    'In all: 2 changed cases (1 in linked lists only), 1 change of fields',
  );
});
