import { test } from '@jest/globals';
import { checkHistory } from './random-lists.ts';

test('verify accepts linked lists that change from run to run, and earlier states are rebuilt exactly', async () => {
  await checkHistory(3, [2, 4]);
});
