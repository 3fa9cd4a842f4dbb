import { setFlagsFromString } from 'node:v8';

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
