import { expect, test } from '@jest/globals';
import { createTableProgress } from '../../../src/cli/text/progress.ts';

test('an export that is not on a terminal says every ten seconds how many tables are done', () => {
  let time = 0;
  const said: string[] = [];
  const out = { writable: true, write: (text: string) => said.push(text) > 0 } as never;
  const progress = createTableProgress(out, () => new Date(time), 'written and read back');
  for (const done of [1, 2, 3, 4]) {
    time += 6000;
    progress.update(done, 4);
  }
  progress.end();
  expect(said).toEqual(['2 of 4 tables written and read back.\n', '4 of 4 tables written and read back.\n']);
});
