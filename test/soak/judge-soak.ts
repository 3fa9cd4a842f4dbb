/** What a process held after one of its runs. */
export interface Sample {
  readonly runs: number;
  readonly residentBytes: number;
  readonly openFiles: number;
}

export interface SoakVerdict {
  readonly isFlat: boolean;
  readonly residentRatio: number;
  readonly openFilesBefore: number;
  readonly openFilesAfter: number;
}

/** Memory may rise by a tenth, because it is collected when the process likes; files may not be one more. */
const MAX_GROWTH = 1.1;

/**
 * Compares the last third of the samples with the one before. The first is left out: a process that has just begun still
 * grows into its work.
 */
export function judgeSoak(samples: readonly Sample[]): SoakVerdict {
  const third = Math.floor(samples.length / 3);
  if (third === 0) throw new RangeError('a soak needs three runs at least');
  const [before, after] = [samples.slice(third, 2 * third), samples.slice(-third)];
  const residentRatio = medianOf(after, 'residentBytes') / medianOf(before, 'residentBytes');
  const [openFilesBefore, openFilesAfter] = [before, after].map((part) =>
    Math.max(...part.map(({ openFiles }) => openFiles)),
  ) as [number, number];
  return {
    isFlat: residentRatio <= MAX_GROWTH && openFilesAfter <= openFilesBefore,
    residentRatio,
    openFilesBefore,
    openFilesAfter,
  };
}

function medianOf(samples: readonly Sample[], name: 'residentBytes'): number {
  const sorted = samples.map((sample) => sample[name]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
