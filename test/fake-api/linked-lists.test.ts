import { describe, expect, test } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import type { FakeApi } from '../../fake-api/serve/server.ts';
import { LINKED_LISTS } from '../../fake-api/serve/request.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { makeCase } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { ask, askEnvelope } from './ask.ts';
import { listOf, objectOf, textOf } from './invent-many.ts';
import { useFakeApi } from './use-fake-api.ts';

const SEED = 5;

function invented() {
  return inventCollection({ seed: SEED, size: 60 });
}

/** A case with the most documents, and one without any. */
function busyAndQuiet({ source }: FakeApi): [busy: number, quiet: number] {
  const counts = source.ids().map((id) => [id, source.linked.documentIdsOf(id).length] as const);
  const sorted = counts.sort(([, one], [, other]) => other - one);
  const [[busy] = [0], [quiet, none] = [0, -1]] = [sorted[0], sorted.at(-1)];
  expect(none).toBe(0);
  return [busy, quiet];
}

/** All records of a list, page by page, as its own `next` leads. */
async function walk(fakeApi: FakeApi, path: string): Promise<{ pages: JsonObject[]; records: JsonObject[] }> {
  const pages: JsonObject[] = [];
  for (let next: unknown = path; typeof next === 'string'; next = pages.at(-1)?.next) {
    pages.push(await askEnvelope(fakeApi, next));
  }
  return { pages, records: pages.flatMap(({ results }) => listOf(results).map(objectOf)) };
}

describe('the linked lists of a case', () => {
  test('documents come page by page, by id descending, with and without the slash', async () => {
    const fakeApi = await useFakeApi({ linked: { documents: { pageSize: 7 } } });
    const [busy] = busyAndQuiet(fakeApi);
    const { pages, records } = await walk(fakeApi, `cases/${busy}/documents/`);
    const wanted = fakeApi.source.linked.documentsOf(busy);
    expect(wanted.length).toBeGreaterThan(20);
    expect(records).toEqual(wanted);
    expect(pages.map(({ count }) => count)).toEqual(pages.map(() => wanted.length));
    const ids = records.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((one, other) => other - one));
    const unslashed = await walk(fakeApi, `cases/${busy}/documents`);
    expect(unslashed.records).toEqual(records);
  });

  test('dockets has the main docket as the case has it, and the further ones, by id descending', async () => {
    const fakeApi = await useFakeApi();
    const { source } = fakeApi;
    const all = await Promise.all(
      source.ids().map(async (id) => ({ id, ...(await walk(fakeApi, `cases/${id}/dockets/`)) })),
    );
    for (const { id, records } of all) {
      expect(records.filter(({ is_main_docket: isMain }) => isMain)).toEqual([source.get(id)?.main_docket]);
      const ids = records.map((docket) => Number(docket.id));
      expect(ids).toEqual([...ids].sort((one, other) => other - one));
    }
    const further = all.flatMap(({ records }) => records.filter((docket) => docket.is_main_docket === false));
    const sizes = further.map((docket) => listOf(docket.docket_entries).length);
    expect(sizes.filter((size) => size === 0).length).toBeGreaterThan(0);
    expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(0);
    const entries = all.flatMap(({ records }) =>
      records.flatMap((docket) => listOf(docket.docket_entries).map((entry) => objectOf(entry).id)),
    );
    expect(new Set(entries).size).toBe(entries.length);
  });

  test('a resource has no id, names its cases, and is the same in the list of each', async () => {
    const fakeApi = await useFakeApi();
    const ids = fakeApi.source.ids();
    const seen = new Map<string, number[]>();
    for (const id of ids) {
      if ((await ask(fakeApi, `cases/${id}/resources/`)).status === 400) continue;
      for (const resource of (await walk(fakeApi, `cases/${id}/resources/`)).records) {
        expect(Object.keys(resource)).not.toContain('id');
        const text = JSON.stringify(resource);
        seen.set(text, [...(seen.get(text) ?? []), id]);
      }
    }
    for (const [text, cases] of seen) {
      const named = listOf(objectOf(JSON.parse(text) as JsonValue).cases).map((one) =>
        Number(objectOf(one).id),
      );
      expect(named.filter((id) => ids.includes(id))).toEqual(cases);
    }
    expect([...seen.values()].filter((cases) => cases.length > 1).length).toBeGreaterThan(1);
  });

  test('the lists of a case that does not exist are not found', async () => {
    const fakeApi = await useFakeApi();
    for (const list of LINKED_LISTS) {
      const response = await ask(fakeApi, `cases/999999/${list}/`);
      expect([response.status, response.json()]).toEqual([404, { detail: 'Not found.' }]);
    }
  });

  test('recorded cases have only their main docket until something is put there', async () => {
    const fakeApi = await useFakeApi({ source: recordedCases([makeCase({ id: 1 }), makeCase({ id: 2 })]) });
    const { linked } = fakeApi.source;
    for (const list of ['documents', 'resources']) {
      const response = await ask(fakeApi, `cases/1/${list}/`);
      expect([response.status, response.json()]).toEqual([400, ["No results for {'case': '1'}"]]);
    }
    expect(await askEnvelope(fakeApi, 'cases/1/dockets/')).toMatchObject({ count: 1 });
    linked.putDocument(1, makeDocument({ id: 7 }), 'Words of seven.');
    linked.putResource({ key: 'guide', cases: [1, 2], value: { title: 'Guide' } });
    expect(await askEnvelope(fakeApi, 'cases/1/documents/')).toMatchObject({
      count: 1,
      results: [{ id: 7 }],
    });
    expect(await askEnvelope(fakeApi, 'cases/2/resources/')).toMatchObject({ results: [{ title: 'Guide' }] });
    expect(await askEnvelope(fakeApi, 'documents/7/text/')).toEqual({ id: 7, text: 'Words of seven.' });
  });
});

describe('the shape of a linked list', () => {
  test.each([
    ['counted', ['count', 'next', 'previous', 'results']],
    ['uncounted', ['next', 'previous', 'results']],
    ['cursor', ['next', 'previous', 'results']],
  ] as const)('%s has these fields and leads to every document', async (envelope, fields) => {
    const fakeApi = await useFakeApi({ pageSize: 5, linked: { all: { envelope } } });
    const [busy] = busyAndQuiet(fakeApi);
    const { pages, records } = await walk(fakeApi, `cases/${busy}/documents/`);
    expect(pages.length).toBeGreaterThan(4);
    for (const page of pages) expect(Object.keys(page)).toEqual(fields);
    expect(records).toEqual(fakeApi.source.linked.documentsOf(busy));
  });

  test('bare is the whole list without an envelope', async () => {
    const fakeApi = await useFakeApi({ pageSize: 5, linked: { dockets: { envelope: 'bare' } } });
    const [busy] = busyAndQuiet(fakeApi);
    const bare = (await ask(fakeApi, `cases/${busy}/dockets/`)).json();
    expect(listOf(bare)[0]).toMatchObject({ docket_entries: expect.anything() });
    expect(await askEnvelope(fakeApi, `cases/${busy}/documents/`)).toMatchObject({ next: expect.anything() });
  });

  test.each([
    ['counted', 'empty-list', 200, { count: 0, next: null, previous: null, results: [] }],
    ['uncounted', 'empty-list', 200, { next: null, previous: null, results: [] }],
    ['bare', 'empty-list', 200, []],
    ['counted', 'not-found', 404, { detail: 'Not found.' }],
    ['bare', 'no-results', 400, ["No results for {'case': 'ID'}"]],
  ] as const)('without results, a %s list comes as %s', async (envelope, empty, status, body) => {
    const fakeApi = await useFakeApi({ linked: { all: { envelope, empty } } });
    const [, quiet] = busyAndQuiet(fakeApi);
    const response = await ask(fakeApi, `cases/${quiet}/documents/`);
    expect(response.status).toBe(status);
    expect(JSON.stringify(response.json()).replace(String(quiet), 'ID')).toBe(JSON.stringify(body));
  });

  test('a cursor goes on after its last document when the list has shifted', async () => {
    const fakeApi = await useFakeApi({
      pageSize: 5,
      linked: { documents: { envelope: 'cursor' } },
      beforePage: ({ number }, { linked }) => {
        if (number === 2) linked.putDocument(44, makeDocument({ id: 900 }));
        if (number === 3) linked.removeDocument(44, 105);
      },
      source: documentsOfCase44(),
    });
    const { records } = await walk(fakeApi, 'cases/44/documents/');
    expect(records.map(({ id }) => id)).toEqual([112, 111, 110, 109, 108, 107, 106, 105, 104, 103, 102, 101]);
  });

  test('numbered pages repeat a document when the list has shifted', async () => {
    const fakeApi = await useFakeApi({
      pageSize: 5,
      beforePage: ({ number }, { linked }) => {
        if (number === 2) linked.putDocument(44, makeDocument({ id: 900 }));
      },
      source: documentsOfCase44(),
    });
    const { records } = await walk(fakeApi, 'cases/44/documents/');
    expect(records.map(({ id }) => id)).toEqual([
      112, 111, 110, 109, 108, 108, 107, 106, 105, 104, 103, 102, 101,
    ]);
  });

  test('a client can choose the page size where a parameter for it exists', async () => {
    const fakeApi = await useFakeApi({
      linked: { documents: { pageSizeParameter: 'page_size' } },
      source: documentsOfCase44(),
    });
    const { pages } = await walk(fakeApi, 'cases/44/documents/?page_size=4');
    expect(pages.map(({ results }) => listOf(results).length)).toEqual([4, 4, 4]);
    expect(pages[0]?.next).toContain('page_size=4');
  });

  test('order can be ascending, or another with each request', async () => {
    const ascending = await useFakeApi({
      linked: { documents: { order: 'ascending' } },
      source: documentsOfCase44(),
    });
    const { records } = await walk(ascending, 'cases/44/documents/');
    expect(records.map(({ id }) => id).slice(0, 3)).toEqual([101, 102, 103]);
    const turning = await useFakeApi({
      linked: { documents: { order: 'turning' } },
      source: documentsOfCase44(),
    });
    const first = await walk(turning, 'cases/44/documents/');
    const second = await walk(turning, 'cases/44/documents/');
    expect(second.records).not.toEqual(first.records);
    expect(new Set(second.records.map(({ id }) => id)).size).toBe(12);
  });

  test.each([
    ['redirected', 301],
    ['not-found', 404],
  ] as const)('a path without its slash can be %s', async (unslashed, status) => {
    const fakeApi = await useFakeApi({ linked: { unslashed }, source: documentsOfCase44() });
    for (const path of ['cases/44/documents', 'documents/101/text']) {
      const response = await ask(fakeApi, path);
      expect(response.status).toBe(status);
      if (status === 301) expect(response.headers.location).toBe(`/api/v2p1/${path}/`);
      expect((await ask(fakeApi, `${path}/`)).status).toBe(200);
    }
  });
});

function documentsOfCase44() {
  const source = recordedCases([makeCase({ id: 44 }), makeCase({ id: 45 })]);
  for (let id = 101; id <= 112; id++) source.linked.putDocument(44, makeDocument({ id }), `Text ${id}`);
  return source;
}

describe('documents/', () => {
  test('is not found without a case, and has the documents of the case that is named', async () => {
    const fakeApi = await useFakeApi();
    const [busy, quiet] = busyAndQuiet(fakeApi);
    const refused = await ask(fakeApi, 'documents/');
    expect([refused.status, refused.json()]).toEqual([404, { detail: 'Not found.' }]);
    const { records } = await walk(fakeApi, `documents/?case_id=${busy}`);
    expect(records).toEqual(fakeApi.source.linked.documentsOf(busy));
    expect((await ask(fakeApi, `documents/?case_id=${quiet}`)).json()).toEqual([
      `No results for {'case_id': '${quiet}'}`,
    ]);
    expect((await ask(fakeApi, 'documents/?case_id=x')).json()).toEqual(['API Error: x is not an integer.']);
  });

  test('has the documents of all cases where it is offered, each once', async () => {
    const source = invented();
    const [first = 0, second = 0] = source.ids();
    const shared = makeDocument({ id: 77 });
    source.linked.putDocument(first, shared);
    source.linked.putDocument(second, shared);
    const fakeApi = await useFakeApi({ source, pageSize: 100, linked: { allDocuments: 'offered' } });
    const { records } = await walk(fakeApi, 'documents');
    const wanted = new Set(source.ids().flatMap((id) => source.linked.documentIdsOf(id)));
    expect(records.map(({ id }) => id)).toEqual([...wanted].sort((one, other) => other - one));
  });

  test('can name the case of each document, as the lists of the cases then do', async () => {
    const fakeApi = await useFakeApi({
      source: documentsOfCase44(),
      linked: { allDocuments: 'naming-their-case' },
    });
    for (const path of ['documents/', 'cases/44/documents/']) {
      const { records } = await walk(fakeApi, path);
      expect(records).toHaveLength(12);
      expect(new Set(records.map(({ case_id: caseId }) => caseId))).toEqual(new Set([44]));
    }
  });

  test('and all other lists can leave out what is not for readers', async () => {
    const open = await useFakeApi({ pageSize: 500 });
    const tidy = await useFakeApi({ pageSize: 500, linked: { hiddenDocuments: false } });
    const [busy] = busyAndQuiet(open);
    const all = (await walk(open, `cases/${busy}/documents/`)).records;
    const shown = (await walk(tidy, `cases/${busy}/documents/`)).records;
    expect(shown.length).toBeLessThan(all.length);
    const statuses = new Set(shown.map(({ document_status: status }) => status));
    for (const status of statuses) expect(['Approved', 'Coding Complete', 'In Process']).toContain(status);
  });
});

describe('documents/ID/text/', () => {
  test('has the text of a document, the same for each request', async () => {
    const [one, other] = [await useFakeApi(), await useFakeApi({ source: invented() })];
    const [busy] = busyAndQuiet(one);
    for (const document of one.source.linked.documentsOf(busy).slice(0, 12)) {
      const path = `documents/${Number(document.id)}/text`;
      const response = await ask(one, path);
      if (document.has_text === true) {
        expect(response.json()).toEqual({ id: document.id, text: expect.any(String) });
      } else expect(response.status).toBe(404);
      expect((await ask(other, `${path}/`)).body).toEqual(response.body);
    }
  });

  test('is null for a document without text, if the options say so', async () => {
    const source = documentsOfCase44();
    source.linked.setText(103, null);
    const fakeApi = await useFakeApi({ source, linked: { withoutText: 'null' } });
    expect(await askEnvelope(fakeApi, 'documents/103/text/')).toEqual({ id: 103, text: null });
    expect((await ask(fakeApi, 'documents/999/text/')).status).toBe(404);
  });

  test('has the address that text_url prints, or any other', async () => {
    const own = await useFakeApi();
    const [busy] = busyAndQuiet(own);
    const addressOf = async (fakeApi: FakeApi) =>
      (await walk(fakeApi, `cases/${busy}/documents/`)).records
        .filter(({ has_text: hasText }) => hasText)
        .map(({ id, text_url: url }) => textOf(url).replace(textOf(id), 'ID'));
    expect(new Set(await addressOf(own))).toEqual(
      new Set(['https://casehouse.example/api/v2p1/documents/ID/text/']),
    );
    const textAddress = 'https://elsewhere.example/text/ID';
    const odd = await useFakeApi({ linked: { textAddress } });
    expect(new Set(await addressOf(odd))).toEqual(new Set([textAddress]));
  });
});
