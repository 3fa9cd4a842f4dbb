import type { Mirror } from '../mirror/open-mirror.ts';
import { createDraw } from './draw-sample.ts';
import { type SampleSize } from '../sample-size.ts';

/** What is to be verified. */
export type Scope =
  | { readonly of: 'everything' }
  /** A part of the cases; of the file what is quickly seen. */
  | { readonly of: 'sample'; readonly size: SampleSize; readonly random: () => number }
  /** One case, and nothing else. */
  | { readonly of: 'case'; readonly id: number };

export type OnProgress = (casesPassed: number, casesMirrored: number) => void;

/**
 * The ids of the cases to be verified, in rising order. Each is looked up by the one before it: a cursor that stays
 * open for a minute would keep the log of a sync from being worked into the file.
 */
export function* listCaseIds(
  { sqlite }: Mirror,
  scope: Scope,
  total: number,
  onProgress: OnProgress,
): Generator<number, undefined> {
  if (scope.of === 'case') {
    yield scope.id;
    return undefined;
  }
  const isWanted = scope.of === 'sample' ? createDraw(total, scope.size, scope.random) : () => true;
  const next = sqlite
    .prepare<[number], number>('SELECT id FROM cases WHERE id > ? ORDER BY id LIMIT 1')
    .pluck();
  let passed = 0;
  let last = Number.MIN_SAFE_INTEGER;
  // In a damaged file the order may be broken, and lead in a circle.
  for (let id = next.get(last); id !== undefined && id > last; id = next.get(id)) {
    last = id;
    if (isWanted()) yield id;
    onProgress(++passed, total);
  }
}
