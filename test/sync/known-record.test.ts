import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';

const LAST_DRIFT = `SELECT last_run_id FROM schema_drift WHERE field = 'lamp'`;
const HASHES = 'SELECT case_id, hash FROM mirror_raw_hashes ORDER BY 1';

describe('a case that arrives in the same bytes as last time', () => {
  test('is recognized by its bytes, and counts as unchanged', async () => {
    const { sync, rows } = await startHarness({
      source: recordedCases([makeCase({ id: 1 }), makeCase({ id: 2 })]),
    });
    await sync();
    expect(rows(HASHES)).toHaveLength(2);
    const { lists } = await sync();
    expect(lists.map(({ figures }) => figures.cases_unchanged)).toContain(2);
  });

  test('is no longer recognized after the stored case changed', async () => {
    const { sync, rows, database } = await startHarness({ source: recordedCases([makeCase({ id: 1 })]) });
    await sync();
    const mirror = openMirror(database);
    mirror.sqlite.exec(`UPDATE cases SET mirror_fingerprint = 'of another state', name = 'Another'`);
    mirror.close();
    await sync();
    expect(rows('SELECT name FROM cases')).toEqual([{ name: makeCase({ id: 1 }).name }]);
  });

  test('is parsed again if one of its fields drifts, so that the drift stays recorded', async () => {
    const { sync, rows } = await startHarness({
      source: recordedCases([{ ...makeCase({ id: 1 }), lamp: true }]),
    });
    await sync();
    await sync();
    expect(rows(LAST_DRIFT)).toEqual([{ last_run_id: 2 }]);
    expect(rows(HASHES)).toEqual([]);
  });
});

test('a case with equal content in other bytes is recognized by these bytes from then on, and nothing else is written', async () => {
  const source = recordedCases([makeCase({ id: 1, issues: ['Stairs', 'Lamps'] })]);
  const { sync, rows } = await startHarness({ source });
  await sync();
  const before = rows(HASHES);
  source.edit(1, (record) => ({ ...record, issues: ['Lamps', 'Stairs'] }));
  const { lists } = await sync();
  expect(lists.map(({ figures }) => figures.cases_unchanged)).toContain(1);
  expect(rows(HASHES)).not.toEqual(before);
  expect(rows('SELECT count(*) AS n FROM case_changes')).toEqual([{ n: 0 }]);
});
