import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { MUTATION_AREAS } from '../../scripts/mutation/areas.ts';

test.each(MUTATION_AREAS)('the mutation area of $file names files that exist', ({ file, tests }) => {
  const root = new URL('../../', import.meta.url);
  expect(tests).not.toEqual([]);
  expect([file, ...tests].filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});
