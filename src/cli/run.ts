import { markGone } from './io.ts';
import { main } from './main.ts';
import { PROCESS_IO } from './process-io.ts';

// A reader that has seen enough (`| head`) closes the pipe. That is no failure, and no reason to break off a sync.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      markGone(stream);
      return;
    }
    process.stderr.write(`Error: What was to be printed cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

process.exitCode = await main(process.argv.slice(2), PROCESS_IO);
