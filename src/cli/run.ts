import { listenEarly } from '../config/early-signals.ts';
import { keepNewSpaceSmall, limitHeap } from '../lib/heap.ts';

const args = process.argv.slice(2);
// First, so that a signal during the slow steps below ends the process correctly.
listenEarly(args);
// Before the program is loaded: loading it would enlarge the heap for the rest of the run.
keepNewSpaceSmall();
limitHeap();
const { main, PROCESS_IO, outliveFailures } = await import('./main.ts');
for (const stream of [process.stdout, process.stderr]) outliveFailures(stream);
// Node 22 loads modules without a turn of the event loop. These turns handle the signals that arrived meanwhile.
for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
process.exitCode = await main(args, PROCESS_IO);
