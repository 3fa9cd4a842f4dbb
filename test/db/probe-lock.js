/* Probes a writer's lock again and again, until it is killed. Prints a line when it begins. */
import { isWriterLockHeld } from '../../src/db/lock.ts';

console.log('probing');
for (;;) isWriterLockHeld(process.argv[2]);
