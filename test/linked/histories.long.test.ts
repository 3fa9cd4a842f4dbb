import { test } from '@jest/globals';
import { checkHistory } from './random-lists.ts';

test.each(Array.from({ length: 20 }, (_, at) => at + 1))(
  'linked lists that change from run to run are proven, and every earlier state is the one that was (seed %i)',
  async (seed) => {
    await checkHistory(seed, [1, 2, 3, 4, 5, 6]);
  },
);
