import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Out } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { createScriptIo } from './script-io.ts';

/** What a command prints in a terminal with this many columns. */
const COLUMNS = 88;

/** Runs a command on the mirror that the demo made, and returns what it prints. */
export type RunOnDemo = (...args: readonly string[]) => Promise<string>;

/**
 * Makes the mirror of `npm run demo` and passes to `use` what runs commands on it. The clock stands still except while the demo waits, so
 * every run prints the same.
 */
export async function withDemo<T>(use: (run: RunOnDemo, demoOutput: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  const database = join(folder, 'clearinghouse-demo.db');
  let time = Date.parse('2026-06-02T03:17:00Z');
  const run: RunOnDemo = async (...args) => {
    const output: string[] = [];
    const io = createScriptIo({
      stdout: collect(output),
      stderr: collect([]),
      env: { CLEARINGHOUSE_DATABASE: database },
      folder,
      runtime: {
        now: () => new Date(time),
        random: () => 0.5,
        sleep: (ms) => {
          time += ms;
          return Promise.resolve();
        },
      },
    });
    const exitCode = await main(args, io);
    if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with exit code ${exitCode}`);
    return output.join('');
  };
  try {
    return await use(run, await run('demo', '--database', database));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function collect(chunks: string[]): Out {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk.toString());
      done();
    },
  });
  return Object.assign(sink, { isTTY: true, columns: COLUMNS });
}
