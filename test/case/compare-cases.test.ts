import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BrokenHistory, compareCases, isSame, toFieldPath, undoChanges } from '../../src/case/diff.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';

describe('two versions of a case', () => {
  test('that differ in the order of keys and lists only are the same', () => {
    const before = { id: 1, issues: ['a', 'b', 'b'], main_docket: { court: 'x', list: [{ k: [1, 2] }] } };
    const after = { main_docket: { list: [{ k: [2, 1] }], court: 'x' }, issues: ['b', 'a', 'b'], id: 1 };
    expect(compareCases(before, after)).toEqual([]);
  });

  test('keep null, an empty text and a field that is not there apart', () => {
    expect(compareCases({ a: null, b: '', c: null }, { a: '', c: null, d: null })).toEqual([
      { field: 'a', kind: 'changed', before: null, after: '' },
      { field: 'b', kind: 'changed', before: '', after: undefined },
      { field: 'd', kind: 'changed', before: undefined, after: null },
    ]);
  });

  test('differ in a list by what came and what went, each as often as it did', () => {
    expect(compareCases({ issues: ['a', 'b', 'b'] }, { issues: ['b', 'c', 'c', null] })).toEqual([
      { field: 'issues', kind: 'removed', before: 'a', after: undefined },
      { field: 'issues', kind: 'removed', before: 'b', after: undefined },
      { field: 'issues', kind: 'added', before: undefined, after: 'c' },
      { field: 'issues', kind: 'added', before: undefined, after: 'c' },
      { field: 'issues', kind: 'added', before: undefined, after: null },
    ]);
  });

  test('differ in the docket field by field, unless one of them has none', () => {
    expect(compareCases({ main_docket: { court: 'x' } }, { main_docket: { court: 'y' } })).toEqual([
      { field: 'main_docket.court', kind: 'changed', before: 'x', after: 'y' },
    ]);
    expect(compareCases({ main_docket: { court: 'x' } }, { main_docket: null })).toEqual([
      { field: 'main_docket', kind: 'changed', before: { court: 'x' }, after: null },
    ]);
  });

  test('name an unknown field so that it cannot be taken for a path or for a column of the mirror', () => {
    const odd = ['main_docket.court', 'mirror_list_id', '"', 'a.b', '__proto__', '\ud800'];
    const after = JSON.parse(`{${odd.map((name) => `${JSON.stringify(name)}:1`).join()}}`) as JsonObject;
    const fields = compareCases({}, after).map(({ field }) => field);
    expect(fields.map(toFieldPath)).toEqual(odd.map((name) => [name]));
    expect(fields.filter((field) => field.startsWith('main_docket.') || field.startsWith('mirror_'))).toEqual(
      [],
    );
  });
});

const name = fc.constantFrom('a', 'b', 'main_docket', '__proto__', 'main_docket.a', '"b', 'constructor', '');
const value = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<JsonValue>(null, '', 0, 'x', true, {}, []) },
  fc.array(fc.constantFrom<JsonValue>('p', 'q', null, 1, { v: [1, 2] }, { v: [2, 1] }), { maxLength: 5 }),
  fc.dictionary(name, fc.constantFrom<JsonValue>(null, 'x', ['p'], ['p', 'q'])),
) as fc.Arbitrary<JsonValue>;
/** As JSON would bring it: `__proto__` is a member like any other. */
const version = fc
  .array(fc.tuple(name, value), { maxLength: 6 })
  .map((members) => JSON.parse(JSON.stringify(Object.fromEntries(members))) as JsonObject);

describe('undoing changes', () => {
  test('leads from any version back to any other', () => {
    fc.assert(
      fc.property(fc.array(version, { minLength: 2, maxLength: 4 }), (versions) => {
        const steps = versions.slice(1).map((after, at) => compareCases(versions[at] ?? {}, after));
        const rebuilt = undoChanges(versions.at(-1) ?? {}, steps.flat().reverse());
        expect(isSame(rebuilt, versions[0])).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, JsonObject, Parameters<typeof undoChanges>[1]]>([
    ['a value that is another', { a: 1 }, [{ field: 'a', kind: 'changed', before: 0, after: 2 }]],
    ['a value that is not there', {}, [{ field: 'a', kind: 'changed', before: 0, after: null }]],
    [
      'an element that is not there',
      { a: ['x'] },
      [{ field: 'a', kind: 'added', before: undefined, after: 'y' }],
    ],
    ['a list that is none', { a: 'x' }, [{ field: 'a', kind: 'removed', before: 'y', after: undefined }]],
    ['a docket that is not there', {}, [{ field: 'main_docket.a', kind: 'changed', before: 0, after: 1 }]],
  ])('refuses a history that names %s', (_, now, changes) => {
    expect(() => undoChanges(now, changes)).toThrow(BrokenHistory);
  });
});
