import { expect, test } from '@jest/globals';
import { changeWithoutNames, toRelatedId, withoutNames } from '../../src/case/related-names.ts';
import type { JsonValue } from '../../src/lib/json.ts';

const is7 = (id: number | null): boolean => id === 7;
const is7OrUnread = (id: number | null): boolean => id === null || id === 7;
const named = (id: JsonValue): JsonValue => ({ id, name: 'Alder v. Birch', year: 1999 });
const bare = (id: JsonValue): JsonValue => ({ id, name: null });

test.each<[what: string, element: JsonValue, stored: JsonValue, shown: JsonValue]>([
  ['its id', named(7), bare(7), bare(7)],
  ['the id of another case', named(8), named(8), named(8)],
  ['a text of its digits', named('7'), bare('7'), bare('7')],
  ['its digits with noughts and spaces', named(' 007\n'), bare(' 007\n'), bare(' 007\n')],
  ['a text of other digits', named('77'), named('77'), named('77')],
  ['a text with its number', named('case 7'), bare(null), bare(null)],
  ['its address', named('https://clearinghouse.net/case/7/'), bare(null), bare(null)],
  ['its id as a decimal', named('7.0'), bare(null), bare(null)],
  ['its id as a power', named('7e0'), bare(null), bare(null)],
  ['its id in an object', named({ value: 7 }), bare(null), bare(null)],
  ['its id in a list', named([7]), bare(null), bare(null)],
  ['an id that cannot be read', named('Alder'), named('Alder'), bare(null)],
  ['a fraction', named(8.5), named(8.5), bare(null)],
  ['no id', { name: 'Alder v. Birch' }, { name: 'Alder v. Birch' }, bare(null)],
  ['a name alone', 'Alder v. Birch', 'Alder v. Birch', null],
  ['a name with its number', '7: Alder v. Birch', null, null],
  ['a list', [named('7')], [bare('7')], [bare('7')]],
  ['nothing but its id', { id: '7' }, { id: '7' }, { id: '7' }],
  ['digits alone', '7', '7', '7'],
  ['a number', 7, 7, 7],
  ['null', null, null, null],
])(
  'a related case with %s loses its name where it is stored and where it is shown as it must',
  (_what, element, stored, shown) => {
    for (const wrap of [(one: JsonValue): JsonValue => [one], (one: JsonValue): JsonValue => one])
      for (const [isWithheld, left] of [
        [is7, stored],
        [is7OrUnread, shown],
      ] as const) {
        const before = wrap(element);
        expect(withoutNames({ id: 1, related_cases: before }, isWithheld).related_cases).toEqual(wrap(left));
        const change = { field: 'related_cases', kind: 'changed', before, after: null } as const;
        expect(changeWithoutNames(change, isWithheld).before).toEqual(wrap(left));
      }
  },
);

test('what names no withheld case is the same object', () => {
  const payload = { id: 1, related_cases: [named(8), '8'] };
  expect(withoutNames(payload, is7)).toBe(payload);
});

test.each<[JsonValue, number | null]>([
  [7, 7],
  ['7', 7],
  [' 0999001 ', 999_001],
  ['', null],
  ['seven', null],
  ['1234567890123456', null],
  [7.5, null],
  [null, null],
])('the id %j of a related case is %j', (id, expected) => {
  expect(toRelatedId(id)).toBe(expected);
});
