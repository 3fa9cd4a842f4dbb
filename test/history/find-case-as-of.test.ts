import { describe, expect, test } from '@jest/globals';
import { findCaseAsOf } from '../../src/history/case-as-of.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import { hasSameContent } from '../case/mutations.ts';
import { makeCase, makeDocket, makeEntry, type MadeCase } from '../support/make-case.ts';
import { storeDay, storeRun } from './store-day.ts';
import { openEmptyMirror } from '../support/open-empty-mirror.ts';

const CASE = makeCase({ id: 1 });
const SAME_ENTRY = (CASE.main_docket as { docket_entries: JsonObject[] }).docket_entries[1] ?? {};
const RENAMED = makeCase({ id: 1, name: 'Renamed' });

/** A mirror after these days, of one case each; `null` is a day that brought nothing. */
function mirrorOf(...days: (MadeCase | null)[]): Mirror {
  const mirror = openEmptyMirror();
  for (const day of days) storeDay(mirror, day === null ? [] : [day]);
  return mirror;
}

const withEntries = (...ids: number[]): MadeCase =>
  makeCase({
    id: 1,
    main_docket: makeDocket({
      docket_entries: ids.map((id) => makeEntry({ id, description: `Entry ${id}` })),
    }),
  });

describe('a case as of a run', () => {
  test('that changes and changes back is each time what it was', () => {
    const mirror = mirrorOf(CASE, RENAMED, CASE, null, RENAMED);
    const names = [1, 2, 3, 4, 5].map((runId) => findCaseAsOf(mirror, 1, runId).payload.name);
    expect(names).toEqual([CASE.name, 'Renamed', CASE.name, CASE.name, 'Renamed']);
    expect(findCaseAsOf(mirror, 1, 4)).toMatchObject({ firstRunId: 1, changedRunId: 3, departedRunId: null });
  });

  test('that one run stored twice is what it was at the end of the run', () => {
    const mirror = mirrorOf(CASE);
    storeDay(mirror, [withEntries(5, 6), RENAMED]);
    storeDay(mirror, [withEntries(7)]);
    expect([1, 2, 3].map((runId) => findCaseAsOf(mirror, 1, runId).payload)).toEqual([
      CASE,
      RENAMED,
      withEntries(7),
    ]);
  });

  test('has the entries of that time: one that was removed, one that was changed, and one that returned', () => {
    const days = [
      withEntries(5, 6),
      withEntries(5),
      withEntries(5, 6),
      makeCase({ id: 1, main_docket: null }),
      withEntries(6),
    ];
    const mirror = mirrorOf(...days);
    for (const [at, day] of days.entries())
      expect(hasSameContent(findCaseAsOf(mirror, 1, at + 1).payload, day)).toBe(true);
  });

  test('that has not changed since is the very same, the order of its lists included', () => {
    const mirror = mirrorOf(withEntries(9, 3, 7), null);
    expect(findCaseAsOf(mirror, 1, 1).payload).toEqual(withEntries(9, 3, 7));
  });

  test('that had left the site by then is still shown, with the run that found it gone', () => {
    const mirror = mirrorOf(CASE);
    storeRun(mirror, (writer, moment) => {
      writer.writeDeparture(1, moment);
    });
    storeDay(mirror, [RENAMED]);
    expect([1, 2, 3].map((runId) => findCaseAsOf(mirror, 1, runId).departedRunId)).toEqual([null, 2, null]);
    expect(findCaseAsOf(mirror, 1, 2).payload).toEqual(CASE);
  });
});

describe('a case is refused', () => {
  const refuse = (mirror: Mirror, id: number, runId: number, code: string, message: string): void => {
    expect(() => findCaseAsOf(mirror, id, runId)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  };

  test('that was never mirrored, or only later, with the time of its first run', () => {
    const mirror = mirrorOf(null, CASE);
    refuse(mirror, 2, 1, 'CASE_NOT_MIRRORED', 'has no case 2.');
    refuse(mirror, 1, 1, 'CASE_NOT_MIRRORED', 'it came with run 2 of 2030-01-02T03:17:00.000Z');
  });

  test('whose content was removed since, with when that was', () => {
    const mirror = mirrorOf(CASE, null, null);
    mirror.sqlite.exec(`UPDATE cases SET mirror_redacted_run_id = 3, mirror_changed_run_id = 3`);
    refuse(mirror, 1, 2, 'CASE_REDACTED', 'was removed in run 3 of 2030-01-03T03:17:00.000Z');
    expect(findCaseAsOf(mirror, 1, 3).id).toBe(1);
  });

  test('that changed before history was kept is shown from its oldest known version', () => {
    const mirror = mirrorOf(CASE, RENAMED, null, CASE);
    mirror.sqlite.exec(
      'DELETE FROM case_changes WHERE run_id <= 2; DELETE FROM case_versions WHERE run_id < 2',
    );
    refuse(mirror, 1, 1, 'HISTORY_MISSING', 'Case 1 changed before');
    expect(findCaseAsOf(mirror, 1, 2).payload).toEqual(RENAMED);
    expect(findCaseAsOf(mirror, 1, 3).payload).toEqual(RENAMED);
  });

  test.each([
    ['a change that does not fit', `UPDATE case_changes SET new_value = '"x"'`, 'name is not what'],
    ['a change that is lost', 'DELETE FROM case_changes', 'another fingerprint'],
    ['a value of then that is another', `UPDATE case_changes SET old_value = '"x"'`, 'another fingerprint'],
    ['a fingerprint that is another', `UPDATE case_versions SET fingerprint = 'x'`, 'another fingerprint'],
    ['a past entry that is lost', 'DELETE FROM docket_entry_versions', 'another fingerprint'],
    ['an entry that is lost', 'DELETE FROM docket_entries WHERE id = 80002', 'another fingerprint'],
  ])('rather than guessed, with %s', (_, damage, message) => {
    const mirror = mirrorOf(
      CASE,
      makeCase({
        id: 1,
        name: 'Renamed',
        main_docket: makeDocket({ docket_entries: [makeEntry({ url: 'nan' }), SAME_ENTRY] }),
      }),
    );
    findCaseAsOf(mirror, 1, 1);
    mirror.sqlite.exec(damage);
    refuse(mirror, 1, 1, 'HISTORY_DAMAGED', message);
  });
});
