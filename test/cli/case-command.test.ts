import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { runCli } from '../support/command-line.ts';
import { departureSql, startDays } from '../support/days.ts';

const entries = Array.from({ length: 8 }, (_, at) =>
  makeEntry({
    id: 500 + at,
    entry_number: String(at + 1),
    date_filed: `2020-01-0${at + 1}T00:00:00-05:00`,
    description: `ENTRY ${at + 1} ${'with many words '.repeat(20)}and its end`,
  }),
);

async function start() {
  const days = await startDays(
    recordedCases([
      makeCase({ id: 1, main_docket: makeDocket({ docket_entries: entries }) }),
      makeCase({
        id: 2,
        name: 'Núñez v. Brook',
        main_docket: makeDocket({
          id: 2,
          docket_number_manual: '1:20-cv-00777-XYZ',
          docket_office_number: '1',
          docket_year: 2020,
          docket_filing_number: 777,
        }),
      }),
      makeCase({
        id: 3,
        name: 'Alder v. Brook',
        main_docket: makeDocket({
          id: 3,
          docket_number_manual: 'BC 555-001',
          docket_office_number: null,
          docket_year: null,
          docket_filing_number: null,
        }),
      }),
    ]),
    () => undefined,
  );
  const show = (columns: number, ...args: string[]) =>
    runCli(['case', ...args], {
      env: { CLEARINGHOUSE_DATABASE: days.harness.database, COLUMNS: String(columns) },
    });
  return { ...days, show };
}

describe('case', () => {
  test('shows the parties, the outcome and the time of the last check in 80 columns', async () => {
    const { show } = await start();
    const { stdout } = await show(80, '1');
    const text = stdout.replace(/\s+/g, ' ');
    for (const part of [
      'Plaintiffs Three keepers of an invented lighthouse; Private Plaintiff; Keeper',
      'Defendants Thimble County (Office of Lamps, Wickford, Thimble, County)',
      'Class action sought: Yes; granted: Pending',
      'Relief Injunction; by Litigation; settlement: Consent decree; injunction: Monitoring; duration: 2020 - 2023',
      'Available documents Trial Court Docket; Complaint (any)',
      'Related cases Birch v. Thimble County (case 90002)',
      'Last checked 2024-05-06',
      'In short Keepers of the lamp sued the county.',
      'Summary Keepers of the lamp sued & won. The county appealed.',
    ])
      expect(text).toContain(part);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('shows the beginning of the newest entries, and every entry in full with --docket', async () => {
    const { show } = await start();
    const brief = (await show(80, '1')).stdout;
    expect(brief.match(/ENTRY \d/g)).toEqual(['ENTRY 8', 'ENTRY 7', 'ENTRY 6', 'ENTRY 5', 'ENTRY 4']);
    expect(brief).toMatch(/(with|many|words)…$/m);
    expect(brief).toContain('3 more: --docket shows all');
    const whole = (await show(80, '1', '--docket')).stdout;
    expect(whole.match(/ENTRY \d/g)).toEqual(entries.map((_, at) => `ENTRY ${at + 1}`));
    expect(whole.replace(/\s+/g, ' ').match(/and its end/g)).toHaveLength(8);
    expect(whole).not.toContain('…');
  });

  test('says in its first line that the case has departed, with the date and the run', async () => {
    const { show, write } = await start();
    write(departureSql(1, 2));
    const said = 'Departed: run 2 found it gone from the site on 2030-01-02 03:17.';
    expect((await show(80, '1')).stdout.split('\n')[0]).toBe(said);
    expect((await show(80, '1', '--markdown')).stdout.split('\n')[0]).toContain('Departed: run 2');
    expect(JSON.parse((await show(80, '1', '--json')).stdout)).toMatchObject({
      departed_run_id: 2,
      departed_at: '2030-01-02T03:17:00.000Z',
      redacted_run_id: null,
    });
    const before = await show(80, '1', '--as-of', '1', '--json');
    expect(JSON.parse(before.stdout)).toMatchObject({ departed_run_id: null, departed_at: null });
  });

  test('says in its first line that the case was redacted', async () => {
    const { show, harness, write } = await start();
    write(departureSql(1, 2));
    const redact = await runCli(['redact', '1', '--yes'], {
      env: { CLEARINGHOUSE_DATABASE: harness.database },
    });
    expect(redact.exitCode).toBe(0);
    const { stdout } = await show(80, '1');
    expect(stdout).toMatch(
      /^Redacted by run 3 on \d{4}-\d\d-\d\d \d\d:\d\d: its content was removed on request\.\nDeparted/,
    );
    expect(stdout).toContain('(removed) (case 1)');
    expect(stdout).toMatch(/Linked lists +removed\n/);
    const history = await show(80, '1', '--history');
    expect(history.stdout).toContain('linked lists: removed');
    expect(JSON.parse((await show(80, '1', '--json')).stdout)).toMatchObject({ redacted_run_id: 3 });
  });

  test.each([
    [['https://www.clearinghouse.net/case/2/?x=1'], 2],
    [['1:20-cv-00777'], 2],
    [['20', 'CV', '777'], 2],
    [['BC555001'], 3],
    [['nunez'], 2],
    [['alder', 'thim'], 1],
    [['Alder v. Brook'], 3],
    [['Alder vs Brook'], 3],
  ])('accepts %j', async (words, id) => {
    const { show } = await start();
    const { stdout, stderr } = await show(80, ...words, '--json');
    expect([stderr, (JSON.parse(stdout) as { id: number }).id]).toEqual(['', id]);
  });

  test('lists all cases that match a name, and shows none of them in full', async () => {
    const { show } = await start();
    const { exitCode, stdout, stderr } = await show(80, 'brook');
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^ 2 {2}Núñez v\. Brook +District of North Borealia +2019-03-14$/m);
    expect(stderr).toMatch(/\[CASE_AMBIGUOUS\]\nHint: Give the id of one/);
  });

  test('says what it accepts if nothing matches', async () => {
    const { show } = await start();
    expect(await show(80, 'nobody')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/\[CASE_NOT_MIRRORED\]\nHint: Give an id, a link/),
    });
  });

  test('uses the local time of the reader', async () => {
    const { harness, write } = await start();
    write(departureSql(1, 2));
    const { stdout } = await runCli(['case', '1'], {
      env: { CLEARINGHOUSE_DATABASE: harness.database },
      timeZone: 'America/Detroit',
    });
    expect(stdout).toContain('on 2030-01-01 22:17.');
  });
});
