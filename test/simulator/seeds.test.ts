import { expectSeeds } from './expect-seeds.ts';

/**
 * Chosen from hundreds by `npm run simulate -- --nights 1000 --choose`: together they bring every kind of fault, trouble,
 * change, ending and setting that all of those bring. `npm run test:long` plays 500 seeds.
 */
const CHOSEN = [
  14, 16, 18, 20, 21, 35, 41, 48, 50, 54, 59, 62, 65, 66, 76, 81, 84, 101, 102, 103, 107, 109, 111, 112, 116,
  117, 119, 121, 123, 125, 127, 131, 132, 135, 137, 144, 158, 164,
];

expectSeeds(CHOSEN, 5);
