import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { startBytes } from '../support/served-bytes.ts';
import { shareHistory } from '../support/shared-history.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

/** How other cases name case 7, which is redacted. */
const NAMED = 'CanaryOfItsName';
const naming: JsonObject[] = [{ id: 7, name: `${NAMED} v. Thimble County` }];

const readBytes = (database: string): string =>
  ['', '-wal']
    .map((suffix) => `${database}${suffix}`)
    .filter(existsSync)
    .map((path) => readFileSync(path, 'latin1'))
    .join('');

describe('a record that is rejected and names a redacted case', () => {
  const toText = (changes: JsonObject): string =>
    JSON.stringify(makeCase({ case_ongoing: 'Yes', ...changes }));
  const plain = toText({ id: 8 });
  const withTextId = toText({ id: '88', related_cases: naming });
  const named = toText({ id: 9, related_cases: naming });
  const namedTwice = toText({ id: 9, related_cases: [] }).replace(
    '"related_cases":',
    `"related_cases":${JSON.stringify(naming)},"related_cases":`,
  );
  const notJson = toText({ id: 10, related_cases: naming }).replace('"name":', '"lamp":NaN,"name":');
  const namesNone = toText({ id: 11 }).replace('"name":', '"lamp":NaN,"name":');
  const toPage = (...records: string[]) =>
    Buffer.from(`{"count":${records.length},"next":null,"previous":null,"results":[${records.join(',')}]}`);

  test('is recorded without its content by each later sync, and removed if it was there before', async () => {
    expect(namedTwice).not.toBe(toText({ id: 9, related_cases: [] }));
    const { database, serve, sync, rows, run } = await startBytes(
      toPage(toText({ id: 7 }), plain, withTextId, namedTwice, notJson),
    );
    const syncList = () => sync({ lists: [statusOf(5021)], settings: { maxAttempts: '1' } });
    await syncList();
    expect(rows('SELECT position FROM rejected_records')).toHaveLength(3);
    serve(toPage(plain, named));
    await syncList();
    expect(JSON.parse((await run('redact', '7', '--yes', '--json')).stdout)).toMatchObject({
      rejected_records: 3,
      named_by_other_cases: 1,
    });
    expect(readBytes(database)).not.toContain(NAMED);

    serve(toPage(plain, withTextId, namedTwice, notJson, namesNone));
    for (let day = 1; day <= 2; day++) {
      const { lists } = await syncList();
      expect(lists[0]).toMatchObject({ outcome: 'partial', error: { code: 'RECORDS_REJECTED' } });
      expect(readBytes(database)).not.toContain(NAMED);
      expect(
        rows(
          `SELECT position, case_id, bytes IS NULL AS isBare, why LIKE '%may name a redacted case' AS isSaid,
            json_extract(record, '$.id') AS id, length(json_extract(record, '$.sha256')) AS digits
          FROM rejected_records WHERE position < 4 ORDER BY position`,
        ),
      ).toEqual(
        [null, 9, 10].map((id, at) => ({
          position: at + 1,
          case_id: id,
          isBare: 1,
          isSaid: 1,
          id,
          digits: 64,
        })),
      );
    }
    expect(rows('SELECT CAST(bytes AS TEXT) AS text FROM rejected_records WHERE position = 4')).toEqual([
      { text: namesNone },
    ]);
    expect((await run('redact', '7', '--yes')).stdout).toContain('Nothing is left to remove of case 7');
    expect(await run('verify')).toMatchObject({ exitCode: 0 });
  });
});

test('a redacted case is found in other cases in whatever form they write its id, and stays out of later syncs', async () => {
  const name = `${NAMED} v. Thimble County`;
  const texts = [
    { id: '7', name },
    { id: ' 007 ', name },
    { id: 'https://clearinghouse.net/case/7/', name },
  ];
  const odd = [`7: ${name}`, { id: 'case 7', name }];
  const source = recordedCases([
    makeCase({ id: 7 }),
    makeCase({ id: 8, related_cases: texts }),
    makeCase({ id: 9, related_cases: odd }),
    makeCase({ id: 10, related_cases: [] }),
  ]);
  const { database, sync } = await startHarness({ source });
  await sync();
  source.remove(7);
  source.edit(9, (record) => ({ ...record, related_cases: [] }));
  source.edit(10, (record) => ({ ...record, related_cases: odd }));
  await sync();
  const run = (...args: string[]) => runCli([...args, '--database', database]);
  expect(JSON.parse((await run('redact', '7', '--yes', '--json')).stdout)).toMatchObject({
    named_by_other_cases: 3,
  });
  expect(readBytes(database)).not.toContain(NAMED);
  source.edit(8, (record) => ({ ...record, state: 'Ohio', related_cases: [...odd, ...texts] }));
  expect((await sync()).outcome).toBe('complete');
  expect(readBytes(database)).not.toContain(NAMED);
  expect((await run('verify')).exitCode).toBe(0);
});

describe('a damaged case that names a redacted case', () => {
  const share = shareHistory(() => ({
    source: recordedCases([
      makeCase({ id: 7 }),
      makeCase({ id: 8, related_cases: naming }),
      makeCase({
        id: 9,
        related_cases: null,
        main_docket: makeDocket({ docket_entries: [makeEntry({ description: 'ORDER' })] }),
      }),
    ]),
    edits: [
      (source) => {
        source.edit(9, (record) => ({ ...record, related_cases: naming }));
      },
      (source) => {
        source.remove(7);
      },
    ],
  }));

  async function start() {
    const harness = await share();
    const { database } = harness;
    const write = (sql: string): void => {
      const sqlite = openSqlite(database);
      sqlite.exec(sql);
      sqlite.close();
    };
    const run = (...args: string[]) => runCli([...args, '--database', database]);
    return { ...harness, write, run };
  }
  const payloads = 'SELECT id, mirror_payload AS payload FROM cases WHERE id > 7 ORDER BY id';

  test('is named by redact, which then removes nothing, and keeps no sync from the names in other cases', async () => {
    const { write, run, rows, sync } = await start();
    write(`UPDATE cases SET mirror_payload = '{' WHERE id = 8`);
    const { exitCode, stderr } = await run('redact', '7', '--yes');
    expect([exitCode, stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      9,
      expect.stringMatching(/The payload of case 8 is not JSON.* Then redact case 7 again/),
    ]);
    expect(rows('SELECT mirror_redacted_run_id AS run FROM cases WHERE id = 7')).toEqual([{ run: null }]);

    // As an earlier version redacted it, which left the names in other cases.
    write('UPDATE cases SET mirror_redacted_run_id = 3 WHERE id = 7');
    expect((await sync()).outcome).toBe('complete');
    const [damaged, other] = rows(payloads);
    expect(damaged).toEqual({ id: 8, payload: '{' });
    expect(other?.payload).toContain('"related_cases":[{"id":7,"name":null}]');
    expect((await run('verify')).stdout).toMatch(/case 8\b/);
  });

  test('loses the name although JSON beside it is damaged, which stays for verify', async () => {
    const { write, run, rows, database } = await start();
    write(`UPDATE case_changes SET old_value = '{' WHERE case_id = 9;
      UPDATE docket_entries SET attachments = '[' WHERE case_id = 9`);
    expect(await run('redact', '7', '--yes')).toMatchObject({ exitCode: 0 });
    expect(rows('SELECT old_value, new_value FROM case_changes WHERE case_id = 9')).toEqual([
      { old_value: '{', new_value: '[{"id":7,"name":null}]' },
    ]);
    expect(readBytes(database)).not.toContain(NAMED);
    expect((await run('verify')).exitCode).toBe(10);
  });
});
