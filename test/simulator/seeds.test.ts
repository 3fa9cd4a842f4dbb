import { expectSeeds } from './expect-seeds.ts';

/**
 * Chosen from hundreds by `npm run simulate -- --nights 1500 --choose`: together they bring every kind of fault, trouble,
 * change, ending and setting that all of those bring. `npm run test:long` plays 500 seeds.
 */
const CHOSEN = [
  1, 10, 20, 28, 35, 42, 46, 52, 59, 60, 63, 66, 68, 79, 82, 83, 92, 93, 95, 101, 102, 109, 115, 117, 120,
  121, 132, 144, 145, 161,
];

expectSeeds(CHOSEN, 5);
