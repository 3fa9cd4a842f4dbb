import type { CheckName } from '../../src/verify/checks.ts';

/** One thing that is broken: what it is, which check must find it in which case, and the SQL that breaks it. */
export type Damage = readonly [what: string, check: CheckName, caseId: number | null, sql: string];

/** On the mirror of `buildEventfulMirror`. One a line: check, case, what, SQL. */
const LINES = `
payload | 6  | a payload that was edited | UPDATE cases SET mirror_payload = replace(mirror_payload, 'Alder', 'Elder') WHERE id = 6
payload | 6  | a payload that is no JSON | UPDATE cases SET mirror_payload = 'x' WHERE id = 6
payload | 6  | a payload of another case | UPDATE cases SET mirror_payload = (SELECT mirror_payload FROM cases WHERE id = 8) WHERE id = 6
payload | 6  | a fingerprint that was edited | UPDATE cases SET mirror_fingerprint = 'x' WHERE id = 6
payload | 6  | an entry's text that was edited | UPDATE docket_entries SET description = 'x' WHERE case_id = 6 AND mirror_key = 101
payload | 6  | an entry that was deleted | DELETE FROM docket_entries WHERE case_id = 6 AND mirror_key = 101
rows    | 6  | an entry that is not in the payload | UPDATE cases SET mirror_entry_keys = '[101]' WHERE id = 6
rows    | 6  | a column that was edited | UPDATE cases SET court = 'x' WHERE id = 6
rows    | 6  | a flag that is neither 0 nor 1 | UPDATE cases SET is_active = 2 WHERE id = 6
rows    | 6  | a summary without HTML that was edited | UPDATE cases SET mirror_summary_text = 'x' WHERE id = 6
rows    | 6  | a row of a list that was deleted | DELETE FROM issues WHERE case_id = 6 AND mirror_position = 0
rows    | 6  | a row of a list too many | INSERT INTO issues VALUES (6, 9, 'x')
rows    | 6  | rows of a list in another order | UPDATE issues SET mirror_position = mirror_position + 7 WHERE case_id = 6
rows    | 6  | a defendant that was edited | UPDATE case_defendants SET name = 'x' WHERE case_id = 6
rows    | 6  | a related case that was deleted | DELETE FROM related_cases WHERE case_id = 6
rows    | 6  | a docket that was deleted | DELETE FROM dockets WHERE case_id = 6
rows    | 9  | a docket where there is none | INSERT INTO dockets (case_id) VALUES (9)
rows    | 2  | an attachment that was dropped | DELETE FROM attachments WHERE mirror_entry_id = (SELECT mirror_id FROM docket_entries WHERE case_id = 2 AND mirror_key = 103)
rows    | 2  | an attachment too many | INSERT INTO attachments (mirror_entry_id, mirror_position) VALUES ((SELECT mirror_id FROM docket_entries WHERE case_id = 2 AND mirror_key = 103), 1)
history | 2  | a past entry's text that was edited | UPDATE docket_entry_versions SET description = 'x' WHERE case_id = 2 AND mirror_key = 101 AND mirror_valid_from_run_id = 1
history | 2  | a past entry that was deleted | DELETE FROM docket_entry_versions WHERE case_id = 2 AND mirror_key = 102
history | 1  | a change that was deleted | DELETE FROM case_changes WHERE case_id = 1 AND field = 'name'
history | 1  | a change whose old value was edited | UPDATE case_changes SET old_value = '"x"' WHERE case_id = 1 AND field = 'name'
history | 1  | a change whose new value was edited | UPDATE case_changes SET new_value = '"x"' WHERE case_id = 1 AND field = 'name'
history | 1  | a change whose value is no JSON | UPDATE case_changes SET old_value = 'x' WHERE case_id = 1 AND field = 'name'
history | 1  | a change of an element whose kind was edited | UPDATE case_changes SET kind = 'removed' WHERE case_id = 1 AND kind = 'added'
history | 1  | a change in a run without a version | UPDATE case_changes SET run_id = 3 WHERE case_id = 1 AND run_id = 2
history | 1  | a change at a time when its run was over | UPDATE case_changes SET changed_at = '2031-01-01T00:00:00.000Z' WHERE case_id = 1
history | 1  | changes in the wrong order | UPDATE case_changes SET id = id + 1000 WHERE case_id = 1 AND run_id = 2
history | 1  | a past version's fingerprint that was edited | UPDATE case_versions SET fingerprint = 'x' WHERE case_id = 1 AND run_id = 1
history | 1  | a past version that was deleted | DELETE FROM case_versions WHERE case_id = 1 AND run_id = 2
entries | 2  | a past version of which only the docket tells, deleted | DELETE FROM case_versions WHERE case_id = 2 AND run_id = 2
history | 2  | the oldest version deleted | DELETE FROM case_versions WHERE case_id = 2 AND run_id = 1
history | 3  | a past version in a run that changed nothing | INSERT INTO case_versions SELECT case_id, 3, fingerprint FROM case_versions WHERE case_id = 3 AND run_id = 2
entries | 2  | intervals that overlap | UPDATE docket_entry_versions SET mirror_valid_from_run_id = 1 WHERE case_id = 2 AND mirror_key = 101 AND mirror_valid_from_run_id = 2
entries | 2  | an interval that ends before it begins | UPDATE docket_entry_versions SET mirror_valid_to_run_id = 1 WHERE case_id = 2 AND mirror_key = 102
entries | 2  | an interval that ends in a run yet to come | UPDATE docket_entry_versions SET mirror_valid_to_run_id = 99 WHERE case_id = 2 AND mirror_key = 102
entries | 2  | an edited entry that nothing follows | UPDATE docket_entry_versions SET mirror_end_reason = 'edited' WHERE case_id = 2 AND mirror_end_reason = 'removed' AND mirror_key = 101
entries | 2  | a removed entry that goes on | UPDATE docket_entry_versions SET mirror_end_reason = 'removed' WHERE case_id = 2 AND mirror_end_reason = 'edited'
entries | 6  | an entry that came with a run that stored nothing | UPDATE docket_entries SET mirror_first_run_id = 2 WHERE case_id = 6
metadata | 6  | a departed mark without history | UPDATE cases SET mirror_departed_run_id = 2 WHERE id = 6
metadata | 8  | a departed mark that was taken away | UPDATE cases SET mirror_departed_run_id = NULL WHERE id = 8
metadata | 8  | a departure whose change was deleted | DELETE FROM case_changes WHERE case_id = 8
metadata | 7  | a departure in another run | UPDATE case_changes SET new_value = '2' WHERE case_id = 7 AND new_value = '3'
metadata | 6  | a status that the label does not name | UPDATE cases SET mirror_list_id = 5020 WHERE id = 6
metadata | 3  | a past status that the label did not name | UPDATE case_changes SET old_value = '5023' WHERE case_id = 3 AND field = 'mirror_list_id' AND run_id = 2
metadata | 6  | a first run after the last | UPDATE cases SET mirror_first_run_id = 4 WHERE id = 6
history | 6  | a changed run that changed nothing | UPDATE cases SET mirror_changed_run_id = 2 WHERE id = 6
metadata | 9  | a redacted case with a past | INSERT INTO case_versions VALUES (9, 1, 'x')
metadata | 6  | a redacted case with content | UPDATE cases SET mirror_redacted_run_id = 5 WHERE id = 6
file    | 6  | a row whose case is gone | DELETE FROM cases WHERE id = 6
file    | 11 | a row whose run is gone | UPDATE cases SET mirror_first_run_id = 77 WHERE id = 11
file    | -  | a table that is gone | DROP TABLE causes; UPDATE cases SET id = id
file    | -  | an attachment whose entry is gone | INSERT INTO attachments (mirror_entry_id, mirror_position) VALUES (9999, 0)
file    | -  | a number of applications that was set | PRAGMA user_version = 7; UPDATE cases SET id = id
schema  | -  | a column of a view with a capital | PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'AS case_id', 'AS Case_id') WHERE name = 'audit_other_court'; PRAGMA writable_schema = RESET
schema  | -  | an index of a primary key under another name | PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = replace(name, 'index', 'Index') WHERE name LIKE 'sqlite_autoindex_%'; PRAGMA writable_schema = RESET
schema  | -  | a counter table with another column | PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'seq)', 'sum)') WHERE name = 'sqlite_sequence'; PRAGMA writable_schema = RESET
linked  | -  | a linked payload that was edited | UPDATE documents SET mirror_payload = replace(mirror_payload, 'Amended', 'Emended') WHERE id = 501
linked  | -  | a linked payload that is no JSON | UPDATE documents SET mirror_payload = 'x' WHERE id = 501
linked  | -  | a linked payload of another record | UPDATE documents SET mirror_payload = (SELECT mirror_payload FROM documents WHERE id = 503) WHERE id = 501
linked  | -  | a linked column that was edited | UPDATE documents SET title = 'x' WHERE id = 501
linked  | -  | a linked fingerprint that was edited | UPDATE resources SET mirror_fingerprint = 'x' WHERE title = 'A book'
linked  | -  | a hidden document that is shown | UPDATE documents SET mirror_hidden = NULL WHERE id = 502
linked  | -  | a linked record that changed before it came | UPDATE documents SET mirror_first_run_id = 4 WHERE id = 501
linked  | -  | a linked change that was deleted | DELETE FROM linked_changes WHERE record_key = 501 AND field = 'title'
linked  | -  | a linked change whose old value was edited | UPDATE linked_changes SET old_value = '"x"' WHERE record_key = 501 AND field = 'title'
linked  | -  | a linked change whose value is no JSON | UPDATE linked_changes SET old_value = 'x' WHERE record_key = 501 AND field = 'title'
linked  | -  | a linked change in a run that stored no version | UPDATE linked_changes SET run_id = 4 WHERE record_key = 501 AND field = 'title'
linked  | -  | a change of visibility that was deleted | DELETE FROM linked_changes WHERE id = (SELECT max(id) FROM linked_changes WHERE record_key = 502 AND field = 'mirror_hidden')
linked  | -  | a past linked fingerprint that was edited | UPDATE linked_versions SET fingerprint = 'x' WHERE record_key = 501 AND run_id = 1
linked  | -  | a linked version that was deleted | DELETE FROM linked_versions WHERE record_key = 501 AND run_id = 1
linked  | -  | a history of a linked record that is not there | INSERT INTO linked_versions VALUES ('resource', 99, 1, 'x')
linked  | -  | a departed mark of a record that a case links to | UPDATE documents SET mirror_departed_run_id = 4 WHERE id = 501
linked  | -  | a departure of a linked record whose change was deleted | DELETE FROM linked_changes WHERE record_kind = 'docket_entry' AND field = 'mirror_departed_run_id'
linked  | -  | a further docket that has lost an entry | UPDATE further_dockets SET mirror_entry_keys = '[]' WHERE id = 601
linked  | -  | a further docket whose keys are no JSON | UPDATE further_dockets SET mirror_entry_keys = 'x' WHERE id = 601
linked  | -  | an entry of a further docket that was edited | UPDATE further_docket_entries SET description = 'x' WHERE id = 901
linked  | -  | an entry that departed before it was missing | UPDATE further_docket_entries SET mirror_missing_run_id = NULL WHERE mirror_departed_run_id IS NOT NULL
linked  | 1  | a link that ends before it begins | UPDATE case_documents SET mirror_to_run_id = 1 WHERE mirror_to_run_id IS NOT NULL
linked  | 1  | two links at a time | INSERT INTO case_documents VALUES (1, 501, 3, NULL, NULL)
linked  | 1  | a list whose last read came before the first | UPDATE linked_lists SET first_read_run_id = 5 WHERE case_id = 1 AND kind = 'documents'
linked  | 1  | a doubt without a reason | UPDATE linked_lists SET doubt = 'same', doubted_run_id = NULL WHERE case_id = 1 AND kind = 'documents'
linked  | 1  | a time of a list that is none | UPDATE linked_lists SET attempted_at = 'x' WHERE case_id = 1 AND kind = 'documents'
linked  | -  | a linked pass without an end | UPDATE linked_passes SET ended_at = NULL WHERE id = 1
texts   | -  | a text that was edited | UPDATE texts SET value = 'x' WHERE mirror_id = (SELECT text_id FROM document_texts WHERE document_id = 502)
texts   | -  | a text of another length in characters | UPDATE texts SET characters = 1
texts   | -  | a text of another length in bytes | UPDATE texts SET bytes = 1
texts   | -  | a text that no document has | DELETE FROM document_texts WHERE document_id = 502
texts   | -  | a text that its document does not name | UPDATE document_texts SET outcome = 'empty' WHERE document_id = 502
texts   | -  | a state of a text that has no time | UPDATE document_texts SET attempted_at = 'x' WHERE document_id = 502
texts   | -  | a clear answer without its time | UPDATE document_texts SET fetched_at = NULL WHERE document_id = 502
texts   | -  | a replaced text that has no time | UPDATE mirror_replaced_texts SET replaced_at = 'x'
files   | -  | a limit that no file exceeded | UPDATE document_files SET limit_bytes = 1 WHERE document_id = 501
files   | -  | a host that refused no file | UPDATE document_files SET refused_host = 'x' WHERE document_id = 501
texts   | -  | a text pass without an end | UPDATE text_passes SET ended_at = NULL WHERE id = 1
search  | -  | an entry that is missing from the search index | INSERT INTO docket_entries_fts (docket_entries_fts, rowid, description) SELECT 'delete', mirror_id, description FROM docket_entries LIMIT 1
search  | -  | a word in the search index that its case does not have | INSERT INTO cases_fts (rowid, name) VALUES (6, 'zebra')
search  | -  | another order of relevance | INSERT INTO cases_fts (cases_fts, rank) VALUES ('rank', 'bm25(1.0)')
search  | -  | a public document that is missing from the search index | INSERT INTO documents_fts (documents_fts, rowid, title, description, document_type, document_type_other, order_type, party_types) SELECT 'delete', id, title, description, document_type, document_type_other, order_type, party_types FROM documents WHERE id = 501
search  | -  | a document that turned hidden and is still in the search index | DROP TRIGGER documents_fts_update; UPDATE documents SET mirror_hidden = 'status' WHERE id = 501
search  | -  | a word in the search index that no text has | INSERT INTO texts_fts (rowid, value) SELECT mirror_id + 1, 'zebra' FROM texts LIMIT 1
search  | -  | a text in the search index of which no document is public any more | DROP TRIGGER texts_fts_marked; UPDATE documents SET mirror_hidden = 'status'
search  | -  | another order of relevance of texts | INSERT INTO texts_fts (texts_fts, rank) VALUES ('rank', 'bm25(2.0)')
texts   | -  | words for the search index that the text does not have | UPDATE texts SET mirror_words = 'zebra'
schema  | -  | a trigger of the search index that is missing | DROP TRIGGER cases_fts_delete; UPDATE cases SET state = state
ledger  | -  | cases seen that do not add up | UPDATE list_syncs SET cases_seen = cases_seen + 1 WHERE run_id = 1
ledger  | -  | a complete list sync that missed a case | UPDATE list_syncs SET count_first = 99, count_last = 99 WHERE run_id = 1 AND outcome = 'complete'
ledger  | -  | an empty status with cases | UPDATE list_syncs SET count_last = 1 WHERE run_id = 1 AND outcome = 'empty'
ledger  | -  | a list sync that was never read | UPDATE list_syncs SET passes = 0 WHERE run_id = 2
ledger  | -  | a run without an end | UPDATE sync_runs SET ended_at = NULL WHERE id = 1
ledger  | -  | a complete run with a failed status | UPDATE list_syncs SET outcome = 'failed' WHERE run_id = 1 AND list_id = 5021
ledger  | -  | an old run that is still running | UPDATE sync_runs SET outcome = 'running', ended_at = NULL WHERE id = 1
ledger  | -  | departures that do not add up | UPDATE mirror_departure_checks SET cases_gone = 3 WHERE run_id = 3
ledger  | -  | a measurement without a count | UPDATE mirror_coverage_checks SET count_all = NULL WHERE run_id = 1
ledger  | -  | a rejected record that was edited | INSERT INTO rejected_records (fingerprint, why, record, source, position, first_run_id, last_run_id) VALUES ('x', '', '{}', '', 0, 1, 1)
`;

export const DAMAGES: readonly Damage[] = LINES.trim()
  .split('\n')
  .map((line) => {
    const [check = '', id = '', what = '', ...sql] = line.split(' | ').map((part) => part.trim());
    return [what, check as CheckName, id === '-' ? null : Number(id), sql.join(' | ')];
  });
