import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { departureSql, startDays } from '../support/days.ts';

/** A day on which a case gains one docket entry. */
const file =
  (caseId: number, id: number, day: string, description = `FILING ${id}`) =>
  (source: CaseCollection) => {
    source.edit(caseId, (record: JsonObject) => {
      const { docket_entries: entries } = record.main_docket as { docket_entries: JsonObject[] };
      const added = makeEntry({
        id,
        entry_number: String(id),
        date_filed: `${day}T00:00:00-05:00`,
        description,
      });
      return { ...record, main_docket: makeDocket({ docket_entries: [...entries, added] }) };
    });
  };

const start = () =>
  startDays(
    recordedCases([
      makeCase({ id: 1, name: 'Alder' }),
      makeCase({ id: 2, name: 'Birch' }),
      makeCase({ id: 3 }),
    ]),
    file(1, 101, '2030-01-01'),
    (source) => {
      file(2, 201, '2029-12-24')(source);
      file(2, 202, '2030-01-02')(source);
      file(3, 301, '2030-01-03')(source);
    },
  );

describe('activity', () => {
  test('lists the docket entries that the newest run found, by case, with the newest filing first', async () => {
    const { run } = await start();
    expect((await run('activity')).stdout).toBe(`New docket entries found by run 3 (2030-01-03 03:17 UTC)

Alder v. Thimble County (case 3)
https://clearinghouse.net/case/3
  301 (2030-01-03) FILING 301

Birch (case 2)
https://clearinghouse.net/case/2
  202 (2030-01-02) FILING 202
  201 (2029-12-24) FILING 201

In all: 3 new docket entries in 2 cases.
`);
  });

  test('--since lists the entries of every run from that day on, except the entries of new cases', async () => {
    const { lines } = await start();
    const ids = async (...args: string[]) => (await lines('activity', ...args)).map(({ id }) => id);
    expect(await ids('--since', '2030-01-02')).toEqual([301, 202, 201, 101]);
    expect(await ids('--since', '1')).toEqual([301, 202, 201, 101]);
    expect(await ids('--case', '1')).toEqual([101]);
  });

  test('--json has the columns of docket_activity, and null in the columns of other kinds of records', async () => {
    const { lines, harness } = await start();
    const [row] = await lines('activity', '--case', '1');
    const [viewed] = harness.rows('SELECT * FROM docket_activity WHERE case_id = 1');
    const others = { record_key: null, document_type: null, title: null, date: null };
    expect(row).toEqual({ ...others, record_kind: 'docket_entry', ...viewed, url: makeEntry().url });
  });

  test('prints at most --limit cases, but counts all', async () => {
    const { run } = await start();
    const { stdout } = await run('activity', '--since', '1', '--limit', '1');
    expect(stdout.match(/https:/g)).toHaveLength(1);
    expect(stdout).toContain('2 more cases not shown: --limit 0 shows all.');
    expect(stdout).toContain('In all: 4 new docket entries in 3 cases.');
  });

  test('says that there are no new entries', async () => {
    const { run } = await startDays(recordedCases([makeCase()]));
    expect((await run('activity')).stdout).toContain('No new docket entries.');
    expect(await run('activity', '--json')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringMatching(/^No new docket entries\. Run 1 is the baseline/),
    });
  });

  test('clips long descriptions, and prints none of their control characters', async () => {
    const { run } = await startDays(
      recordedCases([makeCase({ id: 1 })]),
      file(1, 9, '2030-01-01', `\u001b[2J\u202e${'x'.repeat(100_000)}`),
    );
    const { stdout } = await run('activity');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(stdout.length).toBeLessThan(600);
  });
});

describe('departed', () => {
  const leave = async () => {
    const days = await start();
    days.write(`${departureSql(1, 2)} ${departureSql(2, 3)} ${departureSql(3, 3)}
      UPDATE cases SET mirror_redacted_run_id = 3, name = NULL, case_ongoing = NULL WHERE id = 3`);
    return days;
  };

  test('lists each departed case with its date, last status and link, and a redacted case without its content', async () => {
    const { run } = await leave();
    expect((await run('departed')).stdout).toBe(`2030-01-03 03:17  Birch (case 2)
                  last status: Yes; run 3
                  https://clearinghouse.net/case/2
2030-01-03 03:17  (removed on request on 2030-01-03 03:17) (case 3)
                  last status: not kept; run 3
                  https://clearinghouse.net/case/3
2030-01-02 03:17  Alder (case 1)
                  last status: Yes; run 2
                  https://clearinghouse.net/case/1

3 cases have left the site. What is known of them stays in the mirror.
`);
  });

  test('--json has the rows of departed_cases, and says whether a redaction is unfinished', async () => {
    const { lines, harness } = await leave();
    const viewed = harness.rows('SELECT * FROM departed_cases ORDER BY departed_run_id DESC, id');
    expect(await lines('departed')).toEqual(viewed.map((row) => ({ ...row, is_redaction_pending: false })));
    expect(viewed).toHaveLength(3);
  });

  test('says that no case has departed', async () => {
    const { run } = await start();
    expect((await run('departed')).stdout).toBe('No case has left the site, as far as the mirror knows.\n');
  });
});

test('among entries of one day, the highest number comes first and entries without a number come last', async () => {
  const add = (source: CaseCollection): void => {
    source.edit(1, (record: JsonObject) => {
      const { docket_entries: entries } = record.main_docket as { docket_entries: JsonObject[] };
      const added = ['41', '40', '9', '44', null, '42'].map((entry_number, index) =>
        makeEntry({ id: 500 + index, entry_number, date_filed: '2030-01-01T00:00:00-05:00' }),
      );
      return { ...record, main_docket: makeDocket({ docket_entries: [...entries, ...added] }) };
    });
  };
  const { lines } = await startDays(recordedCases([makeCase({ id: 1 })]), add);
  const numbers = (await lines('activity')).map(({ entry_number }) => entry_number);
  expect(numbers).toEqual(['44', '42', '41', '40', '9', null]);
});
