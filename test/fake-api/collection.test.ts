import { describe, expect, test } from '@jest/globals';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { objectOf } from './invent-many.ts';

describe('an invented collection', () => {
  test('lists every case once, in order of id', () => {
    const collection = inventCollection({ seed: 4, size: 400 });
    const ids = collection.ids();
    expect(ids).toHaveLength(400);
    expect(new Set(ids).size).toBe(400);
    expect(ids).toEqual([...ids].sort((one, other) => one - other));
  });

  test('finds by status exactly the cases that have that status', () => {
    const collection = inventCollection({ seed: 4, size: 120 });
    let found = 0;
    for (const { id, label } of ONGOING_LISTS) {
      const slots = collection.find({ case_ongoing: id });
      found += slots.length;
      for (const slot of slots) expect(objectOf(collection.get(Number(slot.id))).case_ongoing).toBe(label);
    }
    const without = collection.ids().filter((id) => collection.get(id)?.case_ongoing === null);
    expect(found + without.length).toBe(120);
    expect(without.length).toBeGreaterThan(5);
  });

  test('combines filters with AND, and finds nothing for an unknown id', () => {
    const collection = inventCollection({ seed: 4, size: 300 });
    const both = collection.find({ case_ongoing: 5020, case_status: 5069 });
    expect(both.length).toBeGreaterThan(20);
    expect(both.length).toBeLessThan(collection.find({ case_ongoing: 5020 }).length);
    expect(collection.find({ case_ongoing: 1 })).toEqual([]);
    expect(collection.find({ case_id: Number(both[0]?.id), case_ongoing: 5021 })).toEqual([]);
  });

  test.each([1, 2, 3, 4])('has each of the five lists from 450 cases on, here with seed %i', (seed) => {
    const collection = inventCollection({ seed, size: 450 });
    for (const { id } of ONGOING_LISTS)
      expect(collection.find({ case_ongoing: id }).length).toBeGreaterThan(0);
  });

  test('leaves chosen lists empty and gives their cases another one', () => {
    const full = inventCollection({ seed: 4, size: 300 });
    const collection = inventCollection({ seed: 4, size: 300, emptyLists: [5022, 5023] });
    expect(full.find({ case_ongoing: 5023 }).length).toBeGreaterThan(5);
    expect(collection.find({ case_ongoing: 5022 })).toEqual([]);
    expect(collection.find({ case_ongoing: 5023 })).toEqual([]);
    expect(collection.ids()).toEqual(full.ids());
    for (const id of collection.ids())
      expect(collection.get(id)?.case_ongoing).not.toBe('No reason to think so');
  });

  test('needs no memory for the cases themselves', () => {
    const before = process.memoryUsage().heapUsed;
    const collection = inventCollection({ seed: 4, size: 12_300 });
    expect(collection.size).toBe(12_300);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000_000);
  });
});

describe('edits by hand', () => {
  test('put adds a case in its place, or replaces the one with its id', () => {
    const collection = inventCollection({ size: 50 });
    const [first = 0] = collection.ids();
    collection.put({ id: first + 1_000_000, case_ongoing: 'Yes' });
    collection.put({ id: 1, case_ongoing: 'Unknown', name: 'Put v. By Hand' });
    collection.put({ id: first, case_ongoing: 'Unknown' });
    expect(collection.size).toBe(52);
    expect(collection.ids().at(0)).toBe(1);
    expect(collection.ids().at(-1)).toBe(first + 1_000_000);
    expect(collection.get(first)).toEqual({ id: first, case_ongoing: 'Unknown' });
    expect(collection.find({ case_ongoing: 5022, case_id: first })).toHaveLength(1);
  });

  test('put takes any JSON, which only the unfiltered list then shows', () => {
    const collection = inventCollection({ size: 50 });
    collection.put(null);
    collection.put({ id: 'seven', case_ongoing: 'Perhaps' });
    expect(collection.find()).toHaveLength(52);
    expect(collection.ids()).toHaveLength(50);
  });

  test('remove takes a case out once', () => {
    const collection = inventCollection({ size: 50 });
    const [first = 0] = collection.ids();
    expect(collection.remove(first)).toBe(true);
    expect(collection.remove(first)).toBe(false);
    expect(collection.get(first)).toBeUndefined();
    expect(collection.size).toBe(49);
  });

  test('edit changes one case, its filters included, and refuses an unknown id', () => {
    const collection = inventCollection({ size: 50 });
    const [first = 0, second = 0] = collection.ids();
    const untouched = collection.get(second);
    collection.edit(first, (record) => ({ ...record, case_ongoing: 'Perhaps, but long-dormant' }));
    collection.edit(first, (record) => {
      record.name = 'Edited v. In Place';
      return undefined;
    });
    expect(collection.get(first)).toMatchObject({ name: 'Edited v. In Place' });
    expect(collection.find({ case_ongoing: 5024, case_id: first })).toHaveLength(1);
    expect(collection.get(second)).toEqual(untouched);
    expect(() => {
      collection.edit(3, (record) => record);
    }).toThrow('no case 3');
  });
});
