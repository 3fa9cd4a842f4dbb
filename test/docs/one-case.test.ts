import { expect, test } from '@jest/globals';
import { findCase } from '../../src/db/read-case.ts';
import { query } from '../../src/db/query.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';

test('a case goes from the HTTP response to rows, and out again by SQL and as the JSON that was sent', async () => {
  const sent = makeCase({ case_ongoing: 'Yes' });
  const { sync, read } = await startHarness({ source: recordedCases([sent]) });

  const report = await sync();

  expect(report.outcome).toBe('complete');
  expect(report.lists.map(({ list, outcome }) => [list.label, outcome])).toEqual([
    ['No', 'empty'],
    ['Yes', 'complete'],
    ['Unknown', 'empty'],
    ['No reason to think so', 'empty'],
    ['Perhaps, but long-dormant', 'empty'],
  ]);
  const sql = `SELECT cases.name, issues.value, docket_entries.description
    FROM cases JOIN issues ON issues.case_id = cases.id JOIN docket_entries ON docket_entries.case_id = cases.id`;
  const response = read((mirror) => [...query(mirror, sql).rows]);
  expect(response).toHaveLength(2 * 3);
  expect(response.every(([name]) => name === sent.name)).toBe(true);
  expect(read((mirror) => findCase(mirror, sent.id).payload)).toEqual(sent);
});
