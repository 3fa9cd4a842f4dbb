import type { JsonObject } from '../../json.ts';
import { inventOffice, PLACES } from './invented-names.ts';
import type { Random } from './random.ts';

const LEVELS = ['Invented School System', 'Ferry Board', 'Lamp Commission', 'pier '];

/** One of `case_defendants`. It has no id, and little is filled in as a rule. */
export function inventDefendant(random: Random): JsonObject {
  const place = random.pick(PLACES);
  const level = random.chance(0.045) ? random.pick(LEVELS) : null;
  const unknown = random.chance(0.045);
  return {
    name: random.chance(0.5) ? inventOffice(random) : `${place} (${place}), County`,
    institution: unknown ? null : random.chance(0.38) ? inventOffice(random) : '',
    institution_city: random.chance(0.33) ? place : '',
    institution_county: random.chance(0.3) ? `${place} County` : null,
    institution_alt_state: random.chance(0.09) ? '- United States (national) -' : null,
    defendant_level: level,
    defendant_level_other: level ?? (unknown ? null : ''),
    is_active: true,
  };
}
