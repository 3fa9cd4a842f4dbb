import { subscribe } from 'node:diagnostics_channel';
import { listenEarly } from '../config/early-signals.ts';
import { PAGE_STORED, keepHeapSmall, keepNewSpaceSmall } from './heap.ts';

const args = process.argv.slice(2);
// Before anything that takes a while, so that a signal ends nothing in the wrong way.
listenEarly(args);
// Before the program is loaded: what it takes to load it would be room enough for the rest of the run.
keepNewSpaceSmall();
subscribe(PAGE_STORED, keepHeapSmall);
const [{ main }, { PROCESS_IO }, { outliveFailures }] = await Promise.all([
  import('./main.ts'),
  import('./process-io.ts'),
  import('./io.ts'),
]);
for (const stream of [process.stdout, process.stderr]) outliveFailures(stream);
process.exitCode = await main(args, PROCESS_IO);
