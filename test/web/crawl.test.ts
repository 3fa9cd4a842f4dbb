import { expect, test } from '@jest/globals';
import { listAddresses, listStructureFaults, listTagFaults } from '../support/read-html.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { query } from '../../src/db/query.ts';
import { startSite } from '../support/site.ts';
import { times } from '../support/times.ts';

const MOST_PAGES = 1500;
/** The number of statements that the crawl requests as pages. Each starts a process. */
const MOST_STATEMENTS = 3;
/** The number of pages that it requests of those whose addresses differ in numbers or in the values of parameters. */
const MOST_OF_A_KIND = times(2, Infinity);

/** Pages and files that it opens whatever their kind. */
const NAMED = [
  '/cases/1',
  '/cases/2/docket',
  '/cases/2/docket.csv',
  '/cases/2/history.json',
  '/changes.csv',
  '/departed.json',
  '/runs/5',
  '/runs.csv',
  '/about',
  '/cases/1.json',
  '/cases?issue=Stairs',
  '/cases/2?as-of=3',
  '/search',
  '/transitions',
  '/transitions.csv',
  '/transitions?from=Yes&to=No',
  '/audit/without_name',
  '/audit/without_name/cases.csv',
  '/schema/clean_cases',
  '/sql',
];

const toKind = (address: string): string => {
  const { pathname, searchParams } = new URL(address, 'http://localhost');
  return `${pathname.replace(/\d+/g, 'N')} ${[...new Set(searchParams.keys())].sort().join(' ')}`;
};

test('every link of every page leads to a valid page, and every file can be downloaded', async () => {
  const path = await makeFullMirror();
  const site = await startSite(path);
  const mirror = openMirrorReadOnly(path);
  // Each page of an odd case is opened too: one that left the site, was redacted, or has no name.
  const odd = [
    ...query(
      mirror,
      "SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL OR coalesce(name, '') = ''",
    ).rows,
  ].flat();
  expect(odd.length).toBeGreaterThan(2);
  const always = new Set([...NAMED, ...odd.map((id) => `/cases/${String(id)}`)]);
  const statements = new Set<string>();
  const seen = new Set(['/']);
  const found = new Set<string>();
  const kinds: Record<string, number> = {};
  const types: Record<string, number> = {};
  const outside = new Set<string>();
  for (const path of seen) {
    const { status, headers, body } = await site.get(path);
    if (status === 302) {
      seen.add(String(headers.location));
      continue;
    }
    expect([path, status]).toEqual([path, 200]);
    const type = String(headers['content-type']).split(';')[0] ?? '';
    types[type] = (types[type] ?? 0) + 1;
    if (type !== 'text/html') continue;
    expect([path, listTagFaults(body)]).toEqual([path, []]);
    expect([path, listStructureFaults(body)]).toEqual([path, []]);
    expect(body.length).toBeLessThan(200_000);
    for (const address of listAddresses(body)) {
      if (/^https?:/.test(address)) outside.add(new URL(address).origin);
      else if (address.startsWith('#'))
        expect([path, body]).toEqual([path, expect.stringContaining(`id="${address.slice(1)}"`)]);
      else if (isCombined(address)) continue;
      else if (!address.startsWith('/sql')) {
        if (found.has(address)) continue;
        found.add(address);
        const count = (kinds[toKind(address)] ?? 0) + 1;
        kinds[toKind(address)] = count;
        if (count <= MOST_OF_A_KIND || always.has(address)) seen.add(address);
      } else {
        const sql = new URL(address, site.url).searchParams.get('sql');
        if (sql === null || statements.size < MOST_STATEMENTS) seen.add(address);
        if (sql !== null) statements.add(sql);
      }
    }
    if (seen.size > MOST_PAGES) throw new Error(`too many pages: ${[...seen].slice(-20).join(' ')}`);
  }
  for (const sql of statements) expect([...query(mirror, sql).columns]).not.toEqual([]);
  mirror.close();
  expect(statements.size).toBeGreaterThan(times(20, 50));
  for (const address of always) expect([...seen]).toContain(address);
  expect(types).toEqual({
    'text/html': expect.any(Number),
    'text/css': 1,
    'image/svg+xml': 1,
    'text/csv': expect.any(Number),
    'application/json': expect.any(Number),
  });
  expect([...outside]).toEqual(
    expect.arrayContaining(['https://clearinghouse.net', 'https://dockets.example', 'https://github.com']),
  );
  expect(site.faults).toEqual([]);
});

/** Whether a search has several filters: there are thousands of such links, all made in the same way. */
function isCombined(address: string): boolean {
  const { pathname, searchParams } = new URL(address, 'http://localhost');
  return /^\/search\b/.test(pathname) && [...searchParams.keys()].length > 2;
}
