import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { runCli } from '../support/command-line.ts';
import { departureSql, returnSql, shareDays } from '../support/days.ts';

const ongoing = (id: number, case_ongoing: string | null) =>
  makeCase({ id, name: `Case ${id}`, case_ongoing });
const MOVE = { case_ongoing: 'No' };

/**
 * Six days. Case 1 changes from Yes to No and back, case 2 from Yes to No. Case 3 leaves as Yes and comes back as No.
 * Case 4 stays. Case 5 appears on the third day.
 */
const start = shareDays(
  () =>
    recordedCases([
      ongoing(1, 'Yes'),
      ongoing(2, 'Yes'),
      ongoing(3, 'Yes'),
      ongoing(4, 'Perhaps, but long-dormant'),
    ]),
  [
    (source) => {
      source.edit(1, (record) => ({ ...record, ...MOVE }));
    },
    (source) => {
      source.edit(2, (record) => ({ ...record, ...MOVE }));
      source.put(ongoing(5, 'Unknown'));
    },
    (source) => {
      source.edit(1, (record) => ({ ...record, case_ongoing: 'Yes' }));
    },
    (source) => {
      source.edit(3, (record) => ({ ...record, ...MOVE }));
    },
    () => undefined,
  ],
  // Case 3 was away from the third day to the fifth, when it came back with its new status.
  `${departureSql(3, 3)} ${returnSql(3, 5)}`,
);

interface Figures {
  transitions: { from_status: string; to_status: string; moves: number; cases: number }[];
  spells: Record<string, unknown>[];
}

describe('transitions', () => {
  test('counts every change of status, every new case and every departure, so that the numbers add up', async () => {
    const { lines, harness } = await start();
    const [figures] = (await lines('transitions')) as unknown as Figures[];
    const { transitions = [] } = figures ?? {};
    expect(transitions.map(({ from_status, to_status, moves }) => [from_status, to_status, moves])).toEqual([
      ['(departed)', 'Yes', 1],
      ['(new)', 'Perhaps, but long-dormant', 1],
      ['(new)', 'Unknown', 1],
      ['(new)', 'Yes', 3],
      ['No', 'Yes', 1],
      ['Yes', '(departed)', 1],
      ['Yes', 'No', 3],
    ]);
    for (const { label, n } of harness.rows(
      'SELECT case_ongoing AS label, count(*) AS n FROM cases GROUP BY case_ongoing',
    )) {
      const sum = (side: 'from_status' | 'to_status') =>
        transitions.filter((one) => one[side] === label).reduce((all, { moves }) => all + moves, 0);
      expect([label, sum('to_status') - sum('from_status')]).toEqual([label, n]);
    }
  });

  test('counts a status that is no text as none', async () => {
    const { lines, write } = await start();
    write(
      `UPDATE case_changes SET old_value = '{"title":"Invented"}' WHERE case_id = 2 AND field = 'case_ongoing'`,
    );
    const [figures] = (await lines('transitions')) as unknown as Figures[];
    expect(figures?.transitions).toContainEqual({
      from_status: '(new)',
      to_status: '(none)',
      moves: 1,
      cases: 1,
    });
  });

  test('counts only the runs of a period with --since and --until', async () => {
    const { lines } = await start();
    const [figures] = await lines('transitions', '--since', '2030-01-02', '--until', '3');
    expect(figures).toMatchObject({
      first_run_id: 2,
      last_run_id: 3,
      transitions: [
        { from_status: '(new)', to_status: 'Unknown', moves: 1, cases: 1 },
        { from_status: 'Yes', to_status: '(departed)', moves: 1, cases: 1 },
        { from_status: 'Yes', to_status: 'No', moves: 2, cases: 2 },
      ],
    });
  });

  test('shows how long cases had a status, for periods seen from start to end and for all', async () => {
    const { lines } = await start();
    const [figures] = (await lines('transitions')) as unknown as Figures[];
    const no = figures?.spells.find(({ status }) => status === 'No');
    // Case 1 from day 2 to day 4, case 2 since day 3, and case 3 since day 5.
    expect(no).toEqual({
      status: 'No',
      spells: 3,
      whole_spells: 1,
      median_days_of_whole: 2,
      median_days_seen: 2,
    });
    const yes = figures?.spells.find(({ status }) => status === 'Yes');
    expect(yes).toMatchObject({ spells: 4, whole_spells: 0, median_days_of_whole: null });
  });

  test('counts the days of a departed case until its departure', async () => {
    const { lines, write } = await start();
    write(departureSql(4, 3));
    const [figures] = (await lines('transitions')) as unknown as Figures[];
    expect(figures?.spells.find(({ status }) => status === 'Perhaps, but long-dormant')).toMatchObject({
      spells: 1,
      median_days_seen: 2,
    });
  });

  test('counts only the asked moves with --from or --to, and says so if there are none', async () => {
    const { run } = await start();
    const { stdout } = await run('transitions', '--from', 'Yes', '--to', 'No');
    expect(stdout).toMatch(/^Yes +No +3 +3\n\n`clearinghouse-mirror transitions.*` counts the moves of/m);
    expect(stdout).not.toMatch(/departed|In all/);
    const none = await run('transitions', '--from', 'Unknown', '--to', 'No');
    expect(none.stdout).toContain('No case went from Unknown to No.\n');
    expect(none.stdout).not.toMatch(/^Yes/m);
    const first = await run('transitions', '--list', '--until', '1');
    expect(first.stdout).toContain('No case changed its status, departed or returned. With `--from new`');
  });

  test('prints a table of less than 80 columns, and says what was not seen', async () => {
    const { run, write, harness } = await start();
    write(
      `UPDATE cases SET case_ongoing = 'A status that nobody has ever documented, and a long one' WHERE id = 4`,
    );
    const { stdout, exitCode } = await run('transitions', '--since', '2');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^No +Yes +1 +1$/m);
    expect(stdout).toMatch(/^Yes +No +3 +3\nYes +\(departed\) +1 +1$/m);
    expect(stdout).toContain(
      'In all: 4 changes of case_ongoing, 1 departure from the site, 1 return, 1 case new to the mirror.',
    );
    expect(stdout).toContain('so their median is too short');
    const narrow = await runCli(['transitions', '--since', '2'], {
      env: { CLEARINGHOUSE_DATABASE: harness.database },
    });
    const widths = narrow.stdout.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
  });

  test('says that there were none', async () => {
    const { run } = await start();
    expect((await run('transitions', '--since', '6')).stdout).toContain(
      'No case changed its status, came or left.',
    );
  });
});

describe('transitions --list', () => {
  test('names the cases behind each number, except new cases', async () => {
    const { run } = await start();
    const { stdout } = await run('transitions', '--list');
    expect(stdout).toContain(`
Yes to No
  2030-01-02 03:30  Case 1 (case 1)
  2030-01-03 03:30  Case 2 (case 2)
  2030-01-05 03:30  Case 3 (case 3)
`);
    expect(stdout).not.toContain('(new) to');
  });

  test('can be limited to a status before or after the change, by label, id or word', async () => {
    const { lines } = await start();
    const cases = async (...args: string[]) =>
      (await lines('transitions', ...args)).map(({ case_id }) => case_id);
    expect(await cases('--from', 'yes', '--to', '5020')).toEqual([1, 2, 3]);
    expect(await cases('--to', 'departed')).toEqual([3]);
    expect(await cases('--from', '(new)', '--since', '2')).toEqual([5]);
    expect(await cases('--from', 'none')).toEqual([]);
  });

  test('--json has every change of status, including new cases', async () => {
    const { lines } = await start();
    const moves = await lines('transitions', '--list');
    expect(moves).toHaveLength(11);
    expect(moves.at(-1)).toEqual({
      run_id: 5,
      changed_at: '2030-01-05T03:30:00.000Z',
      case_id: 3,
      case_name: 'Case 3',
      from_status: 'Yes',
      to_status: 'No',
    });
  });
});
