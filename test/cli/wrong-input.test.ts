import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { startDays } from '../support/days.ts';
import { smallCollection } from '../support/small-collection.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('wrong input gets one clear line and a hint, never a stack trace', () => {
  const wrong: [number, string[]][] = [
    [2, ['bogus']],
    [2, ['sync', '--databse', 'x']],
    [2, ['sync', 'extra']],
    [2, ['sync', '--delay', '-1']],
    [2, ['sync', '--delay', 'soon']],
    [2, ['sync', '--max-attempts', '0']],
    [2, ['sync', '--max-body', '1e9']],
    [2, ['sync', '--api-url', 'not an address']],
    [2, ['sync', '--api-url', 'http://example.org/']],
    [2, ['sync', '--api-url', 'ftp://example.org/']],
    [2, ['sync', '--user-agent', 'two\nlines']],
    [2, ['sync', '--token-file', '/nowhere/token']],
    [2, ['sync', '--list']],
    [2, ['sync', '--list', '9999']],
    [2, ['nightly', '--schedule', 'every night']],
    [2, ['nightly', '--timezone', 'Atlantis/Harbour']],
    [2, ['case']],
    [9, ['case', 'abc']],
    [9, ['case', '1.5']],
    [2, ['query']],
    [2, ['query', 'SELECT 1', '--format', 'xml']],
    [2, ['query', 'SELECT 1', '--file', 'x.sql']],
    [2, ['query', '--file', '/nowhere/x.sql']],
    [2, ['demo', '--cases', '10']],
    [2, ['demo', '--cases', 'many']],
    [2, ['fake-api', '--page-size', '0']],
    [2, ['fake-api', '--port', '70000']],
    [2, ['fake-api', '--records', '/nowhere/x.ndjson']],
    [9, ['status', '--database', '/nowhere/x.db']],
    [9, ['query', 'SELECT 1', '--database', '/nowhere/x.db']],
    [9, ['case', '1', '--database', '/nowhere/x.db']],
  ];
  test.each(wrong)('exit %i: %j', async (code, args) => {
    const env = { CLEARINGHOUSE_API_TOKEN: 'some-token', CLEARINGHOUSE_DATABASE: '/nowhere/else.db' };
    const { exitCode, stdout, stderr } = await runCli(args, { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expect(stderr).toMatch(/^error: |^Error: /i);
    expect(stderr).toContain('Hint: ');
    expect(stderr).not.toMatch(/\n +at /);
  });
});

test('errors of the system about a file are explained in plain words', async () => {
  const folder = tempFolder();
  const [cut, plain] = ['cut.ndjson.gz', 'plain.ndjson.gz'].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  writeFileSync(cut, gzipSync('{"id": 1}\n').subarray(0, 15));
  writeFileSync(plain, '{"id": 1}\n');
  for (const [args, words] of [
    [['--records', '/nowhere/x.ndjson'], 'cannot be read: there is no such file or folder (ENOENT).'],
    [['--records', folder], 'cannot be read: it is a folder (EISDIR).'],
    [['--records', cut], 'cannot be read: it breaks off (Z_BUF_ERROR).'],
    [['--records', plain], 'it is not compressed as its name says, or damaged (Z_DATA_ERROR).'],
  ] as const)
    expect((await runCli(['fake-api', ...args])).stderr).toContain(words);
});

test.each([
  [['snapshot', '--to']],
  [['restore']],
  [['query', '--file']],
  [['demo', '--database']],
  [['fake-api', '--records']],
])('%j does not expand the home folder of another user', async (args) => {
  const folder = tempFolder();
  const { exitCode, stderr } = await runCli([...args, '~ada/x.db'], { folder });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('"~ada", which is not expanded')]);
  expect(readdirSync(folder)).toEqual([]);
});

test('a path below the home folder is shown in full', async () => {
  const { stderr } = await runCli(['restore', '~/none/of/these.db']);
  expect(stderr).toContain(join(homedir(), 'none/of/these.db'));
});

test('an error in reading .env names the file', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'file'), '');
  const { exitCode, stderr } = await runCli(['status'], { folder: join(folder, 'file') });
  expect({ exitCode, named: stderr.includes('.env') }).toEqual({ exitCode: 2, named: true });
});

describe('help', () => {
  test.each(['sync', 'nightly', 'status', 'case', 'query', 'audit', 'doctor', 'demo', 'fake-api'])(
    'of %s goes to standard output',
    async (command) => {
      const { exitCode, stdout, stderr } = await runCli([command, '--help']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain(`Usage: clearinghouse-mirror ${command}`);
    },
  );

  test('is also printed for a call without a command, which exits with 2', async () => {
    const { exitCode, stdout, stderr } = await runCli([]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: clearinghouse-mirror');
  });
});

test.each<[number, string[], string, string]>([
  [2, ['query', '--file', ''], '--file is empty.', 'Give it a path'],
  [2, ['query', 'SELECT 1', '--output', ''], '--output is empty.', 'Give it a path'],
  [2, ['query', 'SELECT 1', '--database', ''], '--database is empty.', 'Give it a value'],
  [2, ['nightly', '--schedule', ' '], '--schedule is empty.', 'Give it a value'],
  [2, ['snapshot', '--to', ''], '--to is empty.', 'Give it a path'],
  [2, ['restore', ''], 'The name of the snapshot is empty.', 'Give it a path'],
  [2, ['demo', '--database', ''], '--database is empty.', 'Give it a path'],
  [9, ['snapshot', '--to', '.'], ' is a folder. [SNAPSHOT_EXISTS]', 'Name a file in it.'],
  [2, ['query', 'SELECT 1', '--output', `${'x'.repeat(300)}.csv`], ' cannot be written: ', 'is writable'],
  [2, ['query', 'SELECT 1', '--output', `${'x'.repeat(300)}.csv`], '. [OUTPUT_FAILED]', 'disk has space'],
  [9, ['snapshot', '--to', 'nowhere/x.db'], '. [SNAPSHOT_FAILED]', 'Create the folder first'],
  [2, ['query', 'SELECT 1', '--output', '.'], '. is a folder. [OUTPUT_REFUSED]', 'Name a file in it.'],
  [9, ['restore', '.'], ' is a folder. [DATABASE_FOREIGN]', 'Name a file in it.'],
  [9, ['status', '--database', '.'], ' is a folder. [DATABASE_FOREIGN]', 'Name a file in it.'],
  [2, ['query', 'SELECT 1', '--output', 'x.XLSX'], 'x.XLSX would hold text', 'ends in .csv'],
  [
    2,
    ['snapshot', '--list', '--to', 'x.db'],
    'takes --list or --to',
    '`clearinghouse-mirror snapshot --help`',
  ],
  [2, ['snapshot', '--list', '--as-of', '1'], 'takes --list or --as-of', 'snapshot --help'],
  [2, ['snapshot', '--list', '--keep-daily', '1'], 'takes --list or --keep-daily', 'snapshot --help'],
  [2, ['query', '--file', 'nowhere.sql'], 'there is no such file', 'Check the name of the file'],
  [2, ['fake-api', '--days=-1'], '--days cannot be "-1".', '0 or more'],
  [9, ['status', '--database', 'empty'], ' is a folder. [DATABASE_FOREIGN]', 'No file in it ends in .db.'],
  [2, ['fake-api', '--port', '70000'], 'at most 65535', '`clearinghouse-mirror fake-api --help`'],
  [2, ['nightly', '--timezone', 'Detroit'], 'is not a time zone.', 'Did you mean America/Detroit?'],
])('exit %i: %j says what is wrong and what to do', async (code, args, sentence, hint) => {
  const { harness } = await startDays(smallCollection(1));
  const { database } = harness;
  const folder = dirname(database);
  const env = { CLEARINGHOUSE_API_TOKEN: 'some-token', CLEARINGHOUSE_DATABASE: database };
  mkdirSync(join(folder, 'empty'), { recursive: true });
  const { exitCode, stdout, stderr } = await runCli(args, { env, folder });
  expect([exitCode, stdout]).toEqual([code, '']);
  const [error, told] = stderr.split('\nHint: ');
  expect(error).toContain(sentence);
  expect(told).toContain(hint);
});

test('demo resolves a relative path from the current folder', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'notes.db'), 'These are notes.');
  const { exitCode, stderr } = await runCli(['demo', '--database', 'notes.db'], { folder });
  expect([exitCode, stderr]).toEqual([9, expect.stringContaining(join(folder, 'notes.db'))]);
});
