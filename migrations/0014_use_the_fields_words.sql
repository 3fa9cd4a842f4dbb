-- Tables, columns and views get the names that the field uses. No row moves: SQLite rewrites its schema, and the references
-- between the tables follow. It reads every view at each step, so the views of the program wait elsewhere meanwhile. With a
-- writable schema SQLite also passes over views of the user that it cannot read.
PRAGMA writable_schema = ON;
--> statement-breakpoint
CREATE TABLE mirror_waiting_views AS
SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master
WHERE type = 'view' AND (
	name LIKE 'clean!_%' ESCAPE '!'
	OR name LIKE 'audit!_%' ESCAPE '!'
	OR name IN ('cases_flat', 'status_transitions', 'status_spells', 'departed_cases', 'docket_activity', 'mirror_markup')
	OR name IN ('latest_sweeps', 'change_log', 'docket_entry_lives', 'coverage')
)
ORDER BY rowid;
--> statement-breakpoint
DELETE FROM sqlite_master WHERE type = 'view' AND name IN (SELECT name FROM mirror_waiting_views);
--> statement-breakpoint
PRAGMA writable_schema = RESET;
--> statement-breakpoint
PRAGMA writable_schema = ON;
--> statement-breakpoint
ALTER TABLE `statuses` RENAME TO `lists`;
--> statement-breakpoint
ALTER TABLE `status_syncs` RENAME TO `list_syncs`;
--> statement-breakpoint
ALTER TABLE `kept_aside` RENAME TO `rejected_records`;
--> statement-breakpoint
ALTER TABLE `payload_drift` RENAME TO `schema_drift`;
--> statement-breakpoint
ALTER TABLE `past_versions` RENAME TO `case_versions`;
--> statement-breakpoint
ALTER TABLE `past_docket_entries` RENAME TO `docket_entry_versions`;
--> statement-breakpoint
ALTER TABLE `text_hashes` RENAME TO `mirror_raw_hashes`;
--> statement-breakpoint
ALTER TABLE `seals` RENAME TO `mirror_seals`;
--> statement-breakpoint
ALTER TABLE `coverage_checks` RENAME TO `mirror_coverage_checks`;
--> statement-breakpoint
ALTER TABLE `departure_checks` RENAME TO `mirror_departure_checks`;
--> statement-breakpoint
ALTER TABLE `double_sightings` RENAME TO `mirror_moved_cases`;
--> statement-breakpoint
ALTER TABLE `cases` RENAME COLUMN `mirror_status_id` TO `mirror_list_id`;
--> statement-breakpoint
ALTER TABLE `list_syncs` RENAME COLUMN `status_id` TO `list_id`;
--> statement-breakpoint
ALTER TABLE `list_syncs` RENAME COLUMN `cases_kept_aside` TO `cases_rejected`;
--> statement-breakpoint
ALTER TABLE `list_syncs` RENAME COLUMN `walks` TO `passes`;
--> statement-breakpoint
ALTER TABLE `list_syncs` RENAME COLUMN `cases_last_walk` TO `cases_last_pass`;
--> statement-breakpoint
ALTER TABLE `docket_entry_versions` RENAME COLUMN `mirror_since_run_id` TO `mirror_valid_from_run_id`;
--> statement-breakpoint
ALTER TABLE `docket_entry_versions` RENAME COLUMN `mirror_until_run_id` TO `mirror_valid_to_run_id`;
--> statement-breakpoint
ALTER TABLE `docket_entry_versions` RENAME COLUMN `mirror_end` TO `mirror_end_reason`;
--> statement-breakpoint
ALTER TABLE `mirror_departure_checks` RENAME COLUMN `most_gone` TO `max_gone`;
--> statement-breakpoint
ALTER TABLE `mirror_moved_cases` RENAME COLUMN `first_status_id` TO `from_list_id`;
--> statement-breakpoint
ALTER TABLE `mirror_moved_cases` RENAME COLUMN `then_status_id` TO `to_list_id`;
--> statement-breakpoint
DROP INDEX IF EXISTS `cases_mirror_status_id`;
--> statement-breakpoint
CREATE INDEX `cases_mirror_list_id` ON `cases` (`mirror_list_id`);
--> statement-breakpoint
DROP INDEX IF EXISTS `ongoing_statuses_label_unique`;
--> statement-breakpoint
CREATE UNIQUE INDEX `lists_label_unique` ON `lists` (`label`);
--> statement-breakpoint
DROP INDEX IF EXISTS `past_docket_entries_case_id`;
--> statement-breakpoint
CREATE INDEX `docket_entry_versions_case_id` ON `docket_entry_versions` (`case_id`,`mirror_key`);
--> statement-breakpoint
DROP INDEX IF EXISTS `past_docket_entries_mirror_first_run_id`;
--> statement-breakpoint
CREATE INDEX `docket_entry_versions_mirror_first_run_id` ON `docket_entry_versions` (`mirror_first_run_id`);
--> statement-breakpoint
DROP INDEX IF EXISTS `past_docket_entries_mirror_until_run_id`;
--> statement-breakpoint
CREATE INDEX `docket_entry_versions_mirror_valid_to_run_id` ON `docket_entry_versions` (`mirror_valid_to_run_id`);
--> statement-breakpoint
DROP INDEX IF EXISTS `text_hashes_hash`;
--> statement-breakpoint
CREATE INDEX `mirror_raw_hashes_hash` ON `mirror_raw_hashes` (`hash`);
--> statement-breakpoint
INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql)
SELECT type, name, tbl_name, rootpage, sql FROM mirror_waiting_views
WHERE name NOT IN ('latest_sweeps', 'change_log', 'docket_entry_lives', 'coverage')
ORDER BY rowid;
--> statement-breakpoint
DROP TABLE mirror_waiting_views;
--> statement-breakpoint
-- A listing of the tables follows this order: the content, its history, the log of the runs, the notes of the program, and
-- then everything else. Views and triggers come after the tables that they read.
UPDATE sqlite_master SET rowid = rowid + 100000 * CASE
	WHEN type = 'trigger' THEN 99
	WHEN type = 'view' THEN 98
	WHEN tbl_name = 'cases' THEN 1
	WHEN tbl_name = 'dockets' THEN 2
	WHEN tbl_name = 'docket_entries' THEN 3
	WHEN tbl_name = 'attachments' THEN 4
	WHEN tbl_name = 'case_defendants' THEN 5
	WHEN tbl_name = 'related_cases' THEN 6
	WHEN tbl_name IN (
		'attorney_orgs', 'available_documents', 'case_types', 'causes',
		'constitutional_clause', 'content_of_injunction', 'custom_issues', 'defendant_type',
		'facility_type', 'issues', 'plaintiff_type', 'relief_natures',
		'relief_sources', 'settlement_agreement', 'special_case_type', 'special_collections'
	) THEN 7
	WHEN tbl_name = 'case_changes' THEN 8
	WHEN tbl_name = 'case_versions' THEN 9
	WHEN tbl_name = 'docket_entry_versions' THEN 10
	WHEN tbl_name = 'sync_runs' THEN 11
	WHEN tbl_name = 'lists' THEN 12
	WHEN tbl_name = 'list_syncs' THEN 13
	WHEN tbl_name = 'rejected_records' THEN 14
	WHEN tbl_name = 'schema_drift' THEN 15
	WHEN tbl_name LIKE 'mirror!_%' ESCAPE '!' THEN 16
	ELSE 97
END;
--> statement-breakpoint
PRAGMA writable_schema = RESET;
--> statement-breakpoint
-- The newest list sync of each list, by its label.
CREATE VIEW latest_list_syncs AS
SELECT lists.label, list_syncs.*
FROM lists
LEFT JOIN list_syncs
	ON list_syncs.list_id = lists.id
	AND list_syncs.run_id = (SELECT max(run_id) FROM list_syncs AS newer WHERE newer.list_id = lists.id);
--> statement-breakpoint
-- All changes, one row each: cases that appeared, departed or returned, fields, and docket entries. `entry_key` is
-- `docket_entries.mirror_key`. The docket entries that arrived together with their case have no rows of their own.
CREATE VIEW change_log AS
SELECT run_id, changed_at, case_id, kind, field, old_value, new_value, NULL AS entry_key
FROM case_changes
WHERE field NOT LIKE 'mirror!_%' ESCAPE '!'
UNION ALL
SELECT run_id, changed_at, case_id, CASE WHEN new_value = 'null' THEN 'returned' ELSE 'departed' END, NULL, NULL, NULL, NULL
FROM case_changes
WHERE field = 'mirror_departed_run_id'
UNION ALL
SELECT cases.mirror_redacted_run_id, sync_runs.started_at, cases.id, 'redacted', NULL, NULL, NULL, NULL
FROM cases
JOIN sync_runs ON sync_runs.id = cases.mirror_redacted_run_id
UNION ALL
SELECT cases.mirror_first_run_id, sync_runs.started_at, cases.id, 'appeared', NULL, NULL, NULL, NULL
FROM cases
JOIN sync_runs ON sync_runs.id = cases.mirror_first_run_id
UNION ALL
SELECT docket_entries.mirror_first_run_id, sync_runs.started_at, docket_entries.case_id, 'entry added', NULL, NULL, NULL, docket_entries.mirror_key
FROM docket_entries
JOIN cases ON cases.id = docket_entries.case_id AND cases.mirror_first_run_id < docket_entries.mirror_first_run_id
JOIN sync_runs ON sync_runs.id = docket_entries.mirror_first_run_id
UNION ALL
SELECT docket_entry_versions.mirror_first_run_id, sync_runs.started_at, docket_entry_versions.case_id, 'entry added', NULL, NULL, NULL, docket_entry_versions.mirror_key
FROM docket_entry_versions
JOIN cases ON cases.id = docket_entry_versions.case_id AND cases.mirror_first_run_id < docket_entry_versions.mirror_first_run_id
JOIN sync_runs ON sync_runs.id = docket_entry_versions.mirror_first_run_id
WHERE docket_entry_versions.mirror_end_reason = 'removed'
UNION ALL
SELECT docket_entry_versions.mirror_valid_to_run_id, sync_runs.started_at, docket_entry_versions.case_id, 'entry ' || docket_entry_versions.mirror_end_reason, NULL, NULL, NULL, docket_entry_versions.mirror_key
FROM docket_entry_versions
JOIN sync_runs ON sync_runs.id = docket_entry_versions.mirror_valid_to_run_id;
--> statement-breakpoint
-- When each docket entry was first and last seen, and how often it was edited. `last_seen_at` is the end of the newest complete
-- sync of the list of the case before the entry was missing.
CREATE VIEW docket_entry_lifetimes AS
SELECT
	lifetimes.case_id,
	lifetimes.entry_key,
	lifetimes.id,
	first_runs.started_at AS first_seen_at,
	(
		SELECT max(list_syncs.ended_at)
		FROM list_syncs
		WHERE list_syncs.list_id = cases.mirror_list_id
			AND list_syncs.outcome = 'complete'
			AND list_syncs.run_id < lifetimes.gone_run_id
	) AS last_seen_at,
	lifetimes.is_there,
	(
		SELECT count(*)
		FROM docket_entry_versions
		WHERE docket_entry_versions.case_id = lifetimes.case_id
			AND docket_entry_versions.mirror_key = lifetimes.entry_key
			AND docket_entry_versions.mirror_first_run_id = lifetimes.mirror_first_run_id
			AND docket_entry_versions.mirror_end_reason = 'edited'
	) AS edits
FROM (
	SELECT case_id, mirror_key AS entry_key, id, mirror_first_run_id, 1 AS is_there, 9223372036854775807 AS gone_run_id
	FROM docket_entries
	UNION ALL
	SELECT case_id, mirror_key, id, mirror_first_run_id, 0, mirror_valid_to_run_id
	FROM docket_entry_versions
	WHERE mirror_end_reason = 'removed'
) AS lifetimes
JOIN cases ON cases.id = lifetimes.case_id
JOIN sync_runs AS first_runs ON first_runs.id = lifetimes.mirror_first_run_id;
--> statement-breakpoint
-- How many cases the API counts in each run, and how many of them are in no list of `case_ongoing` or not in the mirror.
CREATE VIEW coverage AS
SELECT
	run_id,
	checked_at,
	outcome,
	count_all,
	count_ongoing,
	count_all - count_ongoing AS without_ongoing_status,
	count_approved,
	count_coding_complete,
	count_in_process,
	cases_mirrored,
	count_all - cases_mirrored AS not_mirrored
FROM mirror_coverage_checks;
--> statement-breakpoint
-- The words in the rows follow.
UPDATE case_changes SET field = 'mirror_list_id' WHERE field = 'mirror_status_id';
--> statement-breakpoint
UPDATE sync_runs SET outcome = 'suspicious' WHERE outcome = 'doubtful';
--> statement-breakpoint
UPDATE mirror_departure_checks SET outcome = 'suspicious' WHERE outcome = 'doubtful';
--> statement-breakpoint
CREATE TABLE mirror_renamed_codes (former text PRIMARY KEY NOT NULL, code text NOT NULL) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO mirror_renamed_codes (former, code) VALUES
	('ANOTHER_FILTER', 'WRONG_FILTER'),
	('ANOTHER_LIST', 'WRONG_LIST'),
	('BODY_TOO_LARGE', 'RESPONSE_TOO_LARGE'),
	('CASE_KEPT_ASIDE', 'CASE_REJECTED'),
	('CONTRACT_BROKEN', 'RESPONSE_UNEXPECTED'),
	('DEPARTURES_DOUBTED', 'DEPARTURES_SUSPICIOUS'),
	('DIED', 'PROCESS_DIED'),
	('MOMENT_NOT_MIRRORED', 'TIME_NOT_MIRRORED'),
	('NETWORK_GAVE_UP', 'NETWORK_FAILED'),
	('NIGHT_BOOK_DAMAGED', 'STATE_FILE_DAMAGED'),
	('NOTHING_MEASURED', 'COVERAGE_UNKNOWN'),
	('OBSTRUCTED', 'BLOCKED_BY_INTERMEDIARY'),
	('RECORDS_KEPT_ASIDE', 'RECORDS_REJECTED'),
	('REFUSED_BY_API', 'REQUEST_REJECTED'),
	('THROTTLED', 'RATE_LIMITED'),
	('TIME_BUDGET_SPENT', 'MAX_DURATION_REACHED'),
	('TRANSIENT_ANSWER', 'SERVER_ERROR'),
	('UNAUTHORISED', 'UNAUTHORIZED'),
	('UNCONFIRMED', 'LIST_UNSTABLE'),
	('VERIFY_FOUND', 'VERIFY_FAILED');
--> statement-breakpoint
UPDATE sync_runs SET error_code = (SELECT code FROM mirror_renamed_codes WHERE former = error_code)
WHERE error_code IN (SELECT former FROM mirror_renamed_codes);
--> statement-breakpoint
UPDATE list_syncs SET error_code = (SELECT code FROM mirror_renamed_codes WHERE former = error_code)
WHERE error_code IN (SELECT former FROM mirror_renamed_codes);
--> statement-breakpoint
UPDATE mirror_departure_checks SET error_code = (SELECT code FROM mirror_renamed_codes WHERE former = error_code)
WHERE error_code IN (SELECT former FROM mirror_renamed_codes);
--> statement-breakpoint
UPDATE mirror_coverage_checks SET error_code = (SELECT code FROM mirror_renamed_codes WHERE former = error_code)
WHERE error_code IN (SELECT former FROM mirror_renamed_codes);
--> statement-breakpoint
DROP TABLE mirror_renamed_codes;
--> statement-breakpoint
-- The program computes all seals again at the end of the migrations.
DELETE FROM mirror_seals;
