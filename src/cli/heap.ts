import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MAX_BYTES = 40_000_000;

/** The diagnostics channel on which a sync publishes each page that it has stored. */
export const PAGE_STORED = 'clearinghouse-mirror:page-stored';

let collect: (() => void) | undefined;

/**
 * Collects garbage as soon as there is more of it than a page or two can need. By default, Node lets the heap double
 * first, because it assumes that it can use all memory of the machine.
 */
export function keepHeapSmall(): void {
  if (getHeapStatistics().used_heap_size <= MAX_BYTES) return;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
