-- Of the migrations 811a2da36eb1a1871f63c0833134c276ef806a6a8d3a220a4357bbdee996f487
CREATE TABLE `cases` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text,
	`state` text,
	`court` text,
	`case_ongoing` text,
	`case_status` text,
	`filing_date` text,
	`filing_year` integer,
	`terminating_date` text,
	`closing_year` integer,
	`order_start_year` integer,
	`order_end_year` integer,
	`settlement_judgment_date` text,
	`settlement_judgment_year` integer,
	`last_checked_date` text,
	`summary_published_date` text,
	`public_interest_lawyer` text,
	`pro_se_status` text,
	`class_action_sought` text,
	`class_action_granted` text,
	`cause_other` text,
	`prevailing_party` text,
	`relief_nature_other` text,
	`injunction_duration` text,
	`permanent_injunction` integer,
	`defendant_payment` text,
	`docket_status` text,
	`never_filed` integer,
	`non_docket_case_number` text,
	`non_docket_case_number_type` text,
	`non_docket_case_number_type_other` text,
	`clearinghouse_link` text,
	`is_active` integer,
	`case_documents_url` text,
	`case_dockets_url` text,
	`case_resources_url` text,
	"mirror_list_id" integer,
	`mirror_first_run_id` integer NOT NULL,
	`mirror_changed_run_id` integer NOT NULL,
	`mirror_fingerprint` text NOT NULL,
	`plaintiff_description` text,
	`summary` text,
	`summary_short` text,
	`summary_tiny` text,
	`mirror_summary_text` text,
	`mirror_payload` text NOT NULL,
	`mirror_entry_keys` text, `mirror_departed_run_id` integer REFERENCES sync_runs(id), `mirror_redacted_run_id` integer REFERENCES sync_runs(id), `mirror_defendants` text, `mirror_docket_numbers` text, `mirror_short_summaries` text,
	FOREIGN KEY ("mirror_list_id") REFERENCES "lists"(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_changed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE INDEX `cases_case_ongoing` ON `cases` (`case_ongoing`);
CREATE INDEX `cases_case_status` ON `cases` (`case_status`);
CREATE INDEX `cases_filing_date` ON `cases` (`filing_date`);
CREATE INDEX `cases_state` ON `cases` (`state`);
CREATE INDEX `cases_court` ON `cases` (`court`);
CREATE INDEX `cases_mirror_changed_run_id` ON `cases` (`mirror_changed_run_id`);
CREATE INDEX `cases_mirror_first_run_id` ON `cases` (`mirror_first_run_id`);
CREATE INDEX `cases_mirror_departed_run_id` ON `cases` (`mirror_departed_run_id`);
CREATE INDEX `cases_mirror_redacted_run_id` ON `cases` (`mirror_redacted_run_id`);
CREATE INDEX `cases_mirror_list_id` ON `cases` (`mirror_list_id`);
CREATE TABLE `dockets` (
	`case_id` integer PRIMARY KEY NOT NULL,
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
	`scales_html` text, `mirror_number` text,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE INDEX `dockets_id` ON `dockets` (`id`);
CREATE INDEX `dockets_docket_number_manual` ON `dockets` (`docket_number_manual`);
CREATE TABLE `docket_entries` (
	`mirror_id` integer PRIMARY KEY NOT NULL,
	`case_id` integer NOT NULL,
	`mirror_key` integer NOT NULL,
	`id` integer,
	`row_number` integer,
	`entry_number` text,
	`date_filed` text,
	`url` text,
	`recap_pdf_url` text,
	`pacer_doc_id` text,
	`mirror_first_run_id` integer NOT NULL,
	`description` text,
	`attachments` text,
	`mirror_rest` text,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE UNIQUE INDEX `docket_entries_case_id_mirror_key` ON `docket_entries` (`case_id`,`mirror_key`);
CREATE INDEX `docket_entries_date_filed` ON `docket_entries` (`date_filed`);
CREATE INDEX `docket_entries_mirror_first_run_id` ON `docket_entries` (`mirror_first_run_id`);
CREATE INDEX `docket_entries_case_id_date_filed` ON `docket_entries` (`case_id`,`date_filed`);
CREATE TABLE `attachments` (
	`mirror_entry_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`attachment_number` integer,
	`description` text,
	`recap_id` integer,
	`doc_id` integer,
	`pacer_url` text,
	`pdf_url` text,
	`pending` integer,
	PRIMARY KEY(`mirror_entry_id`, `mirror_position`),
	FOREIGN KEY (`mirror_entry_id`) REFERENCES `docket_entries`(`mirror_id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `case_defendants` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`name` text,
	`institution` text,
	`institution_city` text,
	`institution_county` text,
	`institution_alt_state` text,
	`defendant_level` text,
	`defendant_level_other` text,
	`is_active` integer,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE INDEX `case_defendants_name` ON `case_defendants` (`name`);
CREATE TABLE `related_cases` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`id` integer,
	`name` text,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `related_cases_id` ON `related_cases` (`id`);
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
CREATE INDEX `documents_document_type` ON `documents` (`document_type`);
CREATE INDEX `documents_date` ON `documents` (`date`);
CREATE INDEX `documents_mirror_first_run_id` ON `documents` (`mirror_first_run_id`);
CREATE INDEX `documents_mirror_changed_run_id` ON `documents` (`mirror_changed_run_id`);
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
CREATE INDEX `case_documents_document_id` ON `case_documents` (`document_id`);
CREATE INDEX `case_documents_mirror_from_run_id` ON `case_documents` (`mirror_from_run_id`);
CREATE INDEX `case_documents_mirror_to_run_id` ON `case_documents` (`mirror_to_run_id`);
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
	`mirror_entry_keys` text, `mirror_number` text,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_changed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_departed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_redacted_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE INDEX `further_dockets_mirror_first_run_id` ON `further_dockets` (`mirror_first_run_id`);
CREATE INDEX `further_dockets_mirror_changed_run_id` ON `further_dockets` (`mirror_changed_run_id`);
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
CREATE INDEX `case_further_dockets_docket_key` ON `case_further_dockets` (`docket_key`);
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
CREATE UNIQUE INDEX `further_docket_entries_mirror_docket_key` ON `further_docket_entries` (`mirror_docket_key`,`mirror_key`);
CREATE INDEX `further_docket_entries_mirror_first_run_id` ON `further_docket_entries` (`mirror_first_run_id`);
CREATE INDEX `further_docket_entries_mirror_changed_run_id` ON `further_docket_entries` (`mirror_changed_run_id`);
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
CREATE INDEX `resources_mirror_fingerprint` ON `resources` (`mirror_fingerprint`);
CREATE INDEX `resources_mirror_first_run_id` ON `resources` (`mirror_first_run_id`);
CREATE INDEX `resources_mirror_changed_run_id` ON `resources` (`mirror_changed_run_id`);
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
CREATE INDEX `case_resources_resource_key` ON `case_resources` (`resource_key`);
CREATE TABLE `document_texts` (
	`document_id` integer PRIMARY KEY NOT NULL,
	`outcome` text NOT NULL,
	`text_id` integer,
	`fetched_at` text,
	`document_fingerprint` text,
	`attempted_at` text NOT NULL,
	`failures` integer NOT NULL,
	`paused_until` text,
	`error_code` text,
	`error_message` text,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`text_id`) REFERENCES `texts`(`mirror_id`) ON UPDATE no action ON DELETE no action
);
CREATE INDEX `document_texts_text_id` ON `document_texts` (`text_id`);
CREATE INDEX `document_texts_outcome` ON `document_texts` (`outcome`);
CREATE TABLE `texts` (
	`mirror_id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`characters` integer NOT NULL,
	`bytes` integer NOT NULL,
	`value` text NOT NULL,
	`mirror_raw` blob
, `mirror_words` text);
CREATE UNIQUE INDEX `texts_hash` ON `texts` (`hash`);
CREATE TABLE `document_files` (
	`document_id` integer PRIMARY KEY NOT NULL,
	`outcome` text NOT NULL,
	`hash` text,
	`bytes` integer,
	`url` text,
	`fetched_at` text,
	`attempted_at` text NOT NULL,
	`failures` integer NOT NULL,
	`paused_until` text,
	`error_code` text,
	`error_message` text, `document_fingerprint` text, `refused_host` text, `limit_bytes` integer,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE INDEX `document_files_hash` ON `document_files` (`hash`);
CREATE TABLE `attorney_orgs` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `attorney_orgs_value` ON `attorney_orgs` (`value`);
CREATE TABLE `available_documents` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `available_documents_value` ON `available_documents` (`value`);
CREATE TABLE `case_types` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `case_types_value` ON `case_types` (`value`);
CREATE TABLE `causes` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `causes_value` ON `causes` (`value`);
CREATE TABLE `constitutional_clause` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `constitutional_clause_value` ON `constitutional_clause` (`value`);
CREATE TABLE `content_of_injunction` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `content_of_injunction_value` ON `content_of_injunction` (`value`);
CREATE TABLE `custom_issues` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `custom_issues_value` ON `custom_issues` (`value`);
CREATE TABLE `defendant_type` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `defendant_type_value` ON `defendant_type` (`value`);
CREATE TABLE `facility_type` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `facility_type_value` ON `facility_type` (`value`);
CREATE TABLE `issues` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `issues_value` ON `issues` (`value`);
CREATE TABLE `plaintiff_type` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `plaintiff_type_value` ON `plaintiff_type` (`value`);
CREATE TABLE `relief_natures` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `relief_natures_value` ON `relief_natures` (`value`);
CREATE TABLE `relief_sources` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `relief_sources_value` ON `relief_sources` (`value`);
CREATE TABLE `settlement_agreement` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `settlement_agreement_value` ON `settlement_agreement` (`value`);
CREATE TABLE `special_case_type` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `special_case_type_value` ON `special_case_type` (`value`);
CREATE TABLE `special_collections` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
CREATE INDEX `special_collections_value` ON `special_collections` (`value`);
CREATE TABLE `case_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`run_id` integer NOT NULL,
	`changed_at` text NOT NULL,
	`field` text NOT NULL,
	`kind` text NOT NULL,
	`old_value` text,
	`new_value` text,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE INDEX `case_changes_case_id` ON `case_changes` (`case_id`);
CREATE INDEX `case_changes_run_id` ON `case_changes` (`run_id`);
CREATE INDEX `case_changes_field` ON `case_changes` (`field`,`run_id`);
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
CREATE INDEX `linked_changes_record` ON `linked_changes` (`record_kind`,`record_key`);
CREATE INDEX `linked_changes_run_id` ON `linked_changes` (`run_id`);
CREATE TABLE "case_versions" (
	`case_id` integer NOT NULL,
	`run_id` integer NOT NULL,
	`fingerprint` text NOT NULL,
	PRIMARY KEY(`case_id`, `run_id`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
CREATE TABLE `linked_versions` (
	`record_kind` text NOT NULL,
	`record_key` integer NOT NULL,
	`run_id` integer NOT NULL,
	`fingerprint` text NOT NULL,
	PRIMARY KEY(`record_kind`, `record_key`, `run_id`),
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
CREATE TABLE "docket_entry_versions" (
	`mirror_version_id` integer PRIMARY KEY NOT NULL,
	`mirror_id` integer NOT NULL,
	`case_id` integer NOT NULL,
	`mirror_key` integer NOT NULL,
	`id` integer,
	`row_number` integer,
	`entry_number` text,
	`date_filed` text,
	`url` text,
	`recap_pdf_url` text,
	`pacer_doc_id` text,
	`mirror_first_run_id` integer NOT NULL,
	`description` text,
	`attachments` text,
	`mirror_rest` text,
	"mirror_valid_from_run_id" integer NOT NULL,
	"mirror_valid_to_run_id" integer NOT NULL,
	"mirror_end_reason" text NOT NULL,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY ("mirror_valid_from_run_id") REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY ("mirror_valid_to_run_id") REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE INDEX `docket_entry_versions_case_id` ON `docket_entry_versions` (`case_id`,`mirror_key`);
CREATE INDEX `docket_entry_versions_mirror_first_run_id` ON `docket_entry_versions` (`mirror_first_run_id`);
CREATE INDEX `docket_entry_versions_mirror_valid_to_run_id` ON `docket_entry_versions` (`mirror_valid_to_run_id`);
CREATE TABLE `sync_runs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`outcome` text NOT NULL,
	`started_at` text NOT NULL,
	`ended_at` text,
	`trigger` text NOT NULL,
	`version` text NOT NULL,
	`api_url` text NOT NULL,
	`process_id` integer NOT NULL,
	`error_code` text,
	`error_message` text
, `paused_until` text);
CREATE INDEX `sync_runs_outcome` ON `sync_runs` (`outcome`);
CREATE TABLE "lists" (
	`id` integer PRIMARY KEY NOT NULL,
	`label` text NOT NULL
, `filter` text DEFAULT 'case_ongoing' NOT NULL);
CREATE UNIQUE INDEX `lists_label_unique` ON `lists` (`label`);
CREATE TABLE "list_syncs" (
	`run_id` integer NOT NULL,
	"list_id" integer NOT NULL,
	`outcome` text NOT NULL,
	`started_at` text NOT NULL,
	`ended_at` text,
	`count_first` integer,
	`count_last` integer,
	`cases_seen` integer DEFAULT 0 NOT NULL,
	`cases_new` integer DEFAULT 0 NOT NULL,
	`cases_changed` integer DEFAULT 0 NOT NULL,
	`cases_unchanged` integer DEFAULT 0 NOT NULL,
	"cases_rejected" integer DEFAULT 0 NOT NULL,
	`pages` integer DEFAULT 0 NOT NULL,
	`requests` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`waited_ms` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text, "passes" integer DEFAULT 0 NOT NULL, "cases_last_pass" integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`run_id`, "list_id"),
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY ("list_id") REFERENCES "lists"(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
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
CREATE INDEX `linked_passes_run_id` ON `linked_passes` (`run_id`);
CREATE TABLE `text_passes` (
	`id` integer PRIMARY KEY NOT NULL,
	`started_at` text NOT NULL,
	`ended_at` text,
	`outcome` text NOT NULL,
	`process_id` integer NOT NULL,
	`budget` integer,
	`requests` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`waited_ms` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`texts` integer DEFAULT 0 NOT NULL,
	`empty` integer DEFAULT 0 NOT NULL,
	`not_offered` integer DEFAULT 0 NOT NULL,
	`too_large` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	`paused_until` text
);
CREATE TABLE `file_passes` (
	`id` integer PRIMARY KEY NOT NULL,
	`started_at` text NOT NULL,
	`ended_at` text,
	`outcome` text NOT NULL,
	`process_id` integer NOT NULL,
	`budget` integer,
	`requests` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`waited_ms` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`files` integer DEFAULT 0 NOT NULL,
	`not_offered` integer DEFAULT 0 NOT NULL,
	`too_large` integer DEFAULT 0 NOT NULL,
	`not_a_pdf` integer DEFAULT 0 NOT NULL,
	`refused` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	`paused_until` text
);
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
CREATE INDEX `linked_lists_kind_attempted_at` ON `linked_lists` (`kind`,`attempted_at`);
CREATE INDEX `linked_lists_kind_records_hash` ON `linked_lists` (`kind`,`records_hash`);
CREATE INDEX `linked_lists_doubted_run_id` ON `linked_lists` (`doubted_run_id`);
CREATE TABLE "rejected_records" (
	`fingerprint` text PRIMARY KEY NOT NULL,
	`why` text NOT NULL,
	`record` text NOT NULL,
	`source` text NOT NULL,
	`position` integer NOT NULL,
	`first_run_id` integer NOT NULL,
	`last_run_id` integer NOT NULL, `bytes` blob, `case_id` integer, `record_kind` text DEFAULT 'case' NOT NULL, `record_id` integer,
	FOREIGN KEY (`first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`last_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE TABLE "schema_drift" (
	`field` text NOT NULL,
	`expected` text NOT NULL,
	`seen` text NOT NULL,
	`example_case_id` integer NOT NULL,
	`first_run_id` integer NOT NULL,
	`last_run_id` integer NOT NULL, `record_kind` text DEFAULT 'case' NOT NULL,
	PRIMARY KEY(`field`, `seen`),
	FOREIGN KEY (`first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`last_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
CREATE TABLE "mirror_coverage_checks" (
	`run_id` integer PRIMARY KEY NOT NULL,
	`outcome` text NOT NULL,
	`checked_at` text NOT NULL,
	`count_all` integer,
	`count_ongoing` integer,
	`count_approved` integer,
	`count_coding_complete` integer,
	`count_in_process` integer,
	`cases_mirrored` integer NOT NULL,
	`requests` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`waited_ms` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE TABLE "mirror_departure_checks" (
	`run_id` integer PRIMARY KEY NOT NULL,
	`outcome` text NOT NULL,
	`checked_at` text NOT NULL,
	`cases_missing` integer DEFAULT 0 NOT NULL,
	`cases_moved` integer DEFAULT 0 NOT NULL,
	`cases_in_place` integer DEFAULT 0 NOT NULL,
	`cases_gone` integer DEFAULT 0 NOT NULL,
	`cases_returned` integer DEFAULT 0 NOT NULL,
	"max_gone" integer NOT NULL,
	`requests` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`waited_ms` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE TABLE "mirror_moved_cases" (
	`run_id` integer NOT NULL,
	`case_id` integer NOT NULL,
	"from_list_id" integer NOT NULL,
	"to_list_id" integer NOT NULL,
	`seen_at` text NOT NULL,
	PRIMARY KEY(`run_id`, `case_id`, "from_list_id", "to_list_id"),
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY ("from_list_id") REFERENCES "lists"(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY ("to_list_id") REFERENCES "lists"(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
CREATE TABLE "mirror_raw_hashes" (
	`case_id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`fingerprint` text NOT NULL,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `mirror_identity` (
	`id` integer PRIMARY KEY NOT NULL,
	`mirror_id` text NOT NULL,
	CONSTRAINT "mirror_identity_one_row" CHECK("mirror_identity"."id" = 1)
);
CREATE TABLE `mirror_snapshot` (
	`id` integer PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`taken_at` text NOT NULL,
	`taken_by` text NOT NULL,
	`last_run_id` integer,
	`is_complete` integer NOT NULL,
	`as_of_run_id` integer,
	CONSTRAINT "mirror_snapshot_one_row" CHECK("mirror_snapshot"."id" = 1)
);
CREATE TABLE "mirror_seals" (
	`table_name` text PRIMARY KEY NOT NULL,
	`row_count` integer NOT NULL,
	`digest` text NOT NULL
);
CREATE INDEX `mirror_raw_hashes_hash` ON `mirror_raw_hashes` (`hash`);
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
CREATE INDEX `mirror_docket_differences_case_id` ON `mirror_docket_differences` (`case_id`);
CREATE TABLE `mirror_replaced_texts` (
	`id` integer PRIMARY KEY NOT NULL,
	`document_id` integer NOT NULL,
	`hash` text NOT NULL,
	`characters` integer NOT NULL,
	`fetched_at` text NOT NULL,
	`replaced_at` text NOT NULL,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE INDEX `mirror_replaced_texts_document_id` ON `mirror_replaced_texts` (`document_id`);
CREATE TABLE `mirror_dropped_files` (
	`hash` text PRIMARY KEY NOT NULL
);
CREATE TABLE `mirror_document_list_checks` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` integer NOT NULL,
	`checked_at` text NOT NULL,
	`answer` text NOT NULL,
	`case_field` text,
	`documents` integer DEFAULT 0 NOT NULL,
	`confirmed` integer DEFAULT 0 NOT NULL,
	`contradicted` integer DEFAULT 0 NOT NULL,
	`changed_cases` integer DEFAULT 0 NOT NULL,
	`requests` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
CREATE TABLE `mirror_exports` (
	`place` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`command` text NOT NULL,
	`written_at` text NOT NULL,
	`oldest_run_id` integer NOT NULL
);
CREATE TABLE `mirror_paused_hosts` (
	`host` text PRIMARY KEY NOT NULL,
	`asked_at` text NOT NULL,
	`paused_until` text NOT NULL
);
CREATE VIEW docket_activity AS
SELECT
	docket_entries.mirror_first_run_id AS run_id,
	sync_runs.started_at AS seen_at,
	docket_entries.case_id,
	cases.name AS case_name,
	docket_entries.id,
	docket_entries.entry_number,
	substr(docket_entries.date_filed, 1, 10) AS date_filed,
	docket_entries.description,
	docket_entries.mirror_key AS entry_key
FROM docket_entries
JOIN cases ON cases.id = docket_entries.case_id AND cases.mirror_first_run_id < docket_entries.mirror_first_run_id
JOIN sync_runs ON sync_runs.id = docket_entries.mirror_first_run_id;
CREATE VIEW departed_cases AS
SELECT
	cases.id,
	cases.name,
	cases.case_ongoing,
	cases.case_status,
	cases.court,
	cases.filing_date,
	cases.mirror_departed_run_id AS departed_run_id,
	departed.started_at AS departed_at,
	first.started_at AS first_seen_at,
	redacted.started_at AS redacted_at
FROM cases
JOIN sync_runs AS departed ON departed.id = cases.mirror_departed_run_id
JOIN sync_runs AS first ON first.id = cases.mirror_first_run_id
LEFT JOIN sync_runs AS redacted ON redacted.id = cases.mirror_redacted_run_id
WHERE cases.mirror_departed_run_id IS NOT NULL;
CREATE VIEW audit_ongoing_yet_closed AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.terminating_date,
	clean_cases.closing_year,
	clean_cases.last_checked_date,
	(SELECT max(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = clean_cases.id) AS last_entry_date
FROM clean_cases
WHERE clean_cases.case_ongoing = 'Yes' AND (clean_cases.terminating_date IS NOT NULL OR clean_cases.closing_year IS NOT NULL);
CREATE VIEW audit_closed_without_date AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.terminating_date,
	clean_cases.closing_year,
	clean_cases.never_filed,
	clean_cases.settlement_judgment_date,
	clean_cases.order_end_year,
	(SELECT max(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = clean_cases.id) AS last_entry_date,
	clean_cases.last_checked_date
FROM clean_cases
WHERE clean_cases.case_ongoing = 'No' AND clean_cases.terminating_date IS NULL AND clean_cases.closing_year IS NULL;
CREATE VIEW audit_long_unchecked AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.last_checked_date,
	clean_cases.filing_date,
	clean_cases.filing_year,
	clean_cases.case_status
FROM clean_cases
WHERE clean_cases.case_ongoing = 'Yes'
	AND coalesce(clean_cases.last_checked_date, clean_cases.filing_date, clean_cases.filing_year || '-12-31')
		< (SELECT date(max(started_at), '-3 years') FROM sync_runs);
CREATE VIEW audit_dates_at_odds AS
WITH dated AS (
	SELECT
		clean_cases.*,
		CAST(substr(filing_date, 1, 4) AS INTEGER) AS year_of_filing,
		CAST(substr(terminating_date, 1, 4) AS INTEGER) AS year_of_terminating,
		CAST(substr(settlement_judgment_date, 1, 4) AS INTEGER) AS year_of_settlement,
		(SELECT date(max(started_at)) FROM sync_runs) AS newest_run
	FROM clean_cases
),
judged AS (
	SELECT
		dated.*,
		CASE WHEN filing_year <> year_of_filing THEN '; filing_year differs from filing_date' ELSE '' END
		|| CASE WHEN closing_year <> year_of_terminating THEN '; closing_year differs from terminating_date' ELSE '' END
		|| CASE WHEN settlement_judgment_year <> year_of_settlement THEN '; settlement_judgment_year differs from its date' ELSE '' END
		|| CASE
			WHEN coalesce(terminating_date < filing_date, coalesce(closing_year, year_of_terminating) < coalesce(filing_year, year_of_filing))
			THEN '; closed before it was filed' ELSE ''
		END
		|| CASE
			WHEN coalesce(settlement_judgment_date < filing_date, coalesce(settlement_judgment_year, year_of_settlement) < coalesce(filing_year, year_of_filing))
			THEN '; settled or judged before it was filed' ELSE ''
		END
		|| CASE WHEN order_start_year < coalesce(filing_year, year_of_filing) THEN '; an order before it was filed' ELSE '' END
		|| CASE WHEN order_end_year < order_start_year THEN '; the order ends before it begins' ELSE '' END
		|| CASE
			WHEN newest_run < max(coalesce(filing_date, ''), coalesce(terminating_date, ''), coalesce(settlement_judgment_date, ''), coalesce(last_checked_date, ''), coalesce(summary_published_date, ''))
				OR CAST(substr(newest_run, 1, 4) AS INTEGER) < max(coalesce(filing_year, 0), coalesce(closing_year, 0), coalesce(settlement_judgment_year, 0))
			THEN '; a date that is still to come' ELSE ''
		END AS reasons
	FROM dated
)
SELECT
	id AS case_id,
	name,
	url,
	substr(reasons, 3) AS why,
	filing_date,
	filing_year,
	terminating_date,
	closing_year,
	settlement_judgment_date,
	settlement_judgment_year,
	order_start_year,
	order_end_year,
	last_checked_date,
	summary_published_date
FROM judged
WHERE reasons <> '';
CREATE VIEW audit_without_name AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.case_status,
	clean_cases.court,
	clean_cases.docket_number,
	clean_cases.filing_date,
	clean_cases.filing_year
FROM clean_cases
JOIN cases ON cases.id = clean_cases.id AND cases.mirror_redacted_run_id IS NULL
WHERE clean_cases.name IS NULL;
CREATE VIEW audit_same_docket AS
WITH by_number AS (
	SELECT court, docket_number, group_concat(id, ', ') AS case_ids
	FROM (SELECT id, court, lower(docket_number) AS docket_number FROM clean_cases WHERE docket_number GLOB '*[0-9]*' ORDER BY id)
	GROUP BY court, docket_number
	HAVING count(*) > 1
),
by_recap AS (
	SELECT recap_docket_id, group_concat(id, ', ') AS case_ids
	FROM (SELECT id, recap_docket_id FROM clean_cases WHERE recap_docket_id > 0 ORDER BY id)
	GROUP BY recap_docket_id
	HAVING count(*) > 1
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.court,
	clean_cases.docket_number,
	by_number.case_ids AS cases_of_this_number,
	clean_cases.recap_docket_id,
	by_recap.case_ids AS cases_of_this_recap_docket
FROM clean_cases
LEFT JOIN by_number ON by_number.court = clean_cases.court AND by_number.docket_number = lower(clean_cases.docket_number)
LEFT JOIN by_recap ON by_recap.recap_docket_id = clean_cases.recap_docket_id
WHERE by_number.case_ids IS NOT NULL OR by_recap.case_ids IS NOT NULL;
CREATE VIEW audit_other_court AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.court,
	trim(dockets.court) AS docket_court,
	clean_cases.docket_number
FROM clean_cases
JOIN dockets ON dockets.case_id = clean_cases.id
WHERE trim(dockets.court) <> '' AND trim(dockets.court) <> clean_cases.court;
CREATE VIEW audit_outcome_at_odds AS
WITH outcomes AS (
	SELECT
		clean_cases.*,
		(SELECT group_concat(value, '; ') FROM (SELECT value FROM relief_natures WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS relief_natures,
		(SELECT group_concat(value, '; ') FROM (SELECT value FROM relief_sources WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS relief_sources,
		EXISTS (
			SELECT 1 FROM relief_natures
			WHERE case_id = clean_cases.id
				AND value NOT IN ('', 'None', 'None yet', 'Unknown', 'Attorneys fees', 'Preliminary injunction / Temp. restraining order')
		) AS has_final_relief,
		EXISTS (SELECT 1 FROM relief_natures WHERE case_id = clean_cases.id AND value NOT IN ('', 'None', 'None yet')) AS has_relief,
		EXISTS (SELECT 1 FROM relief_natures WHERE case_id = clean_cases.id AND value LIKE '%injunction%') AS has_injunction,
		EXISTS (
			SELECT 1 FROM (SELECT case_id, value FROM relief_natures UNION ALL SELECT case_id, value FROM relief_sources)
			WHERE case_id = clean_cases.id AND value = 'None yet'
		) AS has_none_yet
	FROM clean_cases
),
judged AS (
	SELECT
		outcomes.*,
		CASE WHEN prevailing_party = 'Plaintiff' AND relief_natures <> '' AND NOT has_relief THEN '; the plaintiff prevailed without relief' ELSE '' END
		|| CASE WHEN prevailing_party = 'Defendant' AND has_final_relief THEN '; relief, although the defendant prevailed' ELSE '' END
		|| CASE WHEN prevailing_party = 'None Yet / None' AND has_final_relief THEN '; relief, although nobody prevailed' ELSE '' END
		|| CASE WHEN permanent_injunction = 1 AND relief_natures <> '' AND NOT has_injunction THEN '; a permanent injunction that the relief does not name' ELSE '' END
		|| CASE WHEN case_ongoing = 'No' AND has_none_yet THEN '; over, and relief "None yet"' ELSE '' END AS reasons
	FROM outcomes
)
SELECT
	id AS case_id,
	name,
	url,
	substr(reasons, 3) AS why,
	case_ongoing,
	prevailing_party,
	relief_natures,
	relief_sources,
	permanent_injunction
FROM judged
WHERE reasons <> '';
CREATE VIEW mirror_markup AS
SELECT
	'&amp;&&lt;<&gt;>&quot;"&apos;''&nbsp; &iexcl;¡&cent;¢&pound;£&curren;¤&yen;¥&brvbar;¦&sect;§&uml;¨&copy;©&ordf;ª&laquo;«&not;¬&shy; &reg;®&macr;¯&deg;°&plusmn;±&sup2;²&sup3;³&acute;´&micro;µ&para;¶&middot;·&cedil;¸&sup1;¹&ordm;º&raquo;»&frac14;¼&frac12;½&frac34;¾&iquest;¿&Agrave;À&Aacute;Á&Acirc;Â&Atilde;Ã&Auml;Ä&Aring;Å&AElig;Æ&Ccedil;Ç&Egrave;È&Eacute;É&Ecirc;Ê&Euml;Ë&Igrave;Ì&Iacute;Í&Icirc;Î&Iuml;Ï&ETH;Ð&Ntilde;Ñ&Ograve;Ò&Oacute;Ó&Ocirc;Ô&Otilde;Õ&Ouml;Ö&times;×&Oslash;Ø&Ugrave;Ù&Uacute;Ú&Ucirc;Û&Uuml;Ü&Yacute;Ý&THORN;Þ&szlig;ß&agrave;à&aacute;á&acirc;â&atilde;ã&auml;ä&aring;å&aelig;æ&ccedil;ç&egrave;è&eacute;é&ecirc;ê&euml;ë&igrave;ì&iacute;í&icirc;î&iuml;ï&eth;ð&ntilde;ñ&ograve;ò&oacute;ó&ocirc;ô&otilde;õ&ouml;ö&divide;÷&oslash;ø&ugrave;ù&uacute;ú&ucirc;û&uuml;ü&yacute;ý&thorn;þ&yuml;ÿ&OElig;Œ&oelig;œ&Scaron;Š&scaron;š&Yuml;Ÿ&fnof;ƒ&circ;ˆ&tilde;˜&ensp; &emsp; &thinsp; &ndash;–&mdash;—&lsquo;‘&rsquo;’&sbquo;‚&ldquo;“&rdquo;”&bdquo;„&dagger;†&Dagger;‡&bull;•&hellip;…&permil;‰&prime;′&Prime;″&lsaquo;‹&rsaquo;›&oline;‾&frasl;⁄&euro;€&trade;™&larr;←&uarr;↑&rarr;→&darr;↓&harr;↔&minus;−&infin;∞&asymp;≈&ne;≠&equiv;≡&le;≤&ge;≥' AS entities,
	' p br div li ul ol tr td th table blockquote h1 h2 h3 h4 h5 h6 hr dt dd dl pre html head body hr ' AS breaks,
	' a abbr b big center cite code del em font i img ins mark q s small span strike strong sub sup tt u tbody thead script style tfoot caption ' AS marks;
CREATE VIEW clean_attorney_orgs AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM attorney_orgs AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM attorney_orgs AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_available_documents AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM available_documents AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM available_documents AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_case_types AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM case_types AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM case_types AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_causes AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM causes AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM causes AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_constitutional_clause AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM constitutional_clause AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM constitutional_clause AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_content_of_injunction AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM content_of_injunction AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM content_of_injunction AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_custom_issues AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM custom_issues AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM custom_issues AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_defendant_type AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM defendant_type AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM defendant_type AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_facility_type AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM facility_type AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM facility_type AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_issues AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM issues AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM issues AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_plaintiff_type AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM plaintiff_type AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM plaintiff_type AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_relief_natures AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM relief_natures AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM relief_natures AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_relief_sources AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM relief_sources AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM relief_sources AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_settlement_agreement AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM settlement_agreement AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM settlement_agreement AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_special_case_type AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM special_case_type AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM special_case_type AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_special_collections AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM special_collections AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM special_collections AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
CREATE VIEW clean_case_defendants AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(nullif(trim(list.name), '') AS TEXT) AS name,
	CAST(nullif(trim(list.institution), '') AS TEXT) AS institution,
	CAST(nullif(trim(list.institution_city), '') AS TEXT) AS institution_city,
	CAST(nullif(trim(list.institution_county), '') AS TEXT) AS institution_county,
	CAST(nullif(trim(list.institution_alt_state), '') AS TEXT) AS institution_alt_state,
	CAST(nullif(trim(list.defendant_level), '') AS TEXT) AS defendant_level,
	CAST(nullif(trim(list.defendant_level_other), '') AS TEXT) AS defendant_level_other,
	list.is_active
FROM case_defendants AS list
WHERE trim(coalesce(list.name, '') || coalesce(list.institution, '')) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM case_defendants AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position
			AND trim(coalesce(earlier.name, '')) = trim(coalesce(list.name, ''))
			AND trim(coalesce(earlier.institution, '')) = trim(coalesce(list.institution, ''))
			AND trim(coalesce(earlier.institution_city, '')) = trim(coalesce(list.institution_city, ''))
			AND trim(coalesce(earlier.institution_county, '')) = trim(coalesce(list.institution_county, ''))
			AND trim(coalesce(earlier.institution_alt_state, '')) = trim(coalesce(list.institution_alt_state, ''))
			AND trim(coalesce(earlier.defendant_level, '')) = trim(coalesce(list.defendant_level, ''))
			AND trim(coalesce(earlier.defendant_level_other, '')) = trim(coalesce(list.defendant_level_other, ''))
	);
CREATE VIEW clean_cases AS
SELECT
	cases.id,
	CAST(CASE
		WHEN cases.name LIKE '%<%' OR cases.name LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', cases.name, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(cases.name), '')
	END AS TEXT) AS name,
	CAST('https://clearinghouse.net/case/' || cases.id AS TEXT) AS url,
	cases.case_ongoing,
	cases.case_status,
	CAST(nullif(trim(cases.state), '') AS TEXT) AS state,
	CAST(nullif(trim(cases.court), '') AS TEXT) AS court,
	CAST(CASE
		WHEN cases.filing_date >= '1789' AND cases.filing_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.filing_date, 1, 10), '+0 days') = substr(cases.filing_date, 1, 10)
		THEN substr(cases.filing_date, 1, 10)
	END AS TEXT) AS filing_date,
	CAST(CASE WHEN cases.filing_year BETWEEN 1789 AND (SELECT CAST(strftime('%Y', max(started_at), '+1 year') AS INTEGER) FROM sync_runs) THEN cases.filing_year END AS INTEGER) AS filing_year,
	CAST(CASE
		WHEN cases.terminating_date >= '1789' AND cases.terminating_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.terminating_date, 1, 10), '+0 days') = substr(cases.terminating_date, 1, 10)
		THEN substr(cases.terminating_date, 1, 10)
	END AS TEXT) AS terminating_date,
	CAST(CASE WHEN cases.closing_year BETWEEN 1789 AND (SELECT CAST(strftime('%Y', max(started_at), '+1 year') AS INTEGER) FROM sync_runs) THEN cases.closing_year END AS INTEGER) AS closing_year,
	CAST(CASE WHEN cases.order_start_year BETWEEN 1789 AND 2200 THEN cases.order_start_year END AS INTEGER) AS order_start_year,
	CAST(CASE WHEN cases.order_end_year BETWEEN 1789 AND 2200 THEN cases.order_end_year END AS INTEGER) AS order_end_year,
	CAST(CASE
		WHEN cases.settlement_judgment_date >= '1789' AND cases.settlement_judgment_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.settlement_judgment_date, 1, 10), '+0 days') = substr(cases.settlement_judgment_date, 1, 10)
		THEN substr(cases.settlement_judgment_date, 1, 10)
	END AS TEXT) AS settlement_judgment_date,
	CAST(CASE WHEN cases.settlement_judgment_year BETWEEN 1789 AND (SELECT CAST(strftime('%Y', max(started_at), '+1 year') AS INTEGER) FROM sync_runs) THEN cases.settlement_judgment_year END AS INTEGER) AS settlement_judgment_year,
	CAST(CASE
		WHEN cases.last_checked_date >= '1789' AND cases.last_checked_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.last_checked_date, 1, 10), '+0 days') = substr(cases.last_checked_date, 1, 10)
		THEN substr(cases.last_checked_date, 1, 10)
	END AS TEXT) AS last_checked_date,
	CAST(CASE
		WHEN cases.summary_published_date >= '1789' AND cases.summary_published_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.summary_published_date, 1, 10), '+0 days') = substr(cases.summary_published_date, 1, 10)
		THEN substr(cases.summary_published_date, 1, 10)
	END AS TEXT) AS summary_published_date,
	CAST(CASE
		WHEN cases.plaintiff_description LIKE '%<%' OR cases.plaintiff_description LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', cases.plaintiff_description, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(cases.plaintiff_description), '')
	END AS TEXT) AS plaintiff_description,
	cases.public_interest_lawyer,
	cases.pro_se_status,
	cases.class_action_sought,
	cases.class_action_granted,
	cases.prevailing_party,
	cases.permanent_injunction,
	cases.never_filed,
	CAST(nullif(cases.mirror_summary_text, '') AS TEXT) AS summary,
	CAST(CASE
		WHEN cases.summary_short LIKE '%<%' OR cases.summary_short LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', cases.summary_short, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(cases.summary_short), '')
	END AS TEXT) AS summary_short,
	CAST(CASE
		WHEN cases.summary_tiny LIKE '%<%' OR cases.summary_tiny LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', cases.summary_tiny, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(cases.summary_tiny), '')
	END AS TEXT) AS summary_tiny,
	CAST(nullif(trim(dockets.docket_number_manual), '') AS TEXT) AS docket_number,
	CAST(CASE WHEN trim(dockets.recap_link) LIKE 'https://_%/_%' OR trim(dockets.recap_link) LIKE 'http://_%/_%' THEN trim(dockets.recap_link) END AS TEXT) AS recap_url,
	CAST(CASE
		WHEN dockets.recap_link GLOB '*://*/docket/[0-9]*'
		THEN substr(dockets.recap_link, instr(dockets.recap_link, '/docket/') + 8)
	END AS INTEGER) AS recap_docket_id
FROM cases
LEFT JOIN dockets ON dockets.case_id = cases.id
WHERE cases.id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
CREATE VIEW clean_docket_entries AS
SELECT
	docket_entries.mirror_id,
	docket_entries.case_id,
	docket_entries.id,
	docket_entries.row_number,
	CAST(nullif(trim(docket_entries.entry_number), '') AS TEXT) AS entry_number,
	CAST(CASE
		WHEN docket_entries.date_filed >= '1789' AND docket_entries.date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(docket_entries.date_filed, 1, 10), '+0 days') = substr(docket_entries.date_filed, 1, 10)
		THEN substr(docket_entries.date_filed, 1, 10)
	END AS TEXT) AS date_filed,
	CAST(CASE
		WHEN docket_entries.description LIKE '%<%' OR docket_entries.description LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', docket_entries.description, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(docket_entries.description), '')
	END AS TEXT) AS description,
	CAST(coalesce(
		CASE WHEN trim(docket_entries.url) LIKE 'https://_%/_%' OR trim(docket_entries.url) LIKE 'http://_%/_%' THEN trim(docket_entries.url) END,
		CASE WHEN trim(docket_entries.recap_pdf_url) LIKE 'https://_%/_%' OR trim(docket_entries.recap_pdf_url) LIKE 'http://_%/_%' THEN trim(docket_entries.recap_pdf_url) END,
		(SELECT CASE WHEN trim(dockets.recap_link) LIKE 'https://_%/_%' OR trim(dockets.recap_link) LIKE 'http://_%/_%' THEN trim(dockets.recap_link) END FROM dockets WHERE dockets.case_id = docket_entries.case_id)
	) AS TEXT) AS url,
	CAST(CASE WHEN trim(docket_entries.recap_pdf_url) LIKE 'https://_%/_%' OR trim(docket_entries.recap_pdf_url) LIKE 'http://_%/_%' THEN trim(docket_entries.recap_pdf_url) END AS TEXT) AS recap_pdf_url,
	CAST(nullif(trim(docket_entries.pacer_doc_id), '') AS TEXT) AS pacer_doc_id,
	CAST((SELECT count(*) FROM attachments WHERE attachments.mirror_entry_id = docket_entries.mirror_id) AS INTEGER) AS attachment_count
FROM docket_entries
WHERE docket_entries.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
CREATE VIEW clean_attachments AS
SELECT
	docket_entries.case_id,
	docket_entries.id AS entry_id,
	attachments.mirror_entry_id,
	attachments.attachment_number,
	CAST(CASE
		WHEN attachments.description LIKE '%<%' OR attachments.description LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', attachments.description, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(attachments.description), '')
	END AS TEXT) AS description,
	attachments.recap_id,
	attachments.doc_id,
	CAST(CASE WHEN trim(attachments.pacer_url) LIKE 'https://_%/_%' OR trim(attachments.pacer_url) LIKE 'http://_%/_%' THEN trim(attachments.pacer_url) END AS TEXT) AS pacer_url,
	CAST(CASE WHEN trim(attachments.pdf_url) LIKE 'https://_%/_%' OR trim(attachments.pdf_url) LIKE 'http://_%/_%' THEN trim(attachments.pdf_url) END AS TEXT) AS pdf_url
FROM attachments
JOIN docket_entries ON docket_entries.mirror_id = attachments.mirror_entry_id
WHERE docket_entries.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
CREATE VIEW cases_flat AS
SELECT
	clean_cases.id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.case_status,
	clean_cases.state,
	clean_cases.court,
	clean_cases.docket_number,
	clean_cases.filing_date,
	CAST(coalesce(substr(clean_cases.filing_date, 1, 4), clean_cases.filing_year) AS INTEGER) AS year_filed,
	clean_cases.terminating_date,
	CAST(coalesce(substr(clean_cases.terminating_date, 1, 4), clean_cases.closing_year) AS INTEGER) AS year_closed,
	clean_cases.order_start_year,
	clean_cases.order_end_year,
	clean_cases.settlement_judgment_date,
	clean_cases.settlement_judgment_year,
	clean_cases.last_checked_date,
	clean_cases.plaintiff_description,
	clean_cases.public_interest_lawyer,
	clean_cases.pro_se_status,
	clean_cases.class_action_sought,
	clean_cases.class_action_granted,
	clean_cases.prevailing_party,
	clean_cases.permanent_injunction,
	clean_cases.never_filed,
	clean_cases.summary_short,
	clean_cases.summary_tiny,
	clean_cases.recap_url,
	clean_cases.recap_docket_id,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_attorney_orgs WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS attorney_orgs,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_available_documents WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS available_documents,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_case_types WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS case_types,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_causes WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS causes,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_constitutional_clause WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS constitutional_clause,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_content_of_injunction WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS content_of_injunction,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_custom_issues WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS custom_issues,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_defendant_type WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS defendant_type,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_facility_type WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS facility_type,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_issues WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS issues,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_plaintiff_type WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS plaintiff_type,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_relief_natures WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS relief_natures,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_relief_sources WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS relief_sources,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_settlement_agreement WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS settlement_agreement,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_special_case_type WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS special_case_type,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_special_collections WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS special_collections,
	CAST((SELECT group_concat(coalesce(name, institution), '; ') FROM (SELECT name, institution FROM clean_case_defendants WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS defendants,
	CAST((SELECT count(*) FROM clean_case_defendants WHERE case_id = clean_cases.id) AS INTEGER) AS defendant_count,
	CAST((SELECT count(*) FROM docket_entries WHERE case_id = clean_cases.id) AS INTEGER) AS entry_count,
	CAST(
		(SELECT count(*) FROM docket_entries WHERE case_id = clean_cases.id AND (trim(recap_pdf_url) LIKE 'https://_%/_%' OR trim(recap_pdf_url) LIKE 'http://_%/_%'))
		+ (
			SELECT count(*) FROM docket_entries JOIN attachments ON attachments.mirror_entry_id = docket_entries.mirror_id
			WHERE docket_entries.case_id = clean_cases.id AND (trim(attachments.pdf_url) LIKE 'https://_%/_%' OR trim(attachments.pdf_url) LIKE 'http://_%/_%')
		) AS INTEGER) AS document_count,
	CAST((
		SELECT substr(min(date_filed), 1, 10) FROM docket_entries
		WHERE case_id = clean_cases.id AND date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(date_filed, 1, 10), '+0 days') = substr(date_filed, 1, 10)
	) AS TEXT) AS first_entry_date,
	CAST((
		SELECT substr(max(date_filed), 1, 10) FROM docket_entries
		WHERE case_id = clean_cases.id AND date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(date_filed, 1, 10), '+0 days') = substr(date_filed, 1, 10)
	) AS TEXT) AS last_entry_date,
	clean_cases.summary
FROM clean_cases;
CREATE VIEW latest_list_syncs AS
SELECT lists.label, list_syncs.*
FROM lists
LEFT JOIN list_syncs
	ON list_syncs.list_id = lists.id
	AND list_syncs.run_id = (SELECT max(run_id) FROM list_syncs AS newer WHERE newer.list_id = lists.id);
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
CREATE VIEW audit_docket_out_of_time AS
WITH outermost AS (
	SELECT case_id, substr(min(date_filed), 1, 10) AS earliest, substr(max(date_filed), 1, 10) AS latest
	FROM docket_entries
	WHERE date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs)
	GROUP BY case_id
),
dockets_in_time AS (
	SELECT
		case_id,
		CASE
			WHEN date(earliest, '+0 days') = earliest THEN earliest
			ELSE (SELECT min(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = outermost.case_id)
		END AS first_entry_date,
		CASE
			WHEN date(latest, '+0 days') = latest THEN latest
			ELSE (SELECT max(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = outermost.case_id)
		END AS last_entry_date
	FROM outermost
),
judged AS (
	SELECT
		clean_cases.*,
		first_entry_date,
		last_entry_date,
		CASE
			WHEN first_entry_date < coalesce(date(filing_date, '-1 year'), (filing_year - 1) || '-01-01')
			THEN '; an entry long before the filing' ELSE ''
		END
		|| CASE
			WHEN last_entry_date > coalesce(date(terminating_date, '+1 year'), (closing_year + 1) || '-12-31')
			THEN '; an entry long after the closing' ELSE ''
		END
		|| CASE
			WHEN last_entry_date > (SELECT date(max(started_at)) FROM sync_runs)
			THEN '; an entry that is still to come' ELSE ''
		END AS reasons
	FROM dockets_in_time
	JOIN clean_cases ON clean_cases.id = dockets_in_time.case_id
)
SELECT
	id AS case_id,
	name,
	url,
	substr(reasons, 3) AS why,
	case_ongoing,
	filing_date,
	filing_year,
	first_entry_date,
	last_entry_date,
	terminating_date,
	closing_year
FROM judged
WHERE reasons <> '';
CREATE VIEW audit_docket_after_check AS
WITH latest_entries AS (
	SELECT case_id, substr(max(date_filed), 1, 10) AS latest
	FROM docket_entries
	WHERE date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs)
	GROUP BY case_id
),
checked AS (
	SELECT
		clean_cases.*,
		CASE
			WHEN date(latest, '+0 days') = latest THEN latest
			ELSE (SELECT max(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = latest_entries.case_id)
		END AS last_entry_date
	FROM latest_entries
	JOIN clean_cases ON clean_cases.id = latest_entries.case_id
	WHERE latest > date(last_checked_date, '+1 year')
)
SELECT
	id AS case_id,
	name,
	url,
	case_ongoing,
	last_checked_date,
	last_entry_date,
	(SELECT count(*) FROM clean_docket_entries WHERE clean_docket_entries.case_id = checked.id AND clean_docket_entries.date_filed > checked.last_checked_date) AS entries_after_check
FROM checked
WHERE last_entry_date > date(last_checked_date, '+1 year');
CREATE VIEW audit_impossible_date AS
WITH impossible_dates AS (
	SELECT date_filed
	FROM docket_entries
	GROUP BY date_filed
	HAVING trim(date_filed) <> '' AND (CASE
		WHEN date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(date_filed, 1, 10), '+0 days') = substr(date_filed, 1, 10)
		THEN substr(date_filed, 1, 10)
	END) IS NULL
),
entries AS (
	SELECT case_id, count(*) AS impossible
	FROM docket_entries
	WHERE date_filed IN (SELECT date_filed FROM impossible_dates)
	GROUP BY case_id
),
judged AS (
	SELECT
		clean_cases.id,
		clean_cases.name,
		clean_cases.url,
		CASE WHEN trim(cases.filing_date) <> '' AND clean_cases.filing_date IS NULL THEN '; filing_date ' || substr(trim(cases.filing_date), 1, 30) ELSE '' END
		|| CASE WHEN trim(cases.terminating_date) <> '' AND clean_cases.terminating_date IS NULL THEN '; terminating_date ' || substr(trim(cases.terminating_date), 1, 30) ELSE '' END
		|| CASE WHEN trim(cases.settlement_judgment_date) <> '' AND clean_cases.settlement_judgment_date IS NULL THEN '; settlement_judgment_date ' || substr(trim(cases.settlement_judgment_date), 1, 30) ELSE '' END
		|| CASE WHEN trim(cases.last_checked_date) <> '' AND clean_cases.last_checked_date IS NULL THEN '; last_checked_date ' || substr(trim(cases.last_checked_date), 1, 30) ELSE '' END
		|| CASE WHEN trim(cases.summary_published_date) <> '' AND clean_cases.summary_published_date IS NULL THEN '; summary_published_date ' || substr(trim(cases.summary_published_date), 1, 30) ELSE '' END
		|| CASE WHEN cases.filing_year <> 0 AND clean_cases.filing_year IS NULL THEN '; filing_year ' || cases.filing_year ELSE '' END
		|| CASE WHEN cases.closing_year <> 0 AND clean_cases.closing_year IS NULL THEN '; closing_year ' || cases.closing_year ELSE '' END
		|| CASE WHEN cases.order_start_year <> 0 AND clean_cases.order_start_year IS NULL THEN '; order_start_year ' || cases.order_start_year ELSE '' END
		|| CASE WHEN cases.order_end_year <> 0 AND clean_cases.order_end_year IS NULL THEN '; order_end_year ' || cases.order_end_year ELSE '' END
		|| CASE WHEN cases.settlement_judgment_year <> 0 AND clean_cases.settlement_judgment_year IS NULL THEN '; settlement_judgment_year ' || cases.settlement_judgment_year ELSE '' END
		|| CASE WHEN entries.impossible > 0 THEN '; date_filed of ' || entries.impossible || ' docket entries' ELSE '' END AS reasons
	FROM clean_cases
	JOIN cases ON cases.id = clean_cases.id
	LEFT JOIN entries ON entries.case_id = clean_cases.id
)
SELECT
	id AS case_id,
	name,
	url,
	substr(reasons, 3) AS why
FROM judged
WHERE reasons <> '';
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
CREATE VIEW clean_case_documents AS
SELECT case_documents.case_id, case_documents.document_id, case_documents.mirror_from_run_id
FROM case_documents
JOIN documents ON documents.id = case_documents.document_id
JOIN cases ON cases.id = case_documents.case_id
WHERE case_documents.mirror_to_run_id IS NULL
	AND documents.mirror_hidden IS NULL
	AND documents.mirror_redacted_run_id IS NULL
	AND cases.mirror_departed_run_id IS NULL;
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
CREATE VIEW clean_case_resources AS
SELECT case_resources.case_id, case_resources.resource_key, case_resources.mirror_from_run_id
FROM case_resources
JOIN resources ON resources.mirror_key = case_resources.resource_key
JOIN cases ON cases.id = case_resources.case_id
WHERE case_resources.mirror_to_run_id IS NULL
	AND resources.mirror_hidden IS NULL
	AND resources.mirror_redacted_run_id IS NULL
	AND cases.mirror_departed_run_id IS NULL;
CREATE VIEW case_links AS
SELECT case_id, 'document' AS record_kind, document_id AS record_key, mirror_from_run_id, mirror_missing_run_id, mirror_to_run_id
FROM case_documents
UNION ALL
SELECT case_id, 'docket', docket_key, mirror_from_run_id, mirror_missing_run_id, mirror_to_run_id
FROM case_further_dockets
UNION ALL
SELECT case_id, 'resource', resource_key, mirror_from_run_id, mirror_missing_run_id, mirror_to_run_id
FROM case_resources;
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
CREATE VIEW clean_document_texts AS
SELECT
	clean_documents.id AS document_id,
	clean_documents.title,
	clean_documents.date,
	clean_documents.document_type,
	document_texts.fetched_at,
	texts.characters,
	texts.hash,
	texts.value AS text
FROM clean_documents
JOIN document_texts ON document_texts.document_id = clean_documents.id
JOIN texts ON texts.mirror_id = document_texts.text_id;
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
		NULL AS new_value,
		NULL AS change_id
	FROM case_links
	JOIN linked_lists ON linked_lists.case_id = case_links.case_id
		AND linked_lists.kind = case_links.record_kind || 's'
		AND linked_lists.first_read_run_id < case_links.mirror_from_run_id
	UNION ALL
	SELECT mirror_to_run_id, case_id, record_kind, record_key, 'removed', NULL, NULL, NULL, NULL, NULL
	FROM case_links
	WHERE mirror_to_run_id IS NOT NULL
	UNION ALL
	SELECT
		linked_changes.run_id,
		case_links.case_id,
		linked_changes.record_kind,
		linked_changes.record_key,
		'changed',
		linked_changes.field,
		linked_changes.kind,
		linked_changes.old_value,
		linked_changes.new_value,
		linked_changes.id
	FROM linked_changes
	JOIN case_links ON case_links.record_kind = linked_changes.record_kind
		AND case_links.record_key = linked_changes.record_key
		AND case_links.mirror_from_run_id <= linked_changes.run_id
		AND coalesce(case_links.mirror_to_run_id, linked_changes.run_id) >= linked_changes.run_id
	WHERE linked_changes.field NOT LIKE 'mirror!_%' ESCAPE '!'
	UNION ALL
	SELECT
		linked_changes.run_id,
		case_links.case_id,
		linked_changes.record_kind,
		linked_changes.record_key,
		CASE WHEN linked_changes.new_value = 'null' THEN 'shown' ELSE 'hidden' END,
		NULL,
		NULL,
		NULL,
		NULL,
		linked_changes.id
	FROM linked_changes
	JOIN case_links ON case_links.record_kind = linked_changes.record_kind
		AND case_links.record_key = linked_changes.record_key
		AND case_links.mirror_from_run_id <= linked_changes.run_id
		AND coalesce(case_links.mirror_to_run_id, linked_changes.run_id) >= linked_changes.run_id
	WHERE linked_changes.field = 'mirror_hidden'
		AND (linked_changes.old_value = 'null') <> (linked_changes.new_value = 'null')
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
		NULL,
		NULL
	FROM further_docket_entries
	JOIN further_dockets ON further_dockets.mirror_key = further_docket_entries.mirror_docket_key
		AND further_dockets.mirror_first_run_id < further_docket_entries.mirror_first_run_id
	JOIN case_further_dockets AS case_links ON case_links.docket_key = further_dockets.mirror_key
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
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.new_value END,
		linked_changes.id
	FROM linked_changes
	JOIN further_docket_entries ON further_docket_entries.mirror_id = linked_changes.record_key
	JOIN case_further_dockets AS case_links ON case_links.docket_key = further_docket_entries.mirror_docket_key
		AND case_links.mirror_from_run_id <= linked_changes.run_id
		AND coalesce(case_links.mirror_to_run_id, linked_changes.run_id) >= linked_changes.run_id
	WHERE linked_changes.record_kind = 'docket_entry'
	UNION ALL
	SELECT documents.mirror_redacted_run_id, case_documents.case_id, 'document', documents.id, 'redacted', NULL, NULL, NULL, NULL, NULL
	FROM documents
	JOIN case_documents ON case_documents.document_id = documents.id
	WHERE documents.mirror_redacted_run_id IS NOT NULL
)
SELECT
	log.run_id,
	sync_runs.started_at AS changed_at,
	log.case_id,
	log.record_kind,
	log.record_key,
	log.event,
	log.field,
	log.kind,
	log.old_value,
	log.new_value,
	log.change_id
FROM log
JOIN sync_runs ON sync_runs.id = log.run_id
WHERE log.event IN ('hidden', 'shown', 'redacted')
	OR (
		CASE log.record_kind
			WHEN 'document' THEN (SELECT mirror_hidden FROM documents WHERE id = log.record_key)
			WHEN 'resource' THEN (SELECT mirror_hidden FROM resources WHERE mirror_key = log.record_key)
		END IS NULL
		AND coalesce((
			SELECT later.old_value
			FROM linked_changes AS later
			WHERE later.record_kind = log.record_kind
				AND later.record_key = log.record_key
				AND later.field = 'mirror_hidden'
				AND +later.run_id > log.run_id
			ORDER BY later.id
			LIMIT 1
		), 'null') = 'null'
		AND (
			log.event IN ('added', 'returned')
			OR coalesce((
				SELECT later.old_value
				FROM linked_changes AS later
				WHERE later.record_kind = log.record_kind
					AND later.record_key = log.record_key
					AND later.field = 'mirror_hidden'
					AND +later.run_id >= log.run_id
				ORDER BY later.id
				LIMIT 1
			), 'null') = 'null'
		)
	);
CREATE VIEW audit_documents_at_odds AS
WITH counted AS (
	SELECT
		case_documents.case_id,
		count(*) AS documents,
		sum(documents.document_type = 'Complaint') AS complaints
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
	GROUP BY case_documents.case_id
),
named AS (
	SELECT
		case_id,
		sum(value NOT IN ('None of the above', 'Trial Court Docket')) AS kinds,
		sum(value = 'Complaint (any)') AS complaints,
		group_concat(value, '; ') AS available_documents
	FROM available_documents
	GROUP BY case_id
),
judged AS (
	SELECT
		clean_cases.id,
		clean_cases.name,
		clean_cases.url,
		coalesce(counted.documents, 0) AS documents,
		named.available_documents,
		CASE WHEN counted.documents > 0 AND coalesce(named.kinds, 0) = 0
			THEN '; it names no document, and the list has some' ELSE '' END
		|| CASE WHEN counted.documents IS NULL AND named.kinds > 0
			THEN '; it names documents, and the list has none' ELSE '' END
		|| CASE WHEN counted.documents > 0 AND counted.complaints IS 0 AND named.complaints > 0
			THEN '; it names a complaint, and the list has none' ELSE '' END
		|| CASE WHEN counted.complaints > 0 AND named.kinds > 0 AND named.complaints = 0
			THEN '; it names no complaint, and the list has one' ELSE '' END AS reasons
	FROM linked_lists
	JOIN clean_cases ON clean_cases.id = linked_lists.case_id
	LEFT JOIN counted ON counted.case_id = linked_lists.case_id
	LEFT JOIN named ON named.case_id = linked_lists.case_id
	WHERE linked_lists.kind = 'documents' AND linked_lists.read_at IS NOT NULL AND linked_lists.doubt IS NULL
)
SELECT id AS case_id, name, url, substr(reasons, 3) AS why, documents, available_documents
FROM judged
WHERE reasons <> '';
CREATE VIEW audit_document_twice AS
WITH present AS (
	SELECT
		case_documents.case_id,
		documents.id,
		documents.file,
		nullif(documents.title, '') || '; ' || documents.document_type || '; ' || documents.date AS label
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
),
same AS (
	SELECT case_id, 'the same file' AS why, min(id) AS one, max(id) AS other
	FROM present
	WHERE file <> ''
	GROUP BY case_id, file
	HAVING count(*) > 1
	UNION ALL
	SELECT case_id, 'the same title, type and date', min(id), max(id)
	FROM present
	WHERE label IS NOT NULL
	GROUP BY case_id, label
	HAVING count(*) > 1
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(DISTINCT why) AS why,
	count(*) AS pairs,
	min(one) AS document_id,
	min(other) AS other_document_id
FROM same
JOIN clean_cases ON clean_cases.id = same.case_id
GROUP BY clean_cases.id;
CREATE VIEW audit_document_incomplete AS
WITH judged AS (
	SELECT
		case_documents.case_id,
		documents.id,
		coalesce(documents.file, '') = '' AND coalesce(documents.external_url, '') = '' AS has_no_file,
		coalesce(documents.document_type, '') = '' AS has_no_type,
		coalesce(documents.date, '') = '' AND NOT coalesce(documents.date_not_available, 0) AS has_no_date
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	substr(
		CASE WHEN max(has_no_file) THEN '; neither a file nor an address' ELSE '' END
		|| CASE WHEN max(has_no_type) THEN '; no type' ELSE '' END
		|| CASE WHEN max(has_no_date) THEN '; no date, and none said to be unknown' ELSE '' END,
		3
	) AS why,
	count(*) AS documents,
	min(judged.id) AS document_id
FROM judged
JOIN clean_cases ON clean_cases.id = judged.case_id
WHERE has_no_file OR has_no_type OR has_no_date
GROUP BY clean_cases.id;
CREATE VIEW audit_document_dates AS
WITH judged AS (
	SELECT
		case_documents.case_id,
		documents.id,
		substr(documents.date, 1, 10) AS day,
		CASE
			WHEN documents.date < '1789' OR date(substr(documents.date, 1, 10), '+0 days') IS NOT substr(documents.date, 1, 10)
			THEN 'a date that no calendar has'
			WHEN documents.date > (SELECT date(max(started_at), '+1 day') FROM sync_runs) THEN 'a date that is still to come'
			WHEN documents.date < coalesce(date(cases.filing_date, '-1 year'), (nullif(cases.filing_year, 0) - 1) || '-01-01')
			THEN 'a date long before the filing'
		END AS reason
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	JOIN cases ON cases.id = case_documents.case_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
		AND documents.date <> ''
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(DISTINCT reason) AS why,
	count(*) AS documents,
	min(judged.id) AS document_id,
	min(day) AS first_date,
	max(day) AS last_date,
	clean_cases.filing_date
FROM judged
JOIN clean_cases ON clean_cases.id = judged.case_id
WHERE reason IS NOT NULL
GROUP BY clean_cases.id;
CREATE VIEW audit_document_off_docket AS
WITH named AS (
	SELECT
		case_documents.case_id,
		documents.id,
		nullif(trim(documents.ecf_number), '') AS ecf_number,
		CAST(substr(documents.external_url, instr(lower(documents.external_url), 'courtlistener.com/docket/') + 25) AS INTEGER) AS docket
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
		AND lower(documents.external_url) GLOB '*courtlistener.com/docket/[0-9]*'
),
judged AS (
	SELECT
		named.*,
		CASE
			WHEN own.case_id IS NULL THEN 'a docket that is none of the case'
			WHEN NOT EXISTS (
				SELECT 1
				FROM all_docket_entries AS entry
				WHERE entry.case_id = own.case_id
					AND entry.mirror_docket_key IS own.mirror_docket_key
					AND trim(entry.entry_number) = named.ecf_number
			) THEN 'a number that no entry of the docket has'
		END AS reason
	FROM named
	LEFT JOIN all_dockets AS own ON own.case_id = named.case_id AND own.courtlistener_docket_id = named.docket
	WHERE EXISTS (
		SELECT 1
		FROM all_dockets AS any_docket
		WHERE any_docket.case_id = named.case_id AND any_docket.courtlistener_docket_id IS NOT NULL
	) AND (own.case_id IS NULL OR named.ecf_number IS NOT NULL)
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(DISTINCT reason) AS why,
	count(DISTINCT judged.id) AS documents,
	min(judged.id) AS document_id,
	min(judged.docket) AS courtlistener_docket_id
FROM judged
JOIN clean_cases ON clean_cases.id = judged.case_id
WHERE reason IS NOT NULL
GROUP BY clean_cases.id;
CREATE VIEW audit_unknown_status AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	'the status ' || group_concat(DISTINCT coalesce(nullif(trim(documents.document_status), ''), '(none)')) AS why,
	count(*) AS documents,
	min(documents.id) AS document_id
FROM case_documents
JOIN documents ON documents.id = case_documents.document_id
JOIN clean_cases ON clean_cases.id = case_documents.case_id
WHERE case_documents.mirror_to_run_id IS NULL
	AND documents.mirror_hidden = 'status'
	AND documents.mirror_redacted_run_id IS NULL
	AND documents.file <> ''
	AND coalesce(trim(documents.document_status), '') NOT IN ('Deleted', 'In Process', 'Empty/Missing Document', 'Coding Complete, but not for Public Display')
GROUP BY clean_cases.id;
CREATE VIEW audit_text_at_odds AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(DISTINCT CASE document_texts.outcome WHEN 'empty' THEN 'an empty text' ELSE 'no text' END) AS why,
	count(*) AS documents,
	min(documents.id) AS document_id
FROM document_texts
JOIN documents ON documents.id = document_texts.document_id
JOIN case_documents ON case_documents.document_id = documents.id AND case_documents.mirror_to_run_id IS NULL
JOIN clean_cases ON clean_cases.id = case_documents.case_id
WHERE document_texts.outcome IN ('empty', 'not_offered')
	AND documents.has_text
	AND documents.mirror_hidden IS NULL
	AND documents.mirror_redacted_run_id IS NULL
GROUP BY clean_cases.id;
CREATE VIEW audit_docket_copies AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	CASE
		WHEN entries_in_case IS NOT entries_in_list
		THEN coalesce(entries_in_case, 'no') || ' entries in the case, ' || coalesce(entries_in_list, 'no') || ' in the list'
		ELSE 'another ' || differing
	END AS why,
	docket_id,
	entries_in_case,
	entries_in_list,
	differing,
	max(seen_run_id) AS seen_run_id
FROM mirror_docket_differences
JOIN clean_cases ON clean_cases.id = mirror_docket_differences.case_id
WHERE resolved_run_id IS NULL
GROUP BY clean_cases.id;
CREATE VIEW federal_districts AS
SELECT column1 AS court, column2 AS abbreviation, column3 AS fjc_district
FROM (VALUES
	('Central District of California', 'C.D. Cal.', '73'),
	('Central District of Illinois', 'C.D. Ill.', '53'),
	('District of Alaska', 'D. Alaska', '7-'),
	('District of Arizona', 'D. Ariz.', '70'),
	('District of Colorado', 'D. Colo.', '82'),
	('District of Connecticut', 'D. Conn.', '05'),
	('District of Delaware', 'D. Del.', '11'),
	('District of District of Columbia', 'D.D.C.', '90'),
	('District of Guam', 'D. Guam', '93'),
	('District of Hawaii', 'D. Haw.', '75'),
	('District of Idaho', 'D. Idaho', '76'),
	('District of Kansas', 'D. Kan.', '83'),
	('District of Maine', 'D. Me.', '00'),
	('District of Maryland', 'D. Md.', '16'),
	('District of Massachusetts', 'D. Mass.', '01'),
	('District of Minnesota', 'D. Minn.', '64'),
	('District of Montana', 'D. Mont.', '77'),
	('District of Nebraska', 'D. Neb.', '67'),
	('District of Nevada', 'D. Nev.', '78'),
	('District of New Hampshire', 'D.N.H.', '02'),
	('District of New Jersey', 'D.N.J.', '12'),
	('District of New Mexico', 'D.N.M.', '84'),
	('District of North Dakota', 'D.N.D.', '68'),
	('District of Northern Mariana Islands', 'D. N. Mar. I.', '94'),
	('District of Oregon', 'D. Or.', '79'),
	('District of Puerto Rico', 'D.P.R.', '04'),
	('District of Rhode Island', 'D.R.I.', '03'),
	('District of South Carolina', 'D.S.C.', '20'),
	('District of South Dakota', 'D.S.D.', '69'),
	('District of Utah', 'D. Utah', '88'),
	('District of Vermont', 'D. Vt.', '10'),
	('District of Virgin Islands', 'D.V.I.', '91'),
	('District of Wyoming', 'D. Wyo.', '89'),
	('Eastern District of Arkansas', 'E.D. Ark.', '60'),
	('Eastern District of California', 'E.D. Cal.', '72'),
	('Eastern District of Kentucky', 'E.D. Ky.', '43'),
	('Eastern District of Louisiana', 'E.D. La.', '3L'),
	('Eastern District of Michigan', 'E.D. Mich.', '45'),
	('Eastern District of Missouri', 'E.D. Mo.', '65'),
	('Eastern District of New York', 'E.D.N.Y.', '07'),
	('Eastern District of North Carolina', 'E.D.N.C.', '17'),
	('Eastern District of Oklahoma', 'E.D. Okla.', '86'),
	('Eastern District of Pennsylvania', 'E.D. Pa.', '13'),
	('Eastern District of Tennessee', 'E.D. Tenn.', '49'),
	('Eastern District of Texas', 'E.D. Tex.', '40'),
	('Eastern District of Virginia', 'E.D. Va.', '22'),
	('Eastern District of Washington', 'E.D. Wash.', '80'),
	('Eastern District of Wisconsin', 'E.D. Wis.', '57'),
	('Middle District of Alabama', 'M.D. Ala.', '27'),
	('Middle District of Florida', 'M.D. Fla.', '3A'),
	('Middle District of Georgia', 'M.D. Ga.', '3G'),
	('Middle District of Louisiana', 'M.D. La.', '3N'),
	('Middle District of North Carolina', 'M.D.N.C.', '18'),
	('Middle District of Pennsylvania', 'M.D. Pa.', '14'),
	('Middle District of Tennessee', 'M.D. Tenn.', '50'),
	('Northern District of Alabama', 'N.D. Ala.', '26'),
	('Northern District of California', 'N.D. Cal.', '71'),
	('Northern District of Florida', 'N.D. Fla.', '29'),
	('Northern District of Georgia', 'N.D. Ga.', '3E'),
	('Northern District of Illinois', 'N.D. Ill.', '52'),
	('Northern District of Indiana', 'N.D. Ind.', '55'),
	('Northern District of Iowa', 'N.D. Iowa', '62'),
	('Northern District of Mississippi', 'N.D. Miss.', '37'),
	('Northern District of New York', 'N.D.N.Y.', '06'),
	('Northern District of Ohio', 'N.D. Ohio', '47'),
	('Northern District of Oklahoma', 'N.D. Okla.', '85'),
	('Northern District of Texas', 'N.D. Tex.', '39'),
	('Northern District of West Virginia', 'N.D. W. Va.', '24'),
	('Southern District of Alabama', 'S.D. Ala.', '28'),
	('Southern District of California', 'S.D. Cal.', '74'),
	('Southern District of Florida', 'S.D. Fla.', '3C'),
	('Southern District of Georgia', 'S.D. Ga.', '3J'),
	('Southern District of Illinois', 'S.D. Ill.', '54'),
	('Southern District of Indiana', 'S.D. Ind.', '56'),
	('Southern District of Iowa', 'S.D. Iowa', '63'),
	('Southern District of Mississippi', 'S.D. Miss.', '38'),
	('Southern District of New York', 'S.D.N.Y.', '08'),
	('Southern District of Ohio', 'S.D. Ohio', '48'),
	('Southern District of Texas', 'S.D. Tex.', '41'),
	('Southern District of West Virginia', 'S.D. W. Va.', '25'),
	('Western District of Arkansas', 'W.D. Ark.', '61'),
	('Western District of Kentucky', 'W.D. Ky.', '44'),
	('Western District of Louisiana', 'W.D. La.', '36'),
	('Western District of Michigan', 'W.D. Mich.', '46'),
	('Western District of Missouri', 'W.D. Mo.', '66'),
	('Western District of New York', 'W.D.N.Y.', '09'),
	('Western District of North Carolina', 'W.D.N.C.', '19'),
	('Western District of Oklahoma', 'W.D. Okla.', '87'),
	('Western District of Pennsylvania', 'W.D. Pa.', '15'),
	('Western District of Tennessee', 'W.D. Tenn.', '51'),
	('Western District of Texas', 'W.D. Tex.', '42'),
	('Western District of Virginia', 'W.D. Va.', '23'),
	('Western District of Washington', 'W.D. Wash.', '81'),
	('Western District of Wisconsin', 'W.D. Wis.', '58')
);
CREATE VIEW docket_crosswalk AS
WITH named AS (
	SELECT documents.docket_id, min(clean_documents.courtlistener_docket_id) AS courtlistener_docket_id
	FROM clean_documents
	JOIN documents ON documents.id = clean_documents.id
	WHERE documents.docket_id IS NOT NULL AND clean_documents.courtlistener_docket_id IS NOT NULL
	GROUP BY documents.docket_id
	HAVING min(clean_documents.courtlistener_docket_id) = max(clean_documents.courtlistener_docket_id)
),
numbered AS (
	SELECT case_id, 0 AS is_further, NULL AS mirror_docket_key, id, court, docket_number_manual, mirror_number
	FROM dockets
	UNION ALL
	SELECT clean_further_dockets.case_id, 1, further_dockets.mirror_key, further_dockets.id, further_dockets.court, further_dockets.docket_number_manual, further_dockets.mirror_number
	FROM clean_further_dockets
	JOIN further_dockets ON further_dockets.mirror_key = clean_further_dockets.mirror_key
),
parts AS (
	SELECT
		numbered.case_id,
		numbered.is_further,
		numbered.mirror_docket_key,
		numbered.id AS docket_id,
		nullif(trim(numbered.court), '') AS court,
		nullif(trim(numbered.docket_number_manual), '') AS docket_number,
		all_dockets.courtlistener_docket_id AS linked_docket_id,
		CAST(nullif(substr(mirror_number, 1, 2), '--') AS INTEGER) AS office,
		substr(mirror_number, 4, 4) AS year,
		CAST(substr(mirror_number, 9, 6) AS INTEGER) AS number,
		substr(mirror_number, 16, 1) AS agreement,
		nullif(substr(mirror_number, 18), '') AS type,
		clean_cases.filing_date,
		coalesce(clean_cases.filing_year, CAST(substr(clean_cases.filing_date, 1, 4) AS INTEGER)) AS filing_year
	FROM numbered
	JOIN clean_cases ON clean_cases.id = numbered.case_id
	JOIN all_dockets ON all_dockets.case_id = numbered.case_id AND all_dockets.mirror_docket_key IS numbered.mirror_docket_key
),
keyed AS (
	SELECT
		parts.*,
		CASE
			WHEN substr(parts.year, 1, 2) <> '--' THEN CAST(parts.year AS INTEGER)
			WHEN is_further = 0 AND filing_year % 100 = CAST(substr(parts.year, 3) AS INTEGER) THEN filing_year
		END AS docket_year,
		CASE
			WHEN (type IS NULL OR type IN ('cv', 'cr')) AND number <= 99999
			THEN federal_districts.fjc_district
		END AS fjc_district
	FROM parts
	LEFT JOIN federal_districts ON federal_districts.court = parts.court COLLATE NOCASE
)
SELECT
	keyed.case_id,
	keyed.is_further,
	keyed.mirror_docket_key,
	keyed.docket_id,
	CAST(keyed.court AS TEXT) AS court,
	CAST(keyed.docket_number AS TEXT) AS docket_number,
	CAST(coalesce(linked_docket_id, named.courtlistener_docket_id) AS INTEGER) AS courtlistener_docket_id,
	CAST(CASE WHEN linked_docket_id IS NOT NULL THEN 'recap_link' WHEN named.courtlistener_docket_id IS NOT NULL THEN 'documents' END AS TEXT) AS courtlistener_source,
	CAST(fjc_district AS TEXT) AS fjc_district,
	CAST(CASE WHEN fjc_district IS NOT NULL THEN office END AS TEXT) AS fjc_office,
	CAST(CASE WHEN fjc_district IS NOT NULL THEN substr(keyed.year, 3) || substr('00000' || number, -5) END AS TEXT) AS fjc_docket,
	CAST(CASE WHEN fjc_district IS NOT NULL THEN CASE type WHEN 'cv' THEN 'civil' WHEN 'cr' THEN 'criminal' END END AS TEXT) AS fjc_file,
	CAST(CASE
		WHEN fjc_district IS NULL THEN NULL
		WHEN agreement = '#' THEN 'contradictory'
		WHEN office IS NULL OR type IS NULL THEN 'possible'
		WHEN is_further = 0 AND docket_year = filing_year THEN 'certain'
		ELSE 'likely'
	END AS TEXT) AS fjc_confidence,
	CAST(docket_year AS INTEGER) AS docket_year,
	CAST(filing_date AS TEXT) AS filing_date,
	CAST(CASE WHEN fjc_district IS NOT NULL THEN count(*) OVER (PARTITION BY fjc_district, office, substr(keyed.year, 3), number, type) END AS INTEGER) AS dockets_with_key
FROM keyed
LEFT JOIN named ON named.docket_id = keyed.docket_id;
CREATE VIEW clean_related_cases AS
SELECT
	list.case_id,
	list.mirror_position,
	list.id,
	CAST(CASE
		WHEN list.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases AS other WHERE other.id = list.id AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
		THEN nullif(trim(list.name), '')
	END AS TEXT) AS name
FROM related_cases AS list
WHERE list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM related_cases AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND earlier.id IS list.id
			AND (list.id IS NOT NULL OR earlier.name IS list.name)
	);
CREATE VIEW clean_change_log AS
SELECT
	change_log.run_id,
	change_log.changed_at,
	change_log.case_id,
	change_log.kind,
	change_log.field,
	CAST(CASE
		WHEN change_log.field IS NOT 'related_cases' OR change_log.old_value IS NULL THEN change_log.old_value
		-- What SQL cannot read is not shown.
		WHEN NOT json_valid(change_log.old_value) THEN NULL
		WHEN json_type(change_log.old_value, '$') = 'array' THEN (
			WITH RECURSIVE list(place, done) AS (
				SELECT 0, '['
				UNION ALL
				SELECT
					place + 1,
					done || CASE place WHEN 0 THEN '' ELSE ',' END || CASE json_type(change_log.old_value, '$[' || place || ']')
						WHEN 'object' THEN CASE
							WHEN NOT coalesce((json_type(change_log.old_value, '$[' || place || ']' || '.id') = 'integer' OR json_type(change_log.old_value, '$[' || place || ']' || '.id') = 'text' AND trim(json_extract(change_log.old_value, '$[' || place || ']' || '.id')) <> '' AND length(trim(json_extract(change_log.old_value, '$[' || place || ']' || '.id'))) <= 15 AND trim(json_extract(change_log.old_value, '$[' || place || ']' || '.id')) NOT GLOB '*[^0-9]*'), 0) THEN '{"id":null,"name":null}'
							WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = CAST(json_extract(change_log.old_value, '$[' || place || ']' || '.id') AS INTEGER) AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
							THEN '{"id":' || json_quote(json_extract(change_log.old_value, '$[' || place || ']' || '.id')) || ',"name":null}'
							ELSE json_extract(change_log.old_value, '$[' || place || ']')
						END
						WHEN 'text' THEN CASE WHEN trim(json_extract(change_log.old_value, '$[' || place || ']')) <> '' AND length(trim(json_extract(change_log.old_value, '$[' || place || ']'))) <= 15 AND trim(json_extract(change_log.old_value, '$[' || place || ']')) NOT GLOB '*[^0-9]*' THEN json_quote(json_extract(change_log.old_value, '$[' || place || ']')) ELSE 'null' END
						WHEN 'integer' THEN json_extract(change_log.old_value, '$[' || place || ']')
						ELSE 'null'
					END
				FROM list
				WHERE place < json_array_length(change_log.old_value)
			)
			SELECT done || ']' FROM list ORDER BY place DESC LIMIT 1
		)
		ELSE CASE json_type(change_log.old_value, '$')
			WHEN 'object' THEN CASE
				WHEN NOT coalesce((json_type(change_log.old_value, '$' || '.id') = 'integer' OR json_type(change_log.old_value, '$' || '.id') = 'text' AND trim(json_extract(change_log.old_value, '$' || '.id')) <> '' AND length(trim(json_extract(change_log.old_value, '$' || '.id'))) <= 15 AND trim(json_extract(change_log.old_value, '$' || '.id')) NOT GLOB '*[^0-9]*'), 0) THEN '{"id":null,"name":null}'
				WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = CAST(json_extract(change_log.old_value, '$' || '.id') AS INTEGER) AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
				THEN '{"id":' || json_quote(json_extract(change_log.old_value, '$' || '.id')) || ',"name":null}'
				ELSE json_extract(change_log.old_value, '$')
			END
			WHEN 'text' THEN CASE WHEN trim(json_extract(change_log.old_value, '$')) <> '' AND length(trim(json_extract(change_log.old_value, '$'))) <= 15 AND trim(json_extract(change_log.old_value, '$')) NOT GLOB '*[^0-9]*' THEN json_quote(json_extract(change_log.old_value, '$')) ELSE 'null' END
			WHEN 'integer' THEN json_extract(change_log.old_value, '$')
			ELSE 'null'
		END
	END AS TEXT) AS old_value,
	CAST(CASE
		WHEN change_log.field IS NOT 'related_cases' OR change_log.new_value IS NULL THEN change_log.new_value
		-- What SQL cannot read is not shown.
		WHEN NOT json_valid(change_log.new_value) THEN NULL
		WHEN json_type(change_log.new_value, '$') = 'array' THEN (
			WITH RECURSIVE list(place, done) AS (
				SELECT 0, '['
				UNION ALL
				SELECT
					place + 1,
					done || CASE place WHEN 0 THEN '' ELSE ',' END || CASE json_type(change_log.new_value, '$[' || place || ']')
						WHEN 'object' THEN CASE
							WHEN NOT coalesce((json_type(change_log.new_value, '$[' || place || ']' || '.id') = 'integer' OR json_type(change_log.new_value, '$[' || place || ']' || '.id') = 'text' AND trim(json_extract(change_log.new_value, '$[' || place || ']' || '.id')) <> '' AND length(trim(json_extract(change_log.new_value, '$[' || place || ']' || '.id'))) <= 15 AND trim(json_extract(change_log.new_value, '$[' || place || ']' || '.id')) NOT GLOB '*[^0-9]*'), 0) THEN '{"id":null,"name":null}'
							WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = CAST(json_extract(change_log.new_value, '$[' || place || ']' || '.id') AS INTEGER) AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
							THEN '{"id":' || json_quote(json_extract(change_log.new_value, '$[' || place || ']' || '.id')) || ',"name":null}'
							ELSE json_extract(change_log.new_value, '$[' || place || ']')
						END
						WHEN 'text' THEN CASE WHEN trim(json_extract(change_log.new_value, '$[' || place || ']')) <> '' AND length(trim(json_extract(change_log.new_value, '$[' || place || ']'))) <= 15 AND trim(json_extract(change_log.new_value, '$[' || place || ']')) NOT GLOB '*[^0-9]*' THEN json_quote(json_extract(change_log.new_value, '$[' || place || ']')) ELSE 'null' END
						WHEN 'integer' THEN json_extract(change_log.new_value, '$[' || place || ']')
						ELSE 'null'
					END
				FROM list
				WHERE place < json_array_length(change_log.new_value)
			)
			SELECT done || ']' FROM list ORDER BY place DESC LIMIT 1
		)
		ELSE CASE json_type(change_log.new_value, '$')
			WHEN 'object' THEN CASE
				WHEN NOT coalesce((json_type(change_log.new_value, '$' || '.id') = 'integer' OR json_type(change_log.new_value, '$' || '.id') = 'text' AND trim(json_extract(change_log.new_value, '$' || '.id')) <> '' AND length(trim(json_extract(change_log.new_value, '$' || '.id'))) <= 15 AND trim(json_extract(change_log.new_value, '$' || '.id')) NOT GLOB '*[^0-9]*'), 0) THEN '{"id":null,"name":null}'
				WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = CAST(json_extract(change_log.new_value, '$' || '.id') AS INTEGER) AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
				THEN '{"id":' || json_quote(json_extract(change_log.new_value, '$' || '.id')) || ',"name":null}'
				ELSE json_extract(change_log.new_value, '$')
			END
			WHEN 'text' THEN CASE WHEN trim(json_extract(change_log.new_value, '$')) <> '' AND length(trim(json_extract(change_log.new_value, '$'))) <= 15 AND trim(json_extract(change_log.new_value, '$')) NOT GLOB '*[^0-9]*' THEN json_quote(json_extract(change_log.new_value, '$')) ELSE 'null' END
			WHEN 'integer' THEN json_extract(change_log.new_value, '$')
			ELSE 'null'
		END
	END AS TEXT) AS new_value,
	change_log.entry_key
FROM change_log
WHERE change_log.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
CREATE VIEW linked_list_states AS
SELECT
	cases.id AS case_id,
	kinds.kind,
	CASE
		WHEN cases.mirror_redacted_run_id IS NOT NULL THEN 'removed'
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
CREATE VIEW audit_list_not_read AS
WITH judged AS (
	SELECT
		cases.id,
		kinds.kind,
		CASE
			WHEN linked_lists.first_read_run_id IS NULL THEN kinds.kind || ' never read' || coalesce(' (' || linked_lists.error_code || ')', '')
			WHEN linked_lists.failures > 1 THEN kinds.kind || ' failed ' || linked_lists.failures || ' times (' || linked_lists.error_code || ')'
			WHEN linked_lists.doubt IS NOT NULL THEN kinds.kind || ' doubted (' || linked_lists.doubt || ')'
		END AS reason,
		linked_lists.read_at
	FROM cases
	JOIN (SELECT DISTINCT kind FROM linked_lists WHERE read_at IS NOT NULL) AS kinds
	LEFT JOIN linked_lists ON linked_lists.case_id = cases.id AND linked_lists.kind = kinds.kind
	WHERE cases.mirror_redacted_run_id IS NULL
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(reason, '; ') AS why,
	count(*) AS lists,
	min(read_at) AS oldest_read_at
FROM judged
JOIN clean_cases ON clean_cases.id = judged.id
WHERE reason IS NOT NULL
GROUP BY clean_cases.id;
CREATE VIEW status_transitions AS
SELECT
	case_changes.run_id,
	case_changes.changed_at,
	case_changes.case_id,
	CASE json_type(case_changes.old_value, '$') WHEN 'text' THEN json_extract(case_changes.old_value, '$') ELSE '(none)' END AS from_status,
	CASE json_type(case_changes.new_value, '$') WHEN 'text' THEN json_extract(case_changes.new_value, '$') ELSE '(none)' END AS to_status
FROM case_changes
-- What a case was before it was redacted is not known.
WHERE case_changes.field = 'case_ongoing'
	AND NOT (case_changes.old_value IS NULL AND case_changes.case_id IN (SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL));
CREATE VIEW status_spells AS
WITH spells AS (
	SELECT
		cases.id AS case_id,
		coalesce(
			(
				SELECT CASE json_type(case_changes.old_value, '$') WHEN 'text' THEN json_extract(case_changes.old_value, '$') ELSE '(none)' END
				FROM case_changes
				WHERE case_changes.case_id = cases.id AND case_changes.field = 'case_ongoing'
				ORDER BY case_changes.id LIMIT 1
			),
			cases.case_ongoing,
			'(none)'
		) AS status,
		sync_runs.started_at AS seen_from,
		NULL AS began_at,
		0 AS change_id
	FROM cases
	JOIN sync_runs ON sync_runs.id = cases.mirror_first_run_id
	WHERE cases.mirror_redacted_run_id IS NULL
	UNION ALL
	SELECT
		case_changes.case_id,
		CASE json_type(case_changes.new_value, '$') WHEN 'text' THEN json_extract(case_changes.new_value, '$') ELSE '(none)' END,
		case_changes.changed_at,
		case_changes.changed_at,
		case_changes.id
	FROM case_changes
	WHERE case_changes.field = 'case_ongoing'
		AND case_changes.case_id NOT IN (SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL)
),
bounded AS (
	SELECT
		spells.*,
		lead(spells.seen_from) OVER (PARTITION BY spells.case_id ORDER BY spells.change_id) AS ended_at
	FROM spells
)
SELECT
	bounded.case_id,
	bounded.status,
	bounded.began_at,
	bounded.ended_at,
	round(julianday(coalesce(bounded.ended_at, departures.started_at, (SELECT max(started_at) FROM sync_runs))) - julianday(bounded.seen_from), 1) AS days
FROM bounded
LEFT JOIN (
	SELECT cases.id, sync_runs.started_at
	FROM cases
	JOIN sync_runs ON sync_runs.id = cases.mirror_departed_run_id
	WHERE cases.mirror_departed_run_id IS NOT NULL
) AS departures ON departures.id = bounded.case_id;
CREATE INDEX `case_further_dockets_mirror_from_run_id` ON `case_further_dockets` (`mirror_from_run_id`);
CREATE INDEX `case_further_dockets_mirror_to_run_id` ON `case_further_dockets` (`mirror_to_run_id`);
CREATE INDEX `case_resources_mirror_from_run_id` ON `case_resources` (`mirror_from_run_id`);
CREATE INDEX `case_resources_mirror_to_run_id` ON `case_resources` (`mirror_to_run_id`);
CREATE INDEX `documents_mirror_redacted_run_id` ON `documents` (`mirror_redacted_run_id`) WHERE mirror_redacted_run_id IS NOT NULL;
INSERT INTO "lists" VALUES (5020, 'No', 'case_ongoing');
INSERT INTO "lists" VALUES (5021, 'Yes', 'case_ongoing');
INSERT INTO "lists" VALUES (5022, 'Unknown', 'case_ongoing');
INSERT INTO "lists" VALUES (5023, 'No reason to think so', 'case_ongoing');
INSERT INTO "lists" VALUES (5024, 'Perhaps, but long-dormant', 'case_ongoing');
INSERT INTO "lists" VALUES (5074, 'In Process (Public)', 'case_status');
INSERT INTO `mirror_identity` (`id`, `mirror_id`) VALUES (1, lower(hex(randomblob(16))));
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET rowid = rowid + 1000000000;
UPDATE sqlite_master SET rowid = CASE name
	WHEN 'cases' THEN 100014
	WHEN 'cases_case_ongoing' THEN 100015
	WHEN 'cases_case_status' THEN 100016
	WHEN 'cases_filing_date' THEN 100017
	WHEN 'cases_state' THEN 100018
	WHEN 'cases_court' THEN 100019
	WHEN 'cases_mirror_changed_run_id' THEN 100021
	WHEN 'cases_mirror_first_run_id' THEN 100077
	WHEN 'cases_mirror_departed_run_id' THEN 100078
	WHEN 'cases_mirror_redacted_run_id' THEN 100100
	WHEN 'cases_mirror_list_id' THEN 100141
	WHEN 'dockets' THEN 200036
	WHEN 'dockets_id' THEN 200037
	WHEN 'dockets_docket_number_manual' THEN 200038
	WHEN 'docket_entries' THEN 300032
	WHEN 'docket_entries_case_id_mirror_key' THEN 300033
	WHEN 'docket_entries_date_filed' THEN 300034
	WHEN 'docket_entries_mirror_first_run_id' THEN 300035
	WHEN 'docket_entries_case_id_date_filed' THEN 300134
	WHEN 'attachments' THEN 400003
	WHEN 'sqlite_autoindex_attachments_1' THEN 400004
	WHEN 'case_defendants' THEN 500009
	WHEN 'sqlite_autoindex_case_defendants_1' THEN 500010
	WHEN 'case_defendants_name' THEN 500011
	WHEN 'related_cases' THEN 600050
	WHEN 'related_cases_id' THEN 600051
	WHEN 'documents' THEN 610200
	WHEN 'documents_document_type' THEN 610201
	WHEN 'documents_date' THEN 610202
	WHEN 'documents_mirror_first_run_id' THEN 610203
	WHEN 'documents_mirror_changed_run_id' THEN 610204
	WHEN 'case_documents' THEN 620192
	WHEN 'case_documents_document_id' THEN 620193
	WHEN 'case_documents_mirror_from_run_id' THEN 620194
	WHEN 'case_documents_mirror_to_run_id' THEN 620195
	WHEN 'further_dockets' THEN 630209
	WHEN 'further_dockets_mirror_first_run_id' THEN 630210
	WHEN 'further_dockets_mirror_changed_run_id' THEN 630211
	WHEN 'case_further_dockets' THEN 640196
	WHEN 'case_further_dockets_docket_key' THEN 640197
	WHEN 'further_docket_entries' THEN 650205
	WHEN 'further_docket_entries_mirror_docket_key' THEN 650206
	WHEN 'further_docket_entries_mirror_first_run_id' THEN 650207
	WHEN 'further_docket_entries_mirror_changed_run_id' THEN 650208
	WHEN 'resources' THEN 660224
	WHEN 'resources_mirror_fingerprint' THEN 660225
	WHEN 'resources_mirror_first_run_id' THEN 660226
	WHEN 'resources_mirror_changed_run_id' THEN 660227
	WHEN 'case_resources' THEN 670198
	WHEN 'case_resources_resource_key' THEN 670199
	WHEN 'document_texts' THEN 680204
	WHEN 'document_texts_text_id' THEN 680205
	WHEN 'document_texts_outcome' THEN 680206
	WHEN 'texts' THEN 690210
	WHEN 'texts_hash' THEN 690211
	WHEN 'document_files' THEN 695205
	WHEN 'document_files_hash' THEN 695206
	WHEN 'attorney_orgs' THEN 700005
	WHEN 'attorney_orgs_value' THEN 700006
	WHEN 'available_documents' THEN 700007
	WHEN 'available_documents_value' THEN 700008
	WHEN 'case_types' THEN 700012
	WHEN 'case_types_value' THEN 700013
	WHEN 'causes' THEN 700022
	WHEN 'causes_value' THEN 700023
	WHEN 'constitutional_clause' THEN 700024
	WHEN 'constitutional_clause_value' THEN 700025
	WHEN 'content_of_injunction' THEN 700026
	WHEN 'content_of_injunction_value' THEN 700027
	WHEN 'custom_issues' THEN 700028
	WHEN 'custom_issues_value' THEN 700029
	WHEN 'defendant_type' THEN 700030
	WHEN 'defendant_type_value' THEN 700031
	WHEN 'facility_type' THEN 700039
	WHEN 'facility_type_value' THEN 700040
	WHEN 'issues' THEN 700041
	WHEN 'issues_value' THEN 700042
	WHEN 'plaintiff_type' THEN 700048
	WHEN 'plaintiff_type_value' THEN 700049
	WHEN 'relief_natures' THEN 700052
	WHEN 'relief_natures_value' THEN 700053
	WHEN 'relief_sources' THEN 700054
	WHEN 'relief_sources_value' THEN 700055
	WHEN 'settlement_agreement' THEN 700056
	WHEN 'settlement_agreement_value' THEN 700057
	WHEN 'special_case_type' THEN 700058
	WHEN 'special_case_type_value' THEN 700059
	WHEN 'special_collections' THEN 700060
	WHEN 'special_collections_value' THEN 700061
	WHEN 'case_changes' THEN 800066
	WHEN 'case_changes_case_id' THEN 800067
	WHEN 'case_changes_run_id' THEN 800068
	WHEN 'case_changes_field' THEN 800069
	WHEN 'linked_changes' THEN 850212
	WHEN 'linked_changes_record' THEN 850213
	WHEN 'linked_changes_run_id' THEN 850214
	WHEN 'case_versions' THEN 900076
	WHEN 'linked_versions' THEN 950221
	WHEN 'docket_entry_versions' THEN 1000073
	WHEN 'docket_entry_versions_case_id' THEN 1000143
	WHEN 'docket_entry_versions_mirror_first_run_id' THEN 1000144
	WHEN 'docket_entry_versions_mirror_valid_to_run_id' THEN 1000145
	WHEN 'sync_runs' THEN 1100063
	WHEN 'sync_runs_outcome' THEN 1100065
	WHEN 'lists' THEN 1200045
	WHEN 'lists_label_unique' THEN 1200142
	WHEN 'list_syncs' THEN 1300062
	WHEN 'linked_passes' THEN 1340219
	WHEN 'linked_passes_run_id' THEN 1340220
	WHEN 'text_passes' THEN 1345209
	WHEN 'file_passes' THEN 1347207
	WHEN 'linked_lists' THEN 1350215
	WHEN 'linked_lists_kind_attempted_at' THEN 1350216
	WHEN 'linked_lists_kind_records_hash' THEN 1350217
	WHEN 'linked_lists_doubted_run_id' THEN 1350218
	WHEN 'rejected_records' THEN 1400043
	WHEN 'sqlite_autoindex_rejected_records_1' THEN 1400044
	WHEN 'schema_drift' THEN 1500047
	WHEN 'mirror_coverage_checks' THEN 1600070
	WHEN 'mirror_departure_checks' THEN 1600071
	WHEN 'mirror_moved_cases' THEN 1600072
	WHEN 'mirror_raw_hashes' THEN 1600102
	WHEN 'mirror_identity' THEN 1600106
	WHEN 'mirror_snapshot' THEN 1600107
	WHEN 'mirror_seals' THEN 1600108
	WHEN 'sqlite_autoindex_mirror_seals_1' THEN 1600109
	WHEN 'mirror_raw_hashes_hash' THEN 1600146
	WHEN 'mirror_docket_differences' THEN 1650222
	WHEN 'mirror_docket_differences_case_id' THEN 1650223
	WHEN 'mirror_replaced_texts' THEN 1660207
	WHEN 'mirror_replaced_texts_document_id' THEN 1660208
	WHEN 'mirror_dropped_files' THEN 1670217
	WHEN 'sqlite_autoindex_mirror_dropped_files_1' THEN 1670218
	WHEN 'mirror_document_list_checks' THEN 1670219
	WHEN 'mirror_exports' THEN 1680219
	WHEN 'sqlite_autoindex_mirror_exports_1' THEN 1680220
	WHEN 'mirror_paused_hosts' THEN 1680223
	WHEN 'sqlite_autoindex_mirror_paused_hosts_1' THEN 1680224
	WHEN '__drizzle_migrations' THEN 9700001
	WHEN 'sqlite_autoindex___drizzle_migrations_1' THEN 9700002
	WHEN 'sqlite_sequence' THEN 9700064
	WHEN 'docket_activity' THEN 9800147
	WHEN 'departed_cases' THEN 9800148
	WHEN 'audit_ongoing_yet_closed' THEN 9800149
	WHEN 'audit_closed_without_date' THEN 9800150
	WHEN 'audit_long_unchecked' THEN 9800151
	WHEN 'audit_dates_at_odds' THEN 9800152
	WHEN 'audit_without_name' THEN 9800153
	WHEN 'audit_same_docket' THEN 9800156
	WHEN 'audit_other_court' THEN 9800157
	WHEN 'audit_outcome_at_odds' THEN 9800158
	WHEN 'mirror_markup' THEN 9800161
	WHEN 'clean_attorney_orgs' THEN 9800162
	WHEN 'clean_available_documents' THEN 9800163
	WHEN 'clean_case_types' THEN 9800164
	WHEN 'clean_causes' THEN 9800165
	WHEN 'clean_constitutional_clause' THEN 9800166
	WHEN 'clean_content_of_injunction' THEN 9800167
	WHEN 'clean_custom_issues' THEN 9800168
	WHEN 'clean_defendant_type' THEN 9800169
	WHEN 'clean_facility_type' THEN 9800170
	WHEN 'clean_issues' THEN 9800171
	WHEN 'clean_plaintiff_type' THEN 9800172
	WHEN 'clean_relief_natures' THEN 9800173
	WHEN 'clean_relief_sources' THEN 9800174
	WHEN 'clean_settlement_agreement' THEN 9800175
	WHEN 'clean_special_case_type' THEN 9800176
	WHEN 'clean_special_collections' THEN 9800177
	WHEN 'clean_case_defendants' THEN 9800178
	WHEN 'clean_cases' THEN 9800180
	WHEN 'clean_docket_entries' THEN 9800181
	WHEN 'clean_attachments' THEN 9800182
	WHEN 'cases_flat' THEN 9800183
	WHEN 'latest_list_syncs' THEN 9800185
	WHEN 'change_log' THEN 9800186
	WHEN 'docket_entry_lifetimes' THEN 9800187
	WHEN 'coverage' THEN 9800188
	WHEN 'audit_docket_out_of_time' THEN 9800189
	WHEN 'audit_docket_after_check' THEN 9800190
	WHEN 'audit_impossible_date' THEN 9800191
	WHEN 'clean_documents' THEN 9800192
	WHEN 'clean_case_documents' THEN 9800193
	WHEN 'clean_further_dockets' THEN 9800194
	WHEN 'clean_further_docket_entries' THEN 9800195
	WHEN 'clean_resources' THEN 9800196
	WHEN 'clean_case_resources' THEN 9800197
	WHEN 'case_links' THEN 9800198
	WHEN 'all_dockets' THEN 9800199
	WHEN 'all_docket_entries' THEN 9800200
	WHEN 'document_entries' THEN 9800201
	WHEN 'clean_document_texts' THEN 9800204
	WHEN 'linked_change_log' THEN 9800205
	WHEN 'audit_documents_at_odds' THEN 9800206
	WHEN 'audit_document_twice' THEN 9800207
	WHEN 'audit_document_incomplete' THEN 9800208
	WHEN 'audit_document_dates' THEN 9800209
	WHEN 'audit_document_off_docket' THEN 9800210
	WHEN 'audit_unknown_status' THEN 9800211
	WHEN 'audit_text_at_odds' THEN 9800212
	WHEN 'audit_docket_copies' THEN 9800213
	WHEN 'federal_districts' THEN 9800215
	WHEN 'docket_crosswalk' THEN 9800216
	WHEN 'clean_related_cases' THEN 9800219
	WHEN 'clean_change_log' THEN 9800220
	WHEN 'linked_list_states' THEN 9800221
	WHEN 'audit_list_not_read' THEN 9800222
	WHEN 'status_transitions' THEN 9800223
	WHEN 'status_spells' THEN 9800224
	WHEN 'case_further_dockets_mirror_from_run_id' THEN 9800225
	WHEN 'case_further_dockets_mirror_to_run_id' THEN 9800226
	WHEN 'case_resources_mirror_from_run_id' THEN 9800227
	WHEN 'case_resources_mirror_to_run_id' THEN 9800228
	WHEN 'documents_mirror_redacted_run_id' THEN 9800229
END;
PRAGMA writable_schema = OFF;
