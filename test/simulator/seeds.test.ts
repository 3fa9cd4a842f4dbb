import { expectSeeds } from './expect-seeds.ts';

/**
 * Chosen from hundreds by `npm run simulate -- --choose`: together they cover every kind of fault, trouble, change,
 * ending and setting that all of those cover. `npm run test:long` simulates 500 seeds.
 */
const CHOSEN = [
  44, 66, 96, 99, 172, 196, 203, 223, 235, 239, 251, 277, 283, 313, 315, 322, 346, 350, 352, 361, 379, 380,
  395, 398, 417, 443, 506, 510, 628, 648, 664,
];

expectSeeds(CHOSEN, 5);
