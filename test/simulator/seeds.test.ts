import { expectSeeds } from './expect-seeds.ts';

/**
 * Chosen from hundreds by `npm run simulate -- --days 1000 --choose`: together they bring every kind of fault, trouble,
 * change, ending and setting that all of those bring. `npm run test:long` plays 500 seeds.
 */
const CHOSEN = [
  41, 44, 49, 92, 107, 109, 124, 168, 203, 219, 224, 227, 238, 250, 259, 261, 269, 292, 305, 324, 355, 372,
  376, 377, 379, 391, 392, 395, 413, 421, 427, 431, 454, 458, 466,
];

expectSeeds(CHOSEN, 5);
