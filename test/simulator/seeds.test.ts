import { expectSeeds } from './expect-seeds.ts';

/**
 * Chosen from hundreds by `npm run simulate -- --days 2000 --choose`: together they bring every kind of fault, trouble,
 * change, ending and setting that all of those bring. `npm run test:long` plays 500 seeds.
 */
const CHOSEN = [
  44, 167, 196, 203, 223, 239, 277, 292, 313, 315, 322, 341, 346, 350, 351, 380, 383, 395, 398, 417, 443, 445,
  513, 519, 546, 660, 664,
];

expectSeeds(CHOSEN, 5);
