import { expectSeeds } from './expect-seeds.ts';

expectSeeds(376, 125);
