import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fetchLinkedList } from '../../src/api/linked-lists.ts';
import { parseSettings, gatherSettings } from '../../src/config/settings.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { createClientFor } from '../../src/sync/run-sync.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import type { LinkedShape } from '../../fake-api/serve/options.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { makeCase } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { times } from '../support/times.ts';

const CASE = 7;
const LATEST = 9000;

const anyShape: fc.Arbitrary<LinkedShape> = fc.record({
  envelope: fc.constantFrom('counted', 'uncounted', 'cursor', 'bare'),
  empty: fc.constantFrom('no-results', 'empty-list', 'not-found'),
  order: fc.constantFrom('descending', 'descending', 'descending', 'ascending'),
  pageSize: fc.integer({ min: 1, max: 6 }),
});

/** What happens to the list before one of the requests. */
const anyEvent = fc.option(
  fc.record({
    what: fc.constantFrom('added', 'added to another case', 'removed', 'edited'),
    request: fc.integer({ min: 1, max: 8 }),
    place: fc.nat(),
  }),
);
const anyIds = fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 14 });

test('whatever its form, a linked list is read whole, or its read fails, also while it changes', async () => {
  await fc.assert(
    fc.asyncProperty(anyIds, anyShape, anyEvent, async (ids, shape, event) => {
      const source = recordedCases([makeCase({ id: CASE }), makeCase({ id: CASE + 1 })]);
      for (const id of ids) source.linked.putDocument(CASE, makeDocument({ id }));
      const before = source.linked.documentsOf(CASE);
      let asked = 0;
      await using fakeApi = await startFakeApi({
        source,
        linked: { documents: shape },
        beforePage: () => {
          asked += 1;
          const id = ids[(event?.place ?? 0) % Math.max(1, ids.length)];
          if (event?.request !== asked) return;
          if (event.what === 'added') source.linked.putDocument(CASE, makeDocument({ id: LATEST }));
          else if (event.what !== 'removed' && event.what !== 'edited')
            source.linked.putDocument(CASE + 1, makeDocument({ id: LATEST }));
          else if (id === undefined) return;
          else if (event.what === 'removed') source.linked.removeDocument(CASE, id);
          else source.linked.editDocument(id, (document) => ({ ...document, title: 'Edited' }));
        },
      });
      const read = await readDocuments(fakeApi.url, fakeApi.token);
      if (read === null) {
        // Only a list that changed may fail, and only for that.
        expect(event?.what).toMatch(/^(added|removed)$/);
        return;
      }
      const after = source.linked.documentsOf(CASE);
      const kept = before.filter((one) => after.some(({ id }) => id === one.id));
      const found = read.map((one) => JSON.stringify(one));
      const wasThere = new Set([...before, ...after].map((one) => JSON.stringify(one)));
      expect(found.filter((one) => !wasThere.has(one))).toEqual([]);
      // Where the pages are numbered and an earlier page lost a record, one can be missed: hence "gone" takes two reads.
      if (event?.what === 'removed' && shape.envelope !== 'cursor' && shape.envelope !== 'bare') return;
      const readIds = new Set(read.map(({ id }) => id));
      expect(kept.filter(({ id }) => !readIds.has(id))).toEqual([]);
      expect(readIds.size).toBe(read.length);
    }),
    { numRuns: times(25, 500), endOnFailure: true },
  );
});

/** The documents that are read; null if the read fails because the list changed. */
async function readDocuments(apiUrl: string, token: string) {
  const runtime = fakeRuntime();
  const settings = parseSettings(gatherSettings({ apiUrl, delayMs: '0' }, {}, {}));
  const client = createClientFor(settings, token, runtime, {});
  try {
    const { signal } = new AbortController();
    const { records, rejected } = await fetchLinkedList(client, CASE, 'documents', {
      signal,
      maxPasses: 2,
      maxAttempts: 2,
      now: runtime.now,
    });
    expect(rejected).toEqual([]);
    return records.map(({ payload }) => payload);
  } catch (error) {
    if (error instanceof MirrorError && ['LINKED_LIST_SHIFTED', 'PAGES_REPEAT'].includes(error.code))
      return null;
    throw error;
  } finally {
    client.close();
  }
}
