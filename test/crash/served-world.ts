import { ONGOING_LISTS } from '../../src/api/lists.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { type FakeApiRequest } from '../../fake-api/serve/request.ts';
import { startFakeApi, type FakeApi } from '../../fake-api/serve/server.ts';
import { makeDocket, makeEntry } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { times } from '../support/times.ts';
import { passDay, startCollection } from '../history/served-days.ts';

/** The records that the site serves on one day. */
export interface ServedWorld {
  readonly records: readonly JsonValue[];
  /** A case that moves to another list during the run, so the run sees it in both. */
  readonly mover: number | null;
  /** From 1. Each day has the linked records of the days before, edits some and adds some. No record leaves. */
  readonly day: 1 | 2 | 3;
}

/** Each has three linked lists, so most of the time of a trial goes to their requests. */
const MADE = times(20, 50);
const FIRST_MADE_ID = 90_001;
const LEAVES = FIRST_MADE_ID + MADE - 10;
const LEAVES_AND_COMES_BACK = FIRST_MADE_ID + MADE - 11;
const MOVER = FIRST_MADE_ID + MADE - 8;
const MOVES_TO = ONGOING_LISTS[4];
/** A list with a record that is not a case is never complete, so no case leaves this list. */
const ODD = ONGOING_LISTS[2];

/**
 * Three days. The first has all cases and a record that is not a case. On the second, some cases change and one
 * leaves. The third has everything that makes a sync write: changes, moves, new cases, departures, a return, and a
 * case seen twice.
 */
export function inventWorlds(
  invented: number,
): [first: ServedWorld, second: ServedWorld, third: ServedWorld] {
  const source = startCollection(invented, MADE);
  source.put({ id: 'none', case_ongoing: ODD.label });
  const returning = source.get(LEAVES_AND_COMES_BACK);
  if (returning === undefined) throw new RangeError(`There is no case ${LEAVES_AND_COMES_BACK}`);
  const setStatus = (record: JsonObject) => ({ ...record, case_ongoing: ONGOING_LISTS[0].label });
  source.edit(MOVER, setStatus);
  const first = toWorld(source, 1);
  passDay(source, 4, 10);
  source.remove(LEAVES_AND_COMES_BACK);
  source.edit(MOVER, setStatus);
  const mover = source.get(MOVER);
  const second = toWorld(source, 2);
  passDay(source, 6, 25);
  source.remove(LEAVES);
  source.put(returning);
  // The case does not change before it moves: a version that only a dead run saw would rightly stay in the history.
  source.put(mover ?? null);
  source.put({ id: 'another', case_ongoing: ODD.label });
  return [first, second, { ...toWorld(source, 3), mover: MOVER }];
}

function toWorld(source: CaseCollection, day: ServedWorld['day']): ServedWorld {
  const records = source.find().map((slot) => JSON.parse(Buffer.concat(slot.read()).toString()) as JsonValue);
  return { records, mover: null, day };
}

/**
 * Fills the linked lists of some cases, so that the third day writes to every table of linked data, including
 * changes. No record ever goes missing, because the mirror counts the runs without it, and a death adds a run.
 */
function addLinkedData({ linked }: CaseCollection, day: ServedWorld['day']): void {
  const edited = (text: string): string => (day === 3 ? `${text}, edited` : text);
  for (let number = 1; number <= 4 + 2 * day; number++) {
    const id = 500 + number;
    const document = makeDocument({
      id,
      title: edited(`Order ${id}`),
      party_types: day === 3 ? [] : ['Court'],
    });
    linked.putDocument(FIRST_MADE_ID, document);
    if (number % 3 === 0) linked.putDocument(FIRST_MADE_ID + 1, document);
  }
  if (day === 3) linked.hideDocument(502);
  linked.changeDockets(FIRST_MADE_ID + 2, (dockets) => [
    ...dockets.map((docket) => ({ ...docket, docket_entries: [] })),
    makeDocket({
      id: 700,
      is_main_docket: false,
      court: edited('Court of Quillhaven'),
      lamp: day,
      docket_entries: [1, 2, 3, 4]
        .slice(0, 1 + day)
        .map((row) => makeEntry({ id: 7000 + row, row_number: row, description: edited(`Entry ${row}`) })),
    }),
  ]);
  for (const key of ['Guide', 'Atlas'].slice(0, day)) {
    const value = {
      title: key,
      abstract: edited('About lamps'),
      external_url: `https://papers.example/${key}`,
    };
    linked.putResource({ key, cases: [FIRST_MADE_ID, FIRST_MADE_ID + 3], value });
  }
}

/** Serves a world from its own collection. `onRequest` is called with each request, and can delay the response. */
export function serveWorld(
  { records, mover, day }: ServedWorld,
  onRequest: (request: FakeApiRequest) => void | Promise<void> = () => undefined,
): Promise<FakeApi> {
  const source = recordedCases(records);
  addLinkedData(source, day);
  return startFakeApi({
    source,
    pageSize: 5,
    // A document without an id, so that a linked list has a rejected record, too.
    faults: ({ route }) =>
      route.kind === 'linked' && route.list === 'documents' && route.caseId === FIRST_MADE_ID + 1
        ? { kind: 'malformed-case', as: 'no-id' }
        : undefined,
    beforePage: async (request) => {
      if (mover !== null && request.filters.case_ongoing === MOVES_TO.id)
        source.edit(mover, (record) => ({ ...record, case_ongoing: MOVES_TO.label }));
      await onRequest(request);
    },
  });
}
