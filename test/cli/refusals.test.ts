import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { startDays } from '../support/days.ts';
import { smallCollection } from '../support/small-collection.ts';

/** The arguments, the sentence, and a part of the hint. */
const REFUSED: [string[], string, string][] = [
  [['synk'], 'There is no command "synk".', 'Did you mean sync?'],
  [['help', 'qurey'], 'There is no command "qurey".', 'Did you mean query?'],
  [['stats', '--help'], 'There is no command "stats".', 'Did you mean status?'],
  [['xyzzy'], 'There is no command "xyzzy".', '`clearinghouse-mirror --help` lists the commands.'],
  [['sync', '--databse', 'x'], '`sync` has no option --databse.', 'Did you mean --database?'],
  [['query', '1', '--fromat=csv'], '`query` has no option --fromat.', 'Did you mean --format?'],
  [['query', '1', '--csv'], '`query` has no option --csv.', 'Did you mean --format csv?'],
  [['report', '--format', 'markdown'], '`report` has no option --format.', 'Did you mean --markdown?'],
  [['case', '10002', '--format=json'], '`case` has no option --format.', 'Did you mean --json?'],
  [['changes', '--run', '2'], '`changes` has no option --run.', 'Did you mean --since 2 --until 2?'],
  [['case', '10002', '--run=7'], '`case` has no option --run.', 'Did you mean --as-of 7?'],
  [['--verison'], '`clearinghouse-mirror` has no option --verison.', 'Did you mean --version?'],
  [
    ['--datbase', 'x', 'status'],
    'has no option --datbase.',
    'Did you mean --database? Options come after the',
  ],
  // Names that every object has.
  [['status', '--constructor'], '`status` has no option --constructor.', 'status --help'],
  [['sync', '--__proto__', '3'], '`sync` has no option --__proto__.', 'sync --help'],
  [['--constructor'], '`clearinghouse-mirror` has no option --constructor.', 'Options come after the'],
  [['verify', '--threads', '3'], '--threads cannot be "3".', 'It takes 1 or 2.'],
  [['case', '-x'], '`case` has no option -x.', '`clearinghouse-mirror case --help`'],
  [['case'], '`case` needs an argument: <case>, its id, link', 'case --help'],
  [['restore'], '`restore` needs an argument: <snapshot>', 'restore --help'],
  [['sync', 'extra'], '`sync` takes no argument, and "extra" is one too many.', 'quotes'],
  [['query', 'SELECT', '1'], '`query` takes one argument, and "1" is one too many.', 'quotes'],
  [['sync', '--list'], '--list needs a value: --list <id-or-label...>.', 'sync --help'],
  [['query', '--null'], '--null needs a value: --null <text>.', 'query --help'],
  [['query', '1', '--format', 'jsn'], '--format cannot be "jsn".', 'Did you mean json? It takes table, csv'],
  [['changes', '--limit', 'all'], '--limit cannot be "all".', 'It takes a whole number; 0 means all.'],
  [['changes', '--case', "o'x"], '--case cannot be "o\'x".', 'It takes the id of a case'],
  [['redact', 'abc'], '<id> cannot be "abc".', 'It takes the id of a case'],
  [['verify', '--sample', 'x'], '--sample cannot be "x".', 'a share such as 10%'],
  [['sync', '--list', 'Yess'], 'There is no list "Yess".', 'Did you mean "Yes"?'],
  [['sync', '--list', 'in process'], 'There is no list "in process".', 'Did you mean "In Process (Public)"?'],
  [['sync', '--list', '5020,5021'], 'There is no list "5020,5021".', 'Separate lists with spaces.'],
  [['sync', '--list', '--dry-run'], '--list needs a value before --dry-run.', 'The lists are 5020 (No)'],
  [['nightly', '--retry-pause', '5'], '`nightly` has no option --retry-pause.', '--retry-delay'],
  [['audit', 'date-at-odds'], 'There is no audit "date-at-odds".', 'Did you mean dates_at_odds?'],
];

describe('a mistyped command line gets a code, a sentence, and a hint with a correction', () => {
  test.each(REFUSED)('%j', async (args, sentence, hint) => {
    const env = { CLEARINGHOUSE_API_TOKEN: 'invented-token' };
    const { exitCode, stdout, stderr } = await runCli(args, { env });
    const [error = '', advice = '', ...rest] = stderr.trimEnd().split('\n');
    expect({ exitCode, stdout, rest }).toEqual({ exitCode: 2, stdout: '', rest: [] });
    expect(error).toMatch(/^Error: .*[.] \[USAGE\]$/);
    expect(error).toContain(sentence);
    expect(advice).toMatch(/^Hint: .*[.?]$/);
    expect(advice).toContain(hint);
    expect(stderr).not.toMatch(/command-argument|is invalid|unknown (?:option|command)/);
  });
});

const IMPOSSIBLE_IDS: [string, string, string][] = [
  ['-1', 'USAGE', 'Ids of cases are whole numbers from 1 on.'],
  ['0', 'USAGE', 'Ids of cases are whole numbers from 1 on.'],
  ['00', 'USAGE', 'Ids of cases are whole numbers from 1 on.'],
  ['', 'USAGE', 'It is empty.'],
  [' \u00a0\ufeff ', 'USAGE', 'It is empty.'],
  ['99999999999999999999', 'USAGE', 'No case has so large an id.'],
  ['https://clearinghouse.net/case/0/', 'USAGE', 'Ids of cases are whole numbers from 1 on.'],
  ['999', 'CASE_NOT_MIRRORED', 'has no case 999.'],
  ['1.5', 'CASE_NOT_MIRRORED', 'No case in'],
];

describe('the id of a case', () => {
  test.each(IMPOSSIBLE_IDS)('is rejected if it is %j', async (id, code, says) => {
    const { run } = await startDays(smallCollection(2));
    const { exitCode, stdout, stderr } = await run('case', id);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toContain(says);
  });

  test.each([['changes'], ['activity'], ['verify']])(
    'is also rejected by %s --case if it is impossible',
    async (command) => {
      const { run } = await startDays(smallCollection(2));
      for (const id of ['0', '', '99999999999999999999']) {
        const { exitCode, stderr } = await run(command, '--case', id);
        expect([id, exitCode, stderr]).toEqual([id, 2, expect.stringContaining(`--case cannot be "${id}".`)]);
      }
    },
  );

  test.each([' 2 ', '\u00a02', '２', '#2', '002', '+2', '\u200b2'])('can be written as %j', async (id) => {
    const { run } = await startDays(smallCollection(2));
    expect((await run('case', id)).stdout).toContain('(case 2)');
  });
});

test('every command says that a case whose record could not be read is rejected', async () => {
  const { run, write } = await startDays(smallCollection(2));
  write(`INSERT INTO rejected_records (fingerprint, why, record, source, position, first_run_id, last_run_id, bytes, case_id)
    VALUES ('ab', 'It is no JSON: NaN at byte 17.', '"{}"', '/api/cases/', 0, 1, 1, x'7b7d', 77),
      ('cd', 'It has two ids.', '{"id":78,"id":79}', '/api/cases/', 1, 1, 1, x'7b7d', NULL)`);
  for (const args of [
    ['case', '77'],
    ['case', '77', '--as-of', '1'],
    ['changes', '--case', '77'],
    ['activity', '--case', '77'],
    ['verify', '--case', '77'],
    ['cite', '77'],
  ]) {
    const { exitCode, stdout, stderr } = await run(...args);
    expect([args, exitCode, stdout]).toEqual([args, 2, '']);
    expect(stderr).toContain(
      'rejected, and its list is partial: It is no JSON: NaN at byte 17. [CASE_REJECTED]',
    );
    expect(stderr).toContain('FROM rejected_records WHERE case_id = 77');
  }
  // Of which case it is could not be determined.
  for (const words of [
    ['cite', '78'],
    ['case', '79'],
  ])
    expect((await run(...words)).stderr).toMatch(
      /a record that names it.*: It has two ids\. \[CASE_REJECTED\][^]*'cd'/,
    );
  expect((await run('cite', '80')).stderr).toContain('CASE_NOT_MIRRORED');
});
