import { RECORDS, TEXT_LENGTHS } from './case-profile.ts';
import { inventCaseName } from './invented-names.ts';
import { Random, mixSeeds, valueAt } from './random.ts';

const FIRST_CASE_ID = 40;
const NAME_SALT = 7;
const ID_SALT = 17;

/** The id of the case at an index: rising with the index, with gaps. */
export function caseIdAt(seed: number, index: number): number {
  return FIRST_CASE_ID + index * 4 + (mixSeeds(seed, index, ID_SALT) % 4);
}

/** The name of the case at an index; one in some twelve hundred is empty, a few end in a blank. */
export function caseNameAt(seed: number, index: number): string {
  const random = new Random(mixSeeds(seed, index, NAME_SALT));
  if (random.chance(1 / RECORDS)) return '';
  const name = inventCaseName(random, Math.round(valueAt(TEXT_LENGTHS.name, random.share())));
  return random.chance(0.01) ? `${name} ` : name;
}
