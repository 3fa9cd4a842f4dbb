import { describe, expect, test } from '@jest/globals';
import { findCaseList } from '../../src/db/linked/read-records.ts';
import { findDocument, listLinks, openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';

const doc = (id: number, fields = {}) =>
  makeDocument({ id, clearinghouse_link: `clearinghouse.net/doc/${id}`, ...fields });

describe('a list that is read', () => {
  test('says that the mirror is damaged if the payload of a record that changed cannot be read', () => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [doc(12)]);
    one.mirror.sqlite.exec(`UPDATE documents SET mirror_payload = 'x'`);
    one.run();
    expect(() => one.read(1, 'documents', [doc(12, { title: 'Amended' })])).toThrow(
      expect.objectContaining({ code: 'DATABASE_DAMAGED' }),
    );
    expect(one.rows('SELECT * FROM linked_changes')).toEqual([]);
  });

  test('stores each document once, with a link to its case, and reads it back as it came', () => {
    const one = openLinkedMirror();
    const record = doc(12, { brand_new: { a: [1, null] }, ecf_number: 7, party_types: null });
    expect(one.read(1, 'documents', [record])).toMatchObject({ new: 1, changed: 0, doubt: null });
    expect(findDocument(one.mirror, 12)).toMatchObject({
      payload: record,
      hidden: null,
      departedRunId: null,
    });
    expect(findCaseList(one.mirror, 1, 'documents').records).toMatchObject([{ key: 12, payload: record }]);
    expect(listLinks(one)).toEqual(['1 12']);
    expect(one.rows('SELECT title, ecf_number, party_types FROM documents')).toEqual([
      { title: 'Complaint', ecf_number: null, party_types: null },
    ]);
  });

  test('writes only the state of the list if nothing changed', () => {
    const one = openLinkedMirror();
    const records = [doc(2), doc(1, { title: null })];
    const docket = {
      id: 31,
      court: 'D. X',
      docket_entries: [{ id: 5, description: 'a' }, { description: 'b' }],
    };
    const resource = { title: 'Book', status: 'Approved', cases: [1] };
    const read = (): void => {
      one.read(1, 'documents', records.toReversed());
      one.read(1, 'dockets', [docket]);
      one.read(1, 'resources', [resource]);
    };
    one.read(1, 'documents', records);
    read();
    one.run();
    expect(one.countWrites(read)).toBe(8); // two more lists
  });

  test('records the change of each field with its values, and the fingerprint before', () => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [doc(1, { party_types: ['Court', 'Plaintiff'] })]);
    const runId = one.run();
    const now = doc(1, { title: 'Amended', party_types: ['Plaintiff', 'Expert'] });
    expect(one.read(1, 'documents', [now])).toMatchObject({ changed: 1, new: 0 });
    expect(
      one.rows(
        'SELECT record_kind, record_key, run_id, field, kind, old_value, new_value FROM linked_changes',
      ),
    ).toEqual(
      [
        ['title', 'changed', '"Complaint"', '"Amended"'],
        ['party_types', 'removed', '"Court"', null],
        ['party_types', 'added', null, '"Expert"'],
      ].map(([field, kind, old_value, new_value]) => ({
        record_kind: 'document',
        record_key: 1,
        run_id: runId,
        field,
        kind,
        old_value,
        new_value,
      })),
    );
    expect(one.rows('SELECT run_id FROM linked_versions')).toEqual([{ run_id: runId - 1 }]);
  });

  test('stores what cannot be parsed exactly byte for byte, with its kind and its case', () => {
    const one = openLinkedMirror();
    const bytes = '{"id":3,"title":"x","cite_1_vol":1e400,"title":"y"}';
    one.readBytes(1, 'documents', bytes);
    one.readBytes(2, 'documents', bytes);
    one.readBytes(1, 'documents', `${bytes},{"no": "id"}`);
    const kept = one.rows(
      'SELECT record_kind, record_id, case_id, CAST(bytes AS TEXT) AS bytes FROM rejected_records ORDER BY case_id, record_id DESC',
    );
    expect(kept).toEqual([
      { record_kind: 'document', record_id: 3, case_id: 1, bytes },
      { record_kind: 'document', record_id: null, case_id: 1, bytes: '{"no": "id"}' },
      { record_kind: 'document', record_id: 3, case_id: 2, bytes },
    ]);
  });

  test('keeps ids of documents, dockets and resources apart, in rows, history and drift', () => {
    const one = openLinkedMirror();
    const read = (title: string): void => {
      one.read(1, 'documents', [doc(5, { title, odd: 1 })]);
      one.read(1, 'dockets', [
        { id: 5, court: title, odd: 1, docket_entries: [{ id: 5, description: title }] },
      ]);
      one.read(1, 'resources', [
        { id: 5, title, external_url: 'https://x.example/5', status: 'Approved', odd: 1 },
      ]);
    };
    read('one');
    one.run();
    read('two');
    expect(
      one.rows('SELECT record_kind, record_key, old_value FROM linked_changes ORDER BY record_kind'),
    ).toEqual([
      { record_kind: 'docket', record_key: 5, old_value: '"one"' },
      { record_kind: 'docket_entry', record_key: 1, old_value: '"one"' },
      { record_kind: 'document', record_key: 5, old_value: '"one"' },
      { record_kind: 'resource', record_key: 1, old_value: '"one"' },
    ]);
    expect(
      one.rows(`SELECT record_kind, field FROM schema_drift WHERE field LIKE '%.odd' ORDER BY field`),
    ).toEqual([
      { record_kind: 'docket', field: 'dockets[].odd' },
      { record_kind: 'document', field: 'documents[].odd' },
      { record_kind: 'resource', field: 'resources[].odd' },
    ]);
  });
});

describe('a record that is no longer in the list', () => {
  test('is missing after one read, and gone only after a second read in another run', () => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [doc(1), doc(2)]);
    const missing = one.run();
    expect(one.read(1, 'documents', [doc(1)])).toMatchObject({ missing: 1, gone: 0 });
    expect(one.read(1, 'documents', [doc(1)])).toMatchObject({ missing: 0, gone: 0 });
    expect(listLinks(one)).toEqual(['1 1', '1 2']);
    const gone = one.run();
    expect(one.read(1, 'documents', [doc(1)])).toMatchObject({ gone: 1 });
    expect(listLinks(one)).toEqual(['1 1']);
    expect(
      one.rows('SELECT mirror_missing_run_id, mirror_to_run_id FROM case_documents WHERE document_id = 2'),
    ).toEqual([{ mirror_missing_run_id: missing, mirror_to_run_id: gone }]);
    expect(findDocument(one.mirror, 2)).toMatchObject({ departedRunId: gone, payload: doc(2) });
  });

  test('is present again as soon as a list contains it', () => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [doc(1), doc(2)]);
    one.run();
    one.read(1, 'documents', [doc(1)]);
    one.run();
    one.read(1, 'documents', [doc(1), doc(2)]);
    one.run();
    expect(one.read(1, 'documents', [doc(1)])).toMatchObject({ missing: 1, gone: 0 });
    one.run();
    one.read(1, 'documents', [doc(1)]);
    one.run();
    one.read(1, 'documents', [doc(1), doc(2)]);
    expect(listLinks(one)).toEqual(['1 1', '1 2']);
    expect(findDocument(one.mirror, 2)?.departedRunId).toBeNull();
  });

  test('stays a document of the other case that links to it', () => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [doc(1), doc(2)]);
    one.read(2, 'documents', [doc(1), doc(3)]);
    expect(one.rows('SELECT count(*) AS n FROM documents')).toEqual([{ n: 3 }]);
    for (const _ of [1, 2]) {
      one.run();
      one.read(2, 'documents', [doc(3)]);
    }
    expect(listLinks(one)).toEqual(['1 1', '1 2', '2 3']);
    expect(findDocument(one.mirror, 1)?.departedRunId).toBeNull();
    for (const _ of [1, 2]) {
      one.run();
      one.read(1, 'documents', [doc(2)]);
    }
    expect(findDocument(one.mirror, 1)?.departedRunId).not.toBeNull();
  });

  test('is not missing if its record could not be read, or if some record has no id', () => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [doc(1), doc(2)]);
    for (const list of ['{"id": 1}, {"id": 2, "x": }', '{"id": 1}, "cut off'])
      for (const _ of [1, 2]) {
        one.run();
        one.readBytes(1, 'documents', list);
      }
    expect(listLinks(one)).toEqual(['1 1', '1 2']);
  });
});

describe('a list that turns empty', () => {
  const fill = (ids: readonly number[]) => {
    const one = openLinkedMirror(ids);
    for (const id of ids) one.read(id, 'documents', [doc(100 + id)]);
    return one;
  };

  test('is doubted, and believed when another run reads the same; its records then count as gone since the first read', () => {
    const one = fill([1]);
    const first = one.run();
    expect(one.read(1, 'documents', [])).toMatchObject({ doubt: 'empty', missing: 0, gone: 0 });
    expect(one.read(1, 'documents', [])).toMatchObject({ doubt: 'empty' });
    expect(listLinks(one)).toEqual(['1 101']);
    const second = one.run();
    expect(one.read(1, 'documents', [])).toMatchObject({ doubt: null, gone: 1 });
    expect(
      one.rows('SELECT mirror_missing_run_id AS missing, mirror_to_run_id AS gone FROM case_documents'),
    ).toEqual([{ missing: first, gone: second }]);
    expect(findCaseList(one.mirror, 1, 'documents')).toMatchObject({ state: 'none', records: [] });
  });

  test('is no longer doubted when the records are back', () => {
    const one = fill([1]);
    one.run();
    one.read(1, 'documents', []);
    one.run();
    one.read(1, 'documents', [doc(101)]);
    one.run();
    expect(one.read(1, 'documents', [])).toMatchObject({ doubt: 'empty' });
  });

  test('stays doubted while more lists turn empty at once than is plausible', () => {
    const ids = Array.from({ length: 30 }, (_, at) => at + 1);
    const one = fill(ids);
    for (const _ of [1, 2, 3]) {
      one.run();
      for (const id of ids) expect(one.read(id, 'documents', [])).toMatchObject({ doubt: 'empty' });
    }
    expect(listLinks(one)).toHaveLength(30);
    one.run();
    for (const id of ids) one.read(id, 'documents', id <= 9 ? [] : [doc(100 + id)]);
    one.run();
    for (const id of ids) one.read(id, 'documents', id <= 9 ? [] : [doc(100 + id)]);
    expect(listLinks(one)).toHaveLength(21);
  });

  test('is not doubted if no record was ever known, and counts as not read if it was never requested', () => {
    const one = openLinkedMirror();
    expect(findCaseList(one.mirror, 1, 'documents').state).toBe('not read yet');
    expect(one.read(1, 'documents', [])).toMatchObject({ doubt: null });
    expect(one.rows(`SELECT kind, state, read_run_id FROM linked_list_states WHERE case_id = 1`)).toEqual([
      { kind: 'documents', state: 'none', read_run_id: 1 },
      { kind: 'dockets', state: 'not read yet', read_run_id: null },
      { kind: 'resources', state: 'not read yet', read_run_id: null },
    ]);
  });
});

describe('one list that is served for many cases', () => {
  const ids = Array.from({ length: 8 }, (_, at) => at + 1);

  test('is doubted, and what the run already stored of it is removed', () => {
    const one = openLinkedMirror(ids);
    one.read(1, 'documents', [doc(1)]);
    one.run();
    const verdicts = ids.map((id) => one.read(id, 'documents', [doc(1), doc(2)]).doubt);
    expect(verdicts).toEqual([null, null, null, null, 'same', 'same', 'same', 'same']);
    expect(listLinks(one)).toEqual(['1 1']);
    expect(one.rows('SELECT id FROM documents')).toEqual([{ id: 1 }]);
    expect(
      one.rows(
        `SELECT count(*) AS n FROM linked_list_states WHERE kind = 'documents' AND state <> 'not read yet'`,
      ),
    ).toEqual([{ n: 1 }]);
    one.run();
    for (const id of ids) expect(one.read(id, 'documents', [doc(1), doc(2)]).doubt).toBe('same');
    one.run();
    for (const id of ids)
      expect(one.read(id, 'documents', [doc(10 + id)])).toMatchObject({ doubt: null, new: 1 });
  });

  test('is believed after another run if nearly all other lists differ', () => {
    const all = Array.from({ length: 110 }, (_, at) => at + 1);
    const one = openLinkedMirror(all);
    for (const id of all) one.read(id, 'documents', [doc(1000 + (id <= 5 ? 0 : id))]);
    expect(listLinks(one)).toHaveLength(105);
    one.run();
    for (const id of all) one.read(id, 'documents', [doc(1000 + (id <= 5 ? 0 : id))]);
    expect(listLinks(one)).toHaveLength(110);
  });

  test('is not doubted if each resource names the case, or if the list is empty', () => {
    const one = openLinkedMirror(ids);
    const resource = { title: 'A book about many', status: 'Approved', cases: ids };
    for (const id of ids) {
      expect(one.read(id, 'resources', [resource]).doubt).toBeNull();
      expect(one.read(id, 'documents', []).doubt).toBeNull();
    }
    expect(one.rows('SELECT count(*) AS n FROM resources')).toEqual([{ n: 1 }]);
    expect(listLinks(one, 'resource')).toHaveLength(8);
  });
});

describe('a record that is not for the public', () => {
  const blank = {
    id: 9,
    clearinghouse_link: 'clearinghouse.net/doc/9',
    is_core_document: false,
    title: null,
    date: null,
  };

  test.each([
    ['a placeholder', { ...blank, document_status: null, party_types: [], no_title: false }, 'placeholder'],
    ['a status that is not known to be public', doc(9, { document_status: 'Deleted' }), 'status'],
    ['a null status', doc(9, { document_status: null }), 'status'],
    [
      'a file in a folder that is not public',
      doc(9, { file: 'https://x.example/media/nonpublic/9.pdf' }),
      'file',
    ],
    ...[
      'nonpublic/9.pdf',
      'https://x.example/NonPublic\\9.pdf',
      'https://x.example/media/nonpublic%2F9.pdf',
      'https://x.example/media%5C%6Eonpublic%255C9.pdf',
      'https://x.example/non\tpublic/9.pdf',
    ].map((file) => [`the file ${JSON.stringify(file)}`, doc(9, { file }), 'file'] as const),
  ])('%s is kept and left out of the clean views', (_, record, hidden) => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [record, doc(1), doc(2, { document_status: 'Approved' })]);
    expect(findDocument(one.mirror, 9)).toMatchObject({ hidden, payload: record });
    expect(one.rows('SELECT id FROM clean_documents')).toEqual([{ id: 1 }, { id: 2 }]);
    expect(one.rows('SELECT document_id AS id FROM clean_case_documents')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('is not one whose file only has the word in a longer name', () => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [
      doc(9, { file: 'https://x.example/media/nonpublic-9.pdf' }),
      doc(1, { file: 'x%zz' }),
    ]);
    expect(one.rows('SELECT id FROM clean_documents')).toEqual([{ id: 1 }, { id: 9 }]);
  });

  test('is hidden when its list is read again, if it was stored as public', () => {
    const one = openLinkedMirror();
    const record = doc(9, { file: 'https://x.example/media/nonpublic%2F9.pdf' });
    one.read(1, 'documents', [record]);
    one.mirror.sqlite.exec('UPDATE documents SET mirror_hidden = NULL');
    one.run();
    one.read(1, 'documents', [record]);
    expect(findDocument(one.mirror, 9)).toMatchObject({ hidden: 'file' });
  });

  test('leaves the clean views when it becomes hidden, returns when it becomes public, and both are in the history', () => {
    const one = openLinkedMirror();
    one.read(1, 'documents', [doc(1)]);
    one.run();
    one.read(1, 'documents', [doc(1, { document_status: 'Deleted' })]);
    expect(one.rows('SELECT id FROM clean_documents')).toEqual([]);
    one.run();
    one.read(1, 'documents', [doc(1)]);
    expect(one.rows('SELECT id FROM clean_documents')).toEqual([{ id: 1 }]);
    expect(one.rows(`SELECT event FROM linked_change_log WHERE event <> 'changed' ORDER BY run_id`)).toEqual([
      { event: 'hidden' },
      { event: 'shown' },
    ]);
  });
});

describe('a resource, which has no id', () => {
  const book = { title: 'Book', external_url: 'https://x.example/b', abstract: 'old', status: 'Approved' };
  const paper = { title: 'Paper', external_url: '', abstract: 'p', status: 'Approved' };

  test.each([
    ['its text', { ...book, abstract: 'new' }],
    ['its title, under the same address', { ...book, title: 'The Book' }],
    ['its address, under the same title', { ...book, external_url: 'https://x.example/c' }],
  ])('stays the same one when an edit changes %s', (_, now) => {
    const one = openLinkedMirror();
    one.read(1, 'resources', [book, paper]);
    one.run();
    expect(one.read(1, 'resources', [paper, now])).toMatchObject({
      changed: 1,
      new: 0,
      unchanged: 1,
      missing: 0,
    });
    expect(findCaseList(one.mirror, 1, 'resources').records.map(({ payload }) => payload)).toEqual([
      paper,
      now,
    ]);
  });

  test('is a new one if it shares nothing with the earlier one, or if several are alike', () => {
    const one = openLinkedMirror();
    const twins = [
      { ...book, abstract: '1' },
      { ...book, abstract: '2' },
    ];
    one.read(1, 'resources', [...twins, paper]);
    one.run();
    const edited = [
      { ...book, abstract: '3' },
      { ...book, abstract: '4' },
    ];
    expect(one.read(1, 'resources', [...edited, { title: 'Film', status: 'Approved' }])).toMatchObject({
      new: 3,
      changed: 0,
      missing: 3,
    });
  });

  test('can belong to several cases, and one edit changes it for all of them', () => {
    const one = openLinkedMirror();
    one.read(1, 'resources', [book]);
    one.read(2, 'resources', [book]);
    one.run();
    one.read(1, 'resources', [{ ...book, abstract: 'new' }]);
    expect(one.read(2, 'resources', [{ ...book, abstract: 'new' }])).toMatchObject({ unchanged: 1, new: 0 });
    expect(one.rows('SELECT count(*) AS n FROM resources')).toEqual([{ n: 1 }]);
  });
});
