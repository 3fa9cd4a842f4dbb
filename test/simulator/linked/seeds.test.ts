import { expectLinkedSeeds } from './expect-seeds.ts';

/**
 * Chosen by `npm run simulate -- --linked --choose --simulated 100`: together they cover every kind that all of those
 * cover. `npm run test:long` simulates 300 seeds.
 */
const CHOSEN = [
  70, 218, 1480, 1900, 2410, 3024, 3396, 4227, 4465, 6851, 6967, 7019, 7377, 11614, 14125, 17965,
];

expectLinkedSeeds(CHOSEN, 5);
