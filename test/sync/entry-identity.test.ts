import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { findCase } from '../../src/db/read-case.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { verifyFile } from '../support/eventful-mirror.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

const entry = (id: number | null, description: string, more: JsonObject = {}) =>
  makeEntry({ id, description, entry_number: null, url: 'nan', pacer_doc_id: null, ...more });
const withAttachments = (...numbers: number[]) =>
  entry(7, 'With attachments', { attachments: numbers.map((number) => makeAttachment(number)) });

/** What two days leave behind of a docket that changes from `before` to `now`. */
async function syncTwice(before: JsonObject[], now: JsonObject[]) {
  const source = smallCollection(1);
  const toCase = (docket_entries: JsonObject[], name: string) =>
    makeCase({ id: 1, case_ongoing: 'Yes', name, main_docket: makeDocket({ docket_entries }) });
  const { sync, database } = await startHarness({ source });
  source.put(toCase(before, 'Before'));
  await sync();
  source.put(toCase(now, 'Now'));
  await sync();
  const sqlite = openSqlite(database, { readonly: true });
  const listOf = (sql: string) => sqlite.prepare(sql).pluck().all();
  const found = {
    added: listOf('SELECT description FROM docket_entries WHERE mirror_first_run_id = 2 ORDER BY 1'),
    past: listOf(`SELECT mirror_end_reason || ' ' || description FROM docket_entry_versions ORDER BY 1`),
  };
  sqlite.close();
  const mirror = openMirrorReadOnly(database);
  const { payload } = findCase(mirror, 1);
  mirror.close();
  expect(payload).toEqual(toCase(now, 'Now'));
  expect(verifyFile(database).findings).toEqual([]);
  return found;
}

describe('in a case that changes elsewhere', () => {
  test('attachments in another order are not a change, and are returned as the API last sent them', async () => {
    expect(await syncTwice([withAttachments(1, 2)], [withAttachments(2, 1)])).toEqual({
      added: [],
      past: [],
    });
  });

  test('lists and keys in another order are not a change, even if they have no column', async () => {
    const before = entry(7, 'Odd', { tags: [1, { a: [1, 2], b: null }], more: 1 });
    const now = entry(7, 'Odd', { more: 1, tags: [{ b: null, a: [2, 1] }, 1] });
    expect(await syncTwice([before], [now])).toEqual({ added: [], past: [] });
  });

  test('an attachment that occurs twice differs from one that occurs once', async () => {
    expect(await syncTwice([withAttachments(1, 1, 2)], [withAttachments(1, 2, 2)])).toEqual({
      added: [],
      past: ['edited With attachments'],
    });
  });

  test('an entry that is added before entries without an id is the only new one', async () => {
    const old = [entry(null, 'One'), entry(null, 'Two'), entry(null, 'Two')];
    expect(await syncTwice(old, [entry(8, 'New'), ...old])).toEqual({ added: ['New'], past: [] });
    expect(await syncTwice(old, [entry(null, 'New'), ...old.toReversed()])).toEqual({
      added: ['New'],
      past: [],
    });
  });

  test('an entry without an id that disappears is the only one that is removed', async () => {
    const [one, two, three] = [entry(null, 'One'), entry(null, 'Two'), entry(null, 'Three')] as const;
    expect(await syncTwice([one, two, three], [two, three])).toEqual({ added: [], past: ['removed One'] });
  });

  test('entries that share an id may swap places', async () => {
    expect(await syncTwice([entry(1, 'A'), entry(1, 'B')], [entry(1, 'B'), entry(1, 'A')])).toEqual({
      added: [],
      past: [],
    });
  });

  test('an entry without an id that is edited remains the same entry', async () => {
    const old = entry(null, 'Motion', { entry_number: '7' });
    const now = entry(null, 'Motion, amended', { entry_number: '7' });
    expect(await syncTwice([old], [entry(null, 'New'), now])).toEqual({
      added: ['New'],
      past: ['edited Motion'],
    });
  });
});
