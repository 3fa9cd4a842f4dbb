import { expectSeeds } from './expect-seeds.ts';

expectSeeds(126, 125);
