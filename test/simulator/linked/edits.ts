import type { CaseCollection } from '../../../fake-api/collection/collection.ts';
import { Random } from '../../../fake-api/invent/random.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { makeDocket, makeEntry } from '../../support/make-case.ts';
import { makeDocument } from '../../support/make-document.ts';

type Edit = (source: CaseCollection, random: Random) => void;

const FIRST_DOCUMENT_ID = 70_000;
const FIRST_FURTHER_ID = 80_000;
const TITLES = ['Complaint', 'Order', 'Order', 'Brief', ''];

const pickCase = (source: CaseCollection, random: Random): number => random.pick(source.ids());

/** A document with a new id, or an existing document of this case or another. */
function addDocument(source: CaseCollection, caseId: number, random: Random): void {
  const id = FIRST_DOCUMENT_ID + random.below(150);
  const known = source.linked.document(id);
  const fresh = makeDocument({
    id,
    title: random.pick(TITLES),
    document_status: random.pick(['Coding Complete', 'Coding Complete', 'Approved', 'Deleted', null]),
    party_types: random.chance(0.3) ? [] : ['Plaintiff', 'Court'].slice(random.below(2)),
  });
  source.linked.putDocument(caseId, known ?? fresh, `Text ${id} ${random.below(5)}.`);
}

function addResource(source: CaseCollection, random: Random): void {
  const number = random.below(40);
  const cases = [...new Set([pickCase(source, random), pickCase(source, random)])];
  source.linked.putResource({
    key: `resource ${number}`,
    cases,
    value: {
      title: `Guide ${number}`,
      author: random.pick(['A. Lamp', '', null]),
      external_url: `https://papers.example/${number}`,
      cases: cases.map((id) => ({ id, name: `Invented case ${id}` })),
      resource_types: ['Article'],
      status: 'Approved',
    },
  });
}

function addFurtherDocket(source: CaseCollection, caseId: number, random: Random): void {
  // A docket belongs to one case, so two cases never have different versions of it.
  const id = FIRST_FURTHER_ID + caseId * 100 + random.below(20);
  const count = random.below(4);
  const docket = makeDocket({
    id,
    is_main_docket: false,
    docket_entries: Array.from({ length: count }, (_, at) => makeEntry({ id: id * 10 + at, row_number: at })),
  });
  source.linked.changeDockets(caseId, (dockets) => [...dockets.filter((one) => one.id !== id), docket]);
}

/** Adds the initial linked data of a collection. */
export function addLinkedData(source: CaseCollection, random: Random): void {
  for (const caseId of source.ids()) {
    for (let count = random.below(6); count > 0; count--) addDocument(source, caseId, random);
    if (random.chance(0.4)) addFurtherDocket(source, caseId, random);
    if (random.chance(0.5)) addResource(source, random);
  }
}

const ofOneDocument =
  (change: (source: CaseCollection, caseId: number, id: number, random: Random) => void): Edit =>
  (source, random) => {
    const caseId = pickCase(source, random);
    const ids = source.linked.documentIdsOf(caseId);
    if (ids.length === 0) addDocument(source, caseId, random);
    else change(source, caseId, random.pick(ids), random);
  };

const ofFurtherDockets =
  (change: (docket: JsonObject, random: Random) => JsonObject | null): Edit =>
  (source, random) => {
    const seed = random.below(2 ** 32);
    source.linked.changeDockets(pickCase(source, random), (dockets) =>
      dockets.flatMap((docket) => {
        if (docket.is_main_docket !== false) return [docket];
        const changed = change(docket, new Random(seed));
        return changed === null ? [] : [changed];
      }),
    );
  };

const entriesOf = (docket: JsonObject): JsonValue[] =>
  Array.isArray(docket.docket_entries) ? docket.docket_entries : [];

/** Edits of the linked data between two days, or between two requests of one day. */
export const LINKED_EDITS = {
  'a document is added': (source, random) => {
    addDocument(source, pickCase(source, random), random);
  },
  'a document is edited': ofOneDocument(({ linked }, _, id, random) => {
    linked.editDocument(id, (document) => ({
      ...document,
      [random.pick(['title', 'description', 'date', 'lamp'])]: random.pick([
        null,
        '',
        `Edit ${random.below(99)}`,
      ]),
    }));
  }),
  'a document is hidden': ofOneDocument(({ linked }, _, id) => {
    linked.hideDocument(id);
  }),
  'a document is shown again': ofOneDocument(({ linked }, _, id) => {
    linked.showDocument(id);
  }),
  'a document is removed from a case': ofOneDocument(({ linked }, caseId, id) => {
    linked.removeDocument(caseId, id);
  }),
  'a document is added to a second case': ofOneDocument((source, _, id, random) => {
    source.linked.putDocument(pickCase(source, random), source.linked.document(id) ?? { id });
  }),
  'all documents of a case are removed': ofOneDocument(({ linked }, caseId) => {
    for (const id of linked.documentIdsOf(caseId)) linked.removeDocument(caseId, id);
  }),
  'a further docket is added': (source, random) => {
    addFurtherDocket(source, pickCase(source, random), random);
  },
  'an entry of a further docket is added': ofFurtherDockets((docket, random) => ({
    ...docket,
    docket_entries: [...entriesOf(docket), makeEntry({ id: 900_000 + random.below(9000) })],
  })),
  'an entry of a further docket is removed': ofFurtherDockets((docket, random) => ({
    ...docket,
    docket_entries: entriesOf(docket).toSpliced(random.below(entriesOf(docket).length + 1), 1),
  })),
  'further dockets are removed': ofFurtherDockets(() => null),
  'the copies of the main docket disagree': (source, random) => {
    source.linked.changeDockets(pickCase(source, random), (dockets) =>
      dockets.map((docket) =>
        docket.is_main_docket === true ? { ...docket, docket_entries: entriesOf(docket).slice(1) } : docket,
      ),
    );
  },
  'a resource is added': addResource,
  'a resource is edited': (source, random) => {
    const [resource] = source.linked.resourcesOf(pickCase(source, random));
    if (resource === undefined) addResource(source, random);
    else
      source.linked.putResource({
        ...resource,
        value: { ...resource.value, abstract: `Edit ${random.below(99)}` },
      });
  },
  'a resource is removed': (source, random) => {
    const [resource] = source.linked.resourcesOf(pickCase(source, random));
    if (resource !== undefined) source.linked.removeResource(resource.key);
  },
} as const satisfies Record<string, Edit>;

export type LinkedEditName = keyof typeof LINKED_EDITS;
export const LINKED_EDIT_NAMES = Object.keys(LINKED_EDITS) as LinkedEditName[];
