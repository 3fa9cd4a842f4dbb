import { expect, test } from '@jest/globals';
import { listAddresses, listStructureFaults, listTagFaults } from '../support/read-html.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { startSite } from '../support/site.ts';

const MOST_PAGES = 600;

test('every link of every page leads to a page that is well made, and every file can be downloaded', async () => {
  const site = await startSite(await makeFullMirror());
  const seen = new Set(['/']);
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
      else seen.add(address);
    }
    if (seen.size > MOST_PAGES) throw new Error(`too many pages: ${[...seen].slice(-20).join(' ')}`);
  }
  const pages = [...seen];
  for (const part of [
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
  ])
    expect(pages).toContain(part);
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
