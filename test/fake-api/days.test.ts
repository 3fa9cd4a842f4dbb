import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { type CaseCollection, inventCollection } from '../../fake-api/collection/collection.ts';
import { entriesOf } from './invent-many.ts';

const PLAN = { changed: 0.1, inserted: 4, removed: 3, statusMoves: 5 } as const;

function contentOf(collection: CaseCollection): Map<number, JsonObject | undefined> {
  return new Map(collection.ids().map((id) => [id, collection.get(id)]));
}

describe('one day', () => {
  const collection = inventCollection({ seed: 9, size: 150 });
  const before = contentOf(collection);
  const day = collection.advance(PLAN);
  const after = contentOf(collection);

  test('changes as many cases as planned, and returns their ids', () => {
    expect(day.day).toBe(1);
    expect(day.changed).toHaveLength(15);
    expect(day.inserted).toHaveLength(4);
    expect(day.removed).toHaveLength(3);
    expect(day.moved).toHaveLength(5);
    const touched = [...day.changed, ...day.inserted, ...day.removed, ...day.moved];
    expect(new Set(touched).size).toBe(27);
  });

  test('leaves every other case exactly as it was', () => {
    const touched = new Set([...day.changed, ...day.moved, ...day.removed]);
    for (const [id, record] of before) {
      if (!touched.has(id)) expect(JSON.stringify(after.get(id))).toBe(JSON.stringify(record));
    }
  });

  test('makes a real difference in each changed case and keeps its id and status', () => {
    for (const id of day.changed) {
      expect(after.get(id)).not.toEqual(before.get(id));
      expect(after.get(id)).toMatchObject({ id, case_ongoing: before.get(id)?.case_ongoing ?? null });
    }
  });

  test('appends entries to most of the changed cases, with ids that nobody else has', () => {
    const ids = [...after.values()].flatMap((record) => entriesOf(record ?? {}).map((entry) => entry.id));
    expect(new Set(ids).size).toBe(ids.length);
    const grown = day.changed.filter((id) => {
      const [old, now] = [entriesOf(before.get(id) ?? {}), entriesOf(after.get(id) ?? {})];
      expect(now.slice(0, old.length)).toEqual(old);
      return now.length > old.length;
    });
    expect(grown.length).toBeGreaterThan(5);
    expect(grown.length).toBeLessThan(day.changed.length);
  });

  test('adds new cases and takes others away', () => {
    for (const id of day.inserted) expect([before.has(id), after.has(id)]).toEqual([false, true]);
    for (const id of day.removed) expect([before.has(id), after.has(id)]).toEqual([true, false]);
    expect(collection.size).toBe(151);
  });

  test('ends cases that were going on, with a date, and moves the others to Yes', () => {
    for (const id of day.moved) {
      const ended = before.get(id)?.case_ongoing === 'Yes';
      expect(after.get(id)?.case_ongoing).toBe(ended ? 'No' : 'Yes');
      if (ended) {
        expect(after.get(id)).toMatchObject({ terminating_date: '2026-06-01', closing_year: 2026 });
      }
      expect(collection.find({ case_ongoing: ended ? 5020 : 5021, case_id: id })).toHaveLength(1);
    }
    expect(day.moved.some((id) => after.get(id)?.case_ongoing === 'No')).toBe(true);
  });
});

describe('several days', () => {
  test('come out the same for the same seed and plans', () => {
    const [one, other] = [1, 2].map(() => inventCollection({ seed: 9, size: 60 }));
    for (let day = 0; day < 3; day++) expect(one?.advance(PLAN)).toEqual(other?.advance(PLAN));
    const texts = (collection = inventCollection()) =>
      collection.ids().map((id) => JSON.stringify(collection.get(id)));
    expect(texts(one)).toEqual(texts(other));
  });

  test('choose other cases each, and build on what was there', () => {
    const collection = inventCollection({ seed: 9, size: 40 });
    const first = collection.advance({ changed: 20, newEntries: 2 });
    const middle = contentOf(collection);
    const second = collection.advance({ changed: 20, newEntries: 2 });
    expect(second.changed).not.toEqual(first.changed);
    for (const id of first.changed) {
      if (second.changed.includes(id)) expect(collection.get(id)).not.toEqual(middle.get(id));
      else expect(collection.get(id)).toEqual(middle.get(id));
    }
  });

  test('keep what was edited by hand', () => {
    const collection = inventCollection({ seed: 9, size: 40 });
    const [first = 0] = collection.ids();
    collection.edit(first, (record) => ({ ...record, name: 'Edited v. Before the Day' }));
    collection.advance({ changed: 80 });
    expect(collection.get(first)?.name).toBe('Edited v. Before the Day');
  });

  test('bring one changed case in a hundred when nothing else is planned', () => {
    const day = inventCollection({ seed: 9, size: 300 }).advance();
    expect([day.changed.length, day.inserted, day.removed, day.moved]).toEqual([3, [], [], []]);
  });
});
