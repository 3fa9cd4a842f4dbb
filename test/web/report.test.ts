import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { closing } from '../../src/db/engine.ts';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { MAX_MARKDOWN_BYTES } from '../../src/web/report/markdown.ts';
import { MAX_HTML_BYTES } from '../../src/web/report/page.ts';
import { REPORT_FORMS, findUsualPeriod, renderReport } from '../../src/web/report/report.ts';
import { runCli, spawnCli } from '../support/command-line.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { redactMeanwhile } from '../support/program.ts';
import { makeDocument } from '../support/make-document.ts';
import { listAddresses, listStructureFaults, listTagFaults, readElements } from '../support/read-html.ts';
import { serveCopy } from '../support/site.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const words = (page: string): string => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

async function report(database: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli(['report', '--database', database, ...args]);
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
}

/** Copies of mirrors that several tests read. */
const kept = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-'));
afterAll(() => {
  rmSync(kept, { recursive: true, force: true });
});
function keep(database: string): string {
  const path = join(kept, `${readdirSync(kept).length}.db`);
  cpSync(database, path);
  return path;
}

const SCRIPT = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;
const MAIL = '[x](javascript:alert(1)) | @everyone www.evil.example `c` **b**';
const MANY = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [`field_${at}`, `${SCRIPT}${'long words '.repeat(50)}${at}`]),
);

/** Hostile cases: markup and addresses in every text, no name, a summary of 5 MB, and more changes than there is room for. */
async function makeHostileMirror(): Promise<string> {
  const ids = Array.from({ length: 40 }, (_, at) => 10 + at);
  const source = recordedCases([
    makeCase({ id: 1, case_ongoing: 'Yes' }),
    makeCase({ id: 2, name: '', case_ongoing: 'Yes' }),
    makeCase({ id: 3, summary: '<p>Fog.</p>'.repeat(450_000), case_ongoing: 'Yes' }),
    ...ids.map((id) => makeCase({ id, case_ongoing: 'Yes' })),
  ]);
  const { sync, database } = await startHarness({ source });
  await sync();
  source.edit(1, (record) => ({
    ...record,
    name: SCRIPT,
    court: `${MAIL}${SCRIPT}`,
    case_ongoing: 'No',
    [SCRIPT]: SCRIPT,
    main_docket: makeDocket({
      docket_entries: [
        makeEntry({
          id: 1,
          description: `${SCRIPT} ${MAIL}`,
          url: 'javascript:alert(1)',
          entry_number: '|#',
        }),
        makeEntry({ id: 2, date_filed: null, description: '</style></main>\u0000\u202e' }),
      ],
    }),
  }));
  source.edit(2, (record) => ({ ...record, name: '', state: null, court: '# heading' }));
  source.edit(3, (record) => ({ ...record, name: MAIL, summary: '<p>Fog!</p>'.repeat(450_000) }));
  for (const id of ids) source.edit(id, (record) => ({ ...record, ...MANY }));
  source.put(makeCase({ id: 90, name: `${MAIL}${SCRIPT}`, case_ongoing: 'Yes' }));
  await sync();
  return database;
}

describe('a report of hostile cases', () => {
  let database: string;
  let page: string;
  beforeAll(async () => {
    const made = await makeHostileMirror();
    database = keep(made);
    page = await report(database);
  });

  test('is a sound page of at most 1 MB with no script, no address but those of the Clearinghouse, and its own policy', () => {
    expect(listTagFaults(page)).toEqual([]);
    expect(listStructureFaults(page.replace(/<style>[^]*?<\/style>/, ''))).toEqual([]);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(MAX_HTML_BYTES);
    const elements = readElements(page);
    expect(elements.filter(({ name }) => ['script', 'img', 'link', 'iframe', 'form'].includes(name))).toEqual(
      [],
    );
    for (const { attributes } of elements)
      for (const name of Object.keys(attributes)) expect(name).not.toMatch(/^(on|style$|src)/);
    for (const address of listAddresses(page))
      expect(address).toMatch(/^(#[a-z0-9-]+|https:\/\/clearinghouse\.net\/(case|doc)\/\d+)$/);
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page.replaceAll('&#39;', "'")).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<title>'));
  });

  test('says first that data of another source are not those of the Clearinghouse', () => {
    const said = page.indexOf('come from http://127.0.0.1:');
    expect(said).toBeGreaterThan(0);
    expect(said).toBeLessThan(page.indexOf('class="figures"'));
  });

  test('counts what has no room, and names the command that shows it', () => {
    const [, left] = /Not in this report: (\d+) changed cases of 43\./.exec(words(page)) ?? [];
    const told = page.match(/<section class="change"/g)?.length ?? 0;
    expect(Number(left) + told).toBe(43);
    expect(told).toBeGreaterThan(3);
    expect(page).toContain('<code>clearinghouse-mirror changes --since 2 --until 2 --limit 0</code>');
    expect(words(page)).toContain('43 changed cases');
  });

  test('as Markdown lets no text from outside become markup or an address, and has at most 90 kB', async () => {
    const text = await report(database, '--markdown');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_MARKDOWN_BYTES);
    const bare = text
      .replace(/\]\(https:\/\/clearinghouse\.net\/case\/\d+\)/g, '')
      .replace(/come from http:\/\/127\.0\.0\.1:\d+\/api\/v2p1\/\./g, '')
      .replace(/^\*\*(The data are not .*)\*\*$/m, '$1')
      .replace(/^(### |- |\| )\[/gm, '$1')
      .replace(/`[\w. -]+`/g, '')
      .replace(/\\[^A-Za-z0-9\s]/g, '')
      .replace(/^\|.*\|$/gm, (row) => row.slice(1, -1).replaceAll(' | ', ''));
    const odd = /.{0,40}(?:[`*[\]<>&~|@]|:\/\/|www\.).{0,40}/.exec(bare);
    expect(odd?.[0]).toBe(undefined);
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    for (const row of rows) expect(row.replace(/\\./g, '').match(/\|/g)?.length).toBeLessThanOrEqual(6);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
    expect(text).toContain('clearinghouse-mirror changes --since 2 --until 2 --limit 0');
  });

  test('has the same bytes in another time zone and language', async () => {
    const env = { TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8', LC_ALL: 'ar_EG.UTF-8' };
    const file = join(kept, 'elsewhere.html');
    const args = ['report', '--database', database, '--run', '2', '--output', file];
    expect((await spawnCli(args, env).ended).exitCode).toBe(0);
    expect(readFileSync(file, 'utf8') === page).toBe(true);
  });
});

/** Three nights without departures; the linked lists of case 1 are read in each. */
function makeQuietMirror(): { readonly database: string; readonly later: () => void } {
  const { mirror, run, read } = openLinkedMirror([1, 2, 3]);
  read(1, 'documents', [makeDocument({ id: 21 })]);
  run([
    makeCase({ id: 2, name: 'Case 2', case_ongoing: 'No', main_docket: makeDocket({ id: 7002 }) }),
    makeCase({
      id: 3,
      name: 'Case 3',
      court: 'Elsewhere',
      main_docket: makeDocket({
        id: 7003,
        docket_entries: [makeEntry({ id: 77, date_filed: '2029-12-30' })],
      }),
    }),
  ]);
  read(1, 'documents', [
    makeDocument({ id: 21, title: 'Amended order' }),
    makeDocument({ id: 23, title: 'Consent decree' }),
    makeDocument({ id: 24, title: 'The sealed exhibit', document_status: 'Deleted' }),
  ]);
  return {
    database: mirror.path,
    later: () => {
      run([
        makeCase({ id: 2, name: 'Renamed', case_ongoing: 'Yes' }),
        makeCase({ id: 9, case_ongoing: 'Yes', filing_date: null }),
      ]);
      read(1, 'documents', [makeDocument({ id: 21, title: 'Third title' })]);
      mirror.close();
    },
  };
}

describe('a report of a run', () => {
  let first: { readonly html: string; readonly markdown: string };
  let database: string;
  beforeAll(async () => {
    const made = makeQuietMirror();
    ({ database } = made);
    first = { html: await report(database), markdown: await report(database, '--markdown') };
    made.later();
    database = keep(database);
  });

  test('tells of cases, fields, docket entries, documents, moves, silence, and the completeness of the run', () => {
    const text = words(first.html);
    for (const part of [
      'What changed on the Clearinghouse',
      'run 2 (2030-01-02 03:17 UTC)',
      'case_ongoing Yes No',
      'court District of North Borealia Elsewhere',
      '1 new docket entry',
      '1 document added: (23, Order/Opinion, 2021-03-04) Consent decree',
      'title Order 21 Amended order',
      'Moves from each status to each other',
      'Ongoing cases that have been silent longest',
      'Contradictions in the data',
      'Outcome of run 2 complete',
    ])
      expect(text).toContain(part);
    expect(first.html).toContain('<a href="https://clearinghouse.net/doc/23" rel="noreferrer" class="out">');
    expect(first.html).not.toContain('sealed');
  });

  test('as Markdown tells the same', () => {
    for (const part of [
      '# What changed on the Clearinghouse: run 2 (2030-01-02 03:17 UTC)',
      'Run 2 ended complete.',
      '- `case_ongoing` changed from Yes to No',
      'document added: (23, Order/Opinion, 2021-03-04) Consent decree',
      '| Yes | No | 1 | 1 |',
      '## Contradictions in the data',
    ])
      expect(first.markdown).toContain(part);
    expect(first.markdown).not.toContain('sealed');
  });

  test('has the same bytes after a later run changed what it tells of', async () => {
    expect((await report(database, '--run', '2')).split('\n')).toEqual(first.html.split('\n'));
    expect(await report(database, '--run', '2', '--markdown')).toBe(first.markdown);
  });
});

test('names no case that has left or was redacted, and no document that is not for the public, whatever the period', async () => {
  const database = await makeFullMirror();
  const mirror = openMirror(database);
  mirror.sqlite.exec(`UPDATE cases SET name = 'Withheld name' WHERE id = 8`);
  mirror.sqlite.exec(`UPDATE documents SET title = 'Withheld title' WHERE mirror_hidden IS NOT NULL`);
  mirror.close();
  for (const flags of [
    ['--since', '1'],
    ['--run', '3'],
    ['--run', '4'],
  ])
    for (const form of [[], ['--markdown']]) {
      const text = await report(database, ...flags, ...form);
      for (const secret of ['Withheld name', 'Soon gone', 'Withheld title'])
        expect([flags, form, secret, text.includes(secret)]).toEqual([flags, form, secret, false]);
    }
  const text = words(await report(database, '--since', '2'));
  expect(text).toContain('Case 8 is no longer on the site. Its changes are not told.');
});

describe('after the redaction of a document', () => {
  let database: string;
  beforeAll(async () => {
    const made = makeQuietMirror();
    made.later();
    ({ database } = made);
    const args = ['redact', '--document', '21', '--yes', '--database', database];
    expect((await runCli(args)).exitCode).toBe(0);
    database = keep(database);
  });

  test('a report tells how the last sync ended, and counts the redaction without naming the document or its case', async () => {
    for (const form of [[], ['--markdown']]) {
      const page = await report(database, '--since', '4', ...form);
      const text = words(page);
      expect(page).not.toMatch(/id="case-1"|^### .*case 1\b|\(21\b|doc\/21/m);
      expect(text).toContain('1 changed case (1 in linked lists only)');
      expect(text).toContain('No run of this period read lists');
      expect(text).not.toContain('counts of the site match');
      expect(text).toContain('1 changed case is not named');
      const whole = words(await report(database, '--since', '1', ...form));
      expect(whole).toMatch(form.length === 0 ? /Outcome of run 3 complete/ : /Run 3 ended complete/);
      expect(whole).not.toMatch(/\(21\b/);
      expect(whole).toContain('3 changed cases');
      expect(whole).toMatch(/1 new case, 3 cases of the baseline/);
    }
  });

  test('the page of its run says that no list was read, and nothing of pages and counts', async () => {
    const site = await serveCopy(database);
    const run = words((await site.get('/runs/4')).body);
    const changes = words((await site.get('/changes?since=1')).body);
    await site.close();
    expect(run).toContain('complete Content was removed on request. Such a run reads no list.');
    expect(run).not.toContain('Every page was read');
    expect(changes).toMatch(/1 new case, 3 cases of the baseline/);
  });
});

test('what is redacted while a report is made ends it', () => {
  const { database, later } = makeQuietMirror();
  later();
  closing(openMirrorReadOnly(database), (mirror) => {
    mirror.sqlite.exec('BEGIN');
    const period = findUsualPeriod(mirror);
    if (period === null) throw new Error('The mirror has runs.');
    expect(redactMeanwhile(database, '--document', '21').stderr).toContain('REDACTION_UNFINISHED');
    for (const form of REPORT_FORMS)
      expect(() => renderReport(mirror, period, form)).toThrow(
        expect.objectContaining({ code: 'REDACTED_MEANWHILE' }),
      );
  });
});

describe('the command', () => {
  test('writes a file whole, never over another without --force, and takes the form from its name', async () => {
    const folder = tempFolder();
    const { database, later } = makeQuietMirror();
    later();
    const run = (...args: string[]) => runCli(['report', '--database', database, ...args], { folder });
    expect(await run('--output', 'r.html')).toMatchObject({ exitCode: 0, stdout: '' });
    expect(readFileSync(join(folder, 'r.html'), 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\s*$/);
    expect((await run('--output', 'r.html')).stderr).toContain('OUTPUT_REFUSED');
    expect(await run('--output', 'r.html', '--force')).toMatchObject({ exitCode: 0 });
    await run('--output', 'r.md');
    expect(readFileSync(join(folder, 'r.md'), 'utf8')).toMatch(/^# What changed/);
    for (const args of [
      ['--output', 'r.pdf'],
      ['--output', 'r.html', '--markdown', '--force'],
      ['--run', '2', '--since', '1'],
      ['--run', 'x'],
      ['--force'],
      ['--output', database, '--force'],
    ])
      expect([args, (await run(...args)).exitCode === 0]).toEqual([args, false]);
    expect(existsSync(join(folder, 'r.pdf'))).toBe(false);
    expect((await run('--run', '99')).stderr).toContain('RUN_UNKNOWN');
    expect((await run('--since', '2131-01-01')).stderr).toContain('is still to come');
  });

  test('says of the first run that it is the baseline, and lists no case as new', async () => {
    const { database, later } = makeQuietMirror();
    later();
    const text = words(await report(database, '--run', '1'));
    expect(text).toContain('Run 1 is the baseline');
    expect(text).toContain('0 changed cases, 3 cases of the baseline');
    expect(text).not.toContain('New cases Case');
    expect(text).toContain(' 0 new cases');
  });
});
