import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { shareDays } from '../support/days.ts';
import { smallCollection } from '../support/small-collection.ts';

const start = shareDays(
  () => smallCollection(2),
  [
    (source) => {
      source.edit(1, (record) => ({ ...record, case_ongoing: 'Yes' }));
    },
  ],
);

describe('an invalid period, case, field or status gets one line and a hint', () => {
  const wrong: [string[], string, string][] = [
    [['changes', '--since', '2026-02-30'], 'a day that does not exist', 'Give the number of a run'],
    [['changes', '--since', 'the other day'], 'neither a run nor a date', 'Give the number of a run'],
    [['changes', '--since', '2026-03-01T25:17:00'], 'a time that does not exist', '2026-03-01T03:17:00Z'],
    [['changes', '--since', '9'], 'has no run 9. [RUN_UNKNOWN]', 'status'],
    [['changes', '--until', '20260301'], '[RUN_UNKNOWN]', 'A day is written like 2026-03-01'],
    [['changes', '--since', '2', '--until', '1'], '--until lies before --since', 'Swap'],
    [['changes', '--since', '2030-01-02', '--until', '2030-01-01'], '--until lies before --since', 'Swap'],
    [['changes', '--case', '99'], 'has no case 99', 'status'],
    [['changes', '--case', 'x'], '--case cannot be "x"', 'the id of a case'],
    [['changes', '--field', 'case_ongoin'], 'no field "case_ongoin"', 'Did you mean case_ongoing?'],
    [['changes', '--field', 'xyzzy'], 'no field "xyzzy"', 'docs/schema.md'],
    [['changes', '--field', 'mirror_list_id'], 'no field "mirror_list_id"', 'docs/schema.md'],
    [['changes', '--limit', 'all'], 'whole number', '--help'],
    [['changes', '--limit', '-1'], 'whole number', '--help'],
    [['transitions', '--from', 'Maybe'], 'no status "Maybe"', '"Perhaps, but long-dormant"'],
    [['transitions', '--since', '9'], '[RUN_UNKNOWN]', 'status'],
    [['activity', '--case', '99'], 'has no case 99', 'status'],
    [['activity', '--since', '2026-13-01'], 'does not exist', 'Give the number of a run'],
  ];
  test.each(wrong)('%j', async (args, says, hint) => {
    const { run } = await start();
    const { exitCode, stdout, stderr } = await run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr.slice(stderr.indexOf('Hint: '))).toContain(hint);
    expect(stderr).not.toMatch(/\n +at /);
  });

  test.each(['changes', 'transitions', 'activity', 'departed'])(
    '%s fails without a mirror',
    async (command) => {
      const { exitCode, stderr } = await runCli([command, '--database', '/nowhere/x.db']);
      expect([exitCode, stderr.includes('[DATABASE_MISSING]')]).toEqual([9, true]);
    },
  );
});

test.each(['changes', 'transitions', 'activity', 'departed'])(
  'the help of %s goes to standard output',
  async (command) => {
    const { exitCode, stdout, stderr } = await runCli([command, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`Usage: clearinghouse-mirror ${command}`);
  },
);
