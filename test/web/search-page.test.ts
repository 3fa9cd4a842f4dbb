import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeFullMirror } from '../support/full-mirror.ts';
import { type ReadElement, readElements } from '../support/read-html.ts';
import { type TestSite, serveCopy } from '../support/site.ts';

let site: TestSite;
beforeAll(async () => {
  site = await serveCopy(await makeFullMirror());
});
afterAll(async () => {
  expect(site.faults).toEqual([]);
  await site.close();
});

const open = async (query: string) => {
  const { status, headers, body } = await site.get(`/search?${query}`);
  const elements = readElements(body);
  const text = elements.find(({ name }) => name === 'main')?.text.replace(/\s+/g, ' ') ?? '';
  return { status, headers, body, elements, text };
};
const listFound = (elements: readonly ReadElement[]): string[] =>
  elements
    .filter(({ name, parent }) => name === 'a' && parent?.name === 'h3')
    .map(({ attributes }) => String(attributes.href));

describe('the search page', () => {
  test('explains how to search if there are no words', async () => {
    const { status, text } = await open('');
    expect([status, text]).toEqual([200, expect.stringContaining('How to search')]);
  });

  test('shows each case with its facts, its matches and its docket entries, and marks the words', async () => {
    const { elements, text } = await open('q=lamps');
    expect(listFound(elements)).toContain('/cases/6');
    expect(text).toContain('District of North Borealia');
    const marks = elements.filter(({ name }) => name === 'mark').map((mark) => mark.text.toLowerCase());
    expect(marks.length).toBeGreaterThan(0);
    expect(new Set(marks)).toEqual(new Set(marks.filter((mark) => /^lamps?$/.test(mark))));
  });

  test('shows the same cases in its count, its list and its downloads', async () => {
    for (const query of ['q=county', 'q=county&ongoing=Yes', 'q=complaint&in=entries', 'q=county&newest=1']) {
      const { elements, text } = await open(query);
      const json = JSON.parse((await site.get(`/search.json?${query}`)).body) as { case_id: number }[];
      expect(json.length).toBeGreaterThan(0);
      expect([query, listFound(elements)]).toEqual([
        query,
        json.slice(0, 20).map(({ case_id }) => `/cases/${case_id}`),
      ]);
      expect(text).toContain(`${json.length} case`);
      const csv = (await site.get(`/search.csv?${query}`)).body;
      expect(csv.startsWith('case_id,name,court')).toBe(true);
    }
  });

  test('counts for each value of a filter the cases that the search then finds', async () => {
    const { elements } = await open('q=county');
    const options = elements.filter(
      ({ name, parent, attributes }) =>
        name === 'option' &&
        /^(?:ongoing|court|state|issue|case-type|filed)$/.test(parent?.attributes.name ?? '') &&
        attributes.value !== '',
    );
    expect(options.length).toBeGreaterThan(4);
    for (const { attributes, parent, text } of options) {
      const query = new URLSearchParams({
        q: 'county',
        [parent?.attributes.name ?? '']: attributes.value ?? '',
      });
      const { elements: all } = await open(query.toString());
      const found = Number.parseInt(all.find((one) => one.attributes.id === 'found')?.text ?? '', 10);
      expect([query.toString(), text]).toEqual([query.toString(), `${attributes.value ?? ''} (${found})`]);
    }
  });

  test.each([
    ['q=lamp&filed=2015-2020', 400, 'filed', '2015-2020'],
    ['q=lamp&court=Nowhere', 400, 'court', 'Nowhere'],
    ['q=-prison&state=Nowhere', 400, 'state', 'Nowhere'],
    ['court=Nowhere', 200, 'court', 'Nowhere'],
    ['', 200, 'court', ''],
  ])('keeps the fields of the filters with what was chosen: %s', async (query, expected, field, value) => {
    const { status, elements } = await open(query);
    expect(status).toBe(expected);
    const chosen = elements.filter(
      ({ name, parent, attributes }) =>
        name === 'option' && parent?.attributes.name === field && attributes.selected !== undefined,
    );
    expect(chosen.map(({ attributes }) => attributes.value)).toEqual(value === '' ? [] : [value]);
    const names = elements.filter(({ name }) => name === 'select').map(({ attributes }) => attributes.name);
    expect(names).toEqual(
      expect.arrayContaining(['ongoing', 'court', 'state', 'issue', 'case-type', 'filed']),
    );
  });

  test.each([
    ['q=-prison', 400, 'only excludes'],
    ['q=%C2%A7', 400, 'has no letter or digit'],
    ['q=a+AND&raw=1', 400, 'FTS5'],
    ['q=*&raw=1', 400, 'asterisk'],
    ['q=lamp&in=verdicts', 400, 'does not look in'],
    ['q=lamp&entered=soon', 400, 'is not a range of dates'],
    ['q=lamp&court=nowhere', 400, 'nowhere'],
    ['q=lamp&colour=red', 400, 'unknown parameter'],
  ])('says what is wrong with %s', async (query, expected, words) => {
    const { status, text } = await open(query);
    expect([status, text]).toEqual([expected, expect.stringContaining(words)]);
  });

  test.each([
    ['/search?q=lamp&as-of=1', 'A page does not search an earlier state.'],
    ['/search.csv?q=lamp&as-of=1', 'A page does not search an earlier state.'],
    ['/search.json?q=%22%22', 'no letter or digit'],
    ['/search.csv', 'no words'],
    ['/search.json?q=lamp&limit=1', 'unknown parameter'],
    ['/search.csv?q=a+AND&raw=1', 'FTS5 does not accept'],
  ])('refuses what it cannot search before any row: %s', async (path, words) => {
    const { status, body } = await site.get(path);
    expect([status, body]).toEqual([400, expect.stringContaining(words)]);
  });

  test('suggests words in their usual spelling if nothing was found', async () => {
    const { text, elements } = await open('q=cuonty');
    expect(text).toContain('Nothing was found.');
    const better = elements.find(({ attributes }) => attributes.href === '/search?q=county');
    expect(better?.text).toBe('county');
  });

  test('redirects the link of a case to the case, and offers the case for its number', async () => {
    const { status, headers } = await open(`q=${encodeURIComponent('https://clearinghouse.net/case/6/')}`);
    expect([status, headers.location]).toEqual([302, '/cases/6']);
    const { elements } = await open('q=6');
    expect(elements.some(({ attributes }) => attributes.href === '/cases/6')).toBe(true);
  });

  test('finds a docket number in any of its forms', async () => {
    for (const form of ['4:19-cv-00123', 'No. 4:19-CV-123', '19-cv-00123-ABC'])
      expect([form, listFound((await open(`q=${encodeURIComponent(form)}`)).elements)]).toEqual([
        form,
        expect.arrayContaining(['/cases/6']),
      ]);
  });

  test('has a field on every page', async () => {
    for (const path of ['/', '/cases', '/cases/6', '/sql', '/nothing']) {
      const form = readElements((await site.get(path)).body).find(
        ({ attributes }) => attributes.role === 'search',
      );
      expect([path, form?.attributes.action]).toEqual([path, '/search']);
    }
  });
});
