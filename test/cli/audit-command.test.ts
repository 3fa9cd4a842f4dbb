import { describe, expect, test } from '@jest/globals';
import { listAudits } from '../../src/db/audits.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { soundCase } from '../db/sound-case.ts';
import { runCli } from '../support/command-line.ts';
import { shareHistory, startHistory } from '../support/shared-history.ts';

/** A mirror of five cases, three of them ongoing with a closing year, and the command for it. */
const NAME = 'Alder v. Brook';
const toHistory = (name: string) => ({
  source: recordedCases([
    ...[3, 1, 2].map((id) => soundCase(id, { closing_year: 2020 + id, name })),
    soundCase(4, { filing_year: 2018 }),
    soundCase(5),
  ]),
});
const share = shareHistory(() => toHistory(NAME));

async function start(name = NAME) {
  const { database } = name === NAME ? await share() : await startHistory(toHistory(name));
  return (...args: string[]) => runCli(['audit', ...args], { env: { CLEARINGHOUSE_DATABASE: database } });
}

describe('audit', () => {
  test('counts the cases of every audit and says what the audit shows', async () => {
    const audit = await start();
    const { exitCode, stdout, stderr } = await audit();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^ongoing_yet_closed +3 {2}Cases said to be ongoing that have a terminating$/m);
    expect(stdout).toMatch(/^dates_at_odds +1 {2}Cases whose years/m);
    expect(stdout).toMatch(/^without_name +0 {2}Cases without a name\.$/m);
    const text = stdout.replace(/\s+/g, ' ');
    for (const { name, shows } of listAudits())
      expect(text).toMatch(new RegExp(`${name} \\d+ ${shows.slice(0, 40)}`));
  });

  test('--format json prints a list with the same facts', async () => {
    const audit = await start();
    const counts: Record<string, number> = { ongoing_yet_closed: 3, dates_at_odds: 1 };
    expect(JSON.parse((await audit('--format', 'json')).stdout)).toEqual(
      listAudits().map(({ name, view, shows }) => ({ name, view, count: counts[name] ?? 0, shows })),
    );
  });

  test('prints the counts in the other formats too', async () => {
    const audit = await start();
    const { stdout } = await audit('--format', 'csv');
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'name,view,count,shows',
      'ongoing_yet_closed,audit_ongoing_yet_closed,3,Cases said to be ongoing that have a terminating date or a closing year.',
    ]);
  });
});

describe('audit NAME', () => {
  const ids = (ndjson: string): unknown[] =>
    ndjson
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { case_id: number }).case_id);

  test('lists the cases in order of id, at most --limit of them', async () => {
    const audit = await start();
    const list = (...more: string[]) => audit('ongoing_yet_closed', '--format', 'ndjson', ...more);
    expect(ids((await list()).stdout)).toEqual([1, 2, 3]);
    expect(ids((await list('--limit', '2')).stdout)).toEqual([1, 2]);
    expect(ids((await list('--limit', '3')).stdout)).toEqual([1, 2, 3]);
  });

  test('also accepts the name of the view', async () => {
    const audit = await start();
    expect(await audit('audit_ongoing_yet_closed')).toEqual(await audit('ongoing_yet_closed'));
  });

  test('prints a table, CSV, TSV and JSON as `query` does', async () => {
    const audit = await start();
    const list = async (...more: string[]) =>
      (await audit('ongoing_yet_closed', '--limit', '1', ...more)).stdout;
    const columns = [
      'case_id',
      'name',
      'url',
      'case_ongoing',
      'terminating_date',
      'closing_year',
      'last_checked_date',
      'last_entry_date',
    ];
    const cells = [
      1,
      'Alder v. Brook',
      'https://clearinghouse.net/case/1',
      'Yes',
      null,
      2021,
      '2029-05-06',
      '2019-03-14',
    ];
    const toLines = (separator: string) => `${columns.join(separator)}\n${cells.join(separator)}\n`;
    expect(await list('--format', 'csv')).toBe(toLines(','));
    expect(await list('--format', 'tsv')).toBe(toLines('\t'));
    const rows = [Object.fromEntries(columns.map((column, at) => [column, cells[at]]))];
    expect(JSON.parse(await list('--json'))).toEqual(rows[0]);
    expect(JSON.parse(await list('--format', 'json'))).toEqual(rows);
    const [heading, , row] = (await list()).split('\n');
    expect(heading?.split(/ {2,}/)).toEqual(columns);
    expect(row).toMatch(/^ +1 {2}Alder v\. Brook {2}https.* NULL +2021 /);
  });

  test('prints only a heading if it has no cases, and an empty list in JSON', async () => {
    const audit = await start();
    expect((await audit('without_name', '--format', 'json')).stdout).toBe('[]\n');
    expect((await audit('without_name')).stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  test('prints no control character of a name from the API', async () => {
    const audit = await start('\u001b[2J\nAlder');
    const { stdout } = await audit('ongoing_yet_closed');
    expect(stdout).not.toContain('\u001b');
    expect(stdout.trimEnd().split('\n')).toHaveLength(2 + 3);
  });
});

describe('audit rejects', () => {
  test('an unknown name, and lists the known ones', async () => {
    const audit = await start();
    const { exitCode, stdout, stderr } = await audit('nonsense');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Error: There is no audit "nonsense"\. \[USAGE\]\nHint: The audits are /);
    for (const { name } of listAudits()) expect(stderr).toContain(name);
  });

  const wrong: string[][] = [
    ['clean_cases'],
    ['long_unchecked; DELETE FROM cases'],
    [''],
    ['--limit', '5'],
    ['long_unchecked', '--limit', '0'],
    ['long_unchecked', '--limit', '-1'],
    ['long_unchecked', '--limit', '1.5'],
    ['long_unchecked', '--limit', 'many'],
    ['long_unchecked', '--format', 'xml'],
    ['long_unchecked', 'without_name'],
  ];
  test.each(wrong.map((args) => [args]))('%j', async (args) => {
    const audit = await start();
    const { exitCode, stdout, stderr } = await audit(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^error: |^Error: /i);
    expect(stderr).toContain('Hint: ');
  });

  test.each([[[]], [['without_name']]])('a missing mirror: %j', async (args) => {
    const { exitCode, stdout, stderr } = await runCli(['audit', ...args, '--database', '/nowhere/x.db']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: '' });
    expect(stderr).toContain('[DATABASE_MISSING]');
  });
});
