import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { startDays } from '../support/days.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

const BASELINE = 'Run 1 is the baseline: it filled the mirror, and changes are found from the next run on.';
const COMMANDS: string[][] = [
  ['activity'],
  ['activity', '--since', '1'],
  ['activity', '--since', '2030-01-01'],
  ['activity', '--case', '1'],
  ['activity', '--format', 'markdown'],
  ['changes'],
  ['changes', '--since', '1'],
  ['changes', '--case', '1'],
  ['transitions'],
  ['transitions', '--list'],
  ['departed'],
];

describe('after the first run only', () => {
  test.each(COMMANDS.map((args) => [args]))('%j says that the run is the baseline', async (args) => {
    const { run } = await startDays(smallCollection(3));
    const { exitCode, stdout } = await run(...args);
    expect(exitCode).toBe(0);
    expect(stdout.replaceAll('\\', '')).toContain(BASELINE);
  });

  test.each([['activity'], ['departed']])(
    '%s --json prints no rows, and says on standard error that the run is the baseline',
    async (command) => {
      const { run } = await startDays(smallCollection(3));
      const { stdout, stderr } = await run(command, '--json');
      expect([stdout, stderr]).toEqual(['', expect.stringContaining(BASELINE)]);
    },
  );
});

test('if the first run stored nothing, the run that filled the mirror is the baseline', async () => {
  let isDown = true;
  const { sync, database } = await startHarness({
    source: smallCollection(3),
    faults: () => (isDown ? { kind: 'status', status: 403 } : undefined),
  });
  await sync();
  isDown = false;
  await sync();
  for (const args of [
    ['changes', '--until', '1'],
    ['transitions', '--until', '1'],
    ['changes'],
    ['activity'],
  ]) {
    const { stdout } = await runCli(args, { env: { CLEARINGHOUSE_DATABASE: database, COLUMNS: '1000' } });
    expect([args, stdout]).toEqual([args, expect.stringContaining(BASELINE.replace('Run 1', 'Run 2'))]);
  }
});

test('after a second run, no command says that the period is the baseline', async () => {
  const { run } = await startDays(smallCollection(3), () => undefined);
  for (const args of COMMANDS) {
    const { stdout, stderr } = await run(...args, '--until', '2').then((answer) =>
      answer.exitCode === 0 ? answer : run(...args),
    );
    expect([args, `${stdout}${stderr}`]).toEqual([args, expect.not.stringContaining('is the baseline')]);
  }
});

test('audit and departed say that an empty mirror has no case, not that nothing is wrong', async () => {
  const { sync, database } = await startHarness({ source: smallCollection(0) });
  await sync();
  const run = (...args: string[]) => runCli(args, { env: { CLEARINGHOUSE_DATABASE: database } });
  expect((await run('audit')).stdout).toContain('The mirror holds no case yet');
  expect((await run('departed')).stdout).toContain('It holds no case yet.');
});
