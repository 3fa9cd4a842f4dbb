import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { dropSearchIndexes } from '../../src/db/search-index.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { shareHistory } from '../support/shared-history.ts';

const entry = (id: number, date_filed: string, description: string) =>
  makeEntry({ id, row_number: id, date_filed, description, url: `https://example.org/${id}` });

const QUILL = makeCase({
  id: 1,
  name: 'Quill v. Thimble County',
  court: 'District of Fogs',
  state: 'Maine',
  case_ongoing: 'Yes',
  filing_date: '2015-06-01',
  issues: ['Solitary confinement', 'Solitary confinement', 'Confinement'],
  summary:
    '<p>Guards used restraint chairs. The <b>injunction</b> was granted. \u0002\u0003\u0002<script>alert(1)</script></p>',
  main_docket: makeDocket({
    docket_number_manual: '4:19-cv-00123-RGS',
    docket_entries: [
      entry(11, '2019-01-02', 'MOTION for Preliminary Injunction'),
      entry(12, '2020-03-04', 'ORDER granting motion for injunctions'),
      { ...entry(13, '2021-03-04', 'Related case 2:05-cv-00777 noted'), url: 'nan' },
    ],
  }),
});
const ALDER = makeCase({
  id: 2,
  name: 'Alder v. Police of Fogtown',
  court: 'Court of Mist',
  state: 'Iowa',
  case_ongoing: 'No',
  filing_date: '2001-06-01',
  issues: ['Policing', 'Confinement'],
  summary: 'The William Bank policy.',
  main_docket: makeDocket({
    docket_number_manual: '05-777',
    docket_year: 2005,
    docket_filing_number: 777,
    docket_office_number: '',
    docket_case_type: '',
    docket_entries: [entry(21, '2005-02-03', 'Motion granted')],
  }),
});
const GONE = makeCase({
  id: 3,
  name: 'Zebra v. Warden',
  case_ongoing: 'No',
  issues: ['Solitary confinement', 'Confinement'],
  summary: 'injunction quagga',
  main_docket: makeDocket({
    docket_number_manual: '01-1',
    docket_year: 2001,
    docket_filing_number: 1,
    docket_entries: [entry(31, '2003-01-01', 'Motion of the zebra')],
  }),
});

/** In the second run, case 3 has departed and the summary of case 2 has changed. */
const share = shareHistory(() => ({
  source: recordedCases([QUILL, ALDER, GONE]),
  edits: [
    (source) => {
      source.remove(3);
      source.put({
        ...ALDER,
        summary:
          'The William Bank policy, with an okapi. A decree on the release of licenses is its defense.',
      });
    },
  ],
}));

async function start() {
  const { database, sync, fakeApi } = await share();
  const run = (...args: string[]) => runCli(['search', ...args, '--database', database]);
  const found = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await run(...args, '--json');
    expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/\[[A-Z_]+\]/)]);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(
        (line) =>
          JSON.parse(line) as {
            case_id: number;
            entries_found: number;
            found_in: string[];
            snippet: string | null;
          },
      );
  };
  const ids = async (...args: string[]) => (await found(...args)).map(({ case_id }) => case_id);
  return { run, found, ids, database, sync, source: fakeApi.source };
}

describe('search', () => {
  test('shows why each case was found, its matching entries with date and link, and the total counts', async () => {
    const { run } = await start();
    const { stdout, exitCode } = await run('injunction');
    expect(exitCode).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /^1 case matches, the most relevant first Quill v. Thimble County \(case 1\) https:\S+ District of Fogs, filed 2015-06-01, ongoing: Yes in summary: Guards used restraint chairs. The injunction was granted/,
    );
    expect(stdout).toContain('2 docket entries match:\n    2020-03-04');
    expect(stdout).toContain('      https://example.org/12\n');
    expect(stdout).toContain('In all: 1 case, 2 matching docket entries.');
    expect(stdout).not.toContain('\u0002');
  });

  test('finds a docket number in every form, with or without initials, and the entries that mention it', async () => {
    const { ids, found } = await start();
    for (const form of [
      '4:19-cv-00123',
      '4:19-cv-00123-RGS',
      '19-CV-123-XYZ',
      '19 Civ. 123',
      'No. 19-00123',
      'Case 4:19-cv-00123 (ABC)',
    ])
      expect([form, await ids(form)]).toEqual([form, [1]]);
    expect(await ids('3:19-cv-00123')).toEqual([]);
    expect((await found('2:05-cv-777')).map((one) => [one.case_id, one.entries_found])).toEqual([
      [2, 0],
      [1, 1],
    ]);
    expect((await found('4:19-cv-00123', 'motion')).map((one) => [one.case_id, one.entries_found])).toEqual([
      [1, 2],
    ]);
  });

  test('reads punctuation, hyphens and quotation marks literally', async () => {
    const { ids } = await start();
    for (const [words, expected] of [
      [['restraint', '-zebra'], [1]],
      [['injunction', '-chairs', '--in', 'cases'], []],
      // None of its entries contains the word.
      [['injunction', '-chairs'], [1]],
      [['"injunction was granted"'], [1]],
      [['"injunction were granted"'], []],
      [['"Williams Banks"'], []],
      [['Williams', 'Banks'], [2]],
      [['polici*'], []],
      [['polic*'], [2]],
      [
        ['fog*', '§'],
        [1, 2],
      ],
      [['AND'], []],
    ] as const)
      expect([words, (await ids(...words)).sort()]).toEqual([words, expected]);
  });

  test('rejects an invalid FTS5 query and a search without words as wrong usage', async () => {
    const { run, ids } = await start();
    for (const [args, code] of [
      [['a-cv', '--raw'], 'SEARCH_INVALID'],
      [['(', '--raw'], 'SEARCH_INVALID'],
      [['*reads', '--raw'], 'USAGE'],
      [['§'], 'USAGE'],
      [['-prison'], 'USAGE'],
      [['x', '--in', 'courts'], 'USAGE'],
      [['x', '--in', 'cases', '--entered', '2020'], 'USAGE'],
      [['x', '--filed', '2020..2015'], 'USAGE'],
    ] as const) {
      const { exitCode, stderr } = await run(...args);
      expect([args, exitCode, stderr]).toEqual([args, 2, expect.stringContaining(`[${code}]`)]);
    }
    expect((await run('x', '--filed', '2020..2015')).stderr).toContain(
      'dates for --filed ends before it begins',
    );
    const { stderr: spelled } = await run('x', '--filed', '2015-2020');
    expect(spelled).toContain('is not a range of dates for --filed.');
    expect(spelled).toContain('Did you mean 2015..2020?');
    expect(await ids('name : quill OR alder', '--raw', '--in', 'cases')).toEqual(
      expect.arrayContaining([1, 2]),
    );
  });

  test('filters by the date of a case and the date of an entry separately, and says which one it sorts by', async () => {
    const { run, ids, found } = await start();
    expect(await ids('motion', '--filed', '2015..2020')).toEqual([1]);
    expect(await ids('motion', '--filed', '..2001')).toEqual([2]);
    expect(
      (await found('motion', '--entered', '2020..')).map((one) => [one.case_id, one.entries_found]),
    ).toEqual([[1, 1]]);
    expect(await ids('motion', '--newest')).toEqual([1, 2]);
    expect((await run('motion', '--newest')).stdout).toContain('the newest entry first');
    expect((await run('fog*', '--newest', '--in', 'cases')).stdout).toContain('the last filed first');
  });

  test('applies filters before the limit, in the list and in the counts', async () => {
    const { run, ids } = await start();
    expect(await ids('motion', '--state', 'iowa', '--limit', '1')).toEqual([2]);
    expect(await ids('motion', '--ongoing', 'Yes', '--issue', 'solitary confinement')).toEqual([1]);
    expect(await ids('motion', '--court', 'Court of Mist', '--court', 'District of Fogs')).toHaveLength(2);
    const { stdout } = await run('motion', '--limit', '1');
    expect(stdout).toContain('1 more case not shown: --limit 0 shows all.');
    expect(stdout).toContain('In all: 2 cases, 3 matching docket entries.');
  });

  test('rejects a value that does not occur, and names those that do', async () => {
    const { run } = await start();
    const { exitCode, stderr } = await run('motion', '--court', 'Distict of Fogs');
    expect([exitCode, stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringContaining('Did you mean District of Fogs?'),
    ]);
    expect((await run('motion', '--state', 'ia')).stderr).toContain('Did you mean Iowa?');
    expect((await run('motion', '--ongoing', 'Maybe')).stderr).toMatch(/"Yes".*, '\(none\)'\./s);
  });

  test('names the filter of words that are only in its values, with a command that lists the cases', async () => {
    const { run } = await start();
    // A list can have a value twice, and a case that has left the site is not counted.
    const { stdout } = await run('confinement', 'solitary');
    const said = stdout.replaceAll(/\s+/g, ' ');
    expect(said).toContain('1 case has the issue "Solitary confinement".');
    expect(said).toContain("--issue 'Solitary confinement' is the filter.");
    expect(said).toMatch(/`clearinghouse-mirror query '.*' --database \S+`/);
    expect((await run('confinements')).stdout).toContain('the issue "Solitary confinement"');
    const counts = (await run('confinement')).stdout.match(/\d cases? (?:has|have) the issue/g);
    expect(counts).toEqual(['2 cases have the issue', '1 case has the issue']);
    expect((await run('--issue', 'Policing')).stderr).toContain('list the cases of filters alone');
  });

  test('shows no placeholder of the API as the address of an entry', async () => {
    const { run } = await start();
    expect((await run('noted')).stdout).not.toContain('nan');
    expect(JSON.parse((await run('noted', '--json')).stdout)).toMatchObject({
      entries: [{ url: expect.stringMatching(/^https:/) }],
    });
  });

  test('suggests words that occur, in their usual spelling', async () => {
    const { run } = await start();
    const { stdout } = await run('injuction', 'chairs');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('The word occurs in no searched text: "injuction".');
    expect(stdout).toContain('Did you mean injunction chairs?');
    expect((await run('injunction', '--state', 'Iowa')).stdout.replaceAll(/\s+/g, ' ')).toContain(
      'With these filters, the word occurs in no searched text: "injunction".',
    );
    expect((await run('quaga')).stdout).not.toContain('quagga');
  });

  test.each([
    ['decre', 'decree'],
    ['relase', 'release'],
    ['lisense', 'licenses'],
    ['defnse', 'defense'],
  ])('suggests for %j a word whose stem has another stem: %s', async (typed, meant) => {
    const { run } = await start();
    expect((await run(typed, '--in', 'cases')).stdout).toContain(meant);
  });

  test('says why it found nothing: the mirror does not have such records yet, or the query uses operators', async () => {
    const { run } = await start();
    const reasonsOf = async (...words: string[]) => (await run(...words)).stdout.replaceAll(/\s+/g, ' ');
    expect(await reasonsOf('injunction', '--in', 'texts')).toContain(
      'no texts of documents yet: `fetch-texts`',
    );
    expect(await reasonsOf('injunction', '--in', 'documents')).toContain('no documents yet: `sync`');
    expect(await reasonsOf('okapi', '--in', 'entries')).not.toContain('yet');
    expect(await reasonsOf('2:99-cv-77777')).toContain('once the list of dockets of its case has been read');
    expect(await reasonsOf('okapi OR chairs')).toContain('OR is searched as a word');
    expect(await reasonsOf('"okapi OR chairs"')).not.toContain('OR is searched');
    expect(await reasonsOf('okapi OR chairs', '--raw')).not.toContain('Nothing was found');
  });

  test('omits departed cases, and shows only departed cases with --departed', async () => {
    const { ids, found } = await start();
    expect(await ids('zebra')).toEqual([]);
    expect((await found('zebra', '--departed')).map((one) => [one.case_id, one.entries_found])).toEqual([
      [3, 1],
    ]);
    expect(await ids('injunction', '--departed')).toEqual([3]);
  });

  test('never finds a redacted case', async () => {
    const { run, ids, database, found } = await start();
    expect((await runCli(['redact', '3', '--yes', '--database', database])).exitCode).toBe(0);
    for (const args of [['zebra'], ['zebra', '--departed'], ['quagga', '--departed']])
      expect(await ids(...args)).toEqual([]);
    expect((await run('quaga', '--departed')).stdout).not.toContain('quagga');
    expect(await found('injunction')).toHaveLength(1);
  });

  test('finds the words that the mirror had at an earlier time with --as-of', async () => {
    const { ids } = await start();
    expect(await ids('okapi')).toEqual([2]);
    expect(await ids('okapi', '--as-of', '1')).toEqual([]);
    expect(await ids('zebra', '--as-of', '1')).toEqual([3]);
    expect(await ids('injunction', '--as-of', '1')).toHaveLength(2);
    expect(await ids('4:19-cv-123', '--as-of', '1')).toEqual([1]);
  });

  test('finds what is new with --since', async () => {
    const { ids } = await start();
    expect(await ids('policy', '--since', '2')).toEqual([2]);
    expect(await ids('injunction', '--since', '2')).toEqual([]);
  });

  test('says that the index is not built while a first run fills the mirror', async () => {
    const { run, database } = await start();
    const { sqlite, close } = openMirror(database);
    dropSearchIndexes(sqlite);
    close();
    const { exitCode, stderr } = await run('motion');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('[SEARCH_NOT_BUILT]')]);
  });

  test('prints every result in the other formats, with the names of the API', async () => {
    const { run, found } = await start();
    const [first] = await found('injunction');
    expect(first).toMatchObject({
      case_id: 1,
      case_ongoing: 'Yes',
      found_in: ['summary'],
      entries_found: 2,
      matches: ['injunction'],
      entries: [{ id: 12, date_filed: '2020-03-04' }, { id: 11 }],
    });
    const { stdout } = await run('motion', '--format', 'csv');
    expect(stdout.split('\n')[0]).toBe(
      'case_id,name,court,state,filing_date,filing_year,case_ongoing,found_in,snippet,matches,documents_found,documents,entries_found,newest_entry,entries,url',
    );
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  });
});
