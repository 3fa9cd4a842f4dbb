import { type Day, slashedText } from './times.ts';
import { inventOffice, inventPerson, PLACES, SURNAMES } from './words.ts';
import type { Random } from './random.ts';

/** The people and things of one case. As in real cases, its texts name the same few people repeatedly. */
export interface Cast {
  readonly persons: readonly string[];
  readonly offices: readonly string[];
  readonly court: string;
  readonly firstDay: Day;
  readonly lastDay: Day;
}

export function inventCast(random: Random, court: string, firstDay: Day, lastDay: Day): Cast {
  return {
    persons: Array.from({ length: 6 }, () => inventPerson(random)),
    offices: Array.from({ length: 3 }, () => inventOffice(random)),
    court,
    firstDay,
    lastDay,
  };
}

/** A phrase, split at its braces once so that filling it in needs no search. */
export interface Phrase {
  readonly literals: readonly string[];
  readonly slots: readonly string[];
}

export function cutPhrases(texts: readonly string[]): readonly Phrase[] {
  return texts.map((text) => {
    const parts = text.split(/[{}]/);
    return {
      literals: parts.filter((_, index) => index % 2 === 0),
      slots: parts.filter((_, index) => index % 2 === 1),
    };
  });
}

export function fillPhrase(random: Random, phrase: Phrase, cast: Cast): string {
  const { literals, slots } = phrase;
  let text = literals[0] ?? '';
  for (let index = 0; index < slots.length; index++) {
    text += fillSlot(random, slots[index] ?? '', cast) + (literals[index + 1] ?? '');
  }
  return text;
}

/**
 * Adds phrases, with `joint` between them, until no try fits into `length` any more; at least one phrase, so a very
 * short length is exceeded.
 */
export function composeText(
  random: Random,
  phrases: readonly Phrase[],
  cast: Cast,
  length: number,
  joint: string,
): string {
  let text = fillPhrase(random, random.pick(phrases), cast);
  for (let misses = 0; misses < 3;) {
    const next = fillPhrase(random, random.pick(phrases), cast);
    if (text.length + joint.length + next.length <= length) text += joint + next;
    else misses++;
  }
  return text;
}

function fillSlot(random: Random, slot: string, cast: Cast): string {
  switch (slot) {
    case 'person':
      return random.pick(cast.persons);
    case 'office':
      return random.pick(cast.offices);
    case 'court':
      return cast.court;
    case 'surname':
      return random.pick(SURNAMES);
    case 'place':
      return random.pick(PLACES);
    case 'number':
      return String(1 + random.below(998));
    case 'date':
    case 'day':
      return slashedText(cast.firstDay + random.below(cast.lastDay - cast.firstDay + 1));
    case 'year':
      return slashedText(cast.lastDay).slice(6);
    default:
      throw new RangeError(`A phrase has the unknown slot {${slot}}`);
  }
}
