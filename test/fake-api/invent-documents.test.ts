import { describe, expect, test } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import {
  DOCUMENT_ABSENCES,
  DOCUMENT_TERMS,
  DOCUMENT_TERM_NULLS,
  DOCUMENT_TRAITS,
  FILLED,
  PLACEHOLDERS,
  TEXT_LENGTHS,
} from '../../fake-api/invent/document-profile.ts';
import { blankDocument } from '../../fake-api/invent/document.ts';
import { RECORDS } from '../../fake-api/invent/profile.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { entriesOf, listOf, objectOf, textOf } from './invent-many.ts';

const source = inventCollection({ seed: 2026, size: RECORDS });
const lists = source.ids().map((id) => source.linked.documentsOf(id));
const documents = lists.flat();
const filled = documents.filter(({ document_status: status }) => status !== null);
const placeholders = documents.filter(({ document_status: status }) => status === null);

/** An address of the archive that names a docket. */
const DOCKET = /docketfinder\.example\/docket\/(\d+)\//;

function share(some: readonly JsonObject[], fits: (document: JsonObject) => boolean): number {
  return some.filter(fits).length / some.length;
}

/** Within four standard deviations of a share that was counted among as many documents. */
function expectShare(found: number, count: number, slack = 0): void {
  const wanted = count / FILLED;
  const deviation = Math.sqrt((wanted * (1 - wanted)) / filled.length);
  expect(Math.abs(found - wanted)).toBeLessThan(4 * deviation + slack + 2 / filled.length);
}

describe('invented documents have the shape of recorded ones', () => {
  test('there are six to eight for each case, some cases have none, and a few have hundreds', () => {
    expect(documents.length / RECORDS).toBeGreaterThan(6);
    expect(documents.length / RECORDS).toBeLessThan(8.5);
    const sizes = lists.map((list) => list.length);
    expect(sizes.filter((size) => size === 0).length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeGreaterThan(200);
    expect(Math.max(...sizes)).toBeLessThan(410);
  });

  test('no id occurs twice, and all have the same fields in the same order', () => {
    expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length);
    const fields = Object.keys(blankDocument(1));
    expect(fields).toHaveLength(33);
    const orders = new Set(documents.map((document) => Object.keys(document).join()));
    expect([...orders]).toEqual([fields.join()]);
  });

  test('even a small collection has documents that are not core', () => {
    const others = lists
      .slice(0, 60)
      .flat()
      .filter(({ is_core_document: isCore }) => isCore === false);
    expect(others.length).toBeGreaterThan(2);
  });

  test('almost every case has one placeholder, without anything but id, link and core', () => {
    expect(placeholders.length / RECORDS).toBeGreaterThan(PLACEHOLDERS / RECORDS - 0.06);
    const known = new Set(placeholders);
    expect(lists.filter((list) => list.filter((one) => known.has(one)).length > 1)).toEqual([]);
    expect(placeholders).toEqual(placeholders.map(({ id }) => blankDocument(Number(id))));
  });

  test.each(Object.keys(DOCUMENT_TERMS) as (keyof typeof DOCUMENT_TERMS)[])(
    'the terms of %s have the shares and the spelling of the profile',
    (field) => {
      // The type decides whether there is an order type, so its shares vary more.
      const slack = field === 'order_type' ? 0.02 : 0;
      const terms = Object.entries(DOCUMENT_TERMS[field]);
      const known = new Set<JsonValue>([null, ...terms.map(([term]) => term)]);
      expect(filled.filter((document) => !known.has(document[field] ?? null))).toEqual([]);
      for (const [term, count] of terms) {
        // Sources are drawn from all known ones, the few that are left out included.
        const all = terms.reduce((sum, [, some]) => sum + some, 0);
        const scaled = (count / all) * (FILLED - DOCUMENT_TERM_NULLS[field]);
        expectShare(
          share(filled, (document) => document[field] === term),
          scaled,
          slack,
        );
      }
      expectShare(
        share(filled, (document) => document[field] === null),
        DOCUMENT_TERM_NULLS[field],
        slack,
      );
    },
  );

  test.each(Object.entries(DOCUMENT_ABSENCES))(
    'null and empty come as often in %s as in the profile',
    (field, { null: nulls, empty }) => {
      // Whole cases have or lack what the numbers and addresses name.
      const slack = field === 'external_url' || field === 'ecf_number' ? 0.06 : 0;
      expectShare(
        share(filled, (document) => document[field] === null),
        nulls,
        slack,
      );
      expectShare(
        share(filled, (document) => document[field] === ''),
        empty,
        slack,
      );
    },
  );

  test('some are deleted with their text, not for readers, or in a folder that is not public', () => {
    const deleted = filled.filter(({ document_status: status }) => status === 'Deleted');
    const withoutText = deleted.filter(({ has_text: hasText }) => hasText === false);
    expect(withoutText.length / deleted.length).toBeGreaterThan(0.1);
    expect(withoutText.length / deleted.length).toBeLessThan((2 * DOCUMENT_TRAITS.deletedWithoutText) / 743);
    expectShare(
      share(filled, ({ file }) => textOf(file).includes('/nonpublic/')),
      DOCUMENT_TRAITS.nonpublicFile,
    );
    for (const { has_text: hasText, text_url: url } of documents)
      expect(url === null).toBe(hasText === false);
  });

  test('ids descending are not dates descending', () => {
    const isSorted = (list: JsonObject[]) => {
      const dates = list.flatMap(({ date }) => (typeof date === 'string' ? [date] : []));
      return JSON.stringify(dates) === JSON.stringify([...dates].sort().reverse());
    };
    const long = lists.filter((list) => list.length > 8);
    expect(long.filter(isSorted).length).toBeLessThan(long.length / 10);
  });

  test('an address of the archive names a docket of the case as a rule, and the entry of its number', () => {
    let [named, own, matched, numbered] = [0, 0, 0, 0];
    const hasNumber = ({ ecf_number: number }: JsonObject): boolean =>
      typeof number === 'string' && number !== '';
    const urls = share(filled, ({ external_url: url }) => DOCKET.test(textOf(url)));
    expectShare(urls, DOCUMENT_TRAITS.docketUrl, 0.06);
    expectShare(share(filled, hasNumber), DOCUMENT_TRAITS.ecfNumber, 0.06);
    // To invent the entries of every case takes seconds.
    for (const [place, id] of source.ids().entries()) {
      if (place % 3 !== 0) continue;
      const list = lists[place] ?? [];
      const record = objectOf(source.get(id));
      const recap = /\/docket\/(\d+)\//.exec(textOf(objectOf(record.main_docket).recap_link))?.[1];
      const numbers = new Set(entriesOf(record).map(({ entry_number: number }) => number));
      for (const document of list) {
        const docket = DOCKET.exec(textOf(document.external_url))?.[1];
        if (docket !== undefined) named += 1;
        if (docket !== undefined && docket === recap) own += 1;
        if (!hasNumber(document)) continue;
        numbered += 1;
        if (numbers.has(document.ecf_number)) matched += 1;
      }
    }
    expect(own / named).toBeGreaterThan(0.9);
    expect(own / named).toBeLessThan(0.98);
    expect(matched / numbered).toBeGreaterThan(0.6);
    expect(matched / numbered).toBeLessThan(0.9);
  });
});

describe('invented texts', () => {
  const texts = filled
    .filter(({ has_text: hasText }, place) => hasText && place % 4 === 0)
    .map(({ id }) => source.linked.textOf(Number(id)) ?? '');

  test('are as long as recorded ones', () => {
    const lengths = texts.map((text) => text.length).filter((length) => length > 8);
    const sorted = [...lengths].sort((one, other) => one - other);
    const quantile = (part: number) => sorted[Math.floor(part * sorted.length)] ?? 0;
    const wanted = new Map(TEXT_LENGTHS);
    for (const part of [0.25, 0.5, 0.75, 0.9]) {
      expect(quantile(part)).toBeGreaterThan((wanted.get(part) ?? 0) * 0.75);
      expect(quantile(part)).toBeLessThan((wanted.get(part) ?? 0) * 1.3);
    }
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_371_843);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(mean).toBeGreaterThan(38_000);
    expect(mean).toBeLessThan(52_000);
  });

  test('are empty, blank, or the same as another, now and then', () => {
    expect(texts.filter((text) => text === '').length).toBeGreaterThan(0);
    expect(texts.filter((text) => text !== '' && text.trim() === '').length).toBeGreaterThan(0);
    const all = filled.slice(0, 2500).map(({ id }) => source.linked.textOf(Number(id)) ?? '');
    const long = all.filter((text) => text.length > 8);
    const repeated = long.length - new Set(long).size;
    expect(repeated).toBeGreaterThan(10);
    expect(repeated).toBeLessThan(150);
  });

  test('do not depend on what was asked for before', () => {
    const other = inventCollection({ seed: 2026, size: RECORDS });
    const ids = filled.slice(100, 130).map(({ id }) => Number(id));
    for (const id of [...ids].reverse()) expect(other.linked.textOf(id)).toBe(source.linked.textOf(id));
    for (const id of ids) expect(other.linked.document(id)).toEqual(source.linked.document(id));
  });
});

describe('the linked lists of a day', () => {
  const snapshot = (collection: typeof source) =>
    new Map(
      collection.ids().map((id) => {
        const { linked } = collection;
        const dockets = linked.docketsOf(id, null);
        return [id, JSON.stringify([linked.documentsOf(id), dockets, linked.resourcesOf(id)])] as const;
      }),
    );

  test('change for as many cases as planned, quiet ones too, and for no other but by a shared resource', () => {
    const collection = inventCollection({ seed: 9, size: 200 });
    const before = snapshot(collection);
    const day = collection.advance({ changed: 3, linked: 60 });
    const after = snapshot(collection);
    expect(day.linked).toHaveLength(60);
    expect(day.linked.some((id) => !day.changed.includes(id))).toBe(true);
    const changed = collection.ids().filter((id) => {
      const [old, now] = [before.get(id), after.get(id)];
      if (old === now || day.linked.includes(id)) return old !== now;
      // The documents and dockets of the others stay.
      expect(JSON.stringify((JSON.parse(now ?? '[]') as JsonValue[]).slice(0, 2))).toBe(
        JSON.stringify((JSON.parse(old ?? '[]') as JsonValue[]).slice(0, 2)),
      );
      return false;
    });
    // A text that was read again doesn't show in a list.
    expect(changed.length).toBeGreaterThan(45);
    const again = inventCollection({ seed: 9, size: 200 });
    expect(again.advance({ changed: 3, linked: 60 })).toEqual(day);
    expect(snapshot(again)).toEqual(after);
  });

  test('change for the changed cases first if the plan says so, because a sync reads their lists again at once', () => {
    const day = inventCollection({ seed: 9, size: 200 }).advance({
      changed: 5,
      linked: 8,
      linkedWithChanged: true,
    });
    expect(day.linked).toHaveLength(8);
    expect(day.linked).toEqual(expect.arrayContaining([...day.changed]));
  });

  test('bring new documents with ids and texts of their own', () => {
    const collection = inventCollection({ seed: 9, size: 200 });
    const old = new Set(collection.ids().flatMap((id) => collection.linked.documentIdsOf(id)));
    collection.advance({ linked: 60 });
    collection.advance({ linked: 60 });
    const all = collection.ids().flatMap((id) => collection.linked.documentIdsOf(id));
    const fresh = all.filter((id) => !old.has(id));
    expect(fresh.length).toBeGreaterThan(30);
    expect(new Set(all).size).toBe(all.length);
    for (const id of fresh) {
      expect(Object.keys(objectOf(collection.linked.document(id)))).toEqual(Object.keys(blankDocument(id)));
    }
    expect(fresh.some((id) => (collection.linked.textOf(id) ?? '').length > 1000)).toBe(true);
  });
});

describe('an edit of linked data', () => {
  const collection = inventCollection({ seed: 3, size: 20 });
  const { linked } = collection;
  const [one = 0, other = 0] = collection.ids().filter((id) => linked.documentIdsOf(id).length > 2);
  const [first = 0, second = 0] = linked.documentIdsOf(one);

  test('of one document shows in every case that has it, and leaving one case keeps it in the other', () => {
    const document = objectOf(linked.document(first));
    linked.putDocument(other, document);
    linked.editDocument(first, (old) => ({ ...old, title: 'Edited' }));
    for (const id of [one, other])
      expect(linked.documentsOf(id)).toContainEqual({ ...document, title: 'Edited' });
    expect(linked.removeDocument(one, first)).toBe(true);
    expect(linked.removeDocument(one, first)).toBe(false);
    expect(linked.documentIdsOf(one)).not.toContain(first);
    expect(linked.documentIdsOf(other)).toContain(first);
  });

  test('hides a document, and shows it again as it was but for its status', () => {
    const before = objectOf(linked.document(second));
    linked.hideDocument(second);
    expect(linked.document(second)).toEqual({ ...before, document_status: 'Deleted' });
    linked.showDocument(second);
    expect(linked.document(second)).toEqual({ ...before, document_status: 'Coding Complete' });
  });

  test('gives or takes a text, as the list then says', () => {
    linked.setText(second, 'New words.');
    expect(linked.document(second)).toMatchObject({ has_text: true, text_url: expect.any(String) });
    expect(linked.textOf(second)).toBe('New words.');
    linked.setText(second, null);
    expect(linked.document(second)).toMatchObject({ has_text: false, text_url: null });
    expect(linked.textOf(second)).toBeNull();
  });

  test('can make dockets/ disagree with the docket of the case', () => {
    const main = objectOf(collection.get(one)).main_docket;
    linked.changeDockets(one, (dockets) =>
      dockets.map((docket) => ({ ...docket, docket_entries: listOf(docket.docket_entries).slice(1) })),
    );
    const [docket] = linked
      .docketsOf(one, { ...objectOf(main), docket_entries: [1, 2, 3] })
      .filter(({ is_main_docket: isMain }) => isMain === true);
    expect(docket?.docket_entries).toEqual([2, 3]);
    expect(objectOf(collection.get(one)).main_docket).toEqual(main);
  });

  test('of a resource shows in each of its cases', () => {
    const resource = { key: 'guide', cases: [one, other], value: { title: 'Guide' } };
    linked.putResource(resource);
    linked.putResource({ ...resource, value: { title: 'Guide, second edition' } });
    for (const id of [one, other]) {
      const titles = linked.resourcesOf(id).map(({ value }) => value.title);
      expect(titles.filter((title) => textOf(title).startsWith('Guide'))).toEqual(['Guide, second edition']);
    }
    linked.removeResource('guide');
    expect(linked.resourcesOf(one).map(({ key }) => key)).not.toContain('guide');
  });

  test('of a document that does not exist is refused', () => {
    expect(() => {
      linked.editDocument(1, (document) => document);
    }).toThrow(RangeError);
  });
});
