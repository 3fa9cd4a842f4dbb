import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../../src/db/engine.ts';
import { describe, expect, test } from '@jest/globals';
import stringWidth from 'string-width';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A mirror of five cases, and the command line for it. */
const share = shareHistory(() => ({ source: smallCollection(5) }));

async function start() {
  const { database } = await share();
  const query = (...args: string[]) =>
    runCli(['query', ...args], { env: { CLEARINGHOUSE_DATABASE: database } });
  return { query, database };
}

describe('query rejects, with exit code 2 and one line', () => {
  const refused: [string, string][] = [
    ['DELETE FROM cases', 'QUERY_WRITES'],
    ['DELETE FROM cases RETURNING id', 'QUERY_WRITES'],
    ['CREATE TABLE mine (a)', 'QUERY_WRITES'],
    ['BEGIN', 'QUERY_WRITES'],
    ['PRAGMA journal_mode = delete', 'QUERY_WRITES'],
    ['PRAGMA user_version = 7', 'QUERY_WRITES'],
    [`ATTACH 'new.db' AS other`, 'QUERY_WRITES'],
    [`VACUUM INTO 'copy.db'`, 'QUERY_WRITES'],
    ['SELECT 1; DELETE FROM cases', 'QUERY_INVALID'],
    ['SELECT ?', 'QUERY_INVALID'],
    ['SELECT nothing FROM cases', 'QUERY_INVALID'],
    ['SELEC 1', 'QUERY_INVALID'],
    ['', 'QUERY_INVALID'],
    ['/* only a comment */', 'QUERY_INVALID'],
    [`SELECT load_extension('x')`, 'QUERY_INVALID'],
  ];
  test.each(refused)('%j as %s', async (sql, code) => {
    const { query, database } = await start();
    const before = readFileSync(database);
    const { exitCode, stdout, stderr } = await query(sql);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^Error: .*\\[${code}\\]\\nHint: .*\\n$`));
    expect(readFileSync(database).equals(before)).toBe(true);
    expect([existsSync('new.db'), existsSync('copy.db')]).toEqual([false, false]);
  });
});

describe('a file that is not a mirror', () => {
  const commands = [['status'], ['case', '1'], ['query', 'SELECT 1'], ['sync'], ['demo']];
  test.each(commands)(
    'is rejected by %s %s with exit code 9, and not changed, if it is another database',
    async (...args) => {
      const path = join(tempFolder(), 'other.db');
      openSqlite(path).exec('CREATE TABLE letters (text)').close();
      const before = readFileSync(path);
      const { exitCode, stdout, stderr } = await runCli([...args.filter(Boolean), '--database', path], {
        env: { CLEARINGHOUSE_API_TOKEN: 'some-token', CLEARINGHOUSE_API_URL: 'http://127.0.0.1:9/' },
      });
      expect([exitCode, stdout]).toEqual([9, '']);
      expect(stderr).toMatch(/^Error: .*\[DATABASE_FOREIGN\]\nHint: The file was not changed/);
      expect(readFileSync(path).equals(before)).toBe(true);
    },
  );

  test('counts as missing if it is empty', async () => {
    const path = join(tempFolder(), 'empty.db');
    writeFileSync(path, '');
    const { exitCode, stderr } = await runCli(['status', '--database', path]);
    expect([exitCode, stderr.includes('[DATABASE_MISSING]')]).toEqual([9, true]);
  });
});

describe('cells', () => {
  test('of wide characters keep the columns of a table aligned on a terminal', async () => {
    const { query } = await start();
    const { stdout } = await query(`SELECT '日本語' AS a, 'x' AS b UNION ALL SELECT 'né', 'x'`);
    const rows = stdout.trimEnd().split('\n');
    const places = [rows[0], ...rows.slice(2)].map((row) => stringWidth(row?.replace(/[bx]$/, '') ?? ''));
    expect(places).toEqual([8, 8, 8]);
  });

  test('longer than 60 columns are clipped in a table, and printed in full in the other formats', async () => {
    const { query } = await start();
    const sql = `SELECT replace(hex(zeroblob(50)), '00', 'ab') AS long`;
    expect((await query(sql)).stdout.split('\n')[2]).toBe(`${'ab'.repeat(29)}a…`);
    expect((await query('--format', 'tsv', sql)).stdout).toBe(`long\n${'ab'.repeat(50)}\n`);
  });

  test('determine the width of a column up to the 500th row, and are clipped to it after that', async () => {
    const { query } = await start();
    const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 600)
      SELECT i, CASE WHEN i = 600 THEN 'wider than all' ELSE 'narrow' END AS t FROM n`;
    const { stdout } = await query(sql);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(602);
    expect(new Set(lines.slice(2).map((line) => stringWidth(line)))).toEqual(
      new Set([stringWidth('500  narrow')]),
    );
    expect(lines.at(-1)).toBe('600  wider…');
  });

  test('with line breaks stay one cell of CSV', async () => {
    const { query } = await start();
    const { stdout } = await query('--format', 'csv', `SELECT 'one' || char(10) || 'two' AS t, x'00ff' AS b`);
    expect(stdout).toBe('t,b\n"one\ntwo",AP8=\n');
  });

  test('cannot control a terminal or reverse the direction of its text', async () => {
    const { query } = await start();
    const { stdout } = await query(
      `SELECT char(27) || ']0;x' || char(7) || char(8238) || char(155) || 'y' AS cell`,
    );
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(stdout).toContain('y');
  });
});
