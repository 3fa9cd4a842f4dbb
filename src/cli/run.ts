import { subscribe } from 'node:diagnostics_channel';
import { PAGE_STORED, keepHeapSmall } from './heap.ts';
import { outliveFailures } from './io.ts';
import { main } from './main.ts';
import { PROCESS_IO } from './process-io.ts';

for (const stream of [process.stdout, process.stderr]) outliveFailures(stream);

subscribe(PAGE_STORED, keepHeapSmall);
process.exitCode = await main(process.argv.slice(2), PROCESS_IO);
