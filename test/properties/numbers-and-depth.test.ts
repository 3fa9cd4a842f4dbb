import { describe, expect, test } from '@jest/globals';
import { findCase } from '../../src/mirror/find-case.ts';
import { makeCase } from '../support/make-case.ts';
import { startTexts } from './served-texts.ts';

/** A case as JSON text, with one more field whose text is given. */
const withField = (text: string): string =>
  JSON.stringify(makeCase({ id: 1 })).replace(/\}$/, `,"lamp":${text}}`);

describe('a number that JavaScript cannot hold exactly', () => {
  test.each([
    ['9007199254740993', 9007199254740992],
    ['-9007199254740993', -9007199254740992],
    ['123456789012345678901234567890', 1.2345678901234568e29],
    ['0.1000000000000000055511151231257827', 0.1],
    ['1e-400', 0],
  ])('%s is kept as JSON.parse reads it: %d', async (text, kept) => {
    const { night, read } = await startTexts();
    expect(await night([withField(text)])).toMatchObject({ outcome: 'complete' });
    expect(read((mirror) => findCase(mirror, 1).payload.lamp)).toBe(kept);
  });

  test.each([
    ['1e400', null],
    ['-1e400', null],
    ['-0', 0],
  ])('%s, which JSON.stringify cannot write, is kept as %j', async (text, kept) => {
    const { night, read, run } = await startTexts();
    expect(await night([withField(text)])).toMatchObject({ outcome: 'complete' });
    expect(read((mirror) => findCase(mirror, 1).payload.lamp)).toBe(kept);
    expect(await run('verify')).toMatchObject({ exitCode: 0 });
  });
});

test.each([
  [1000, 'complete'],
  [100_000, 'partial'],
])('a field nested %d deep is stored or kept aside: the run is %s', async (depth, outcome) => {
  const { night, run, rows } = await startTexts();
  const text = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  expect(await night([withField(text)])).toMatchObject({ outcome });
  const [counts] = rows(
    'SELECT (SELECT count(*) FROM cases) AS stored, (SELECT count(*) FROM kept_aside) AS aside',
  );
  expect(counts).toEqual(outcome === 'complete' ? { stored: 1, aside: 0 } : { stored: 0, aside: 1 });
  expect(await run('verify')).toMatchObject({ exitCode: 0 });
});

test('a record that is no case, and nested too deeply to be written, is kept aside by its bytes beside a good case', async () => {
  const { night, rows } = await startTexts();
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  expect(await night([deep, JSON.stringify(makeCase({ id: 1 }))])).toMatchObject({ outcome: 'partial' });
  expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 1 }]);
  expect(rows('SELECT why, record FROM kept_aside')).toEqual([
    {
      why: 'not an object but a list',
      record: expect.stringMatching(/^\{"too_deep_to_be_kept":"[0-9a-f]{64}"\}$/),
    },
  ]);
});
