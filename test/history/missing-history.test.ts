import { describe, expect, test } from '@jest/globals';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { storeRun } from './store-day.ts';
import { FIRST, SECOND, threeDays } from './three-days.ts';

describe('what history cannot tell', () => {
  const UPGRADED = 'DELETE FROM case_changes; DELETE FROM case_versions; DELETE FROM docket_entry_versions;';

  test('is refused for the whole query, with the number of cases and the first run that can be queried', async () => {
    const { change, rowsAsOf } = await threeDays();
    change(UPGRADED);
    expect(() => rowsAsOf(1, 'SELECT count(*) FROM cases')).toThrow(
      expect.objectContaining({
        code: 'HISTORY_MISSING',
        message: expect.stringMatching(/^1 case has changed after run 1 and before/),
        hint: expect.stringContaining('run 2 of 2030-01-15'),
      }),
    );
    expect(rowsAsOf(2, 'SELECT id, name FROM cases ORDER BY id')).toEqual([
      [1, FIRST.name],
      [2, 'Renamed'],
      [3, FIRST.name],
    ]);
  });

  test('of a redacted case leaves its id, before the redaction and after', async () => {
    const { change, rowsAsOf, read } = await threeDays();
    change(`${UPGRADED}
      DELETE FROM docket_entries WHERE case_id = 2; DELETE FROM dockets WHERE case_id = 2; DELETE FROM issues WHERE case_id = 2;
      INSERT INTO sync_runs (id, outcome, started_at, ended_at, trigger, version, api_url, process_id)
        VALUES (4, 'complete', '2030-02-01T00:00:00.000Z', '2030-02-01T00:00:01.000Z', 'redact', '0', '-', 1);
      UPDATE cases SET name = NULL, summary = NULL, mirror_payload = '{"id":2}', mirror_entry_keys = NULL,
        mirror_redacted_run_id = 4, mirror_changed_run_id = 4 WHERE id = 2;`);
    const sql = 'SELECT id, name, mirror_payload, mirror_redacted_run_id FROM cases WHERE id = 2';
    for (const runId of [1, 2, 4]) expect(rowsAsOf(runId, sql)).toEqual([[2, null, '{"id":2}', 4]]);
    expect(rowsAsOf(1, 'SELECT count(*) FROM docket_entries')).toEqual([[3]]);
    expect([1, 4].map((runId) => read((mirror) => queryAsOf(mirror, runId, sql).redactedCases))).toEqual([
      1, 0,
    ]);
  });

  test('does not change the content of a departed case, which is departed from the run that found it gone', async () => {
    const { database, rowsAsOf } = await threeDays();
    const mirror = openMirror(database);
    storeRun(mirror, (writer, moment) => {
      writer.writeDeparture(1, moment);
      writer.writeDeparture(2, moment);
    });
    storeRun(mirror, (writer, moment) => {
      writer.writeSeen(2, moment);
    });
    mirror.close();
    const sql =
      'SELECT name, mirror_departed_run_id, (SELECT count(*) FROM clean_cases) FROM cases WHERE id = 2';
    expect([1, 3, 4, 5].map((runId) => rowsAsOf(runId, sql))).toEqual([
      [[SECOND.name, null, 2]],
      [['Renamed', null, 3]],
      [['Renamed', 4, 1]],
      [['Renamed', null, 2]],
    ]);
  });
});
