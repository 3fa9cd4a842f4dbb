import { expect, test } from '@jest/globals';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { preparePlainCases } from '../../src/verify/plain-cases.ts';
import { findCircumstances } from '../../src/verify/stored-rows.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { buildEventfulMirror, verifyFile, writeDamaged } from '../support/eventful-mirror.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { startHistory } from '../support/shared-history.ts';

/** The cases of a mirror that have to go the long way. */
function listOfLongWay(path: string): number[] {
  const mirror = openMirrorReadOnly(path);
  try {
    const ids = mirror.sqlite.prepare<[], number>('SELECT id FROM cases ORDER BY id').pluck().all();
    const proven = preparePlainCases(mirror, findCircumstances(mirror))(ids);
    expect(proven).toHaveLength(ids.length);
    return ids.filter((_, at) => proven?.[at] === null);
  } finally {
    mirror.close();
  }
}

test('no case of a sound mirror needs the slow check, with or without history', async () => {
  const source = inventCollection({ size: 60 });
  const [gone = 0] = source.ids();
  const { database } = await startHistory({
    source,
    edits: [
      (site) => {
        site.advance({ changed: 20, statusMoves: 5, inserted: 3 });
      },
      (site) => {
        site.advance({ changed: 20, statusMoves: 5, inserted: 0 });
        site.remove(gone);
      },
    ],
  });
  expect(listOfLongWay(database)).toEqual([]);
  expect(verifyFile(database).findings).toEqual([]);
});

test('only unusual records need the slow check', async () => {
  const entry = (id: number, more: object) => makeEntry({ id, ...more });
  const cases = [
    makeCase({
      id: 1,
      main_docket: makeDocket({
        docket_entries: [entry(1, { description: 'A \0 "B" \\ \u2028 \u{1f600}' })],
      }),
    }),
    makeCase({
      id: 2,
      main_docket: makeDocket({
        docket_entries: [entry(1, { row_number: null }), entry(2, { row_number: -3 })],
      }),
    }),
    makeCase({ id: 3, main_docket: makeDocket({ docket_entries: [] }) }),
    makeCase({ id: 4, main_docket: null }),
    makeCase({
      id: 5,
      main_docket: makeDocket({ docket_entries: [entry(1, { description: 'half \ud800' })] }),
    }),
    makeCase({ id: 6, main_docket: makeDocket({ docket_entries: [entry(1, { row_number: 'x' })] }) }),
    makeCase({
      id: 7,
      main_docket: makeDocket({ docket_entries: [entry(1, {}), entry(1, { row_number: 9 })] }),
    }),
  ];
  const { database } = await startHistory({ source: recordedCases(cases) });
  expect(listOfLongWay(database)).toEqual([5, 6, 7]);
  expect(verifyFile(database).findings).toEqual([]);
  // An entry without a field, a redacted case, and entries without ids of their own.
  expect(listOfLongWay(writeDamaged(await buildEventfulMirror(), ''))).toEqual([2, 9, 10]);
});
