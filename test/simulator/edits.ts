import { CASE_STATUSES, ONGOING_LISTS } from '../../src/api/lists.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import type { Random } from '../../fake-api/invent/random.ts';
import { makeAttachment, makeDocket, makeEntry, without } from '../support/make-case.ts';
import { inventSmallCase } from './invent-small-case.ts';

type Edit = (source: CaseCollection, random: Random) => void;

/** Changes one case of the collection, if it has any. */
const ofOneCase =
  (change: (record: JsonObject, random: Random) => JsonObject): Edit =>
  (source, random) => {
    const ids = source.ids();
    if (ids.length > 0) source.edit(random.pick(ids), (record) => change(record, random));
  };

const ofEntries = (change: (entries: JsonValue[], random: Random) => JsonValue[]): Edit =>
  ofOneCase((record, random) => {
    const docket = isJsonObject(record.main_docket) ? record.main_docket : makeDocket({ docket_entries: [] });
    const entries = Array.isArray(docket.docket_entries) ? [...docket.docket_entries] : [];
    return { ...record, main_docket: { ...docket, docket_entries: change(entries, random) } };
  });

const reverseLists = (value: JsonValue): JsonValue =>
  Array.isArray(value)
    ? value.map(reverseLists).reverse()
    : isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, reverseLists(one)]))
      : value;

const moveTo = (record: JsonObject, label: string | null, caseStatus: string): JsonObject => ({
  ...record,
  case_ongoing: label,
  case_status: caseStatus,
});

const labelsInUse = (source: CaseCollection): string[] =>
  ONGOING_LISTS.filter(({ id }) => source.find({ case_ongoing: id }).length > 0).map(({ label }) => label);

/** Edits of the collection between two days, or between two requests of one day. */
export const EDITS = {
  'a case is added': (source, random) => {
    source.put(inventSmallCase(1 + random.below(400), random));
  },
  'a case is removed': (source, random) => {
    const ids = source.ids();
    if (ids.length > 1) source.remove(random.pick(ids));
  },
  'a case leaves a list and another joins it': (source, random) => {
    const labels = labelsInUse(source);
    if (labels.length === 0) return;
    const label = random.pick(labels);
    const status = ONGOING_LISTS.find((one) => one.label === label);
    const ids = source.find({ case_ongoing: status?.id ?? 0 }).flatMap(({ id }) => id ?? []);
    source.remove(random.pick(ids));
    source.put({ ...inventSmallCase(1 + random.below(400), random), case_ongoing: label });
  },
  'many cases are removed': (source, random) => {
    const [staying, ...leaving] = source.ids();
    for (const id of leaving) if (id !== staying && random.chance(0.9)) source.remove(id);
  },
  'a case changes its status': ofOneCase((record, random) => ({
    ...record,
    case_ongoing: random.pick(ONGOING_LISTS).label,
  })),
  'a case loses its status': ofOneCase((record, random) =>
    moveTo(record, null, random.pick(CASE_STATUSES).label),
  ),
  'a list becomes empty': (source, random) => {
    const labels = labelsInUse(source);
    if (labels.length === 0) return;
    const [from, to] = [random.pick(labels), random.pick(ONGOING_LISTS).label];
    for (const id of source.ids())
      source.edit(id, (record) =>
        record.case_ongoing === from ? { ...record, case_ongoing: to } : undefined,
      );
  },
  'a field is edited': ofOneCase((record, random) => ({
    ...record,
    [random.pick(['name', 'summary', 'state', 'court'])]: random.pick([null, '', `Edit ${random.below(99)}`]),
  })),
  'a field is removed': ofOneCase((record, random) =>
    without(record, random.pick(['name', 'summary', 'issues', 'main_docket'])),
  ),
  'an unknown field is added': ofOneCase((record, random) => ({
    ...record,
    lamp: random.pick<JsonValue>([1, 'x', null, { a: [1, 2] }]),
  })),
  'a list grows': ofOneCase((record, random) => ({
    ...record,
    issues: [...(Array.isArray(record.issues) ? record.issues : []), `Issue ${random.below(99)}`],
  })),
  'the order of lists changes': (source, random) => {
    for (const id of source.ids())
      if (random.chance(0.5)) source.edit(id, (record) => reverseLists(record) as JsonObject);
  },
  'a docket entry is added': ofEntries((entries, random) => [
    ...entries,
    makeEntry({
      id: 500_000 + random.below(100_000),
      row_number: entries.length + 1,
      attachments: random.chance(0.5) ? [makeAttachment(1), makeAttachment(2)] : null,
    }),
  ]),
  'a docket entry is edited': ofEntries((entries, random) => {
    const at = random.below(Math.max(1, entries.length));
    return entries.map((entry, place) =>
      place === at && isJsonObject(entry) ? { ...entry, description: `Edit ${random.below(99)}` } : entry,
    );
  }),
  'a docket entry is removed': ofEntries((entries, random) =>
    entries.toSpliced(random.below(entries.length + 1), 1),
  ),
  'a docket entry has no id': ofEntries((entries, random) => [
    ...entries,
    without(makeEntry({ description: `Without ${random.below(9)}` }), 'id'),
  ]),
} as const satisfies Record<string, Edit>;

export type EditName = keyof typeof EDITS;
export const EDIT_NAMES = Object.keys(EDITS) as EditName[];
/** This edit must change nothing in a mirror. */
export const REORDERING = 'the order of lists changes' satisfies EditName;
