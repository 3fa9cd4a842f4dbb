CREATE TABLE `case_documents` (
	`case_id` integer NOT NULL,
	`document_id` integer NOT NULL,
	`mirror_from_run_id` integer NOT NULL,
	`mirror_missing_run_id` integer,
	`mirror_to_run_id` integer,
	PRIMARY KEY(`case_id`, `document_id`, `mirror_from_run_id`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mirror_from_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_missing_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_to_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `case_documents_document_id` ON `case_documents` (`document_id`);--> statement-breakpoint
CREATE INDEX `case_documents_mirror_from_run_id` ON `case_documents` (`mirror_from_run_id`);--> statement-breakpoint
CREATE INDEX `case_documents_mirror_to_run_id` ON `case_documents` (`mirror_to_run_id`);--> statement-breakpoint
CREATE TABLE `case_further_dockets` (
	`case_id` integer NOT NULL,
	`docket_key` integer NOT NULL,
	`mirror_from_run_id` integer NOT NULL,
	`mirror_missing_run_id` integer,
	`mirror_to_run_id` integer,
	PRIMARY KEY(`case_id`, `docket_key`, `mirror_from_run_id`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`docket_key`) REFERENCES `further_dockets`(`mirror_key`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mirror_from_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_missing_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_to_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `case_further_dockets_docket_key` ON `case_further_dockets` (`docket_key`);--> statement-breakpoint
CREATE TABLE `case_resources` (
	`case_id` integer NOT NULL,
	`resource_key` integer NOT NULL,
	`mirror_from_run_id` integer NOT NULL,
	`mirror_missing_run_id` integer,
	`mirror_to_run_id` integer,
	PRIMARY KEY(`case_id`, `resource_key`, `mirror_from_run_id`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`resource_key`) REFERENCES `resources`(`mirror_key`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mirror_from_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_missing_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_to_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `case_resources_resource_key` ON `case_resources` (`resource_key`);--> statement-breakpoint
CREATE TABLE `documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`title` text,
	`no_title` integer,
	`date` text,
	`date_is_estimate` integer,
	`date_not_available` integer,
	`document_type` text,
	`document_type_other` text,
	`document_source` text,
	`document_status` text,
	`order_type` text,
	`court` text,
	`party_types` text,
	`per_curium` integer,
	`per_curiam` integer,
	`is_core_document` integer,
	`ecf_number` text,
	`docket_id` integer,
	`file` text,
	`external_url` text,
	`clearinghouse_link` text,
	`has_text` integer,
	`text_url` text,
	`citation_status` text,
	`citation_paren` text,
	`cite_1_vol` integer,
	`cite_1_reporter` text,
	`cite_1_page` integer,
	`cite_2_vol` integer,
	`cite_2_reporter` text,
	`cite_2_page` integer,
	`cite_3_vol` integer,
	`cite_3_reporter` text,
	`cite_3_page` integer,
	`mirror_hidden` text,
	`mirror_first_run_id` integer NOT NULL,
	`mirror_changed_run_id` integer NOT NULL,
	`mirror_departed_run_id` integer,
	`mirror_redacted_run_id` integer,
	`mirror_fingerprint` text NOT NULL,
	`description` text,
	`mirror_payload` text NOT NULL,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_changed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_departed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_redacted_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `documents_document_type` ON `documents` (`document_type`);--> statement-breakpoint
CREATE INDEX `documents_date` ON `documents` (`date`);--> statement-breakpoint
CREATE INDEX `documents_mirror_first_run_id` ON `documents` (`mirror_first_run_id`);--> statement-breakpoint
CREATE INDEX `documents_mirror_changed_run_id` ON `documents` (`mirror_changed_run_id`);--> statement-breakpoint
CREATE TABLE `further_docket_entries` (
	`mirror_id` integer PRIMARY KEY NOT NULL,
	`mirror_docket_key` integer NOT NULL,
	`mirror_key` integer NOT NULL,
	`id` integer,
	`row_number` integer,
	`entry_number` text,
	`date_filed` text,
	`url` text,
	`recap_pdf_url` text,
	`pacer_doc_id` text,
	`mirror_hidden` text,
	`mirror_first_run_id` integer NOT NULL,
	`mirror_changed_run_id` integer NOT NULL,
	`mirror_departed_run_id` integer,
	`mirror_redacted_run_id` integer,
	`mirror_fingerprint` text NOT NULL,
	`mirror_missing_run_id` integer,
	`description` text,
	`attachments` text,
	`mirror_rest` text,
	FOREIGN KEY (`mirror_docket_key`) REFERENCES `further_dockets`(`mirror_key`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_changed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_departed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_redacted_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_missing_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `further_docket_entries_mirror_docket_key` ON `further_docket_entries` (`mirror_docket_key`,`mirror_key`);--> statement-breakpoint
CREATE INDEX `further_docket_entries_mirror_first_run_id` ON `further_docket_entries` (`mirror_first_run_id`);--> statement-breakpoint
CREATE INDEX `further_docket_entries_mirror_changed_run_id` ON `further_docket_entries` (`mirror_changed_run_id`);--> statement-breakpoint
CREATE TABLE `further_dockets` (
	`mirror_key` integer PRIMARY KEY NOT NULL,
	`id` integer,
	`court` text,
	`state` text,
	`docket_case_type` text,
	`docket_year` integer,
	`docket_filing_number` integer,
	`docket_office_number` text,
	`docket_number_manual` text,
	`is_main_docket` integer,
	`is_active` integer,
	`recap_link` text,
	`recap_docket_number` text,
	`mirror_hidden` text,
	`mirror_first_run_id` integer NOT NULL,
	`mirror_changed_run_id` integer NOT NULL,
	`mirror_departed_run_id` integer,
	`mirror_redacted_run_id` integer,
	`mirror_fingerprint` text NOT NULL,
	`scales_html` text,
	`mirror_payload` text NOT NULL,
	`mirror_entry_keys` text,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_changed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_departed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_redacted_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `further_dockets_mirror_first_run_id` ON `further_dockets` (`mirror_first_run_id`);--> statement-breakpoint
CREATE INDEX `further_dockets_mirror_changed_run_id` ON `further_dockets` (`mirror_changed_run_id`);--> statement-breakpoint
CREATE TABLE `linked_changes` (
	`id` integer PRIMARY KEY NOT NULL,
	`record_kind` text NOT NULL,
	`record_key` integer NOT NULL,
	`run_id` integer NOT NULL,
	`changed_at` text NOT NULL,
	`field` text NOT NULL,
	`kind` text NOT NULL,
	`old_value` text,
	`new_value` text,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `linked_changes_record` ON `linked_changes` (`record_kind`,`record_key`);--> statement-breakpoint
CREATE INDEX `linked_changes_run_id` ON `linked_changes` (`run_id`);--> statement-breakpoint
CREATE TABLE `linked_lists` (
	`case_id` integer NOT NULL,
	`kind` text NOT NULL,
	`attempted_at` text NOT NULL,
	`attempted_run_id` integer NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`pause_until` text,
	`error_code` text,
	`error_message` text,
	`read_at` text,
	`read_run_id` integer,
	`first_read_run_id` integer,
	`records` integer,
	`pages` integer,
	`requests` integer,
	`envelope` text,
	`records_hash` text,
	`doubted_run_id` integer,
	`doubt` text,
	`changed_run_id` integer,
	PRIMARY KEY(`case_id`, `kind`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`attempted_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`read_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`first_read_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`doubted_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`changed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `linked_lists_kind_attempted_at` ON `linked_lists` (`kind`,`attempted_at`);--> statement-breakpoint
CREATE INDEX `linked_lists_kind_records_hash` ON `linked_lists` (`kind`,`records_hash`);--> statement-breakpoint
CREATE INDEX `linked_lists_doubted_run_id` ON `linked_lists` (`doubted_run_id`);--> statement-breakpoint
CREATE TABLE `linked_passes` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` integer NOT NULL,
	`outcome` text NOT NULL,
	`started_at` text NOT NULL,
	`ended_at` text,
	`process_id` integer NOT NULL,
	`budget_requests` integer,
	`budget_minutes` integer,
	`requests` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`lists_read` integer DEFAULT 0 NOT NULL,
	`lists_failed` integer DEFAULT 0 NOT NULL,
	`lists_empty` integer DEFAULT 0 NOT NULL,
	`lists_doubted` integer DEFAULT 0 NOT NULL,
	`records_new` integer DEFAULT 0 NOT NULL,
	`records_changed` integer DEFAULT 0 NOT NULL,
	`records_gone` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	`paused_until` text,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `linked_passes_run_id` ON `linked_passes` (`run_id`);--> statement-breakpoint
CREATE TABLE `linked_versions` (
	`record_kind` text NOT NULL,
	`record_key` integer NOT NULL,
	`run_id` integer NOT NULL,
	`fingerprint` text NOT NULL,
	PRIMARY KEY(`record_kind`, `record_key`, `run_id`),
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mirror_docket_differences` (
	`id` integer PRIMARY KEY NOT NULL,
	`case_id` integer NOT NULL,
	`docket_id` integer,
	`entries_in_case` integer,
	`entries_in_list` integer,
	`differing` text NOT NULL,
	`seen_run_id` integer NOT NULL,
	`resolved_run_id` integer,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`seen_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`resolved_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `mirror_docket_differences_case_id` ON `mirror_docket_differences` (`case_id`);--> statement-breakpoint
CREATE TABLE `resources` (
	`mirror_key` integer PRIMARY KEY NOT NULL,
	`id` integer,
	`title` text,
	`author` text,
	`author_role` text,
	`institution` text,
	`citation` text,
	`date` text,
	`display_date` text,
	`source` text,
	`status` text,
	`file` text,
	`external_url` text,
	`resource_types` text,
	`cases` text,
	`case_types` text,
	`causes` text,
	`issues` text,
	`special_collections` text,
	`attorney_orgs` text,
	`mirror_hidden` text,
	`mirror_first_run_id` integer NOT NULL,
	`mirror_changed_run_id` integer NOT NULL,
	`mirror_departed_run_id` integer,
	`mirror_redacted_run_id` integer,
	`mirror_fingerprint` text NOT NULL,
	`abstract` text,
	`mirror_payload` text NOT NULL,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_changed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_departed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_redacted_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `resources_mirror_fingerprint` ON `resources` (`mirror_fingerprint`);--> statement-breakpoint
CREATE INDEX `resources_mirror_first_run_id` ON `resources` (`mirror_first_run_id`);--> statement-breakpoint
CREATE INDEX `resources_mirror_changed_run_id` ON `resources` (`mirror_changed_run_id`);--> statement-breakpoint
ALTER TABLE `rejected_records` ADD `record_kind` text DEFAULT 'case' NOT NULL;--> statement-breakpoint
ALTER TABLE `rejected_records` ADD `record_id` integer;--> statement-breakpoint
ALTER TABLE `schema_drift` ADD `record_kind` text DEFAULT 'case' NOT NULL;
--> statement-breakpoint
-- A listing of the tables keeps its order: the content, its history, the log of the runs, and the notes of the program.
PRAGMA writable_schema = ON;
--> statement-breakpoint
UPDATE sqlite_master SET rowid = rowid % 50000 + CASE tbl_name
	WHEN 'documents' THEN 610000
	WHEN 'case_documents' THEN 620000
	WHEN 'further_dockets' THEN 630000
	WHEN 'case_further_dockets' THEN 640000
	WHEN 'further_docket_entries' THEN 650000
	WHEN 'resources' THEN 660000
	WHEN 'case_resources' THEN 670000
	WHEN 'linked_changes' THEN 850000
	WHEN 'linked_versions' THEN 950000
	WHEN 'linked_passes' THEN 1340000
	WHEN 'linked_lists' THEN 1350000
	WHEN 'mirror_docket_differences' THEN 1650000
END
WHERE tbl_name IN (
	'documents', 'case_documents', 'further_dockets', 'case_further_dockets', 'further_docket_entries', 'resources',
	'case_resources', 'linked_changes', 'linked_versions', 'linked_passes', 'linked_lists', 'mirror_docket_differences'
);
--> statement-breakpoint
PRAGMA writable_schema = RESET;
--> statement-breakpoint
-- Documents that are for the public and belong to a case on the site. `courtlistener_docket_id` is the docket on CourtListener
-- that `external_url` names. `party_types` is a JSON list.
CREATE VIEW clean_documents AS
SELECT
	documents.id,
	CAST('https://clearinghouse.net/doc/' || documents.id AS TEXT) AS url,
	CAST(nullif(trim(documents.title), '') AS TEXT) AS title,
	CAST(CASE
		WHEN documents.date >= '1789' AND documents.date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(documents.date, 1, 10), '+0 days') = substr(documents.date, 1, 10)
		THEN substr(documents.date, 1, 10)
	END AS TEXT) AS date,
	documents.date_is_estimate,
	CAST(nullif(trim(documents.document_type), '') AS TEXT) AS document_type,
	CAST(nullif(trim(documents.order_type), '') AS TEXT) AS order_type,
	CAST(nullif(trim(documents.court), '') AS TEXT) AS court,
	documents.party_types,
	documents.is_core_document,
	CAST(nullif(trim(documents.ecf_number), '') AS TEXT) AS ecf_number,
	CAST(CASE
		WHEN lower(substr(documents.external_url, instr(lower(documents.external_url), 'courtlistener.com/docket/') + 25)) GLOB '[0-9]*' AND instr(lower(documents.external_url), 'courtlistener.com/docket/') > 0
		THEN CAST(substr(documents.external_url, instr(lower(documents.external_url), 'courtlistener.com/docket/') + 25) AS INTEGER)
	END AS INTEGER) AS courtlistener_docket_id,
	CAST(nullif(ltrim(coalesce('; ' || cite_1_vol || ' ' || trim(cite_1_reporter) || ' ' || cite_1_page, '') || coalesce('; ' || cite_2_vol || ' ' || trim(cite_2_reporter) || ' ' || cite_2_page, '') || coalesce('; ' || cite_3_vol || ' ' || trim(cite_3_reporter) || ' ' || cite_3_page, ''), '; '), '') AS TEXT) AS citations,
	CAST(CASE WHEN trim(documents.file) LIKE 'https://_%/_%' OR trim(documents.file) LIKE 'http://_%/_%' THEN trim(documents.file) END AS TEXT) AS file,
	CAST(CASE WHEN trim(documents.external_url) LIKE 'https://_%/_%' OR trim(documents.external_url) LIKE 'http://_%/_%' THEN trim(documents.external_url) END AS TEXT) AS external_url,
	documents.has_text,
	CAST(nullif(trim(documents.document_source), '') AS TEXT) AS document_source,
	CAST(nullif(trim(documents.description), '') AS TEXT) AS description
FROM documents
WHERE documents.mirror_hidden IS NULL
	AND documents.mirror_departed_run_id IS NULL
	AND documents.mirror_redacted_run_id IS NULL
	AND EXISTS (
		SELECT 1
		FROM case_documents
		JOIN cases ON cases.id = case_documents.case_id AND cases.mirror_departed_run_id IS NULL
		WHERE case_documents.document_id = documents.id AND case_documents.mirror_to_run_id IS NULL
	);
--> statement-breakpoint
-- Which clean documents each case on the site has.
CREATE VIEW clean_case_documents AS
SELECT case_documents.case_id, case_documents.document_id, case_documents.mirror_from_run_id
FROM case_documents
JOIN documents ON documents.id = case_documents.document_id
JOIN cases ON cases.id = case_documents.case_id
WHERE case_documents.mirror_to_run_id IS NULL
	AND documents.mirror_hidden IS NULL
	AND documents.mirror_redacted_run_id IS NULL
	AND cases.mirror_departed_run_id IS NULL;
--> statement-breakpoint
-- The dockets that cases on the site have besides their main docket, one row for each case and docket.
CREATE VIEW clean_further_dockets AS
SELECT
	case_further_dockets.case_id,
	further_dockets.mirror_key,
	further_dockets.id,
	CAST(nullif(trim(further_dockets.court), '') AS TEXT) AS court,
	CAST(nullif(trim(further_dockets.state), '') AS TEXT) AS state,
	CAST(nullif(trim(further_dockets.docket_number_manual), '') AS TEXT) AS docket_number,
	further_dockets.docket_year,
	CAST(CASE WHEN trim(further_dockets.recap_link) LIKE 'https://_%/_%' OR trim(further_dockets.recap_link) LIKE 'http://_%/_%' THEN trim(further_dockets.recap_link) END AS TEXT) AS recap_link,
	CAST(CASE
		WHEN lower(substr(further_dockets.recap_link, instr(lower(further_dockets.recap_link), 'courtlistener.com/docket/') + 25)) GLOB '[0-9]*' AND instr(lower(further_dockets.recap_link), 'courtlistener.com/docket/') > 0
		THEN CAST(substr(further_dockets.recap_link, instr(lower(further_dockets.recap_link), 'courtlistener.com/docket/') + 25) AS INTEGER)
	END AS INTEGER) AS courtlistener_docket_id
FROM case_further_dockets
JOIN further_dockets ON further_dockets.mirror_key = case_further_dockets.docket_key
JOIN cases ON cases.id = case_further_dockets.case_id
WHERE case_further_dockets.mirror_to_run_id IS NULL
	AND further_dockets.mirror_hidden IS NULL
	AND further_dockets.mirror_redacted_run_id IS NULL
	AND cases.mirror_departed_run_id IS NULL;
--> statement-breakpoint
-- The docket entries of those dockets. `url` is the entry's own address, else its PDF.
CREATE VIEW clean_further_docket_entries AS
SELECT
	clean_further_dockets.case_id,
	clean_further_dockets.mirror_key AS mirror_docket_key,
	entries.mirror_id,
	entries.id,
	entries.row_number,
	CAST(nullif(trim(entries.entry_number), '') AS TEXT) AS entry_number,
	CAST(CASE
		WHEN entries.date_filed >= '1789' AND entries.date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(entries.date_filed, 1, 10), '+0 days') = substr(entries.date_filed, 1, 10)
		THEN substr(entries.date_filed, 1, 10)
	END AS TEXT) AS date_filed,
	CAST(nullif(trim(entries.description), '') AS TEXT) AS description,
	CAST(coalesce(CAST(CASE WHEN trim(entries.url) LIKE 'https://_%/_%' OR trim(entries.url) LIKE 'http://_%/_%' THEN trim(entries.url) END AS TEXT), CAST(CASE WHEN trim(entries.recap_pdf_url) LIKE 'https://_%/_%' OR trim(entries.recap_pdf_url) LIKE 'http://_%/_%' THEN trim(entries.recap_pdf_url) END AS TEXT)) AS TEXT) AS url,
	CAST(nullif(trim(entries.pacer_doc_id), '') AS TEXT) AS pacer_doc_id
FROM further_docket_entries AS entries
JOIN clean_further_dockets ON clean_further_dockets.mirror_key = entries.mirror_docket_key
WHERE entries.mirror_departed_run_id IS NULL;
--> statement-breakpoint
-- Resources that are for the public and belong to a case on the site. The lists are JSON.
CREATE VIEW clean_resources AS
SELECT
	resources.mirror_key,
	CAST(nullif(trim(resources.title), '') AS TEXT) AS title,
	CAST(nullif(trim(resources.author), '') AS TEXT) AS author,
	CAST(nullif(trim(resources.institution), '') AS TEXT) AS institution,
	CAST(nullif(trim(resources.citation), '') AS TEXT) AS citation,
	CAST(CASE
		WHEN resources.date >= '1789' AND resources.date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(resources.date, 1, 10), '+0 days') = substr(resources.date, 1, 10)
		THEN substr(resources.date, 1, 10)
	END AS TEXT) AS date,
	CAST(nullif(trim(resources.display_date), '') AS TEXT) AS display_date,
	resources.resource_types,
	CAST(coalesce(CAST(CASE WHEN trim(resources.external_url) LIKE 'https://_%/_%' OR trim(resources.external_url) LIKE 'http://_%/_%' THEN trim(resources.external_url) END AS TEXT), CAST(CASE WHEN trim(resources.file) LIKE 'https://_%/_%' OR trim(resources.file) LIKE 'http://_%/_%' THEN trim(resources.file) END AS TEXT)) AS TEXT) AS url,
	CAST(nullif(trim(resources.abstract), '') AS TEXT) AS abstract
FROM resources
WHERE resources.mirror_hidden IS NULL
	AND resources.mirror_departed_run_id IS NULL
	AND resources.mirror_redacted_run_id IS NULL
	AND EXISTS (
		SELECT 1
		FROM case_resources
		JOIN cases ON cases.id = case_resources.case_id AND cases.mirror_departed_run_id IS NULL
		WHERE case_resources.resource_key = resources.mirror_key AND case_resources.mirror_to_run_id IS NULL
	);
--> statement-breakpoint
-- Which clean resources each case on the site has.
CREATE VIEW clean_case_resources AS
SELECT case_resources.case_id, case_resources.resource_key, case_resources.mirror_from_run_id
FROM case_resources
JOIN resources ON resources.mirror_key = case_resources.resource_key
JOIN cases ON cases.id = case_resources.case_id
WHERE case_resources.mirror_to_run_id IS NULL
	AND resources.mirror_hidden IS NULL
	AND resources.mirror_redacted_run_id IS NULL
	AND cases.mirror_departed_run_id IS NULL;
--> statement-breakpoint
-- Every link between a case and a record of its linked lists, present and past.
CREATE VIEW case_links AS
SELECT case_id, 'document' AS record_kind, document_id AS record_key, mirror_from_run_id, mirror_missing_run_id, mirror_to_run_id
FROM case_documents
UNION ALL
SELECT case_id, 'docket', docket_key, mirror_from_run_id, mirror_missing_run_id, mirror_to_run_id
FROM case_further_dockets
UNION ALL
SELECT case_id, 'resource', resource_key, mirror_from_run_id, mirror_missing_run_id, mirror_to_run_id
FROM case_resources;
--> statement-breakpoint
-- Every docket that each case has: its main docket, and the others (`is_further`). `courtlistener_docket_id` is the docket on
-- CourtListener that `recap_link` names.
CREATE VIEW all_dockets AS
SELECT
	case_id,
	0 AS is_further,
	NULL AS mirror_docket_key,
	id,
	court, state, docket_case_type, docket_year, docket_filing_number, docket_office_number, docket_number_manual, is_active, recap_link,
	CAST(CASE
		WHEN lower(substr(recap_link, instr(lower(recap_link), 'courtlistener.com/docket/') + 25)) GLOB '[0-9]*' AND instr(lower(recap_link), 'courtlistener.com/docket/') > 0
		THEN CAST(substr(recap_link, instr(lower(recap_link), 'courtlistener.com/docket/') + 25) AS INTEGER)
	END AS INTEGER) AS courtlistener_docket_id
FROM dockets
UNION ALL
SELECT
	case_further_dockets.case_id,
	1,
	further_dockets.mirror_key,
	further_dockets.id,
	further_dockets.court, further_dockets.state, further_dockets.docket_case_type, further_dockets.docket_year, further_dockets.docket_filing_number, further_dockets.docket_office_number, further_dockets.docket_number_manual, further_dockets.is_active, further_dockets.recap_link,
	CAST(CASE
		WHEN lower(substr(further_dockets.recap_link, instr(lower(further_dockets.recap_link), 'courtlistener.com/docket/') + 25)) GLOB '[0-9]*' AND instr(lower(further_dockets.recap_link), 'courtlistener.com/docket/') > 0
		THEN CAST(substr(further_dockets.recap_link, instr(lower(further_dockets.recap_link), 'courtlistener.com/docket/') + 25) AS INTEGER)
	END AS INTEGER)
FROM case_further_dockets
JOIN further_dockets ON further_dockets.mirror_key = case_further_dockets.docket_key
WHERE case_further_dockets.mirror_to_run_id IS NULL
	AND NOT EXISTS (SELECT 1 FROM dockets WHERE dockets.case_id = case_further_dockets.case_id AND dockets.id = further_dockets.id);
--> statement-breakpoint
-- The entries of every docket that each case has. `mirror_id` identifies an entry together with `is_further`.
CREATE VIEW all_docket_entries AS
SELECT
	docket_entries.case_id,
	0 AS is_further,
	NULL AS mirror_docket_key,
	docket_entries.mirror_id,
	docket_entries.id, docket_entries.row_number, docket_entries.entry_number, docket_entries.date_filed, docket_entries.url, docket_entries.recap_pdf_url, docket_entries.pacer_doc_id, docket_entries.description, docket_entries.attachments
FROM docket_entries
UNION ALL
SELECT
	all_dockets.case_id,
	1,
	all_dockets.mirror_docket_key,
	further_docket_entries.mirror_id,
	further_docket_entries.id, further_docket_entries.row_number, further_docket_entries.entry_number, further_docket_entries.date_filed, further_docket_entries.url, further_docket_entries.recap_pdf_url, further_docket_entries.pacer_doc_id, further_docket_entries.description, further_docket_entries.attachments
FROM all_dockets
JOIN further_docket_entries ON further_docket_entries.mirror_docket_key = all_dockets.mirror_docket_key
WHERE all_dockets.is_further = 1 AND further_docket_entries.mirror_departed_run_id IS NULL;
--> statement-breakpoint
-- The docket entry that each clean document belongs to. A document and an entry match by number within the docket on
-- CourtListener that the document names. `confidence`: `certain` if exactly one entry of that docket has the number; `likely` if a
-- docket is not named on both sides, and exactly one entry of the case has the number; `ambiguous` if several have it.
CREATE VIEW document_entries AS
WITH numbered AS (
	SELECT clean_case_documents.case_id, clean_documents.id AS document_id, clean_documents.ecf_number, clean_documents.courtlistener_docket_id AS named_docket_id
	FROM clean_documents
	JOIN clean_case_documents ON clean_case_documents.document_id = clean_documents.id
	WHERE clean_documents.ecf_number IS NOT NULL
),
candidates AS (
	SELECT
		numbered.*,
		entries.is_further,
		entries.mirror_id AS mirror_entry_id,
		entries.id AS entry_id,
		all_dockets.id AS docket_id,
		coalesce(all_dockets.courtlistener_docket_id = numbered.named_docket_id, 0) AS is_named
	FROM numbered
	JOIN all_docket_entries AS entries ON entries.case_id = numbered.case_id AND trim(entries.entry_number) = numbered.ecf_number
	JOIN all_dockets ON all_dockets.case_id = entries.case_id AND all_dockets.mirror_docket_key IS entries.mirror_docket_key
	WHERE all_dockets.courtlistener_docket_id = numbered.named_docket_id
		OR numbered.named_docket_id IS NULL
		OR (
			all_dockets.courtlistener_docket_id IS NULL
			AND NOT EXISTS (
				SELECT 1
				FROM all_dockets AS named
				WHERE named.case_id = numbered.case_id AND named.courtlistener_docket_id = numbered.named_docket_id
			)
		)
)
SELECT
	case_id,
	document_id,
	is_further,
	docket_id,
	mirror_entry_id,
	entry_id,
	ecf_number,
	CASE
		WHEN count(*) OVER (PARTITION BY case_id, document_id) > 1 THEN 'ambiguous'
		WHEN is_named THEN 'certain'
		ELSE 'likely'
	END AS confidence
FROM candidates;
--> statement-breakpoint
-- What is known of each linked list of each case on the site: `not read yet`, `none` or `some`.
CREATE VIEW linked_list_states AS
SELECT
	cases.id AS case_id,
	kinds.kind,
	CASE
		WHEN linked_lists.first_read_run_id IS NULL THEN 'not read yet'
		WHEN linked_lists.records = 0 THEN 'none'
		ELSE 'some'
	END AS state,
	linked_lists.records,
	linked_lists.read_at,
	linked_lists.read_run_id,
	linked_lists.attempted_at,
	linked_lists.failures,
	linked_lists.error_code,
	linked_lists.doubt
FROM cases
JOIN (SELECT 'documents' AS kind UNION ALL SELECT 'dockets' UNION ALL SELECT 'resources') AS kinds
LEFT JOIN linked_lists ON linked_lists.case_id = cases.id AND linked_lists.kind = kinds.kind
WHERE cases.mirror_departed_run_id IS NULL;
--> statement-breakpoint
-- What changed in linked lists, one row each. `event`: `added`, `returned` or `removed` for a record; `changed` for a field;
-- `hidden`, `shown` or `redacted` for a document that turned so. The records of the first read of a list have no rows.
CREATE VIEW linked_change_log AS
WITH log AS (
	SELECT
		case_links.mirror_from_run_id AS run_id,
		case_links.case_id,
		case_links.record_kind,
		case_links.record_key,
		CASE WHEN EXISTS (
			SELECT 1
			FROM case_links AS earlier
			WHERE earlier.case_id = case_links.case_id
				AND earlier.record_kind = case_links.record_kind
				AND earlier.record_key = case_links.record_key
				AND earlier.mirror_from_run_id < case_links.mirror_from_run_id
		) THEN 'returned' ELSE 'added' END AS event,
		NULL AS field,
		NULL AS kind,
		NULL AS old_value,
		NULL AS new_value
	FROM case_links
	JOIN linked_lists ON linked_lists.case_id = case_links.case_id
		AND linked_lists.kind = case_links.record_kind || 's'
		AND linked_lists.first_read_run_id < case_links.mirror_from_run_id
	UNION ALL
	SELECT mirror_to_run_id, case_id, record_kind, record_key, 'removed', NULL, NULL, NULL, NULL
	FROM case_links
	WHERE mirror_to_run_id IS NOT NULL
	UNION ALL
	SELECT
		linked_changes.run_id,
		case_links.case_id,
		linked_changes.record_kind,
		linked_changes.record_key,
		CASE
			WHEN linked_changes.field <> 'mirror_hidden' THEN 'changed'
			WHEN linked_changes.new_value = 'null' THEN 'shown'
			ELSE 'hidden'
		END,
		CASE WHEN linked_changes.field <> 'mirror_hidden' THEN linked_changes.field END,
		CASE WHEN linked_changes.field <> 'mirror_hidden' THEN linked_changes.kind END,
		CASE WHEN linked_changes.field <> 'mirror_hidden' THEN linked_changes.old_value END,
		CASE WHEN linked_changes.field <> 'mirror_hidden' THEN linked_changes.new_value END
	FROM linked_changes
	JOIN case_links ON case_links.record_kind = linked_changes.record_kind
		AND case_links.record_key = linked_changes.record_key
		AND case_links.mirror_from_run_id <= linked_changes.run_id
		AND coalesce(case_links.mirror_to_run_id, linked_changes.run_id) >= linked_changes.run_id
	WHERE linked_changes.field NOT LIKE 'mirror!_%' ESCAPE '!' OR linked_changes.field = 'mirror_hidden'
	UNION ALL
	SELECT
		further_docket_entries.mirror_first_run_id,
		case_links.case_id,
		'docket_entry',
		further_docket_entries.mirror_id,
		'added',
		NULL,
		NULL,
		NULL,
		NULL
	FROM further_docket_entries
	JOIN further_dockets ON further_dockets.mirror_key = further_docket_entries.mirror_docket_key
		AND further_dockets.mirror_first_run_id < further_docket_entries.mirror_first_run_id
	JOIN case_links ON case_links.record_kind = 'docket'
		AND case_links.record_key = further_dockets.mirror_key
		AND case_links.mirror_from_run_id <= further_docket_entries.mirror_first_run_id
		AND coalesce(case_links.mirror_to_run_id, further_docket_entries.mirror_first_run_id) >= further_docket_entries.mirror_first_run_id
	UNION ALL
	SELECT
		linked_changes.run_id,
		case_links.case_id,
		'docket_entry',
		further_docket_entries.mirror_id,
		CASE
			WHEN linked_changes.field <> 'mirror_departed_run_id' THEN 'changed'
			WHEN linked_changes.new_value = 'null' THEN 'returned'
			ELSE 'removed'
		END,
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.field END,
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.kind END,
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.old_value END,
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.new_value END
	FROM linked_changes
	JOIN further_docket_entries ON further_docket_entries.mirror_id = linked_changes.record_key
	JOIN case_links ON case_links.record_kind = 'docket'
		AND case_links.record_key = further_docket_entries.mirror_docket_key
		AND case_links.mirror_from_run_id <= linked_changes.run_id
		AND coalesce(case_links.mirror_to_run_id, linked_changes.run_id) >= linked_changes.run_id
	WHERE linked_changes.record_kind = 'docket_entry'
	UNION ALL
	SELECT documents.mirror_redacted_run_id, case_documents.case_id, 'document', documents.id, 'redacted', NULL, NULL, NULL, NULL
	FROM documents
	JOIN case_documents ON case_documents.document_id = documents.id
	WHERE documents.mirror_redacted_run_id IS NOT NULL
)
SELECT log.run_id, sync_runs.started_at AS changed_at, log.case_id, log.record_kind, log.record_key, log.event, log.field, log.kind, log.old_value, log.new_value
FROM log
JOIN sync_runs ON sync_runs.id = log.run_id
WHERE log.event IN ('hidden', 'shown', 'redacted')
	OR (
		NOT (log.record_kind = 'document' AND log.record_key IN (SELECT id FROM documents WHERE mirror_hidden IS NOT NULL))
		AND NOT (log.record_kind = 'resource' AND log.record_key IN (SELECT mirror_key FROM resources WHERE mirror_hidden IS NOT NULL))
	);
