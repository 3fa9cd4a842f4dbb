import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { findCase } from '../../src/db/read-case.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { dumpData } from '../support/dump.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

describe('a sync of a whole collection', () => {
  test('stores every case that has a status, and records each list with its figures', async () => {
    const source = inventCollection({ size: 40, emptyLists: [5022] });
    const { sync, rows } = await startHarness({ source, pageSize: 7 });
    const report = await sync();
    expect(report).toMatchObject({ outcome: 'complete', exit: 'complete', error: null });
    const listed = source.find().filter(({ ongoing }) => ongoing !== undefined).length;
    expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: listed }]);
    const ledger = rows(`SELECT * FROM list_syncs ORDER BY list_id`);
    expect(ledger).toHaveLength(5);
    for (const row of ledger) {
      const cases = source.find({ case_ongoing: Number(row.list_id) }).length;
      expect(row).toMatchObject({
        outcome: cases === 0 ? 'empty' : 'complete',
        count_first: cases,
        count_last: cases,
        cases_seen: cases,
        cases_new: cases,
        cases_changed: 0,
        cases_unchanged: 0,
        cases_rejected: 0,
        pages: Math.max(1, Math.ceil(cases / 7)),
        requests: Math.max(1, Math.ceil(cases / 7)),
        retries: 0,
        error_code: null,
      });
      expect(row.ended_at).not.toBeNull();
      expect(Number(row.bytes)).toBeGreaterThan(0);
    }
  });

  test('changes no row of data if it runs again and nothing has changed, whatever the order of lists', async () => {
    const source = inventCollection({ size: 30 });
    const { sync, read } = await startHarness({ source, order: 'random', pageSize: 60 });
    await sync();
    const before = read(dumpData);
    for (const id of source.ids()) {
      source.edit(id, (record) => {
        const docket = record.main_docket as JsonObject;
        (docket.docket_entries as unknown[]).reverse();
        (record.issues as unknown[]).reverse();
        return Object.fromEntries(Object.entries(record).reverse());
      });
    }
    const report = await sync();
    expect(report.outcome).toBe('complete');
    expect(report.lists.every(({ figures }) => figures.cases_unchanged === figures.cases_seen)).toBe(true);
    expect(read(dumpData)).toEqual(before);
  });

  test('stores new, changed and moved cases of a second day, and writes no other', async () => {
    const source = inventCollection({ size: 30 });
    const { sync, read, rows } = await startHarness({ source });
    await sync();
    const day = source.advance({ changed: 5, inserted: 3, statusMoves: 2 });
    const report = await sync();
    expect(report.outcome).toBe('complete');
    const concerned = [...day.changed, ...day.inserted, ...day.moved].filter(
      (id) => source.get(id)?.case_ongoing != null,
    );
    const touched = rows('SELECT id FROM cases WHERE mirror_changed_run_id = 2 ORDER BY id').map(
      ({ id }) => id,
    );
    expect(touched).toEqual(concerned.sort((a, b) => a - b));
    for (const id of touched as number[])
      expect(read((mirror) => findCase(mirror, id).payload)).toEqual(source.get(id));
  });
});

describe('a case that changes', () => {
  test('keeps the rows of its unchanged docket entries, even if a new entry comes first', async () => {
    const sent = makeCase();
    const source = recordedCases([sent]);
    const { sync, rows, read } = await startHarness({ source });
    await sync();
    const before = rows('SELECT * FROM docket_entries ORDER BY mirror_id');
    source.edit(sent.id, (record) => {
      const docket = record.main_docket as JsonObject;
      const entries = docket.docket_entries as JsonObject[];
      docket.docket_entries = [{ ...entries[0], id: 777_777, description: 'A new filing' }, ...entries];
      return record;
    });
    await sync();
    const after = rows('SELECT * FROM docket_entries ORDER BY mirror_id');
    expect(after.slice(0, 3)).toEqual(before);
    expect(after[3]).toMatchObject({ id: 777_777, mirror_first_run_id: 2 });
    expect(read((mirror) => findCase(mirror, sent.id).payload)).toEqual(source.get(sent.id));
  });

  test('gets its changed entry updated, its missing entry removed with the attachments, and its lists replaced', async () => {
    const sent = makeCase();
    const source = recordedCases([sent]);
    const { sync, rows, read } = await startHarness({ source });
    await sync();
    source.edit(sent.id, (record) => {
      const docket = record.main_docket as JsonObject;
      const entries = (docket.docket_entries as JsonObject[]).filter(
        ({ attachments }) => !Array.isArray(attachments) || attachments.length < 2,
      );
      docket.docket_entries = entries.map((entry, at) =>
        at === 0 ? { ...entry, description: 'Corrected' } : entry,
      );
      return { ...record, issues: ['Only one'], case_defendants: [], main_docket: docket };
    });
    await sync();
    expect(rows('SELECT value FROM issues')).toEqual([{ value: 'Only one' }]);
    expect(rows('SELECT * FROM case_defendants')).toEqual([]);
    expect(rows('SELECT description FROM docket_entries ORDER BY mirror_id')[0]).toEqual({
      description: 'Corrected',
    });
    expect(rows('SELECT * FROM attachments')).toEqual([]);
    expect(read((mirror) => findCase(mirror, sent.id).payload)).toEqual(source.get(sent.id));
  });

  test('may appear in another list without a change of content', async () => {
    const sent = makeCase({ case_ongoing: 'Yes' });
    const { sync, rows } = await startHarness({ source: recordedCases([sent]) });
    await sync({ lists: [statusOf(5021)] });
    const content = rows('SELECT mirror_changed_run_id AS changed, mirror_list_id AS status FROM cases');
    expect(content).toEqual([{ changed: 1, status: 5021 }]);
  });
});

describe('a list that contains a case twice', () => {
  test('on one page, with different content, stores the later one and counts the case once', async () => {
    const first = makeCase();
    const second = { ...makeCase(), name: 'Alder v. Thimble County II' };
    const source = recordedCases([first]);
    const { sync, rows } = await startHarness({
      source,
      faults: ({ filters }) =>
        filters.case_ongoing === 5021
          ? { kind: 'json', body: { count: 1, next: null, previous: null, results: [first, second, second] } }
          : undefined,
    });
    const report = await sync();
    expect(report.lists[1]).toMatchObject({
      outcome: 'complete',
      figures: { cases_seen: 1, cases_new: 1 },
    });
    expect(rows('SELECT name FROM cases')).toEqual([{ name: second.name }]);
  });
});
