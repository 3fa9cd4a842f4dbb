import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MOST_BYTES = 40_000_000;

let collect: (() => void) | undefined;

/**
 * Has what is no longer used collected once it is more than a page or two can need. Left alone, Node lets it grow to
 * twice as much before it looks, because it takes the memory of the machine for its own; a mirror shares the machine.
 */
export function keepHeapSmall(): void {
  if (getHeapStatistics().used_heap_size <= MOST_BYTES) return;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
