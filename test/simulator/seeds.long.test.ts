import { expectSeeds } from './expect-seeds.ts';

expectSeeds(
  Array.from({ length: 500 }, (_, at) => at + 1),
  25,
);
