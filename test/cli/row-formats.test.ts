import {
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';
import { tempFolder } from '../support/temp-folder.ts';

const share = shareHistory(() => ({ source: smallCollection(3) }));

async function start() {
  const { database } = await share();
  const folder = tempFolder();
  const run = (...args: string[]) => runCli(args, { env: { CLEARINGHOUSE_DATABASE: database }, folder });
  const onTerminal = (...args: string[]) =>
    runCli(args, { env: { CLEARINGHOUSE_DATABASE: database }, folder, isTTY: true });
  return { run, onTerminal, database, folder };
}

const ODD = `SELECT NULL AS a, '' AS b, '=1+1' AS c, '-x' AS d, '-5' AS e, -5 AS f, 'NULL' AS g`;

describe('query', () => {
  test.each<[string[], string]>([
    [['--format', 'csv'], 'a,b,c,d,e,f,g\n,"",=1+1,-x,-5,-5,NULL\n'],
    [['--format', 'csv', '--null', 'NULL'], 'a,b,c,d,e,f,g\nNULL,,=1+1,-x,-5,-5,"NULL"\n'],
    [['--format', 'tsv'], 'a\tb\tc\td\te\tf\tg\n\t""\t=1+1\t-x\t-5\t-5\tNULL\n'],
    [['--excel'], '\ufeffa,b,c,d,e,f,g\r\n,"",\'=1+1,\'-x,-5,-5,NULL\r\n'],
    [
      ['--format', 'markdown', '--null', '-'],
      '| a | b | c | d | e | f | g |\n| --- | --- | --- | --- | --- | --- | --- |\n| \\- |  | \\=1\\+1 | \\-x | \\-5 | \\-5 | NULL |\n',
    ],
  ])('with %j distinguishes NULL from an empty text, and a formula from a number', async (args, expected) => {
    const { run } = await start();
    const { stdout } = await run('query', ODD, ...args);
    if (args.includes('markdown')) expect(stdout.replaceAll('\\', '')).toBe(expected.replaceAll('\\', ''));
    else expect(stdout).toBe(expected);
  });

  test('prints NULL, or the value of --null, in a table', async () => {
    const { run } = await start();
    expect((await run('query', `SELECT NULL AS a, '' AS b, 1 AS c`)).stdout).toMatch(/^NULL +1$/m);
    expect((await run('query', 'SELECT NULL AS a', '--null', '∅')).stdout).toContain('∅');
  });

  test('takes the value of an option as it is, whatever it begins with, as search does', async () => {
    const { run, folder } = await start();
    for (const command of [
      ['query', ODD],
      ['search', 'case', '-zebra'],
    ]) {
      for (const value of ['-NA', '-V', '-h', '-- none', '--null', '--']) {
        const { stdout, stderr } = await run(...command, '--format', 'csv', '--null', value);
        expect({ command, value, stderr, isThere: stdout.split(/[\n,]/).includes(value) }).toEqual({
          command,
          value,
          stderr: '',
          isThere: true,
        });
      }
      await run(...command, '--output', `-${command[0]}.csv`);
    }
    expect((await run('search', 'case', '--limit', '-1')).stderr).toContain('--limit cannot be "-1"');
    expect(readdirSync(folder).sort()).toEqual(['-query.csv', '-search.csv']);
  });

  test('clips cells that are too long for a spreadsheet, and says so', async () => {
    const { run } = await start();
    const { stdout, stderr } = await run(
      'query',
      `SELECT replace(hex(zeroblob(20000)), '00', 'ab') AS t`,
      '--excel',
    );
    expect(stdout.split('\r\n')[1]).toHaveLength(32_767);
    expect(stderr).toContain('1 cell ends in "…": a spreadsheet holds 32,767 characters a cell.');
  });

  test('prints CSV and TSV without control characters at a terminal, and unchanged elsewhere', async () => {
    const { run, onTerminal } = await start();
    for (const format of ['csv', 'tsv']) {
      const args = ['query', `SELECT char(27) || char(155) || 'x' AS t`, '--format', format];
      expect((await run(...args)).stdout).toContain('\u001b\u009bx');
      expect((await onTerminal(...args)).stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    }
  });

  test('says on standard error that cells of a table are clipped', async () => {
    const { onTerminal } = await start();
    const { stdout, stderr } = await onTerminal(
      'query',
      `SELECT replace(hex(zeroblob(200)), '00', 'ab') AS t`,
    );
    expect(stdout.split('\n')[2]).toHaveLength(100);
    expect(stderr).toContain('1 cell ends in "…": --format csv');
  });

  test.each([
    [['--json', '--format', 'csv']],
    [['--excel', '--format', 'tsv']],
    [['--json', '--null', 'x']],
    [['--force']],
  ])('rejects %j', async (flags) => {
    const { run } = await start();
    expect(await run('query', 'SELECT 1', ...flags)).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('[USAGE]'),
    });
  });
});

describe('--output', () => {
  test('writes a complete file, and replaces an existing one only with --force', async () => {
    const { run, folder } = await start();
    const file = join(folder, 'rows.csv');
    const write = (sql: string, ...more: string[]) =>
      run('query', sql, '--format', 'csv', '--output', 'rows.csv', ...more);
    expect(await write('SELECT 1 AS a')).toEqual({ exitCode: 0, stdout: '', stderr: 'rows.csv: 1 row.\n' });
    expect(readFileSync(file, 'utf8')).toBe('a\n1\n');
    chmodSync(file, 0o640);
    expect(await write('SELECT 2 AS a')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('[OUTPUT_REFUSED]'),
    });
    expect(readFileSync(file, 'utf8')).toBe('a\n1\n');
    expect((await write('SELECT 2 AS a', '--force')).exitCode).toBe(0);
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['a\n2\n', 0o640]);
    expect(readdirSync(folder)).toEqual(['rows.csv']);
  });

  test('leaves no file if the query fails midway', async () => {
    const { run, folder } = await start();
    const sql = `SELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775807 - 1)`;
    expect((await run('query', sql, '--format', 'csv', '--output', 'rows.csv')).exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('never overwrites the mirror, its files, or any other database', async () => {
    const { run, database, folder } = await start();
    const before = readFileSync(database);
    symlinkSync(database, join(folder, 'link.csv'));
    linkSync(database, join(dirname(database), 'hard.csv'));
    const copy = join(folder, 'copy.db');
    writeFileSync(copy, before);
    for (const target of [
      database,
      `${database}-wal`,
      `${database}-journal`,
      join(folder, 'link.csv'),
      join(dirname(database), 'hard.csv'),
      copy,
      folder,
      '/dev/null',
    ]) {
      const { exitCode, stderr } = await run('query', 'SELECT 1', '--output', target, '--force');
      expect([target, exitCode, stderr]).toEqual([target, 2, expect.stringContaining('[OUTPUT_REFUSED]')]);
    }
    expect(readFileSync(database).equals(before)).toBe(true);
    expect(existsSync(`${database}-journal`)).toBe(false);
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test.each([['rows.parquet'], ['rows.Parquet'], ['rows.csv.gz'], ['rows.sqlite'], ['rows.foo']])(
    'refuses to write a table for people to %s, unless --format asks for it',
    async (name) => {
      const { run, folder } = await start();
      const { exitCode, stderr } = await run('query', 'SELECT 1 AS a', '--output', name);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--output does not write')]);
      expect(existsSync(join(folder, name))).toBe(false);
      expect((await run('query', 'SELECT 1 AS a', '--output', name, '--format', 'csv')).exitCode).toBe(0);
      expect((await run('query', 'SELECT 1 AS a', '--output', 'rows.txt', '--force')).exitCode).toBe(0);
    },
  );

  test('follows a link to a file, and reports a missing folder', async () => {
    const { run, folder } = await start();
    writeFileSync(join(folder, 'real.csv'), 'old');
    symlinkSync('real.csv', join(folder, 'link.csv'));
    expect((await run('query', 'SELECT 1 AS a', '--excel', '--output', 'link.csv', '--force')).exitCode).toBe(
      0,
    );
    expect(readFileSync(join(folder, 'real.csv'), 'utf8')).toBe('\ufeffa\r\n1\r\n');
    symlinkSync('later.csv', join(folder, 'ahead.csv')); // a link to a file that does not exist yet
    expect((await run('query', 'SELECT 2 AS a', '--format', 'csv', '--output', 'ahead.csv')).exitCode).toBe(
      0,
    );
    expect(readFileSync(join(folder, 'later.csv'), 'utf8')).toBe('a\n2\n');
    expect(lstatSync(join(folder, 'ahead.csv')).isSymbolicLink()).toBe(true);
    expect((await run('query', 'SELECT 1', '--output', '~ada/x.csv')).stderr).toContain('not expanded');
    expect(await run('query', 'SELECT 1', '--output', 'none/x.csv')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('there is no folder'),
    });
  });
});

describe('a command that prints a list', () => {
  const listing = [
    ['changes', '--since', '1'],
    ['activity'],
    ['departed'],
    ['transitions'],
    ['transitions', '--list'],
    ['coverage'],
    ['audit'],
    ['audit', 'dates_at_odds'],
  ];
  test.each(listing.map((args) => [args]))('prints all formats and writes files: %j', async (args) => {
    const { run, folder } = await start();
    for (const format of ['csv', 'tsv', 'json', 'ndjson', 'markdown']) {
      const printed = await run(...args, '--format', format);
      expect(printed.exitCode).toBe(0);
      const file = `${format}.out`;
      expect((await run(...args, '--format', format, '--output', file)).exitCode).toBe(0);
      expect(readFileSync(join(folder, file), 'utf8')).toBe(printed.stdout);
    }
  });
});
