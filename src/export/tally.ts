import { type Hash, createHash } from 'node:crypto';
import type { Column, Value } from './columns.ts';

/* What is computed of the rows of a table while they are written: the hash of their content, and the statistics of the codebook. */

/** Text that is hashed at once: an update costs more than to hash a line. */
const BLOCK = 65_536;

/** A hash of rows that depends on their values alone, whatever the format, the compressor and the version of Node. */
export class ContentHash {
  readonly #hash: Hash = createHash('sha256');
  #pending = '';
  rows = 0;
  /** The characters of all lines so far. */
  characters = 0;

  addRow(values: readonly Value[]): void {
    let line = '';
    for (const value of values) line += `${line === '' ? '' : ','}${toJson(value)}`;
    this.addLine(line);
  }

  addLine(line: string): void {
    this.rows++;
    this.characters += line.length;
    this.#pending += `${line}\n`;
    if (this.#pending.length >= BLOCK) this.#flush();
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#pending);
    this.#pending = '';
  }
}

function toJson(value: Value): string {
  if (typeof value === 'bigint') return value.toString();
  return JSON.stringify(value);
}

/** A column with more different values than this has no list of them in the codebook. */
const MAX_VALUES = 300;

/** What the codebook says about the values of a column. */
export interface ColumnStatistics {
  readonly missing: number;
  /** The least and the greatest value of a number or a time. */
  readonly least: string | null;
  readonly greatest: string | null;
  /** Each value with its count, by name; null if there are too many. For a list, its elements. */
  readonly values: readonly (readonly [value: string, count: number])[] | null;
}

export interface Tally {
  readonly add: (values: readonly Value[]) => void;
  readonly result: () => ColumnStatistics[];
}

interface Counts {
  missing: number;
  least: bigint | string | null;
  greatest: bigint | string | null;
  values: Map<string, number> | null;
}

/** Counts the values of the rows of a table. */
export function createTally(columns: readonly Column[]): Tally {
  const counts = columns.map(({ isCoded = false }): Counts => ({
    missing: 0,
    least: null,
    greatest: null,
    values: isCoded ? new Map() : null,
  }));
  const isOrdered = columns.map(({ type }) => type === 'integer' || type === 'date' || type === 'timestamp');
  return {
    add(values) {
      for (const [at, one] of counts.entries()) {
        const value = values[at] ?? null;
        if (value === null || (typeof value === 'object' && value.length === 0)) one.missing++;
        else if (isOrdered[at] === true) widen(one, value as bigint | string);
        else if (one.values !== null)
          countValues(one, one.values, typeof value === 'object' ? value : [String(value)]);
      }
    },
    result: () =>
      counts.map(({ missing, least, greatest, values }) => ({
        missing,
        least: least === null ? null : String(least),
        greatest: greatest === null ? null : String(greatest),
        values: values === null ? null : [...values].sort(([a], [b]) => (a < b ? -1 : 1)),
      })),
  };
}

function widen(counts: Counts, value: bigint | string): void {
  if (counts.least === null || value < counts.least) counts.least = value;
  if (counts.greatest === null || value > counts.greatest) counts.greatest = value;
}

function countValues(counts: Counts, known: Map<string, number>, values: readonly string[]): void {
  for (const value of values) known.set(value, (known.get(value) ?? 0) + 1);
  if (known.size > MAX_VALUES) counts.values = null;
}
