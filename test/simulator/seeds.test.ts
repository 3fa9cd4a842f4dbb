import { expectSeeds } from './expect-seeds.ts';

/**
 * Chosen from hundreds by `npm run simulate -- --choose --simulated 200`: together they cover every kind of fault,
 * trouble, change, ending and setting that all of those cover. `npm run test:long` simulates 500 seeds.
 * In 57817, a run cannot record its end, and the next one opens the mirror in the other way.
 */
const CHOSEN = [
  13, 99, 196, 203, 235, 239, 251, 277, 283, 315, 350, 379, 380, 395, 398, 417, 530, 628, 648, 664, 783, 3644,
  4775, 6494, 9406, 14889, 16452, 57817,
];

expectSeeds(CHOSEN, 5);
