import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/* The memory of V8, which by default takes what the machine has. */

const MAX_BYTES = 40_000_000;

let isLimited = false;
let collect: (() => void) | undefined;

/** Lets {@link keepHeapSmall} collect. A process that does not call this, such as one of the tests, keeps what Node does. */
export function limitHeap(): void {
  isLimited = true;
}

/**
 * Collects garbage as soon as there is more of it than a page or two can need. By default, Node lets the heap double
 * first, because it assumes that it can use all memory of the machine.
 */
export function keepHeapSmall(): void {
  if (!isLimited || getHeapStatistics().used_heap_size <= MAX_BYTES) return;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/**
 * By default, Node 22 and later let the space for new objects grow to many times the size that a page needs, and keep
 * it.
 */
const SMALL_NEW_SPACE = ['--max-semi-space-size=8', '--semi-space-growth-factor=1'] as const;

/**
 * Keeps the space for new objects of all threads at its present size. It never shrinks, so this must run first. Each new
 * thread must call it too: when V8 makes the heap of a thread, it sets the growth to a factor of two for all of them.
 */
export function keepNewSpaceSmall(): void {
  for (const flag of SMALL_NEW_SPACE) setFlagsFromString(flag);
}
