import { openSync, closeSync, existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { findLoss, flush, outliveFailures, say, write, type Out } from '../../src/cli/io.ts';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { findProgram } from '../support/program.ts';
import { times } from '../support/times.ts';

const FULL = '/dev/full';
const whereThereIsAFullDevice = existsSync(FULL) ? describe : describe.skip;

async function start() {
  const { fakeApi, database, rows, sync } = await startHarness({ source: smallCollection(20) });
  const env = {
    PATH: process.env.PATH,
    CLEARINGHOUSE_API_URL: fakeApi.url,
    CLEARINGHOUSE_API_TOKEN: fakeApi.token,
    CLEARINGHOUSE_DATABASE: database,
    CLEARINGHOUSE_DELAY: '0',
  };
  /** Runs the real command with these streams written to files; returns the output of the others. */
  const run = async (args: readonly string[], streams: { stdout?: string; stderr?: string }) => {
    const files = [streams.stdout, streams.stderr].map((path) =>
      path === undefined ? 'pipe' : openSync(path, 'w'),
    );
    const child = spawn(process.execPath, [findProgram(), ...args], {
      cwd: tempFolder(),
      env,
      stdio: ['ignore', files[0], files[1]],
    });
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    for (const file of files) if (typeof file === 'number') closeSync(file);
    return { exitCode, said };
  };
  return { run, rows, sync, env };
}

whereThereIsAFullDevice('on a full disk', () => {
  test('a sync completes although its log is lost, and its report says so', async () => {
    const { run, rows } = await start();
    const { exitCode, said } = await run(['sync'], { stderr: FULL });
    expect([exitCode, said]).toEqual([0, expect.stringContaining('the disk is full')]);
    expect(rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'complete' }]);
    const json = await run(['sync', '--json', '--no-linked'], { stderr: FULL });
    expect(JSON.parse(json.said)).toMatchObject({ outcome: 'complete', log_lost: expect.any(String) });
  });

  test('a sync completes although its report is lost, and says so on standard error', async () => {
    const { run, rows } = await start();
    const { exitCode, said } = await run(['sync'], { stdout: FULL });
    expect([exitCode, said]).toEqual([0, expect.stringContaining('[OUTPUT_LOST]')]);
    expect(rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'complete' }]);
  });

  test.each(times(['auto'], ['auto', 'text']))(
    'a scheduled run with a %s log continues, and one of its steps reports that the log is lost',
    async (format) => {
      const { run, rows, env } = await start();
      const args = ['nightly', '--once', '--no-nightly-snapshot', '--log-format', format];
      const { exitCode } = await run(args, { stderr: FULL });
      expect(exitCode).toBe(12);
      expect(rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'complete' }]);
      const { stdout } = await runCli(['status'], { env });
      expect(stdout).toContain('log failed: OUTPUT_LOST');
    },
  );

  test('a command whose output cannot be printed fails', async () => {
    const { run, sync } = await start();
    await sync();
    const QUERY = ['query', 'SELECT * FROM cases'];
    for (const args of times([QUERY, ['--help']], [QUERY, ['status', '--json'], ['--help']])) {
      const { exitCode, said } = await run(args, { stdout: FULL });
      expect([args[0], exitCode, said]).toEqual([args[0], 12, expect.stringContaining('[OUTPUT_LOST]')]);
    }
  });
});

describe('a stream that fails', () => {
  function failing(code: string): Out {
    const out = new Writable({
      write: (_chunk, _encoding, done) => {
        done(Object.assign(new Error('no lamp'), { code }));
      },
    });
    outliveFailures(out);
    return out;
  }

  test.each([
    ['ENOSPC', 'the disk is full (ENOSPC)'],
    ['EIO', 'the device failed (EIO)'],
    ['ELAMP', 'ELAMP'],
    ['EPIPE', null],
  ])('with %s is not written to again, blocks no writer, and is remembered with %j', async (code, loss) => {
    const out = failing(code);
    await write(out, 'x'.repeat(100_000));
    say(out, 'more');
    await write(out, 'x'.repeat(100_000));
    await flush(out);
    expect(findLoss(out)).toBe(loss);
  });
});
