import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { listAddresses, listStructureFaults, listTagFaults, readElements } from '../support/read-html.ts';
import { startHarness } from '../support/sync-harness.ts';
import { type Answer, type TestSite, serveCopy } from '../support/site.ts';
import { times } from '../support/times.ts';

const SCRIPT = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;
const ADDRESSES = [
  'javascript:alert(1)',
  ' java\tscript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  '//evil.example/x',
  'file:///etc/passwd',
  '/cases/1',
];
const PARAGRAPH = `<p>${'The keepers of the lamp appealed. '.repeat(30)}</p>`;
const ENTRIES = times(1312, 5312);

/** Every text of a value becomes hostile. */
function poison(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return key.includes('date') ? value : `${SCRIPT}${value}`;
  if (Array.isArray(value)) return value.map((one) => poison(one, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poison(one, name)]));
}

const CASES: Readonly<Record<number, () => JsonObject>> = {
  1: () => ({ ...(poison(makeCase()) as JsonObject), case_ongoing: 'Yes' }),
  2: () => ({ name: '', summary: '' }),
  3: () => ({ name: null, court: null, state: null, main_docket: null, summary: null }),
  4: () => ({ name: '  ', court: '\u0000\u0001', state: '\u202egnp.exe', summary_tiny: '\ud800' }),
  5: () => ({
    summary: PARAGRAPH.repeat(Math.ceil(5_000_000 / PARAGRAPH.length)),
    name: 'Long '.repeat(20_000),
    issues: Array.from({ length: 3000 }, (_, at) => `Issue ${at}`),
    case_defendants: Array.from({ length: 2000 }, (_, at) => ({
      name: `Defendant ${at}`,
      institution: 'x'.repeat(500),
    })),
    related_cases: Array.from({ length: 2000 }, (_, at) => ({ id: at, name: `Other ${at}` })),
    plaintiff_description: 'word '.repeat(200_000),
  }),
  6: () => ({
    main_docket: makeDocket({
      docket_entries: Array.from({ length: ENTRIES }, (_, at) =>
        makeEntry({
          id: 500_000 + at,
          row_number: at + 1,
          entry_number: at % 7 === 0 ? null : String(at),
          date_filed: at % 11 === 0 ? null : `20${String(10 + Math.floor(at / 600))}-01-01`,
          description: at === 5 ? 'x'.repeat(1_000_000) : `Entry <b>number</b> ${at}: MOTION & order`,
        }),
      ),
    }),
  }),
  7: () => ({
    summary:
      ADDRESSES.map((address) => `<a href="${address}">x</a>`).join('') +
      '<p style="position:fixed" onclick="x()">a</p><style>*{display:none}</style><iframe src="//evil.example"></iframe><svg onload=x()><a xlink:href="javascript:x">y</a></svg><ul><p>loose</p></ul></p></div></main></body><h1>Big</h1><a href="https://good.example/?a=1&b=2">good</a><!--',
    main_docket: makeDocket({
      docket_entries: ADDRESSES.map((address, at) =>
        makeEntry({
          id: 700 + at,
          url: address,
          recap_pdf_url: address,
          attachments: [makeAttachment(at, { pdf_url: address, pacer_url: address })],
        }),
      ),
    }),
  }),
  8: () => ({
    case_defendants: 'none',
    issues: null,
    main_docket: { docket_entries: 'odd' },
    name: 7,
    court: {},
    summary: [],
  }),
};

let site: TestSite;
beforeAll(async () => {
  const source = recordedCases(
    Object.entries(CASES).map(([id, make]) => makeCase({ case_ongoing: 'Yes', ...make(), id: Number(id) })),
  );
  const { sync, database } = await startHarness({ source });
  await sync();
  source.edit(1, (record) => ({ ...record, name: SCRIPT, court: `${SCRIPT}b`, [SCRIPT]: SCRIPT }));
  source.edit(5, (record) => ({ ...record, summary: 'short', court: 'c'.repeat(300_000) }));
  await sync();
  source.edit(5, (record) => ({ ...record, summary: PARAGRAPH.repeat(5_000) }));
  await sync();
  site = await serveCopy(database);
});

afterAll(async () => {
  await site.close();
});

afterEach(() => {
  expect(site.faults).toEqual([]);
});

/** The page at an address, or the page that it redirects to. */
async function open(path: string): Promise<Answer> {
  const answer = await site.get(path);
  return answer.status === 302 ? site.get(String(answer.headers.location)) : answer;
}

const OF_CASE = ['', '/docket', '/history', '/summary', '?as-of=1', '/docket?words=motion&order=oldest'];
describe.each(Object.keys(CASES))('a hostile case (%s)', (id) => {
  test.each(OF_CASE)('has a valid page of less than 200 kB: %s', async (rest) => {
    const { status, body } = await open(`/cases/${id}${rest}`);
    expect(status).toBe(200);
    expect(listTagFaults(body)).toEqual([]);
    expect(listStructureFaults(body)).toEqual([]);
    expect(Buffer.byteLength(body)).toBeLessThan(200_000);
    // oxlint-disable-next-line no-control-regex
    expect(body).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f]/);
    expect(readElements(body).filter(({ name }) => name === 'img')).toEqual([]);
    for (const address of listAddresses(body)) expect(address).toMatch(/^(?:\/(?!\/)|#|https?:\/\/)/);
  });
});

test.each([
  '/',
  '/cases',
  '/changes',
  '/changes?since=1',
  '/search?q=alert',
  '/transitions',
  '/audit',
  '/audit/without_name',
  '/sql?sql=SELECT+*+FROM+cases',
  '/sql?sql=SELECT+id,+name,+court+FROM+cases',
  `/sql?sql=${encodeURIComponent(`SELECT '${SCRIPT.replaceAll("'", "''")}' AS "x""><b>"`)}`,
  `/sql?sql=${encodeURIComponent(SCRIPT)}`,
  `/sql?sql=${encodeURIComponent('</textarea><script>alert(1)</script>')}`,
  '/runs',
  '/about',
  `/cases?court=${encodeURIComponent(`${SCRIPT}b`)}`,
  `/search?q=${encodeURIComponent(SCRIPT)}`,
  `/search?q=${encodeURIComponent(`script ${SCRIPT}`)}`,
  '/search?q=motion',
  '/search?q=lamp*',
  `/${encodeURIComponent(SCRIPT)}`,
])('is harmless on other pages: %s', async (path) => {
  const { body } = await open(path);
  expect(listTagFaults(body)).toEqual([]);
  expect(listStructureFaults(body)).toEqual([]);
  expect(Buffer.byteLength(body)).toBeLessThan(200_000);
  expect(body).not.toMatch(/<script|<img/i);
});

test('a case without a name has a visible link', async () => {
  const { body } = await open('/cases?sort=name');
  const links = readElements(body).filter(({ attributes }) => /^\/cases\/\d+$/.test(attributes.href ?? ''));
  expect(links).toHaveLength(8);
  expect(links.filter(({ text }) => text === '(no name)')).toHaveLength(3 + 1);
});

test('a summary keeps its formatting, and loses everything that could run or hide something', async () => {
  const { body } = await open('/cases/7');
  expect(body).toContain('<a href="https://good.example/?a=1&amp;b=2" rel="noreferrer" class="out">good</a>');
  expect(body).toContain('<p>a</p>');
  expect(body).not.toMatch(/evil\.example|position:fixed|display:none|passwd/);
});

test('a large docket is split into pages in a stable order, and each entry is on exactly one page', async () => {
  const found: string[] = [];
  const pages = Math.ceil(ENTRIES / 50);
  for (const page of [1, 2, 3, pages - 1, pages]) {
    const { body } = await site.get(`/cases/6/docket?order=oldest&page=${page}`);
    found.push(
      ...[...body.matchAll(/Entry number (\d+): MOTION &amp; order/g)].map(([, number]) => String(number)),
    );
  }
  // Entry 5 has a million letters. Entries without a date stay next to the entries before them.
  const expected = Array.from({ length: ENTRIES }, (_, at) => String(at)).filter((at) => at !== '5');
  expect(found).toEqual([...expected.slice(0, 149), ...expected.slice((pages - 2) * 50 - 1)]);
});

test('a text of a million letters is clipped on the page, and complete in the file', async () => {
  const { body } = await open('/cases/6/docket?order=oldest');
  expect(body).toContain('1,000,000 characters');
  const file = await site.get('/cases/6/docket.csv?order=oldest');
  expect(file.body).toContain('x'.repeat(1_000_000));
  expect(file.body.trimEnd().split('\n')).toHaveLength(ENTRIES + 1);
});

test('a summary of five megabytes can be read to the end', async () => {
  const { body } = await open('/cases/5/summary');
  const [last] = listAddresses(body)
    .filter((address) => address.includes('page='))
    .slice(-1);
  expect((await site.get(String(last))).body).toContain('The keepers of the lamp appealed.');
});
