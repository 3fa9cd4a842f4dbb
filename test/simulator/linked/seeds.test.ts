import { expectLinkedSeeds } from './expect-seeds.ts';

/** Chosen by `npm run simulate -- --linked --days 1000 --choose`. `npm run test:long` plays 300 seeds. */
const CHOSEN = [
  7, 11, 13, 15, 16, 23, 25, 28, 30, 31, 34, 39, 44, 49, 52, 54, 55, 56, 59, 62, 64, 69, 70, 72, 73, 76, 120,
  295,
];

expectLinkedSeeds(CHOSEN, 5);
