import type { JsonObject } from '../../json.ts';
import {
  type AbsentField,
  FILING_YEARS,
  LIST_SIZES,
  type ListField,
  TEXT_LENGTHS,
  type TextField,
} from './case-profile.ts';
import { inventPresence } from './invent-absence.ts';
import type { InventedStatus } from './invent-status.ts';
import { valueAt } from './quantiles.ts';
import type { Random } from './random.ts';
import type { WeightedTerms } from './weighted.ts';

type NullableField = Exclude<AbsentField, ListField>;

/** The draws behind one case: each field with its own shares of null and empty, and its own sizes. */
export class CaseDraw {
  readonly random: Random;
  private readonly status: InventedStatus;

  constructor(random: Random, status: InventedStatus) {
    this.random = random;
    this.status = status;
  }

  /** A value, or null as often as the field is null. */
  orNull<T>(field: NullableField, invent: () => T): T | null {
    return this.presence(field) === 'value' ? invent() : null;
  }

  /** A text, or null, or `""`, each as often as counted. */
  text(field: NullableField, invent: () => string): string | null {
    const presence = this.presence(field);
    return presence === 'value' ? invent() : presence === 'empty' ? '' : null;
  }

  /** A list that is empty as often as counted. */
  list<T>(field: ListField & AbsentField, invent: (size: number) => T[]): T[] {
    return this.presence(field) === 'value' ? invent(this.size(field)) : [];
  }

  terms(field: ListField & AbsentField, vocabulary: WeightedTerms<string>): string[] {
    return this.list(field, (size) => vocabulary.drawDifferent(this.random, size));
  }

  /** The lists whose items the API wraps: `[{"value": "..."}]`. */
  values(field: ListField & AbsentField, vocabulary: WeightedTerms<string>): JsonObject[] {
    return this.terms(field, vocabulary).map((value) => ({ value }));
  }

  /** The size of a list that is not empty. */
  size(field: ListField): number {
    // Rounded a little down: short lists are the more frequent of two neighbours.
    const size = valueAt(LIST_SIZES[field], this.presentShare(LIST_SIZES[field]));
    return Math.max(1, Math.round(size - 0.08));
  }

  /** The length of a text that is not empty. */
  length(field: TextField): number {
    return Math.max(1, Math.round(valueAt(TEXT_LENGTHS[field], this.presentShare(TEXT_LENGTHS[field]))));
  }

  filingYear(): number {
    return Math.floor(valueAt(FILING_YEARS, this.random.share()));
  }

  private presence(field: AbsentField) {
    return inventPresence(this.random, field, this.status);
  }

  /** A share among the values that are not empty: the second point of every field says how many are. */
  private presentShare(quantiles: (typeof LIST_SIZES)[ListField]): number {
    const emptyShare = quantiles[1]?.[0] ?? 0;
    return emptyShare + this.random.share() * (1 - emptyShare);
  }
}
