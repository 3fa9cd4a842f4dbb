import { test } from '@jest/globals';
import { checkHistory } from './random-lists.ts';

test('linked lists that change from run to run are proven by verify, and earlier states are those that were', async () => {
  await checkHistory(3, [2, 4]);
});
