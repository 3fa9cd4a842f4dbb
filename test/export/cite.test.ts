import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { FEDERAL_DISTRICTS, abbreviateCourt } from '../../src/case/courts.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { CITATION_FORMATS } from '../../src/export/render-citation.ts';
import { departureSql, shareDays } from '../support/days.ts';
import { makeCase, makeDocket } from '../support/make-case.ts';
import { startSite } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { runCli } from '../support/command-line.ts';

const KANSAS = 'District of Kansas';
const NO_PARTS = {
  docket_office_number: null,
  docket_year: null,
  docket_filing_number: null,
  docket_case_type: null,
};

const CASES = [
  makeCase({
    id: 1,
    court: KANSAS,
    filing_date: '2023-02-28',
    main_docket: makeDocket({ court: KANSAS, docket_number_manual: '1:23-cv-00456' }),
  }),
  // A case that has nearly nothing.
  makeCase({ id: 2, name: '', court: 'No Court', filing_date: null, filing_year: null, main_docket: null }),
  // What BibTeX reads as commands; a direction that nobody sees; two lines.
  makeCase({
    id: 3,
    name: 'Núñez & "Œuvre_1" {100%} #$~^\\ \u202eb\nv. Weiß Łódź',
    court: 'Borealia state trial court',
    filing_date: '2922-01-01',
    filing_year: 2019,
    main_docket: makeDocket({ court: '', docket_number_manual: 'No. BC_55', ...NO_PARTS }),
  }),
  // The number is that of an appeal; it is written in parts only.
  makeCase({
    id: 4,
    court: KANSAS,
    filing_year: 0,
    filing_date: null,
    main_docket: makeDocket({
      court: 'U.S. Court of Appeals for the Second Circuit',
      docket_number_manual: '',
      docket_filing_number: 7,
    }),
  }),
  makeCase({
    id: 5,
    name: null,
    never_filed: true,
    main_docket: makeDocket({ docket_number_manual: '[Sealed]', ...NO_PARTS }),
  }),
  makeCase({ id: 6, name: 'Gone v. Thimble County' }),
  makeCase({ id: 7, name: 'Sealed v. Thimble County' }),
  // Impossible for the clean views too.
  makeCase({
    id: 9,
    name: 'Old v. Thimble County',
    filing_date: '1700-05-06',
    filing_year: 1700,
    main_docket: null,
  }),
];

const start = shareDays(
  () => recordedCases(CASES),
  [
    (source) => {
      source.edit(1, (one) => ({ ...one, name: 'Alder v. Brook' }));
    },
    () => undefined,
  ],
  `${departureSql(6, 3)}; UPDATE sync_runs SET api_url = 'https://clearinghouse.net/api/v2p1/';
  UPDATE cases SET mirror_departed_run_id = 3 WHERE id = 6;
  UPDATE cases SET mirror_redacted_run_id = 3 WHERE id = 7`,
);

/** The parts of csl-data.json 1.0.2 that concern what `cite` writes. Another field, or another kind of value, is an error. */
const TEXT = { type: 'string' };
const DATE = {
  type: 'object',
  additionalProperties: false,
  required: ['date-parts'],
  properties: {
    'date-parts': {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: { type: 'array', minItems: 1, maxItems: 3, items: { type: ['string', 'number'] } },
    },
  },
};
const CSL = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'id'],
    properties: {
      type: { enum: ['legal_case', 'dataset'] },
      id: { type: ['string', 'number'] },
      title: TEXT,
      author: {
        type: 'array',
        items: { type: 'object', additionalProperties: false, properties: { literal: TEXT } },
      },
      authority: TEXT,
      number: { type: ['string', 'number'] },
      publisher: TEXT,
      version: { type: ['string', 'number'] },
      source: TEXT,
      note: TEXT,
      URL: TEXT,
      issued: DATE,
      accessed: DATE,
    },
  },
};

/** The fields of Zotero that its translator for RIS fills, by type and tag. */
const ZOTERO: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CASE: {
    TI: 'caseName',
    SV: 'docketNumber',
    PB: 'court',
    DA: 'dateDecided',
    DB: 'archive',
    UR: 'url',
    Y2: 'accessDate',
    N1: 'notes',
  },
  DATA: {
    TI: 'title',
    AU: 'creators/author',
    PB: 'repository',
    ET: 'versionNumber',
    DA: 'date',
    UR: 'url',
    Y2: 'accessDate',
    N1: 'notes',
  },
};

function importRis(ris: string): Record<string, string> {
  const lines = ris.split('\r\n');
  expect(lines.slice(-2)).toEqual(['ER  - ', '']);
  const tags = lines.slice(0, -2).map((line) => {
    expect(line).toMatch(/^[A-Z][A-Z0-9] {2}- \S/);
    return [line.slice(0, 2), line.slice(6)] as const;
  });
  const [[first, type] = ['', '']] = tags;
  expect(first).toBe('TY');
  return Object.fromEntries([
    ['type', type],
    ...tags
      .slice(1)
      .flatMap(([tag, value]) => (tag === 'ID' ? [] : [[ZOTERO[type]?.[tag] ?? `unknown ${tag}`, value]])),
  ]) as Record<string, string>;
}

describe('cite', () => {
  test('writes a citation as the Bluebook does, with the address and the day of the data', async () => {
    const { run } = await start();
    const plain = async (...args: string[]) => (await run('cite', ...args)).stdout.trimEnd();
    const at = (id: number, day = 'Jan. 3, 2030') =>
      `Civil Rights Litigation Clearinghouse, https://clearinghouse.net/case/${id} (data of ${day}).`;
    const mixed = await run('cite', '1', 'Velazmoor');
    expect(mixed.stderr).toContain('Words can name only one case.');
    expect(await plain('1')).toBe(
      `Alder v. Brook, No. 1:23-cv-00456 (D. Kan. filed Feb. 28, 2023), ${at(1)}`,
    );
    expect(await plain('1', '--as-of', '1')).toBe(
      `Alder v. Thimble County, No. 1:23-cv-00456 (D. Kan. filed Feb. 28, 2023), ${at(1, 'Jan. 1, 2030')}`,
    );
    expect(await plain('2')).toBe(`[Case 2, without a name], ${at(2)}`);
    expect(await plain('3')).toBe(
      `Núñez & "Œuvre_1" {100%} #$~^\\ b v. Weiß Łódź, No. BC_55 (Borealia state trial court filed 2019), ${at(3)}`,
    );
    expect(await plain('4')).toBe(`Alder v. Thimble County, No. 4:19-cv-00007 (2d Cir.), ${at(4)}`);
    expect(await plain('5')).toBe(`[Case 5, without a name] (District of North Borealia), ${at(5)}`);
    expect(await plain('9')).not.toContain('1700');
    expect(await plain('--dataset', '--as-of', '2')).toBe(
      'Civil Rights Litigation Clearinghouse, University of Michigan Law School, https://clearinghouse.net (data of Jan. 2, 2030; run-2-2030-01-02).',
    );
  });

  test('cites a departed case as it was last found, and says that it has left the site', async () => {
    const { run } = await start();
    expect((await run('cite', '6')).stdout).toMatch(/\(data of Jan\. 2, 2030; no longer on the site\)\.\n$/);
  });

  test.each([
    [['7'], 'CASE_REDACTED', 'removed in run 3'],
    [['7', '--as-of', '1'], 'CASE_REDACTED', 'removed in run 3'],
    [['8'], 'CASE_NOT_MIRRORED', 'has no case 8'],
    [['v. Thimble'], 'CASE_AMBIGUOUS', 'cases match'],
    [
      ['https://clearinghouse.net/case/1 and https://clearinghouse.net/case/2'],
      'USAGE',
      'one case at a time',
    ],
    [[], 'USAGE', 'takes a case, or --dataset'],
    [['1', '--dataset'], 'USAGE', 'and not both'],
    [['1', '--as-of', '99'], 'RUN_UNKNOWN', 'has no run 99'],
  ])('refuses %j with %s', async (args, code, words) => {
    const { run } = await start();
    const { exitCode, stdout, stderr } = await run('cite', ...args);
    expect([exitCode, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringMatching(`${words}[^]*\\[${code}\\]\\nHint: `),
    ]);
  });

  test('says that data of another address are not the own of the Clearinghouse, in an export too', async () => {
    const { run, write, harness } = await start();
    expect((await run('cite', '1')).stderr).toBe('');
    const address = 'http://127.0.0.1:3000/api/v2p1/';
    write(`UPDATE sync_runs SET api_url = '${address}'`);
    for (const args of [['1'], ['--dataset']])
      expect((await run('cite', ...args)).stderr).toBe(
        `Note: The data come from ${address}, which is not the Clearinghouse's own API.\n`,
      );
    expect((await run('cite', '--dataset')).stdout).toBe(
      `API at 127.0.0.1:3000, not the Civil Rights Litigation Clearinghouse, ${address} (data of Jan. 3, 2030; run-3-2030-01-03).\n`,
    );
    for (const format of ['plain', 'bibtex', 'ris', 'csl-json'])
      expect((await run('cite', '1', '--format', format)).stdout).toContain(
        'from the API at 127.0.0.1:3000, not from the Clearinghouse',
      );
    const folder = join(tempFolder(), 'out');
    await runCli(['export', folder, '--filed', '2019', '--tables', 'cases', '--database', harness.database]);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    for (const name of ['README.md', 'CITATION.cff', 'LICENSE.md', 'datapackage.json', 'manifest.json'])
      expect([name, read(name)]).toEqual([name, expect.stringContaining(address)]);
    expect(read('README.md')).toContain('Only cases whose `filed` is `2019`.');
    const { content_sha256 } = JSON.parse(read('manifest.json')) as { content_sha256: string };
    expect(read('CITATION.cff')).toContain('(selection: filed 2019; tables cases)"\nabstract: "');
    expect(read('CITATION.cff')).toContain(`begins with ${content_sha256.slice(0, 12)}.`);
    expect(read('codebook.md')).not.toContain('\\`');
  });

  test('says on standard error if the court of the case is another than that of the docket', async () => {
    const { run } = await start();
    expect((await run('cite', '4')).stderr).toBe(
      `Note: The court is that of the main docket, U.S. Court of Appeals for the Second Circuit; the court of the case is ${KANSAS}.\n`,
    );
  });

  test('says of the data set what it lacks', async () => {
    const { run, write } = await start();
    write(`UPDATE sync_runs SET outcome = 'partial'`);
    expect((await run('cite', '--dataset')).stdout).toContain('; incomplete: run 3 is partial');
  });

  test('refuses the data set of a mirror that has read nothing, and so does a release', async () => {
    const { run, write } = await start();
    write(`PRAGMA foreign_keys = OFF; DELETE FROM cases; DELETE FROM list_syncs; DELETE FROM sync_runs WHERE id > 1;
      UPDATE sync_runs SET outcome = 'failed'`);
    for (const words of [
      ['cite', '--dataset'],
      ['release', join(tempFolder(), 'out'), '--allow-partial'],
      ['export', join(tempFolder(), 'out'), '--allow-partial'],
    ])
      expect((await run(...words)).stderr).toMatch(/neither a case nor a list.*\[EXPORT_INCOMPLETE\]/);
  });

  test('writes RIS that Zotero imports as a case and as a data set, with every field', async () => {
    const { run } = await start();
    const ris = async (...args: string[]) =>
      importRis((await run('cite', ...args, '--format', 'ris')).stdout);
    expect(await ris('1')).toEqual({
      type: 'CASE',
      caseName: 'Alder v. Brook',
      docketNumber: '1:23-cv-00456',
      court: KANSAS,
      dateDecided: '2023/02/28',
      archive: 'Civil Rights Litigation Clearinghouse',
      url: 'https://clearinghouse.net/case/1',
      accessDate: '2030/01/03',
      notes: 'Data of 2030-01-03',
    });
    expect(await ris('--dataset')).toMatchObject({
      type: 'DATA',
      'creators/author': expect.not.stringContaining(','),
      versionNumber: 'run-3-2030-01-03',
    });
    expect(await ris('3')).toMatchObject({
      dateDecided: '2019',
      caseName: expect.stringContaining('b v. Weiß'),
    });
  });

  test('writes CSL JSON by its schema, also of odd cases', async () => {
    const { run } = await start();
    const validate = new Ajv({ allowUnionTypes: true }).compile(CSL);
    for (const args of [['1'], ['2'], ['3'], ['4'], ['5'], ['6'], ['--dataset']]) {
      const items = JSON.parse((await run('cite', ...args, '--format', 'csl-json')).stdout) as {
        type: string;
      }[];
      expect([args, validate(items), validate.errors]).toEqual([args, true, null]);
      expect(items.map(({ type }) => type)).toEqual([args[0] === '--dataset' ? 'dataset' : 'legal_case']);
    }
    expect(validate([{ type: 'legal_case', id: 1, court: 'x' }])).toBe(false);
  });

  test('writes BibTeX that keeps court and number, and escapes what TeX would read as a command', async () => {
    const { run } = await start();
    const { stdout } = await run('cite', '3', '--format', 'bibtex');
    expect(stdout).toContain('@jurisdiction{clearinghouse-3,\n');
    expect(stdout).toContain(
      String.raw`title = {{N{\'u}{\~n}ez \& "{\OE}uvre\_1" \{100\%\} \#\${\textasciitilde}{\textasciicircum}{\textbackslash} b v. Wei{\ss} {\L}{\'o}d{\'z}}},`,
    );
    expect(stdout).toContain(String.raw`number = {No. BC\_55},`);
    expect(stdout).toContain('court = {Borealia state trial court},');
    const bare = stdout.replace(/\\[{}]/g, '');
    expect(bare.split('{')).toHaveLength(bare.split('}').length);
    expect((await run('cite', '--dataset', '--format', 'bibtex')).stdout).toContain(
      'author = {{Civil Rights Litigation Clearinghouse}},',
    );
  });

  test('cites several cases in one file of each format, each case once', async () => {
    const { run } = await start();
    const cite = async (format: string, ...cases: string[]) =>
      (await run('cite', ...cases, '--format', format)).stdout;
    const each = await Promise.all(['1', '4'].map((id) => cite('plain', id)));
    expect(await cite('plain', '1', '4', 'https://clearinghouse.net/case/1')).toBe(each.join(''));
    expect((await cite('bibtex', '1', '4')).match(/^@jurisdiction\{clearinghouse-\d,$/gm)).toEqual([
      '@jurisdiction{clearinghouse-1,',
      '@jurisdiction{clearinghouse-4,',
    ]);
    expect((await cite('ris', '1', '4')).match(/^(?:TY|ER) {2}- /gm)).toHaveLength(4);
    expect(JSON.parse(await cite('csl-json', '1', '4'))).toEqual([
      expect.objectContaining({ id: 'clearinghouse-1' }),
      expect.objectContaining({ id: 'clearinghouse-4' }),
    ]);
    expect((await run('cite', '1', '424242')).stderr).toContain('CASE_NOT_MIRRORED');
  });

  test('says what the page of the case says, and for the data set what an export says', async () => {
    const { run, harness } = await start();
    const site = await startSite(harness.database);
    for (const [id, asOf] of [
      ['1', []],
      ['1', ['--as-of', '1']],
      ['5', []],
    ] as const) {
      const { body } = await site.get(`/cases/${id}${asOf.length === 0 ? '' : '?as-of=1'}`);
      expect(body).toContain(`<p class="cite">${(await run('cite', id, ...asOf)).stdout.trimEnd()}</p>`);
    }
    expect((await site.get('/cases/7')).body).not.toContain('How to cite');
    const folder = join(tempFolder(), 'out');
    await runCli(['export', folder, '--tables', 'runs', '--database', harness.database], {});
    const cff = readFileSync(join(folder, 'CITATION.cff'), 'utf8');
    expect(cff).toContain('version: "run-3-2030-01-03"\ndate-released: "2030-01-03"');
    expect((await run('cite', '--dataset')).stdout).toContain('run-3-2030-01-03');
  });

  test.each(CITATION_FORMATS)('writes the same %s in any time zone', async (format) => {
    const { harness, run } = await start();
    const args = ['cite', '1', '--format', format, '--database', harness.database];
    const there = await runCli(args, { env: { TZ: 'Pacific/Kiritimati' } });
    expect(there.stdout).toBe((await run('cite', '1', '--format', format)).stdout);
  });
});

describe('the names of federal courts', () => {
  test('are those of 94 districts, each with an abbreviation and a code of its own', () => {
    expect(FEDERAL_DISTRICTS).toHaveLength(94);
    for (const name of ['court', 'abbreviation', 'fjcDistrict'] as const)
      expect(new Set(FEDERAL_DISTRICTS.map((one) => one[name])).size).toBe(94);
  });

  test.each([
    ['Southern District of New York', 'S.D.N.Y.'],
    ['District of District of Columbia', 'D.D.C.'],
    ['Southern District of West Virginia', 'S.D. W. Va.'],
    ['Central District of California', 'C.D. Cal.'],
    ['U.S. Court of Appeals for the Ninth Circuit', '9th Cir.'],
    ['Tennessee state trial court', 'Tennessee state trial court'],
    ['Foreign Intelligence Surveillance Court', 'Foreign Intelligence Surveillance Court'],
  ])('%s is cited as %s', (court, abbreviation) => {
    expect(abbreviateCourt(court)).toBe(abbreviation);
  });
});
