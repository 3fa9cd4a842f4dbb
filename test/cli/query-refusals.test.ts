import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { startDays } from '../support/days.ts';
import { smallCollection } from '../support/small-collection.ts';

/** A statement, the sentence, and a part of the hint. */
const REFUSED: [string, string, string][] = [
  ['SELECT * FROM caess', 'There is no table or view caess.', 'Did you mean clean_cases or cases?'],
  ['SELECT * FROM main.clean_case', 'There is no table or view clean_case.', 'Did you mean clean_cases'],
  ['SELECT * FROM other.cases', 'There is no database other.', 'Leave "other." out'],
  [
    'SELECT * FROM clean_entries',
    'There is no table or view clean_entries.',
    'Did you mean clean_docket_entries',
  ],
  ['SELECT * FROM xyzzy', 'There is no table or view xyzzy.', 'docs/schema.md'],
  ['SELECT cuort FROM cases', 'There is no column cuort here.', 'Did you mean court?'],
  ['SELECT c.nmae FROM cases AS c', 'There is no column c.nmae here.', 'Did you mean name?'],
  [
    'SELECT institution FROM cases',
    'There is no column institution here.',
    'clean_case_defendants, case_defendants, clean_resources, resources have',
  ],
  [
    'SELECT k.id FROM cases AS c',
    'There is no column k.id here.',
    '"k" is not a table or alias of the statement',
  ],
  ['SELECT xyzzy FROM cases', 'There is no column xyzzy here.', 'docs/schema.md'],
  [
    'SELECT id FROM cases JOIN dockets',
    'More than one table of the statement has a column id.',
    'cases.id or dockets.id',
  ],
  [`SELECT id FROM cases WHERE case_ongoing = "Yes"`, 'There is no column Yes.', `single quotes: 'Yes'`],
  ['SELECT lenght(name) FROM cases', 'SQLite has no function lenght().', 'Did you mean length?'],
  ['SELECT 1; SELECT 2', 'There is more than one statement, and `query` runs one.', 'one after the other'],
  ['', 'The statement is empty.', 'in quotes'],
  [' ; -- nothing', 'The statement is empty.', 'in quotes'],
  ['SELECT ?', 'The statement has a parameter', 'Write the value'],
  ['SELECT $name', 'The statement has a parameter', 'single quotes or a file'],
  ['SELECT * FORM cases', 'Syntax error at "FORM", line 1, column 10.', 'Did you mean FROM?'],
  [
    'SELECT *\nFROM cases\nWHERE id = 1 ORDR BY id',
    'Syntax error at "ORDR", line 3, column 14.',
    'Did you mean ORDER?',
  ],
  [`SELECT 'é', FROM cases`, 'Syntax error at "FROM", line 1, column 13.', 'FROM is a word of SQL'],
  ['SELECT * FROM case', 'Syntax error at "case", line 1, column 15.', 'Did you mean clean_cases or cases?'],
  ['SELECT 1 AS nothing', 'Syntax error at "nothing", line 1, column 13.', 'NOTHING is a word of SQL'],
  ['SELECT 1 AS isnull', 'Syntax error at "isnull", line 1, column 13.', 'ISNULL is a word of SQL'],
  ['SELECT name table FROM cases', 'Syntax error at "table", line 1, column 13.', 'TABLE is a word of SQL'],
  ['SELECT id id id FROM cases', 'Syntax error at "id", line 1, column 14.', 'or just before it'],
  ['SELECT (1', 'The statement ends too early, line 1, column 10.', 'a parenthesis is not closed'],
  [`SELECT 'O'Brien'`, `Syntax error at "'", line 1, column 16.`, 'A quote is not closed.'],
  ['SELECT #', 'Syntax error at "#", line 1, column 8.', 'Nothing in SQL begins like that.'],
  ['.tables', 'A command that begins with a dot', 'sqlite_schema'],
  ['monthly.sql', 'monthly.sql is not a statement.', 'name it with --file'],
  ['SELECT abs(1, 2)', 'SQLite does not accept the statement: wrong number', 'docs/schema.md'],
];

const WRITES = [
  'DELETE FROM cases',
  'DELETE FROM clean_cases',
  'DELETE FROM nothing',
  '-- tidy up\nUPDATE cases SET name = NULL',
  '/* new */ CREATE TABLE cases (id)',
  'INSERT INTO cases (id) VALUES (1) RETURNING id',
  'WITH one AS (SELECT 1) DELETE FROM cases',
  'WITH one AS (SELECT 1) UPDATE cases SET name = NULL RETURNING id',
  "/* x */ -- y\n attach 'other.db' AS other",
  'VACUUM',
];

describe('query', () => {
  test('says what is wrong with a statement and where, and suggests a correction', async () => {
    const { run } = await startDays(smallCollection(2));
    for (const [sql, sentence, hint] of REFUSED) {
      const { exitCode, stdout, stderr } = await run('query', sql);
      expect([sql, exitCode, stdout]).toEqual([sql, 2, '']);
      expect([sql, stderr]).toEqual([sql, expect.stringContaining(`Error: ${sentence}`)]);
      expect([sql, stderr]).toEqual([sql, expect.stringMatching(/ \[QUERY_INVALID\]\nHint: .*\n$/)]);
      expect([sql, stderr.slice(stderr.indexOf('Hint: '))]).toEqual([sql, expect.stringContaining(hint)]);
    }
  });

  test('says the same with --as-of', async () => {
    const { run } = await startDays(smallCollection(2));
    for (const [sql, sentence] of REFUSED) {
      const { exitCode, stderr } = await run('query', '--as-of', '1', sql);
      expect([sql, exitCode, stderr]).toEqual([sql, 2, expect.stringContaining(`Error: ${sentence}`)]);
    }
  });

  test('says the same if the user has added tables and views, including broken views and odd names', async () => {
    const { run, write } = await startDays(smallCollection(2));
    write(`CREATE TABLE "my (notes) [1]" (nmae); CREATE VIEW broken AS SELECT * FROM gone`);
    for (const [sql, sentence] of REFUSED) {
      const { exitCode, stderr } = await run('query', sql);
      expect([sql, exitCode, stderr]).toEqual([sql, 2, expect.stringContaining(`Error: ${sentence}`)]);
    }
    expect((await run('query', 'SELECT nmea FROM "my (notes) [1]"')).stderr).toContain('Did you mean nmae');
  });

  test('says that it is read only if a statement writes', async () => {
    const { run } = await startDays(smallCollection(2));
    for (const sql of WRITES) {
      const { exitCode, stderr } = await run('query', sql);
      expect([sql, exitCode, stderr]).toEqual([sql, 2, expect.stringContaining('`query` is read only')]);
      expect([sql, stderr]).toEqual([sql, expect.stringContaining('[QUERY_WRITES]')]);
    }
  });
});

test.each([
  ['--null', 'SELECT 1'],
  ['--output', 'with x AS (SELECT 1) SELECT * FROM x'],
  ['--as-of', ' select\n1'],
  ['--database', 'VALUES (1)'],
])('query names %s if that flag took the statement for its value', async (flag, sql) => {
  const { exitCode, stderr } = await runCli(['query', flag, sql]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${flag} needs a value and took the statement for it.`);
});

test('query names no flag if none took the statement', async () => {
  const { stderr } = await runCli(['query', '--null', 'selected']);
  expect(stderr).toContain('Hint: Pass it in quotes');
});
