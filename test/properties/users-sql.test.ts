import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';
import { times } from '../support/times.ts';

/** Words of SQL that write, or try to get out of the file, and such as make statements of them. */
const FRAGMENTS = [
  'SELECT * FROM cases',
  'SELECT 1',
  ';',
  '--',
  '/*',
  'DROP TABLE cases',
  'DELETE FROM cases',
  `UPDATE cases SET name = 'x'`,
  `INSERT INTO lists VALUES (1, 'x', 'case_ongoing')`,
  'CREATE TABLE lamp (x)',
  'CREATE TEMP TABLE cases AS SELECT 1',
  'WITH gone AS (SELECT 1)',
  'RETURNING *',
  'PRAGMA writable_schema = 1',
  'PRAGMA user_version = 7',
  'PRAGMA journal_mode = DELETE',
  `ATTACH 'other.db' AS other`,
  `VACUUM INTO 'other.db'`,
  'BEGIN IMMEDIATE',
  'COMMIT',
  `SELECT load_extension('x')`,
  `SELECT writefile('x', 'y')`,
  'EXPLAIN',
  "'",
  '"',
];

let database = '';
beforeAll(async () => {
  const harness = await startHarness({ source: recordedCases([makeCase({ id: 1 }), makeCase({ id: 2 })]) });
  await harness.sync();
  database = join(mkdtempSync(join(tmpdir(), 'users-sql-')), 'mirror.db');
  copyFileSync(harness.database, database);
});
afterAll(() => {
  rmSync(dirname(database), { recursive: true });
});

/** The bytes of every file in the folder of the mirror; a log without a byte in it says nothing. */
function toState(): string[] {
  const folder = dirname(database);
  const files = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
  return files
    .filter(({ name, bytes }) => bytes.length > 0 && !name.endsWith('-shm'))
    .map(({ name, bytes }) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`);
}

test('whatever SQL a user gives, the mirror stays what it is, byte by byte, and no other file comes into being', async () => {
  const before = toState();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 4 }),
      fc.constantFrom([], ['--as-of', '1']),
      async (fragments, moment) => {
        const { exitCode } = await runCli(['query', fragments.join(' '), ...moment], {
          env: { CLEARINGHOUSE_DATABASE: database },
        });
        expect([0, 2]).toContain(exitCode);
        expect([fragments, toState()]).toEqual([fragments, before]);
      },
    ),
    { numRuns: times(60, 1000) },
  );
});

const ODD_TEXTS = [`'; DROP TABLE cases; --`, `"`, `%`, `_`, `\\`, `x' OR '1'='1`, '🗼', ''];

test.each([
  ['changes', '--field'],
  ['changes', '--since'],
  ['activity', '--since'],
  ['transitions', '--to'],
  ['case', '--as-of'],
  ['sync', '--list'],
])('%s %s takes any text for what it is', async (command, flag) => {
  const before = toState();
  for (const text of ODD_TEXTS) {
    const args = [command, ...(command === 'case' ? ['1'] : []), flag, text];
    const { exitCode, stderr } = await runCli(args, {
      env: {
        CLEARINGHOUSE_DATABASE: database,
        CLEARINGHOUSE_API_URL: 'http://127.0.0.1:9/',
        CLEARINGHOUSE_API_TOKEN: 'x',
      },
    });
    expect([text, [0, 2]]).toEqual([text, expect.arrayContaining([exitCode])]);
    expect(stderr).not.toMatch(/SQLITE|syntax error/);
  }
  expect(toState()).toEqual(before);
});

test('texts of the API with SQL in them are stored as what they are', async () => {
  const name = `'; DROP TABLE cases; -- " \\ % _`;
  const { sync, rows } = await startHarness({
    source: recordedCases([makeCase({ id: 1, name, issues: [name], [name]: name })]),
  });
  expect(await sync()).toMatchObject({ outcome: 'complete' });
  expect(rows('SELECT name FROM cases')).toEqual([{ name }]);
  expect(rows('SELECT value FROM issues')).toEqual([{ value: name }]);
  expect(rows("SELECT seen FROM schema_drift WHERE expected = 'no such field'")).toEqual([
    { seen: 'a text' },
  ]);
});
