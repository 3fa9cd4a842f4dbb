import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';

const CASE = makeCase({ id: 1 });
const docketOf = (record: JsonObject): JsonObject => record.main_docket as JsonObject;

/** Two days with a change between them; what the history tables hold after it. */
async function change(edit: (record: JsonObject) => JsonObject | undefined) {
  const source = recordedCases([CASE]);
  const { sync, rows } = await startHarness({ source });
  await sync();
  source.edit(1, edit);
  await sync();
  return {
    rows,
    changes: rows('SELECT run_id, field, kind, old_value, new_value FROM case_changes ORDER BY id'),
    past: rows('SELECT * FROM docket_entry_versions ORDER BY mirror_version_id'),
  };
}

describe('a changed case', () => {
  test('leaves a row with both values for each changed field, and the fingerprint of the earlier version', async () => {
    const { rows, changes } = await change((record) => ({ ...record, name: '', state: null, court: 'New' }));
    expect(changes).toEqual([
      { run_id: 2, field: 'name', kind: 'changed', old_value: JSON.stringify(CASE.name), new_value: '""' },
      { run_id: 2, field: 'state', kind: 'changed', old_value: '"Borealia"', new_value: 'null' },
      {
        run_id: 2,
        field: 'court',
        kind: 'changed',
        old_value: '"District of North Borealia"',
        new_value: '"New"',
      },
    ]);
    expect(rows('SELECT case_id, run_id FROM case_versions')).toEqual([{ case_id: 1, run_id: 1 }]);
  });

  test('leaves no row for a list in another order, and one row for each element that was added or removed', async () => {
    const { changes } = await change((record) => ({
      ...record,
      case_types: ['Public Accommodations', 'Jail Conditions'],
      issues: ['Stairs', 'Lamps: colour'],
      related_cases: [],
    }));
    expect(
      changes.map(({ field, kind, old_value, new_value }) => [field, kind, old_value, new_value]),
    ).toEqual([
      ['issues', 'removed', '"Lamps: brightness"', null],
      ['issues', 'added', null, '"Lamps: colour"'],
      ['related_cases', 'removed', '{"id":90002,"name":"Birch v. Thimble County"}', null],
    ]);
  });

  test('shows a move to another list as a change of its label and of its list', async () => {
    const { changes } = await change((record) => ({ ...record, case_ongoing: 'No' }));
    expect(changes.map(({ field, old_value, new_value }) => [field, old_value, new_value])).toEqual([
      ['case_ongoing', '"Yes"', '"No"'],
      ['mirror_list_id', '5021', '5020'],
    ]);
  });

  test('distinguishes a docket without a list of entries from one with an empty list', async () => {
    const { changes, past } = await change((record) => ({
      ...record,
      main_docket: { ...docketOf(record), docket_entries: null },
    }));
    expect(changes.map(({ field, old_value, new_value }) => [field, old_value, new_value])).toEqual([
      ['main_docket.docket_entries', '[]', 'null'],
    ]);
    expect(past).toHaveLength(3);
  });
});

describe('a docket', () => {
  test('that gets a new entry gets one new row, and no other row is written', async () => {
    const { rows, changes, past } = await change((record) => ({
      ...record,
      main_docket: makeDocket({
        docket_entries: [
          ...(docketOf(record).docket_entries as JsonObject[]),
          makeEntry({ id: 80004, row_number: 4 }),
        ],
      }),
    }));
    expect([changes, past]).toEqual([[], []]);
    expect(rows('SELECT id, mirror_first_run_id AS run FROM docket_entries ORDER BY id')).toEqual([
      { id: 80001, run: 1 },
      { id: 80002, run: 1 },
      { id: 80003, run: 1 },
      { id: 80004, run: 2 },
    ]);
    expect(rows('SELECT case_id, id, seen_at > 0 AS seen FROM docket_activity')).toEqual([
      { case_id: 1, id: 80004, seen: 1 },
    ]);
  });

  test('keeps the earlier text of an edited and of a removed entry, with the runs between which it was valid', async () => {
    const { rows, changes, past } = await change((record) => ({
      ...record,
      main_docket: makeDocket({ docket_entries: [makeEntry({ description: 'AMENDED COMPLAINT.' })] }),
    }));
    expect(changes).toEqual([]);
    expect(past).toMatchObject([
      {
        id: 80001,
        description: makeEntry().description,
        mirror_valid_from_run_id: 1,
        mirror_valid_to_run_id: 2,
        mirror_end_reason: 'edited',
      },
      { id: 80002, mirror_valid_from_run_id: 1, mirror_valid_to_run_id: 2, mirror_end_reason: 'removed' },
      { id: 80003, mirror_valid_from_run_id: 1, mirror_valid_to_run_id: 2, mirror_end_reason: 'removed' },
    ]);
    expect(
      rows(
        'SELECT entry_key, is_there, edits, last_seen_at >= first_seen_at AS ok FROM docket_entry_lifetimes ORDER BY 1',
      ),
    ).toEqual([
      { entry_key: 80001, is_there: 1, edits: 1, ok: 1 },
      { entry_key: 80002, is_there: 0, edits: 0, ok: 1 },
      { entry_key: 80003, is_there: 0, edits: 0, ok: 1 },
    ]);
  });
});

test('an entry that one run edits and then removes is recorded as removed, in its version before that run', async () => {
  const one = makeCase({ id: 1, case_ongoing: 'No' });
  const source = recordedCases([one]);
  let isSecondDay = false;
  const { sync, rows } = await startHarness({
    source,
    beforePage: ({ filters }) => {
      if (!isSecondDay || filters.case_ongoing !== 5021) return;
      source.put({ ...one, case_ongoing: 'Yes', main_docket: makeDocket({ docket_entries: [] }) });
    },
  });
  await sync();
  isSecondDay = true;
  source.put({ ...one, main_docket: makeDocket({ docket_entries: [makeEntry({ description: 'EDITED' })] }) });
  await sync();
  expect(
    rows('SELECT id, description, mirror_end_reason FROM docket_entry_versions WHERE id = 80001'),
  ).toEqual([{ id: 80001, description: makeEntry().description, mirror_end_reason: 'removed' }]);
  expect(rows(`SELECT kind, count(*) AS n FROM change_log WHERE kind LIKE 'entry%' GROUP BY kind`)).toEqual([
    { kind: 'entry removed', n: 3 },
  ]);
});
