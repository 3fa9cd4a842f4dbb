import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import type { Cell } from '../../src/db/query.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { storeLinkedDay } from '../support/linked-rows.ts';
import { shareHistory } from '../support/shared-history.ts';
import { startHarness, type SyncHarness } from '../support/sync-harness.ts';

export const FIRST = makeCase({ id: 1 });
export const SECOND = makeCase({
  id: 2,
  main_docket: makeDocket({
    docket_entries: [
      makeEntry({ id: 7, attachments: [makeAttachment(1)] }),
      makeEntry({ id: 8, row_number: 2 }),
    ],
  }),
});

const share = shareHistory(() => ({
  source: recordedCases([FIRST, SECOND]),
  edits: [changeSecond, () => undefined],
}));

function changeSecond(source: CaseCollection): void {
  source.edit(2, (record) => ({
    ...record,
    name: 'Renamed',
    summary: '<p>Another</p>',
    case_ongoing: 'No',
    issues: ['Stairs'],
    related_cases: null,
    main_docket: makeDocket({
      court: 'Elsewhere',
      docket_entries: [makeEntry({ id: 7, description: 'Edited.', attachments: null }), makeEntry({ id: 9 })],
    }),
  }));
  source.put(makeCase({ id: 3 }));
}

/**
 * Three days: two cases; the second changes in everything, and a third comes; nothing. With `afterFirst`, linked lists and
 * texts are read each day.
 */
export async function threeDays(afterFirst?: (harness: SyncHarness) => void) {
  const harness = await (afterFirst === undefined ? share() : liveThrough(afterFirst));
  const rowsAsOf = (runId: number, sql: string): (readonly Cell[])[] =>
    harness.read((mirror) => [...queryAsOf(mirror, runId, sql).rows]);
  const change = (sql: string): void => {
    const mirror = openMirror(harness.database);
    mirror.sqlite.exec(sql);
    mirror.close();
  };
  return { ...harness, source: harness.fakeApi.source, rowsAsOf, change };
}

async function liveThrough(afterFirst: (harness: SyncHarness) => void): Promise<SyncHarness> {
  const source = recordedCases([FIRST, SECOND]);
  const harness = await startHarness({ source });
  const live = async (day: 1 | 2 | 3): Promise<void> => {
    await harness.sync();
    const mirror = openMirror(harness.database);
    storeLinkedDay(mirror, day, harness.runtime.now());
    mirror.close();
  };
  await live(1);
  afterFirst(harness);
  changeSecond(source);
  await live(2);
  await live(3);
  return harness;
}
