/** What a process held after one of its runs. */
export interface Sample {
  readonly runs: number;
  readonly residentBytes: number;
  /** What each open file is, as /proc tells: a path, `socket:[123]`, `pipe:[123]`. */
  readonly openFiles: readonly string[];
}

export interface SoakVerdict {
  readonly isFlat: boolean;
  readonly residentRatio: number;
  /** The kinds of open files of which there are always more than before, with the lowest counts of both thirds. */
  readonly leaks: readonly { readonly kind: string; readonly before: number; readonly after: number }[];
}

/** Memory may rise by a tenth, because it is collected when the process likes; files may not be one more. */
const MAX_GROWTH = 1.1;

/**
 * Compares the last third of the samples with the one before. The first is left out: a process that has just begun still
 * grows into its work. Of open files the lowest counts are compared, kind by kind: a sample can fall into the next run, which
 * has the database and other files open, but what leaks is open in every sample.
 */
export function judgeSoak(samples: readonly Sample[]): SoakVerdict {
  const third = Math.floor(samples.length / 3);
  if (third === 0) throw new RangeError('a soak needs three runs at least');
  const [before, after] = [samples.slice(third, 2 * third), samples.slice(-third)];
  const residentRatio = medianOf(after, 'residentBytes') / medianOf(before, 'residentBytes');
  const [lowest, lowestAfter] = [findLowest(before), findLowest(after)];
  const leaks = [...lowestAfter]
    .map(([kind, count]) => ({ kind, before: lowest.get(kind) ?? 0, after: count }))
    .filter((one) => one.after > one.before);
  return { isFlat: residentRatio <= MAX_GROWTH && leaks.length === 0, residentRatio, leaks };
}

/** The lowest count of each kind of open file that every sample has. */
function findLowest(samples: readonly Sample[]): Map<string, number> {
  const counted = samples.map(({ openFiles }) => {
    const counts = new Map<string, number>();
    for (const kind of openFiles.map(toKind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts;
  });
  const kinds = new Set(counted.flatMap((counts) => [...counts.keys()]));
  return new Map(
    [...kinds].map((kind) => [kind, Math.min(...counted.map((counts) => counts.get(kind) ?? 0))]),
  );
}

/** Without what only numbers a file: `socket:[123]` and `socket:[456]` are of one kind, as are temporary files. */
function toKind(file: string): string {
  return file.replaceAll(/\[\d+\]/g, '').replaceAll(/[0-9a-f]{8,}|\d[\dT:.-]*/g, '#');
}

function medianOf(samples: readonly Sample[], name: 'residentBytes'): number {
  const sorted = samples.map((sample) => sample[name]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
