import { ONGOING_LISTS, UNCLASSIFIED } from '../../src/api/lists.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { type CaseCollection, inventCollection } from '../../fake-api/collection/collection.ts';
import { Random } from '../../fake-api/invent/random.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry } from '../support/make-case.ts';

const FIRST_MADE_ID = 90_001;

/** Invented cases with dockets of all sizes, and small ones made by hand, which are edited in every way. */
export function startCollection(invented: number, made: number): CaseCollection {
  const source = inventCollection({ seed: 3, size: invented });
  for (let at = 0; at < made; at++) source.put(makeNumbered(FIRST_MADE_ID + at));
  return source;
}

/** Every status and every id of entries its own. */
function makeNumbered(id: number): JsonObject {
  const status = ONGOING_LISTS[id % ONGOING_LISTS.length];
  const entries = [1, 2, 3].map((row) =>
    makeEntry({ id: id * 10 + row, row_number: row, attachments: row === 3 ? [makeAttachment(1)] : null }),
  );
  return makeCase({
    id,
    name: `Invented case ${id}`,
    case_ongoing: status?.label ?? null,
    main_docket: makeDocket({ id, docket_entries: entries }),
  });
}

/** The cases that the read lists serve now. */
export function listServed(source: CaseCollection): number[] {
  const lists = [
    ...ONGOING_LISTS.map(({ id }) => source.find({ case_ongoing: id })),
    source.find({ case_status: UNCLASSIFIED.id }),
  ];
  return [...new Set(lists.flat().flatMap((slot) => slot.id ?? []))];
}

type Edit = (record: JsonObject, random: Random, day: number) => JsonObject;

const set = (record: JsonObject, field: string, value: JsonValue): JsonObject =>
  Object.fromEntries([...Object.entries(record), [field, value]]);
const drop = (record: JsonObject, field: string): JsonObject =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== field));
const SCALARS = [
  'name',
  'state',
  'summary',
  'filing_year',
  'permanent_injunction',
  'mirror_list_id',
] as const;
const LISTS = ['issues', 'case_types', 'plaintiff_type', 'related_cases', 'case_defendants'] as const;
const ODD_FIELDS = [
  '__proto__',
  'constructor',
  'mirror_departed_run_id',
  'main_docket.court',
  '"lamp"',
  'a.b',
  '',
];
const ODD_VALUES: readonly JsonValue[] = [
  null,
  '',
  0,
  false,
  'x',
  '\ud800',
  2 ** 53 + 2,
  0.1,
  {},
  [],
  ['x', 'x'],
];

const onDocket =
  (edit: Edit): Edit =>
  (record, random, day) => {
    const docket = record.main_docket;
    return typeof docket !== 'object' || docket === null || Array.isArray(docket)
      ? set(record, 'main_docket', makeDocket({ id: day, docket_entries: [] }))
      : set(record, 'main_docket', edit(docket, random, day));
  };
const onEntries = (edit: (entries: JsonValue[], random: Random, day: number) => JsonValue): Edit =>
  onDocket((docket, random, day) => {
    const entries = docket.docket_entries;
    return set(docket, 'docket_entries', edit(Array.isArray(entries) ? [...entries] : [], random, day));
  });
const onEntry = (edit: Edit): Edit =>
  onEntries((entries, random, day) => {
    const at = random.below(Math.max(1, entries.length));
    const entry = entries[at];
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry))
      entries[at] = edit(entry, random, day);
    return entries;
  });

/** What may happen to a case in a day. */
const EDITS: Readonly<Record<string, Edit>> = {
  'a field is null': (record, random) => set(record, random.pick(SCALARS), null),
  'a field is empty': (record, random) => set(record, random.pick(SCALARS), ''),
  'a field is absent': (record, random) => drop(record, random.pick([...SCALARS, ...LISTS])),
  'a field has another value': (record, random, day) => set(record, random.pick(SCALARS), day),
  'an unknown field': (record, random) => set(record, random.pick(ODD_FIELDS), random.pick(ODD_VALUES)),
  'an unknown field is gone': (record, random) => drop(record, random.pick(ODD_FIELDS)),
  'a list is reversed': (record, random) => {
    const field = random.pick(LISTS);
    const list = record[field];
    return Array.isArray(list) ? set(record, field, list.toReversed()) : record;
  },
  'a list has other elements': (record, random, day) =>
    set(record, random.pick(LISTS), ['Stairs', 'Stairs', { value: `Day ${day}` }, null]),
  'a list grows': (record, random, day) => {
    const field = random.pick(LISTS);
    const list = record[field];
    return set(record, field, [...(Array.isArray(list) ? list : []), `Day ${day}`]);
  },
  'a list is none': (record, random) => set(record, random.pick(LISTS), random.pick([null, '', {}, []])),
  'another status': (record, random) => set(record, 'case_ongoing', random.pick(ONGOING_LISTS).label),
  'no status, and so in no list': (record) => set(record, 'case_ongoing', null),
  'the docket is gone': (record, random) =>
    random.chance(0.5) ? drop(record, 'main_docket') : set(record, 'main_docket', null),
  'the docket is back': (record) =>
    set(record, 'main_docket', makeNumbered(Number(record.id)).main_docket ?? null),
  'a field of the docket': onDocket((docket, random) =>
    set(docket, random.pick(['court', 'docket_year', ...ODD_FIELDS]), random.pick(ODD_VALUES)),
  ),
  'no list of entries': onDocket((docket, random) =>
    random.chance(0.3)
      ? drop(docket, 'docket_entries')
      : set(docket, 'docket_entries', random.pick([null, [], 'x', [1, 'x'], [{}, {}]])),
  ),
  'an entry is new': onEntries((entries, random, day) => [
    ...entries,
    makeEntry({
      id: day * 1000 + random.below(1000),
      row_number: entries.length + 1,
      attachments: [makeAttachment(2)],
    }),
  ]),
  'an entry is edited': onEntry((entry, random, day) =>
    set(
      entry,
      random.pick(['description', 'url', ...ODD_FIELDS]),
      random.pick([`Edited in day ${day}`, null]),
    ),
  ),
  'an entry lacks a field': onEntry((entry, random) =>
    drop(entry, random.pick(['id', 'url', 'attachments'])),
  ),
  'attachments change': onEntry((entry, random, day) =>
    set(
      entry,
      'attachments',
      random.pick([null, [], [makeAttachment(day), 'x'], [makeAttachment(2), makeAttachment(1)]]),
    ),
  ),
  'an entry is gone': onEntries((entries, random) => entries.toSpliced(random.below(entries.length + 1), 1)),
  'the entries stand the other way round': onEntries((entries) => entries.toReversed()),
  'an entry is there twice': onEntries((entries) => [...entries, ...entries.slice(0, 1)]),
  'all as on the first day': ({ id, case_ongoing }) => ({
    ...makeNumbered(Number(id)),
    case_ongoing: case_ongoing ?? null,
  }),
};

/** Lets a day pass: invented days, edits by hand, cases that come, go, and come back. */
export function passDay(source: CaseCollection, day: number, edits: number): void {
  const random = new Random(day);
  source.advance({ changed: 2, inserted: day % 3 === 0 ? 1 : 0, statusMoves: 1, newEntries: 3 });
  const made = source.ids().filter((id) => id >= FIRST_MADE_ID);
  const names = Object.keys(EDITS);
  for (let at = 0; at < edits; at++) {
    const edit = EDITS[names[(day * edits + at) % names.length] ?? ''];
    if (edit !== undefined) source.edit(random.pick(made), (record) => edit(record, random, day));
  }
  if (day % 4 === 0) source.remove(random.pick(made));
  if (day % 4 === 2) source.put(makeNumbered(FIRST_MADE_ID + random.below(made.length + 5)));
}
