import { expectLinkedSeeds } from './expect-seeds.ts';

/**
 * Chosen by `npm run simulate -- --linked --choose --simulated 100`: together they cover every kind that all of those
 * cover. `npm run test:long` simulates 300 seeds.
 */
const CHOSEN = [597, 1480, 1900, 3396, 3495, 4120, 5674, 5859, 6333, 10561, 10888, 12575, 12611, 13151];

expectLinkedSeeds(CHOSEN, 5);
