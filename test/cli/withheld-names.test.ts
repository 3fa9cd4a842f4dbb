import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { FORMAT_NAMES } from '../../src/export/formats/format.ts';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { LISTS, PAGES } from '../../src/web/pages/pages.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { readWords } from '../export/export-harness.ts';
import { type Content, readMirror } from '../publish/publish-harness.ts';
import { type CliResult, runCli } from '../support/command-line.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { PLANTED, plantObjects, toPlainCases } from '../support/planted-objects.ts';
import { startSite } from '../support/site.ts';
import { type SyncHarness, startHarness } from '../support/sync-harness.ts';

/* The names that other cases give a case: at first, while it was on the site, and after it had left; and how they write its id. */
const NAMES = ['CanaryAlder', 'CanaryBrook', 'CanaryCedar', 'CanaryDune'] as const;
const GONE = 7;
const [first, second, third, fourth] = [
  { id: GONE, name: NAMES[0] },
  { id: '7', name: NAMES[1] },
  { id: ' 007 ', name: NAMES[2] },
  { id: 'https://clearinghouse.net/case/7/', name: NAMES[3] },
];
/** Names without an id may be those of any case. */
const ALONE = ['CanaryElm', 'CanaryFir'] as const;
const alone = [{ name: ALONE[0] }, ALONE[1]];
/** What is in an object that this version does not know: it may be a record that is not public. It differs in each run. */
const IN_OBJECT = 'CanaryVault';
const PLAIN = 'PlainMonitor';
/** An address in a folder that is not public, as a new field may have it. */
const IN_FOLDER = 'CanaryFolder';
const FOLDER = `https://example.org/media/%6Eonpublic/${IN_FOLDER}`;
const toUnknown = (run: number) => ({
  scan: `${FOLDER}/${run}.pdf`,
  scans: ['https://example.org/1.pdf', `${FOLDER}/${run}.pdf`],
  vault: { title: IN_OBJECT, run },
  vaults: [{ title: IN_OBJECT, run }],
});
/** What else attachments may be one day, and what is shown of it. */
const ODD_ATTACHMENTS = [
  {
    attachment_number: 2,
    description: 'A map',
    marks: ['PlainMark', 1, true],
    sealed: false,
    none: null,
    empty: [],
  },
  { attachment_number: [3], pdf_url: [FOLDER], description: { title: IN_OBJECT }, rows: [['a', FOLDER]] },
  'A map',
  null,
  [{ title: IN_OBJECT }],
];
const SHOWN_ATTACHMENTS = [
  { attachment_number: 1 },
  { attachment_number: 2, description: 'A map', marks: ['PlainMark', 1, true], sealed: false },
  { attachment_number: [3], pdf_url: null, description: null },
  'A map',
  null,
  null,
];
const KNOWN_VALUES = [
  { attachment_number: 1 },
  { attachment_number: 2, description: 'A map' },
  { attachment_number: null, pdf_url: null, description: null },
  'A map',
  null,
  null,
];
const addUnknown = (run: number) => ({
  ...toUnknown(run),
  monitor: `${PLAIN}${run}`,
  case_defendants: [{ name: 'A county', ...toUnknown(run) }],
  court: { title: IN_OBJECT, run },
  main_docket: {
    ...makeDocket({
      docket_entries: [
        {
          ...makeEntry({ id: 5 }),
          ...toUnknown(run),
          attachments: [{ attachment_number: 1, ...toUnknown(run) }, ...ODD_ATTACHMENTS],
        },
      ],
    }),
    ...toUnknown(run),
  },
});
const ALSO = 'Also v. Named';
const other = { id: 9, name: 'Known v. Named' };

/** Whether the program ended well; what it printed; what the files that it wrote say. */
interface Shown {
  readonly isGood: boolean;
  readonly words: string;
}

const CHANGED_LISTS = `SELECT new_value FROM clean_change_log WHERE kind = 'changed' AND field = 'related_cases'`;
const AS_OF = ['--as-of', '1'];
const SINCE = ['--since', '1'];

/** Every command that tells of cases, in every form; null for one that tells of none, with the reason in a comment. */
const ASKED: Readonly<Record<string, readonly (readonly string[])[] | null>> = {
  activity: [
    ['--format', 'csv'],
    [...SINCE, '--json'],
  ],
  audit: [[], ['long_unchecked']],
  browse: null, // every page of it: see below
  case: ['8', '9', String(GONE), ...PLANTED.map(String)].flatMap((id) => [
    [id],
    [id, '--json'],
    [id, '--markdown'],
    [id, '--history'],
    [id, '--history', '--json'],
    [id, '--history', '--markdown'],
    ...(id === '7'
      ? []
      : [
          [id, ...AS_OF],
          [id, ...AS_OF, '--json'],
        ]),
  ]),
  changes: [[], SINCE, [...SINCE, '--json'], [...SINCE, '--markdown'], [...SINCE, '--format', 'csv']],
  cite: [['8'], ['8', ...AS_OF], ['--dataset']],
  coverage: [[]],
  demo: null, // a mirror of its own
  departed: [[], ['--json']],
  doctor: [[]],
  export: [
    ...FORMAT_NAMES.map((name) => [`export-${name}`, '--format', name]),
    ['export-past', '--format', 'ndjson', ...AS_OF],
    ['export-bare', '--format', 'ndjson', '--without-texts'],
  ],
  'fake-api': null, // tells of invented cases
  'fetch-files': null, // tells of no case
  'fetch-texts': null,
  init: null,
  nightly: null, // prints what sync prints
  publish: null, // the tables of an export: see test/publish/
  query: [
    ['SELECT * FROM clean_related_cases'],
    ['SELECT * FROM clean_change_log'],
    [CHANGED_LISTS, '--format', 'csv'],
    ['SELECT * FROM clean_change_log', '--as-of', '4'],
    ['SELECT * FROM cases_flat', '--json'],
  ],
  redact: [[String(GONE)]],
  release: [['release']],
  report: [
    ['--output', 'report.html', ...SINCE],
    ['--output', 'report.md', ...SINCE],
  ],
  restore: null, // copies the mirror
  search: [['Canary*'], ['related'], ['Canary*', '--json']],
  snapshot: null, // copies the mirror
  status: [[], ['--json']],
  sync: [[]],
  transitions: [['--list'], [...SINCE, '--json']],
  verify: [[]],
};

/** Runs a command, and reads what it printed and every file that it wrote. */
async function show(harness: SyncHarness, folder: string, args: readonly string[]): Promise<Shown> {
  const { exitCode, stdout, stderr } = await runCli(args, { folder, env: harness.env });
  const written = args.map((arg) => join(folder, arg)).filter(existsSync);
  const words: string[] = [];
  for (const path of written)
    words.push(/\.\w+$/.test(path) ? readFileSync(path, 'utf8') : await readWords(path));
  return { isGood: exitCode === 0, words: [stdout, stderr, ...words].join('\n') };
}

/** The addresses of a route: of the cases that name the other one, of it, and of every run, view and audit. */
function toPaths(path: string): string[] {
  const names = path.startsWith('/schema') ? ['clean_related_cases', 'clean_change_log'] : ['long_unchecked'];
  return names
    .flatMap((name) =>
      [8, 9, GONE, 1, 2, 3, 4].map((id) =>
        path.replace(/:id\{[^}]*\}/, String(id)).replace(/:name\{[^}]*\}/, name),
      ),
    )
    .filter((one, at, all) => all.indexOf(one) === at);
}

async function showPages(harness: SyncHarness): Promise<ReadonlyMap<string, string>> {
  const site = await startSite(harness.database);
  const paths = [
    ...PAGES.flatMap(({ path }) => toPaths(path)),
    ...LISTS.flatMap(({ path }) => toPaths(path).flatMap((one) => [`${one}.csv`, `${one}.json`])),
    ...[8, 9, ...PLANTED].flatMap((id) => [`/cases/${id}.json`, `/cases/${id}?as-of=run+2`]),
    ...['', '.csv', '.json'].flatMap((ending) => [
      ...['docket', 'documents', 'history'].map((list) => `/cases/${PLANTED[0]}/${list}${ending}`),
      `/dockets/501/entries${ending}`,
    ]),
    ...['/dockets/501', '/documents/77', '/documents/78'],
    '/changes?since=run+1',
    '/search?q=Canary*',
    '/search.csv?q=Canary*',
    '/cases?q=Canary*',
    '/schema/clean_related_cases',
  ];
  const shown = new Map<string, string>();
  for (const path of paths) shown.set(path, (await site.get(path)).body);
  expect(site.faults).toEqual([]);
  return shown;
}

/** A case that others named before and after they changed, and that left the site; they name it again afterwards. */
async function startGone(): Promise<SyncHarness> {
  const source = recordedCases([
    makeCase({ id: GONE, name: 'Own name' }),
    makeCase({ id: 8, related_cases: [first, other, ...alone], ...addUnknown(1) }),
    makeCase({ id: 9, related_cases: null }),
    makeCase({ id: 10, related_cases: [first] }),
    ...toPlainCases(),
  ]);
  const harness = await startHarness({ source });
  const env = { ...harness.env, CLEARINGHOUSE_LINKED_BUDGET: '60' };
  const sync = async (): Promise<void> => {
    expect((await runCli(['sync'], { env })).exitCode).toBe(0);
  };
  await sync();
  plantObjects(source, { title: IN_OBJECT, run: 2 });
  source.edit(8, (record) => ({ ...record, related_cases: [second, other, ...alone], ...addUnknown(2) }));
  source.edit(9, (record) => ({ ...record, related_cases: [second, { id: 10, name: ALSO }] }));
  await sync();
  source.remove(GONE);
  source.edit(8, (record) => ({ ...record, related_cases: [third, other], state: 'Ohio' }));
  source.edit(10, (record) => ({ ...record, related_cases: [], state: 'Ohio' }));
  await sync();
  source.edit(8, (record) => ({ ...record, related_cases: [fourth, other, ...alone], ...addUnknown(3) }));
  source.edit(9, (record) => ({ ...record, related_cases: [] }));
  plantObjects(source, { title: IN_OBJECT, run: 4 });
  await sync();
  return harness;
}

/** The attachments of the only docket entry of a case, wherever the command puts the case. */
function findAttachments(json: string | undefined): unknown {
  let found: unknown;
  JSON.parse(json ?? '', (name, value: unknown) => {
    if (name === 'attachments') found = value;
    return value;
  });
  return found;
}

/** The names that a text has. */
const listNames = (
  words: string,
  names: readonly string[] = [...NAMES, ...ALONE, IN_OBJECT, IN_FOLDER],
): string[] => names.filter((name) => words.includes(name));

/**
 * After a redaction, the names are not in the bytes of the file, so no command can find them there. A few commands show that
 * what is left is still told.
 */
const ASKED_OF_REDACTED: readonly string[] = ['case', 'changes', 'departed', 'query', 'search'];

test('every command is asked here what it shows, or says why not', () => {
  expect(Object.keys(ASKED).sort()).toEqual(Object.keys(COMMANDS).sort());
});

describe.each(['departed', 'redacted'] as const)('the name of a case that was %s', (what) => {
  let harness: SyncHarness;
  const shown = new Map<string, Shown>();
  let pages: ReadonlyMap<string, string>;
  let proof: CliResult;
  let raw: string;
  let bytes: string;
  let views: Readonly<Record<string, readonly unknown[]>>;
  let published: Content;

  beforeAll(async () => {
    harness = await startGone();
    const folder = join(harness.database, '..');
    if (what === 'redacted') {
      const { stdout } = await runCli(['redact', String(GONE), '--yes', '--json'], { env: harness.env });
      expect(JSON.parse(stdout)).toMatchObject({ named_by_other_cases: 3 });
      const { source } = harness.fakeApi;
      source.edit(8, (record) => ({ ...record, related_cases: [third, other], state: 'Iowa' }));
      source.edit(10, (record) => ({ ...record, related_cases: [fourth] }));
      expect((await harness.sync()).outcome).toBe('complete');
    }
    const isAsked = (command: string): boolean => what === 'departed' || ASKED_OF_REDACTED.includes(command);
    for (const [command, forms] of Object.entries(ASKED).filter(([name]) => isAsked(name)))
      for (const args of forms ?? []) {
        const asked = [command, ...args];
        shown.set(asked.join(' '), await show(harness, folder, asked));
      }
    if (what === 'departed') {
      pages = await showPages(harness);
      const ofViews = harness.rows(
        `SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'clean!_%' ESCAPE '!' AND name <> 'clean_change_log'`,
      );
      views = Object.fromEntries(
        ofViews.map(({ name }) => [String(name), harness.rows(`SELECT * FROM ${String(name)}`)]),
      );
      published = await readMirror(harness.database);
    }
    proof = await runCli(['verify'], { env: harness.env });
    raw = (await runCli(['case', '8', '--raw'], { env: harness.env })).stdout;
    bytes = ['', '-wal']
      .map((suffix) => `${harness.database}${suffix}`)
      .filter(existsSync)
      .map((path) => readFileSync(path, 'latin1'))
      .join('');
  });

  test('is in nothing that a command shows or writes, whatever other cases say of it', () => {
    // The view is of SQL alone, and shows unknown objects.
    const isOfView = (asked: string): boolean => asked.startsWith('query SELECT * FROM clean_change_log');
    const naming = [...shown].flatMap(([asked, { words }]) => {
      const names = isOfView(asked) ? listNames(words, [...NAMES, ...ALONE]) : listNames(words);
      return names.length > 0 ? [[asked, names]] : [];
    });
    expect(naming).toEqual([]);
    const failed = [...shown].filter(([, { isGood }]) => !isGood).map(([asked, { words }]) => [asked, words]);
    expect(failed).toEqual([]);
    const exports = what === 'departed' ? ['export export-csv --format csv'] : [];
    for (const asked of ['case 8', ...exports]) expect(shown.get(asked)?.words).toContain(other.name);
    expect(shown.get('changes --since 1')?.words).toContain(ALSO);
    for (const asked of ['changes --since 1', 'case 8 --json', ...exports])
      expect(shown.get(asked)?.words).toContain(PLAIN);
    expect(shown.get(`query ${CHANGED_LISTS} --format csv`)?.words).toContain(
      `[{""id"":""7"",""name"":null},{""id"":10,""name"":""${ALSO}""}]`,
    );
  });

  if (what === 'departed') {
    test('is in no row that is published, and in no clean view', () => {
      for (const name of [
        'documents',
        'further_docket_entries',
        'resources',
        'attachments',
        'linked_changes',
      ])
        expect([name, published[name]?.length]).not.toEqual([name, 0]);
      const naming = Object.entries({ ...views, ...published }).filter(
        ([, some]) => listNames(JSON.stringify(some)).length > 0,
      );
      expect(naming.map(([name]) => name)).toEqual([]);
    });

    test('is on no page and in no file of browse', () => {
      const naming = [...pages].filter(([, words]) => listNames(words).length > 0);
      expect(naming.map(([path, words]) => [path, listNames(words)])).toEqual([]);
      expect(pages.get('/cases/8.json')).toContain(other.name);
      expect(pages.get('/cases/8')).toContain('(no public name)');
      expect(pages.get('/cases/8.json')).toContain(PLAIN);
    });

    test('of odd attachments, the same is shown by every command and page, and the known values by the files of a docket', () => {
      expect(findAttachments(pages.get('/cases/8/docket.json'))).toBe(JSON.stringify(KNOWN_VALUES));
      const exported = shown.get('export export-ndjson --format ndjson')?.words.split('\n');
      const whole = exported?.find((line) => line.includes('"main_docket":{') && line.includes('PlainMark'));
      const cases = [pages.get('/cases/8.json'), shown.get('case 8 --json')?.words, whole];
      expect(cases.map(findAttachments)).toEqual([SHOWN_ATTACHMENTS, SHOWN_ATTACHMENTS, SHOWN_ATTACHMENTS]);
      expect(pages.get('/cases/8/docket.csv')).toContain(JSON.stringify(KNOWN_VALUES).replaceAll('"', '""'));
      expect(pages.get('/cases/8/docket')).toContain('3 attachments');
    });
  }

  test(
    what === 'departed'
      ? 'is in the values of the API, which --raw shows'
      : 'is not even in the bytes of the file, and verify finds nothing',
    () => {
      expect(proof.exitCode).toBe(0);
      expect(listNames(bytes, NAMES)).toEqual(what === 'departed' ? NAMES : []);
      expect(raw).toContain(IN_OBJECT);
      expect(listNames(raw, NAMES)).toEqual(what === 'departed' ? NAMES.slice(-1) : []);
    },
  );
});
