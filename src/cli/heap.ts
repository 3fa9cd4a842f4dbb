import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Left alone, Node 22 and later let the space for new objects grow to many times of what a page needs, and keep it. */
const SMALL_NEW_SPACE = ['--max-semi-space-size=8', '--semi-space-growth-factor=1'] as const;
const MAX_BYTES = 40_000_000;

/** The diagnostics channel on which a sync publishes each page that it has stored. */
export const PAGE_STORED = 'clearinghouse-mirror:page-stored';

let collect: (() => void) | undefined;

/** Keeps the space for new objects as small as it is now; it never shrinks, so this comes before all else. */
export function keepNewSpaceSmall(): void {
  for (const flag of SMALL_NEW_SPACE) setFlagsFromString(flag);
}

/**
 * Has what is no longer used collected once it is more than a page or two can need. Left alone, Node lets it grow to
 * twice as much before it looks, because it takes the memory of the machine for its own; a mirror shares the machine.
 */
export function keepHeapSmall(): void {
  if (getHeapStatistics().used_heap_size <= MAX_BYTES) return;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
