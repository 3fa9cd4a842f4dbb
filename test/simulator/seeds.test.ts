import { expectSeeds } from './expect-seeds.ts';

/**
 * Chosen from hundreds, as `npm run simulate -- --choose` does: together they bring every kind of fault, trouble, change,
 * ending and setting that all of those bring. `npm run test:long` plays 500 seeds.
 */
const CHOSEN = [
  44, 66, 96, 99, 172, 196, 203, 223, 235, 239, 251, 277, 283, 313, 315, 322, 346, 350, 352, 361, 379, 380,
  395, 398, 417, 443, 506, 510, 628, 648, 664,
];

expectSeeds(CHOSEN, 5);
