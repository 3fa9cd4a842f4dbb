import { outliveFailures } from './io.ts';
import { main } from './main.ts';
import { PROCESS_IO } from './process-io.ts';

for (const stream of [process.stdout, process.stderr]) outliveFailures(stream);

process.exitCode = await main(process.argv.slice(2), PROCESS_IO);
