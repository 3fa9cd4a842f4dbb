import { describe, expect, test } from '@jest/globals';
import { countAudits, listAudits } from '../../src/db/audits.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { auditOf } from './audit-of.ts';
import { ONE_OF_EACH } from './sound-case.ts';

test('a case that is sound is in none of them, whatever of it is not known', async () => {
  const unknown = Object.fromEntries(
    [
      'filing_date',
      'filing_year',
      'terminating_date',
      'closing_year',
      'order_start_year',
      'order_end_year',
      'settlement_judgment_date',
      'settlement_judgment_year',
      'last_checked_date',
      'summary_published_date',
      'court',
      'prevailing_party',
      'relief_natures',
      'related_cases',
    ].map((field) => [field, null]),
  );
  const bare = { docket_entries: null, recap_link: null, docket_number_manual: null, court: null };
  const { read } = await auditOf('without_name', {
    sound: [{}],
    'with nothing known': [unknown, bare],
    'without a docket': [{ ...unknown, main_docket: null }],
  });
  expect(read(countAudits).filter(({ count }) => count > 0)).toEqual([]);
});

describe('every audit', () => {
  test('says what it shows, in a sentence that fits a line', () => {
    expect(listAudits().map(({ name }) => name)).toEqual(Object.keys(ONE_OF_EACH));
    for (const { shows, note } of listAudits()) {
      expect(shows).toMatch(/^Cases .{10,98}\.$/);
      expect(note).toMatch(/^[A-Z].{10,}\.$/);
    }
  });

  test('has one view in the database and one entry in the list', async () => {
    const { read } = await auditOf('without_name', {});
    const views = read(({ sqlite }) =>
      sqlite
        .prepare(`SELECT name FROM sqlite_schema WHERE type = 'view' AND name GLOB 'audit_*' ORDER BY name`)
        .pluck()
        .all(),
    );
    expect(
      listAudits()
        .map(({ view }) => view)
        .sort(),
    ).toEqual(views);
  });

  test('begins with the case, its name and its address, and has one row a case', async () => {
    const { read } = await auditOf('without_name', ONE_OF_EACH);
    read((mirror) => {
      for (const { view, count } of countAudits(mirror)) {
        const statement = mirror.sqlite.prepare<[], { case_id: number; url: string }>(
          `SELECT * FROM ${view}`,
        );
        const columns = statement.columns().map(({ name }) => name);
        expect(columns.slice(0, 3)).toEqual(['case_id', 'name', 'url']);
        const rows = statement.all();
        expect([view, new Set(rows.map((row) => row.case_id)).size]).toEqual([view, count]);
        for (const row of rows) expect(row.url).toBe(`https://clearinghouse.net/case/${row.case_id}`);
      }
    });
  });

  test('lists its kind of case, but not after the case has left the site', async () => {
    const { read, database } = await auditOf('without_name', ONE_OF_EACH);
    const counts = () => Object.fromEntries(read(countAudits).map(({ name, count }) => [name, count]));
    expect(counts()).toEqual({
      ...Object.fromEntries(Object.keys(ONE_OF_EACH).map((name) => [name, 1])),
      same_docket: 2,
    });
    const mirror = openMirror(database);
    mirror.sqlite.exec('UPDATE cases SET mirror_departed_run_id = 1');
    mirror.close();
    expect(Object.values(counts()).every((count) => count === 0)).toBe(true);
  });
});
