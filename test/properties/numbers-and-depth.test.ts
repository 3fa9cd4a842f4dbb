import { describe, expect, test } from '@jest/globals';
import { findCase } from '../../src/db/read-case.ts';
import { makeCase } from '../support/make-case.ts';
import { startTexts } from './served-texts.ts';

/** A case as JSON text, with one more field whose text is given. */
const withField = (text: string): string =>
  JSON.stringify(makeCase({ id: 1 })).replace(/\}$/, `,"lamp":${text}}`);

const KEPT = 'SELECT why, case_id, bytes, record FROM rejected_records';

describe('a number that cannot be kept exactly is kept as it can be, and its record in its own bytes', () => {
  test.each([
    ['9007199254740993', 9007199254740992],
    ['-9007199254740993', -9007199254740992],
    ['123456789012345678901234567890', 1.2345678901234568e29],
    ['0.1000000000000000055511151231257827', 0.1],
    ['1e-400', 0],
    ['1e400', null],
    ['-1e400', null],
    ['-0', 0],
  ])('%s as %j', async (text, kept) => {
    const { day, read, rows, run } = await startTexts();
    const sent = withField(text);
    const report = await day([sent]);
    expect(report.lists[0]).toMatchObject({
      outcome: 'partial',
      error: { code: 'RECORDS_REJECTED', message: '1 record could not be read exactly; rejected.' },
    });
    expect(read((mirror) => findCase(mirror, 1).payload.lamp)).toBe(kept);
    const why = 'a number that cannot be kept exactly';
    expect(rows(KEPT)).toEqual([{ why, case_id: 1, bytes: Buffer.from(sent), record: sent }]);
    expect(await day([sent])).toMatchObject({ outcome: 'partial' });
    expect(await run('verify')).toMatchObject({ exitCode: 0 });
  });

  test.each(['1.0', '1e2', '9007199254740992', '-1.50', '1.7976931348623157e308', '5e-324'])(
    'but %s is exact, however it is written',
    async (text) => {
      const { day, read } = await startTexts();
      expect(await day([withField(text)])).toMatchObject({ outcome: 'complete' });
      expect(read((mirror) => findCase(mirror, 1).payload.lamp)).toBe(Number(text));
    },
  );
});

describe('a name that comes twice in one object', () => {
  const plain = JSON.stringify(makeCase({ id: 1, name: 'Last v. First' }));
  const twice: readonly [string, string][] = [
    ['of the case', plain.replace('"name":', '"name":"First","name":')],
    ['once with escapes', plain.replace('"name":', String.raw`"n\u0061me":"First","name":`)],
    ['of the docket', plain.replace('"docket_entries":', '"docket_entries":[],"docket_entries":')],
    ['of an entry', plain.replace('"description":', '"description":"First","description":')],
    ['that means something to JavaScript', plain.replace(/\}$/, ',"__proto__":1,"__proto__":2}')],
    ['with the same value', plain.replace('"id":1,', '"id":1,"id":1,')],
  ];
  test.each(twice)(
    '(%s) is told, the last one counts, and the record is kept in its own bytes',
    async (_where, sent) => {
      expect(sent).not.toBe(plain);
      const { day, read, rows, run } = await startTexts();
      expect(await day([sent])).toMatchObject({ outcome: 'partial' });
      expect(read((mirror) => findCase(mirror, 1).payload)).toEqual(JSON.parse(sent));
      const why = 'a name twice in one object, of which the last counts';
      expect(rows(KEPT)).toEqual([{ why, case_id: 1, bytes: Buffer.from(sent), record: sent }]);
      expect(rows('SELECT count(*) AS n FROM mirror_raw_hashes')).toEqual([{ n: 0 }]);
      expect(await run('verify')).toMatchObject({ exitCode: 0 });
      expect(await day([JSON.stringify(JSON.parse(sent))])).toMatchObject({ outcome: 'complete' });
      expect(rows('SELECT count(*) AS n FROM case_changes')).toEqual([{ n: 0 }]);
    },
  );

  test('is no fault where the objects are two', async () => {
    const { day } = await startTexts();
    expect(await day([withField('[{"a:":{"a":":"}},{"a:":{"a":[]}}]')])).toMatchObject({
      outcome: 'complete',
    });
  });
});

test.each(['{"name" : 1.0, "name":2}', '{"id":"5"}', '[1.50]', 'null', '"x"', '{"id":9007199254740993}'])(
  'a record that is no case is kept byte for byte: %s',
  async (sent) => {
    const { day, rows } = await startTexts();
    expect(await day([sent])).toMatchObject({ outcome: 'partial' });
    expect(rows('SELECT bytes, record FROM rejected_records')).toEqual([
      { bytes: Buffer.from(sent), record: sent },
    ]);
  },
);

test.each([
  [1499, 'complete'],
  [1500, 'partial'],
  [100_000, 'partial'],
])('a field nested %d deep is stored or rejected: the run is %s', async (depth, outcome) => {
  const { day, run, rows } = await startTexts();
  const text = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  expect(await day([withField(text)])).toMatchObject({ outcome });
  const [counts] = rows(
    'SELECT (SELECT count(*) FROM cases) AS stored, (SELECT count(*) FROM rejected_records) AS aside',
  );
  expect(counts).toEqual(outcome === 'complete' ? { stored: 1, aside: 0 } : { stored: 0, aside: 1 });
  expect(await run('verify')).toMatchObject({ exitCode: 0 });
});

test('a record that is no case, and nested too deeply to be stored, is kept in its bytes beside a good case', async () => {
  const { day, rows } = await startTexts();
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  expect(await day([deep, JSON.stringify(makeCase({ id: 1 }))])).toMatchObject({ outcome: 'partial' });
  expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 1 }]);
  expect(rows('SELECT why, bytes FROM rejected_records')).toEqual([
    {
      why: 'nested too deeply to be stored',
      bytes: Buffer.from(deep),
    },
  ]);
});
