import { describe, expect, test } from '@jest/globals';
import { findCaseList } from '../../src/db/linked/read-records.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { listLinks, openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';

const main = (fields: JsonObject = {}) => makeDocket({ id: 7001, ...fields });
const DIFFERENCES =
  'SELECT docket_id, differing, entries_in_case, entries_in_list, seen_run_id, resolved_run_id FROM mirror_docket_differences';

describe('the main docket in the list of dockets', () => {
  test('is stored once, as the case has it, however old the list is', () => {
    const one = openLinkedMirror();
    one.run([makeCase({ id: 1, main_docket: main({ court: 'New court' }) })]);
    one.read(1, 'dockets', [main({ court: 'Old court' })]);
    expect(one.rows('SELECT court FROM dockets WHERE case_id = 1')).toEqual([{ court: 'New court' }]);
    expect(one.rows('SELECT * FROM further_dockets')).toEqual([]);
    expect(one.rows(`SELECT is_further, court FROM all_dockets WHERE case_id = 1`)).toEqual([
      { is_further: 0, court: 'New court' },
    ]);
    expect(one.rows('SELECT * FROM linked_changes')).toEqual([]);
  });

  test('is compared: a difference in the number of entries or in a field is recorded until it is gone', () => {
    const one = openLinkedMirror();
    const entries = main().docket_entries as JsonObject[];
    one.read(1, 'dockets', [main({ docket_entries: [...entries, makeEntry({ id: 5 })] })]);
    const open = { docket_id: 7001, entries_in_case: entries.length, seen_run_id: 1, resolved_run_id: null };
    expect(one.rows(DIFFERENCES)).toEqual([
      { ...open, differing: 'docket_entries', entries_in_list: entries.length + 1 },
    ]);
    one.run();
    one.read(1, 'dockets', [
      main({ docket_entries: [{ ...entries[0], description: 'X' }, ...entries.slice(1)] }),
    ]);
    one.run();
    one.read(1, 'dockets', [main()]);
    expect(one.rows(DIFFERENCES)).toMatchObject([
      { differing: 'docket_entries', resolved_run_id: 2 },
      { differing: 'docket_entries[].description', seen_run_id: 2, resolved_run_id: 3 },
    ]);
  });
});

describe('the other dockets of a case', () => {
  test('have their own entries: one id in two dockets is two entries, in rows, history and views', () => {
    const one = openLinkedMirror();
    const docket = (id: number, description: string) => ({
      id,
      docket_entries: [{ id: 80001, description }],
    });
    one.read(1, 'dockets', [docket(1, 'a'), docket(2, 'b')]);
    one.run();
    one.read(1, 'dockets', [docket(1, 'a'), docket(2, 'c')]);
    expect(
      one.rows('SELECT mirror_docket_key, id, description FROM further_docket_entries ORDER BY 1'),
    ).toEqual([
      { mirror_docket_key: 1, id: 80001, description: 'a' },
      { mirror_docket_key: 2, id: 80001, description: 'c' },
    ]);
    expect(one.rows('SELECT record_key, field FROM linked_changes')).toEqual([
      { record_key: 2, field: 'description' },
    ]);
    expect(one.rows('SELECT count(*) AS n FROM all_docket_entries WHERE case_id = 1 AND id = 80001')).toEqual(
      [{ n: 3 }],
    );
  });

  test('lose an entry only after two reads in two runs, and regain it with its history', () => {
    const one = openLinkedMirror();
    const entries = [
      { id: 1, description: 'a' },
      { id: 2, description: 'b' },
    ];
    const read = (docket_entries: JsonObject[]) => one.read(1, 'dockets', [{ id: 31, docket_entries }]);
    const present = () =>
      one.rows('SELECT id FROM clean_further_docket_entries ORDER BY id').map(({ id }) => id);
    read(entries);
    one.run();
    read(entries.slice(1));
    expect(present()).toEqual([1, 2]);
    one.run();
    read(entries.slice(1));
    expect(present()).toEqual([2]);
    one.run();
    read(entries);
    expect(present()).toEqual([1, 2]);
    expect(findCaseList(one.mirror, 1, 'dockets').records[0]?.payload).toEqual({
      id: 31,
      docket_entries: entries,
    });
  });

  test('without an id are recognized by their number or their address', () => {
    const one = openLinkedMirror();
    const docket = { docket_number_manual: '1:20-cv-7', court: 'A', docket_entries: null };
    one.read(1, 'dockets', [docket]);
    one.run();
    expect(one.read(1, 'dockets', [{ ...docket, state: 'Borealia' }])).toMatchObject({ changed: 1, new: 0 });
    expect(listLinks(one, 'docket')).toEqual(['1 -1']);
  });
});

describe('the docket entry of a document', () => {
  const link = (id: number) => `https://www.courtlistener.com/docket/${id}/x/`;
  const entry = (id: number, entry_number: string) => makeEntry({ id, entry_number });
  const open = (documents: JsonObject[]) => {
    const one = openLinkedMirror();
    one.run([
      makeCase({
        id: 1,
        main_docket: main({
          recap_link: link(11),
          docket_entries: [entry(1, '1'), entry(2, '2'), entry(3, '3'), entry(4, '3')],
        }),
      }),
    ]);
    one.read(1, 'dockets', [{ id: 31, recap_link: link(22), docket_entries: [entry(1, '1')] }]);
    one.read(1, 'documents', documents);
    return one.rows(
      'SELECT document_id, docket_id, entry_id, confidence FROM document_entries ORDER BY 1, 2, 3',
    );
  };
  const doc = (id: number, ecf_number: string, external_url: string | null) =>
    makeDocument({ id, ecf_number, external_url });

  test('is found in the docket that the document names, before its number is used', () => {
    expect(open([doc(1, '1', link(22)), doc(2, '1', link(11))])).toEqual([
      { document_id: 1, docket_id: 31, entry_id: 1, confidence: 'certain' },
      { document_id: 2, docket_id: 7001, entry_id: 1, confidence: 'certain' },
    ]);
  });

  test('is not searched in another docket than the named one, even if the number is there', () => {
    expect(open([doc(1, '2', link(22)), doc(2, '2', link(99))])).toEqual([]);
  });

  test('is likely or ambiguous if no docket is named', () => {
    expect(open([doc(1, '2', null), doc(2, '1', null), doc(3, '3', link(11))])).toEqual([
      { document_id: 1, docket_id: 7001, entry_id: 2, confidence: 'likely' },
      { document_id: 2, docket_id: 31, entry_id: 1, confidence: 'ambiguous' },
      { document_id: 2, docket_id: 7001, entry_id: 1, confidence: 'ambiguous' },
      { document_id: 3, docket_id: 7001, entry_id: 3, confidence: 'ambiguous' },
      { document_id: 3, docket_id: 7001, entry_id: 4, confidence: 'ambiguous' },
    ]);
  });
});
