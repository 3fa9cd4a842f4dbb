import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { verifyMirror } from '../../src/verify/proof.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';

const BY_COURT = `SELECT name FROM cases WHERE court = 'Court 7' AND mirror_list_id = 5021`;

/** Cases of one status, each before a court of its own: the index of the courts is by far the better one. */
const startCourts = () =>
  startHarness({
    source: recordedCases(
      Array.from({ length: 100 }, (_, id) =>
        makeCase({ id: id + 1, case_ongoing: 'Yes', court: `Court ${id}`, name: `A name ${id}` }),
      ),
    ),
  });

function findPlan(path: string, sql: string): string {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    const steps = sqlite.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all();
    return steps.map(({ detail }) => detail).join('; ');
  } finally {
    sqlite.close();
  }
}

describe('the statistics of the indexes', () => {
  test('are there after the first run, and have a query use the index that leaves fewer rows', async () => {
    const { sync, database } = await startCourts();
    await sync();
    expect(findPlan(database, BY_COURT)).toContain('INDEX cases_court');
    const writer = openSqlite(database);
    writer.exec('DELETE FROM sqlite_stat1');
    writer.close();
    expect(findPlan(database, BY_COURT)).toContain('INDEX cases_mirror_list_id');
    await sync();
    expect(findPlan(database, BY_COURT)).toContain('INDEX cases_court');
  });

  test('contain only numbers, and no content of a case', async () => {
    const { sync, rows, read } = await startCourts();
    await sync();
    expect(rows('SELECT * FROM sqlite_stat4')).toEqual([]);
    const stats = rows('SELECT tbl, idx, stat FROM sqlite_stat1');
    expect(stats.length).toBeGreaterThan(10);
    expect(JSON.stringify(stats)).not.toMatch(/Court|A name/);
    expect(stats.filter(({ stat }) => !/^[\d ]+$/.test(String(stat)))).toEqual([]);
    expect(read((mirror) => [...verifyMirror(mirror, { of: 'everything' }, () => undefined)])).toEqual([]);
  });

  test('are written again only where a table has grown tenfold', async () => {
    const { sync, rows } = await startCourts();
    await sync();
    const before = rows('SELECT * FROM sqlite_stat1 ORDER BY tbl, idx');
    await sync();
    const after = rows('SELECT * FROM sqlite_stat1 ORDER BY tbl, idx');
    expect(after.filter(({ tbl }) => tbl === 'cases')).toEqual(before.filter(({ tbl }) => tbl === 'cases'));
  });
});
