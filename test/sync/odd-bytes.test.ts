import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';
import { startBytes } from '../support/served-bytes.ts';

const YES = statusOf(5021);
const text = (changes: JsonObject): string => JSON.stringify(makeCase({ case_ongoing: 'Yes', ...changes }));
const three = [1, 2, 3].map((id) => text({ id, name: `Case ${id}` }));
const NAMES = 'SELECT name FROM cases ORDER BY id';
const KEPT = 'SELECT why, case_id, position, hex(bytes) AS hex FROM rejected_records ORDER BY position';
const toHex = (body: Buffer): string => body.toString('hex').toUpperCase();
const page = (...records: (string | Buffer)[]): Buffer =>
  Buffer.concat([
    Buffer.from(`{"count":${records.length},"next":null,"previous":null,"results":[`),
    ...records.flatMap((record, at) => [...(at === 0 ? [] : [Buffer.from(',')]), Buffer.from(record)]),
    Buffer.from(']}'),
  ]);

describe('a record that is not JSON is rejected with its original bytes, and the rest of its page is stored', () => {
  const broken: readonly [string, (record: string) => string][] = [
    ['NaN', (record) => record.replace('"name":', '"lamp":NaN,"name":')],
    ['Infinity', (record) => record.replace('"name":', '"lamp":[-Infinity],"name":')],
    ['a bad escape', (record) => record.replace('Case 2', String.raw`Case \x32`)],
    ['a control character', (record) => record.replace('Case 2', 'Case\n2')],
    ['a word that JSON has not', (record) => record.replace('"name":', '"lamp":None,"name":')],
    ['a comma too many', (record) => record.replace(/\}$/, ',}')],
    ['a string that breaks off', (record) => record.replace('Case 2"', 'Case 2')],
    ['a bracket that is missing', (record) => record.replace(']', '')],
    ['an end that is missing', (record) => record.slice(0, record.indexOf('"name"') + 20)],
  ];
  test.each(broken)('%s', async (_title, spoil) => {
    const odd = spoil(three[1] ?? '');
    expect(() => JSON.parse(odd) as unknown).toThrow(SyntaxError);
    const { sync, rows } = await startBytes(page(three[0] ?? '', odd, three[2] ?? ''));
    const { lists } = await sync({ lists: [YES], settings: { maxAttempts: '2' } });
    expect(lists[0]?.outcome).toBe('partial');
    expect(rows(NAMES)).toEqual([{ name: 'Case 1' }, { name: 'Case 3' }]);
    expect(rows(KEPT)).toEqual([{ why: 'not JSON', case_id: 2, position: 1, hex: toHex(Buffer.from(odd)) }]);
    expect(rows(`SELECT json_extract(record, '$') AS said FROM rejected_records`)).toEqual([{ said: odd }]);
  });

  test('a comma after the last record costs no record, and is recorded each day', async () => {
    const body = page(...three)
      .toString()
      .replace(/\]\}$/, ',]}');
    const { sync, rows, serve } = await startBytes(Buffer.from(body));
    for (let day = 1; day <= 2; day++) {
      const { lists } = await sync({ lists: [YES] });
      expect(lists[0]).toMatchObject({
        outcome: 'partial',
        error: { code: 'JSON_MALFORMED' },
        figures: { cases_seen: 3, cases_rejected: 0, passes: 1, pages: 1 },
      });
    }
    expect(rows(NAMES)).toHaveLength(3);
    serve(
      Buffer.from(
        page(...three.slice(1))
          .toString()
          .replace(/\]\}$/, ',]}'),
      ),
    );
    await sync({ lists: [YES] });
    expect(rows('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL')).toEqual([{ id: 1 }]);
  });

  test('bytes after a page cost none of its records, and records among them are read too', async () => {
    const whole = page(...three.slice(0, 2)).toString();
    const { sync, rows } = await startBytes(Buffer.from(`${whole},${three[2] ?? ''}`));
    const { lists } = await sync({ lists: [YES], settings: { maxAttempts: '2' } });
    expect(lists[0]).toMatchObject({ outcome: 'partial', error: { code: 'PAGES_UNREADABLE' } });
    expect(rows(NAMES)).toEqual([{ name: 'Case 1' }, { name: 'Case 2' }, { name: 'Case 3' }]);
  });

  test('a page in UTF-32 is read, whatever its header says', async () => {
    const units = Array.from(`\ufeff${page(...three).toString()}`, (character) => {
      const unit = Buffer.alloc(4);
      unit.writeUInt32LE(character.codePointAt(0) ?? 0);
      return unit;
    });
    const { sync, rows } = await startBytes(Buffer.concat(units));
    expect((await sync({ lists: [YES] })).lists[0]).toMatchObject({ outcome: 'complete' });
    expect(rows(NAMES)).toHaveLength(3);
  });

  test('a truncated page gives the records that arrived, and its list is not complete', async () => {
    const whole = page(...three);
    const { sync, rows } = await startBytes(whole.subarray(0, whole.length - 300));
    const { lists } = await sync({ lists: [YES], settings: { maxAttempts: '2' } });
    expect(lists[0]).toMatchObject({ outcome: 'partial', error: { code: 'PAGES_UNREADABLE' } });
    expect(rows(NAMES)).toEqual([{ name: 'Case 1' }, { name: 'Case 2' }]);
  });

  test('objects inside a truncated record are never taken for cases', async () => {
    const odd = text({
      id: 2,
      name: 'X',
      related_cases: [
        { id: 7, name: 'A' },
        { id: 8, name: 'B' },
      ],
    });
    const { sync, rows } = await startBytes(page(odd.replace('"X"', '"X')));
    await sync({ lists: [YES], settings: { maxAttempts: '1' } });
    expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }]);
    expect(rows('SELECT case_id FROM rejected_records')).toEqual([{ case_id: 2 }]);
  });

  test('verify finds every byte of it, and equal records are stored once', async () => {
    const { sync, rows, run } = await startBytes(page(three[0] ?? '', '{"id":2,"lamp":NaN}'));
    await sync({ lists: [YES] });
    await sync({ lists: [YES] });
    expect(rows('SELECT first_run_id, last_run_id FROM rejected_records')).toEqual([
      { first_run_id: 1, last_run_id: 2 },
    ]);
    expect(await run('verify')).toMatchObject({ exitCode: 0 });
  });
});

describe('a record with bytes that are not UTF-8', () => {
  const latin1 = Buffer.from(text({ id: 2, name: 'Renée v. Nobody' }), 'latin1');

  test('is decoded as Latin-1, also stored as its original bytes, and its list is not complete', async () => {
    const { sync, rows, run } = await startBytes(page(three[0] ?? '', latin1));
    const { lists } = await sync({ lists: [YES] });
    expect(lists[0]).toMatchObject({
      outcome: 'partial',
      figures: { cases_seen: 2, cases_rejected: 1, count_last: 2 },
      error: { code: 'RECORDS_REJECTED', message: '1 record could not be read exactly; rejected.' },
    });
    expect(rows(NAMES)).toEqual([{ name: 'Case 1' }, { name: 'Renée v. Nobody' }]);
    expect(rows(KEPT)).toEqual([
      { why: 'bytes that are not UTF-8', case_id: 2, position: 1, hex: toHex(latin1) },
    ]);
    expect(await run('verify')).toMatchObject({ exitCode: 0 });
  });

  test('has no change in its history when its bytes are correct again, and is reported each day until then', async () => {
    const { sync, rows, serve } = await startBytes(page(latin1));
    await sync({ lists: [YES] });
    await sync({ lists: [YES] });
    expect(rows('SELECT last_run_id FROM rejected_records')).toEqual([{ last_run_id: 2 }]);
    serve(page(Buffer.from(latin1.toString('latin1'))));
    expect(await sync({ lists: [YES] })).toMatchObject({ outcome: 'complete' });
    expect(rows('SELECT count(*) AS n FROM case_changes')).toEqual([{ n: 0 }]);
  });

  test('is valid if the header declares the charset', async () => {
    const { sync, rows, serve } = await startBytes(page(latin1));
    serve(page(latin1), 'application/json; charset=iso-8859-1');
    expect(await sync({ lists: [YES] })).toMatchObject({ outcome: 'complete' });
    expect(rows(NAMES)).toEqual([{ name: 'Renée v. Nobody' }]);
    expect(rows('SELECT count(*) AS n FROM rejected_records')).toEqual([{ n: 0 }]);
  });

  test('halves of surrogate pairs are reported, and every column stays text that any program can read', async () => {
    const odd = text({
      id: 2,
      name: 'a half b',
      summary: '<p>half</p>',
      issues: ['half'],
      case_defendants: [{ name: 'half' }],
      related_cases: [{ id: 7, name: 'half' }],
    }).replaceAll('half', String.raw`\udc00`);
    const { sync, rows, run } = await startBytes(page(odd));
    expect(await sync({ lists: [YES] })).toMatchObject({ outcome: 'complete' });
    const tables = [
      ['cases', 'name'],
      ['cases', 'summary'],
      ['cases', 'mirror_summary_text'],
      ['issues', 'value'],
      ['case_defendants', 'name'],
      ['related_cases', 'name'],
    ];
    const stored = tables.flatMap(([table, column]) =>
      rows(`SELECT hex(${column}) AS hex FROM ${table ?? ''} WHERE ${column} IS NOT NULL`),
    );
    const texts = stored.map(({ hex }) => Buffer.from(String(hex), 'hex'));
    expect(texts).toHaveLength(tables.length);
    expect(texts.filter((bytes) => !isUtf8(bytes))).toEqual([]);
    expect(rows(`SELECT field FROM schema_drift WHERE seen = 'half of a character'`)).toHaveLength(5);
    expect(JSON.parse((await run('case', '2', '--raw')).stdout)).toMatchObject({ name: 'a \udc00 b' });
    expect(await run('verify')).toMatchObject({ exitCode: 0 });
  });

  test('U+FFFD and escaped halves of surrogate pairs that the API writes are valid', async () => {
    const escaped = text({ id: 3, name: 'half' }).replace('half', String.raw`\ud83d`);
    const { sync, rows, run } = await startBytes(page(text({ id: 2, name: 'a\ufffdb' }), escaped));
    expect(await sync({ lists: [YES] })).toMatchObject({ outcome: 'complete' });
    expect(rows('SELECT count(*) AS n FROM rejected_records')).toEqual([{ n: 0 }]);
    expect(JSON.parse((await run('case', '3', '--raw')).stdout)).toMatchObject({ name: '\ud83d' });
    expect(JSON.parse((await run('case', '2', '--raw')).stdout)).toMatchObject({ name: 'a\ufffdb' });
  });
});

test('a page of very many records is refused before it is read', async () => {
  const { sync, rows } = await startBytes(
    page(...Array.from({ length: 20_001 }, (_, id) => `{"id":${id + 1}}`)),
  );
  const { lists } = await sync({ lists: [YES] });
  expect(lists[0]).toMatchObject({ outcome: 'failed', error: { code: 'RESPONSE_UNEXPECTED' } });
  expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }]);
});

test('a page of a thousand records is stored whole, and a rejected record has its position on the page', async () => {
  const source = recordedCases(
    Array.from({ length: 1100 }, (_, at) => ({ id: at + 1, case_ongoing: 'Yes' })),
  );
  const { sync, rows } = await startHarness({
    source,
    pageSize: 2000,
    faults: ({ filters }) =>
      filters.case_ongoing === 5021 ? { kind: 'malformed-case', as: 'no-id', place: 1050 } : undefined,
  });
  const { lists } = await sync({ lists: [YES] });
  expect(lists[0]?.figures).toMatchObject({ pages: 1, cases_seen: 1099, cases_rejected: 1 });
  expect(rows('SELECT position FROM rejected_records')).toEqual([{ position: 1050 }]);
});
