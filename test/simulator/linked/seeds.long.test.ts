import { expectLinkedSeeds } from './expect-seeds.ts';

expectLinkedSeeds(
  Array.from({ length: 300 }, (_, at) => at + 1),
  25,
);
