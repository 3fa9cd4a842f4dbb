import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { runCli } from '../support/command-line.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A mirror of one case, and the command line for it. */
async function start(sent = makeCase()) {
  const { sync, database } = await startHarness({ source: recordedCases([sent]) });
  await sync();
  const run = (...args: string[]) => runCli(args, { env: { CLEARINGHOUSE_DATABASE: database } });
  return { run, sent };
}

describe('status', () => {
  test('shows the contents of the mirror, its list syncs and its anomalies', async () => {
    const { run } = await start(makeCase({ filing_year: 'unknown' }));
    const { exitCode, stdout } = await run('status');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 case, 3 docket entries');
    expect(stdout).toMatch(/5021 Yes +1 +2030-01-15 03:17 +complete/);
    expect(stdout).toContain('1 field is not as documented.');
  });

  test('--json is one object with the same facts', async () => {
    const { run } = await start();
    const state = JSON.parse((await run('status', '--json')).stdout) as object;
    expect(state).toMatchObject({
      cases: 1,
      docket_entries: 3,
      rejected_records: 0,
      drift: [],
      runs: [{ id: 1, outcome: 'complete' }],
    });
  });
});

describe('case', () => {
  test('--raw prints exactly what the API sent', async () => {
    const { run, sent } = await start();
    expect(JSON.parse((await run('case', String(sent.id), '--raw')).stdout)).toEqual(sent);
  });

  test('shows the name, the docket and the summary as plain text', async () => {
    const { run, sent } = await start();
    const { stdout } = await run('case', String(sent.id));
    expect(stdout).toContain('Alder v. Thimble County');
    expect(stdout).toContain('(3 entries, newest first)');
    expect(stdout).not.toContain('<p>');
  });

  test('fails with a clear line for an unknown id', async () => {
    const { run } = await start();
    expect(await run('case', '1')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('has no case 1.'),
    });
  });
});

describe('query', () => {
  const sql = `SELECT 1 AS id, 'a,"b"' AS text, NULL AS empty, 2 AS id`;
  const formats: [string, string][] = [
    ['csv', 'id,text,empty,id\n1,"a,""b""",,2\n'],
    ['tsv', 'id\ttext\tempty\tid\n1\t"a,""b"""\t\t2\n'],
    ['ndjson', '{"id":1,"text":"a,\\"b\\"","empty":null,"id_2":2}\n'],
    ['json', '[\n  {"id":1,"text":"a,\\"b\\"","empty":null,"id_2":2}\n]\n'],
    ['table', 'id text empty id\n── ───── ───── ──\n 1 a,"b" NULL 2\n'],
  ];
  test.each(formats)('prints %s', async (format, expected) => {
    const { run } = await start();
    expect(await run('query', '--format', format, sql)).toEqual({
      exitCode: 0,
      stdout: expect.any(String),
      stderr: '',
    });
    const { stdout } = await run('query', '--format', format, sql);
    expect(stdout.replace(/ +/g, ' ')).toBe(expected.replace(/ +/g, ' '));
  });

  test('without rows prints an empty list in JSON, and only a heading in a table', async () => {
    const { run } = await start();
    expect((await run('query', '--format', 'json', 'SELECT id FROM cases WHERE 0')).stdout).toBe('[]\n');
    expect((await run('query', 'SELECT id FROM cases WHERE 0')).stdout).toBe('id\n──\n');
  });

  test('prints no control character of a text from the API', async () => {
    const { run } = await start();
    const { stdout } = await run('query', `SELECT char(27) || '[2J' || char(10) || 'x' AS text`);
    expect(stdout).not.toContain('\u001b');
    expect(stdout.split('\n')).toHaveLength(4);
  });

  test('reads the statement from a file', async () => {
    const { run } = await start();
    const path = join(tempFolder(), 'question.sql');
    writeFileSync(path, 'SELECT count(*) AS n FROM cases\n');
    expect((await run('query', '--file', path, '--format', 'csv')).stdout).toBe('n\n1\n');
  });
});
