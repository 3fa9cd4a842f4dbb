import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { buildEventfulMirror, verifyFile, writeDamaged } from '../support/eventful-mirror.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { times } from '../support/times.ts';

describe('a mirror in which everything happened that can happen to a case', () => {
  let bytes: Buffer;
  beforeAll(async () => {
    bytes = await buildEventfulMirror();
  });

  test('verifies without findings, and the report says how much was checked', () => {
    const { findings, casesChecked, casesMirrored, fileDepth, tallies } = verifyFile(writeDamaged(bytes, ''));
    expect(findings).toEqual([]);
    expect([casesChecked, casesMirrored, fileDepth]).toEqual([11, 11, 'full']);
    expect(tallies.payload).toEqual({ checked: 11, findings: 0 });
    for (const { checked } of Object.values(tallies)) expect(checked).toBeGreaterThan(0);
  });

  test('contains every kind of history, because otherwise its verification would prove little', () => {
    const path = writeDamaged(bytes, '');
    const { sqlite, close } = openMirror(path);
    const listOf = (sql: string) => sqlite.prepare(sql).pluck().all();
    expect(listOf('SELECT DISTINCT kind FROM case_changes ORDER BY 1')).toEqual([
      'added',
      'changed',
      'removed',
    ]);
    expect(listOf('SELECT DISTINCT mirror_end_reason FROM docket_entry_versions ORDER BY 1')).toEqual([
      'edited',
      'removed',
    ]);
    expect(listOf('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL ORDER BY id')).toEqual([
      8, 9,
    ]);
    expect(
      listOf(`SELECT count(*) FROM case_changes WHERE old_value IS NULL AND kind = 'changed'`),
    ).not.toEqual([0]);
    expect(listOf('SELECT count(*) FROM case_versions WHERE case_id = 2')).toEqual([3]);
    expect(
      listOf(
        'SELECT DISTINCT record_kind FROM linked_changes JOIN linked_versions USING (record_kind) ORDER BY 1',
      ),
    ).toEqual(['docket', 'docket_entry', 'document', 'resource']);
    expect(
      listOf(
        `SELECT document_id || ': ' || value FROM document_texts JOIN texts ON mirror_id = text_id ORDER BY 1`,
      ),
    ).toEqual(['501: One text.', '502: Half: \ufffd', '503: One text.']);
    expect(listOf('SELECT count(*) FROM mirror_replaced_texts')).toEqual([2]);
    close();
  });

  test('can be verified one case at a time, and then nothing else is checked', () => {
    const { casesChecked, fileDepth, tallies } = verifyFile(writeDamaged(bytes, ''), { of: 'case', id: 2 });
    expect([casesChecked, fileDepth, tallies.file.checked, tallies.ledger.checked]).toEqual([1, null, 0, 0]);
    expect(tallies.history.checked).toBeGreaterThan(0);
  });

  test('has no verification of a case that it does not contain', () => {
    const path = writeDamaged(bytes, '');
    expect(() => verifyFile(path, { of: 'case', id: 99 })).toThrow(
      expect.objectContaining({ code: 'CASE_NOT_MIRRORED' }),
    );
  });
});

test('a mirror of invented cases verifies clean after every night', async () => {
  const source = inventCollection({ seed: 3, size: times(30, 80) });
  const { sync, database, runtime } = await startHarness({ source });
  for (let day = 0; day < times(3, 4); day++) {
    await sync();
    expect(verifyFile(database).findings).toEqual([]);
    await runtime.sleep(86_400_000, new AbortController().signal);
    source.advance({ changed: times(10, 20), inserted: 2, removed: 1, statusMoves: 4 });
  }
});

test('a mirror from before history was kept verifies clean, also after it has begun to keep it', async () => {
  const source = smallCollection(10);
  const { sync, database } = await startHarness({ source });
  const rename = (name: string) => {
    source.edit(1, (record) => ({ ...record, name, main_docket: null }));
    source.edit(2, (record) => ({ ...record, name }));
  };
  await sync();
  rename('Second');
  await sync();
  const { sqlite, close } = openMirror(database);
  sqlite.exec(`UPDATE list_syncs SET passes = 0, cases_last_pass = 0;
    DELETE FROM case_changes; DELETE FROM case_versions; DELETE FROM docket_entry_versions;`);
  close();
  expect(verifyFile(database).findings).toEqual([]);
  rename('Third');
  await sync();
  expect(verifyFile(database).findings).toEqual([]);
});

test('a case that one run saw twice may lose in the second list what the first one contained', async () => {
  const source = smallCollection(1);
  const withEntry = (case_ongoing: string, ...docket_entries: JsonObject[]) => ({
    ...makeCase({ id: 1, case_ongoing, main_docket: makeDocket({ docket_entries }) }),
  });
  let isSecondDay = false;
  const { sync, database } = await startHarness({
    source,
    beforePage: ({ filters }) => {
      if (isSecondDay && filters.case_ongoing === 5021) source.put(withEntry('Yes'));
    },
  });
  source.put(withEntry('No', makeEntry()));
  await sync();
  isSecondDay = true;
  source.put(withEntry('No', makeEntry({ description: 'EDITED.' })));
  await sync();
  expect(verifyFile(database).findings).toEqual([]);
});

test('a run that ended before it began, by a clock that was set back, does not look like damage', async () => {
  const { sync, database } = await startHarness({ source: smallCollection(5) });
  await sync();
  const { sqlite, close } = openMirror(database);
  sqlite.exec(`UPDATE sync_runs SET started_at = '2031-01-01T00:00:00.000Z'`);
  close();
  expect(verifyFile(database).findings).toEqual([]);
});

test('a sync that goes on meanwhile does not look like damage', async () => {
  const found: unknown[] = [];
  let looks = 0;
  const { sync, database } = await startHarness({
    source: smallCollection(40),
    pageSize: 2,
    beforePage: (request) => {
      if (request.page < 2) return;
      looks++;
      found.push(...verifyFile(database).findings);
    },
  });
  await sync();
  expect(looks).toBeGreaterThan(10);
  expect(found).toEqual([]);
});
