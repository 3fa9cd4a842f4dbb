import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { startHarness } from '../support/sync-harness.ts';
import { entriesOf, soundCase } from './sound-case.ts';

/** The views that look at every entry, as earlier migrations made them. */
const THOROUGH = {
  audit_docket_out_of_time: '0004_add_audit_views',
  audit_docket_after_check: '0004_add_audit_views',
  audit_impossible_date: '0013_read_quickly',
};

function readView(name: string, migration: string): string {
  const path = new URL(`../../migrations/${migration}.sql`, import.meta.url);
  const parts = readFileSync(path, 'utf8').split('--> statement-breakpoint');
  const sql = parts.findLast((part) => part.includes(`CREATE VIEW ${name} AS`)) ?? '';
  return sql.replace(`CREATE VIEW ${name} AS`, `CREATE TEMP VIEW thorough_${name} AS`);
}

/** Dates that are sound, dates that only look it, and what is no date; the newest run is in January 2030. */
const DATES = [
  ...[
    '2019-03-14',
    '2018-03-13',
    '2024-05-06',
    '2029-12-31',
    '2030-01-16',
    '2031-01-15',
    '2031-01-16',
    '2031-01-17',
  ],
  ...[
    '2019-02-30',
    '2030-02-31',
    '2031-01-00',
    '1789-00-00',
    '1788-12-31',
    '1789',
    '1900-13-01',
    '9999-12-31',
    '0019-03-14',
  ],
  ...[
    '2029-12-31T23:59:59-05:00',
    '2019-03-14 noon',
    '2019-3-14',
    '2019-03',
    '20190314',
    '03/14/2019',
    ' 2019-03-14',
    'x',
    '',
    '  ',
  ],
  ...[null, '２０１９-03-14', "2019-03-14'", '-2019-03-14', '2030-01-15T', '2028-02-29', '2029-02-29'],
];

test('the audits of dockets list the same cases whether they look at two dates of a docket or at all', async () => {
  const pick = <Item>(items: readonly Item[], seed: number): Item => items[seed % items.length] as Item;
  const cases = DATES.flatMap((one, at) =>
    [1, 2, 3, 4, 5].map((step) => {
      const others = Array.from({ length: step - 1 }, (_, place) =>
        pick(DATES, at * step + 7 * place + step),
      );
      const fields = {
        last_checked_date: pick(['2019-01-02', '2029-01-15', '2028-06-01', null, 'x'], at + step),
        filing_date: pick(['2019-03-14', '2030-01-01', null], at + 2 * step),
        terminating_date: pick(['2021-12-31', null, '2010-01-01'], at + step),
        filing_year: pick([2019, null, 2030], at + 2 * step),
        closing_year: pick([2021, null, 2010], at + step),
      };
      return soundCase(at * 5 + step, fields, entriesOf(one, ...others));
    }),
  );
  const { sync, database } = await startHarness({ source: recordedCases(cases) });
  await sync();
  const sqlite = openSqlite(database);
  sqlite.exec('UPDATE cases SET mirror_departed_run_id = 1 WHERE id % 17 = 0');
  for (const [name, migration] of Object.entries(THOROUGH)) {
    sqlite.exec(readView(name, migration));
    const list = (view: string): unknown[] => sqlite.prepare(`SELECT * FROM ${view} ORDER BY case_id`).all();
    const found = list(name);
    expect(found.length).toBeGreaterThan(10);
    expect(found.length).toBeLessThan(cases.length - 10);
    expect([name, found]).toEqual([name, list(`thorough_${name}`)]);
  }
  sqlite.close();
});
