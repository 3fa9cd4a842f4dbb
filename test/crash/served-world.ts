import { ONGOING_LISTS } from '../../src/api/lists.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { type FakeApiRequest } from '../../fake-api/serve/request.ts';
import { startFakeApi, type FakeApi } from '../../fake-api/serve/server.ts';
import { passDay, startCollection } from '../history/served-days.ts';

/** What the site serves in one day. */
export interface ServedWorld {
  readonly records: readonly JsonValue[];
  /** A case that moves to another list while the run goes on, and so is seen in both. */
  readonly mover: number | null;
}

const MADE = 50;
const FIRST_MADE_ID = 90_001;
const LEAVES = FIRST_MADE_ID + 40;
const LEAVES_AND_COMES_BACK = FIRST_MADE_ID + 39;
const MOVER = FIRST_MADE_ID + 42;
const MOVES_TO = ONGOING_LISTS[4];
/** A list with a record that is no case is never complete; it is another one than those that cases leave. */
const ODD = ONGOING_LISTS[2];

/**
 * Three days: the first has all cases and a record that is none; in the second
 * some change and one leaves; in the third everything happens that makes a sync write: changes, moves, newcomers, departures, a return, a case seen twice.
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
  const first = toWorld(source);
  passDay(source, 4, 10);
  source.remove(LEAVES_AND_COMES_BACK);
  source.edit(MOVER, setStatus);
  const mover = source.get(MOVER);
  const second = toWorld(source);
  passDay(source, 6, 25);
  source.remove(LEAVES);
  source.put(returning);
  // As before until it moves: a version of it that only a dead run saw would stay in the history, and rightly so.
  source.put(mover ?? null);
  source.put({ id: 'another', case_ongoing: ODD.label });
  return [first, second, { ...toWorld(source), mover: MOVER }];
}

function toWorld(source: CaseCollection): ServedWorld {
  const records = source.find().map((slot) => JSON.parse(Buffer.concat(slot.read()).toString()) as JsonValue);
  return { records, mover: null };
}

/** Serves a world from a collection of its own; `onRequest` is told of each request, and may hold its response back. */
export function serveWorld(
  { records, mover }: ServedWorld,
  onRequest: (request: FakeApiRequest) => void | Promise<void> = () => undefined,
): Promise<FakeApi> {
  return startFakeApi({
    source: recordedCases(records),
    pageSize: 5,
    beforePage: async (request, source) => {
      if (mover !== null && request.filters.case_ongoing === MOVES_TO.id)
        source.edit(mover, (record) => ({ ...record, case_ongoing: MOVES_TO.label }));
      await onRequest(request);
    },
  });
}
