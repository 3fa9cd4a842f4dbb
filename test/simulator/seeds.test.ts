import { expectSeeds } from './expect-seeds.ts';

/**
 * Chosen from hundreds by `npm run simulate -- --nights 1000 --choose`: together they bring every kind of fault, trouble,
 * change, ending and setting that all of those bring. `npm run test:long` plays 500 seeds.
 */
const CHOSEN = [
  10, 24, 41, 46, 49, 59, 63, 117, 140, 144, 148, 173, 182, 184, 187, 197, 200, 213, 229, 232, 244, 248, 274,
  282, 291, 293, 303, 308,
];

expectSeeds(CHOSEN, 5);
