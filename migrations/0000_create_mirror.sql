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
) STRICT;
--> statement-breakpoint
CREATE TABLE `attorney_orgs` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `attorney_orgs_value` ON `attorney_orgs` (`value`);--> statement-breakpoint
CREATE TABLE `available_documents` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `available_documents_value` ON `available_documents` (`value`);--> statement-breakpoint
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
) STRICT;
--> statement-breakpoint
CREATE INDEX `case_defendants_name` ON `case_defendants` (`name`);--> statement-breakpoint
CREATE TABLE `case_types` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `case_types_value` ON `case_types` (`value`);--> statement-breakpoint
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
	`mirror_status_id` integer,
	`mirror_first_run_id` integer NOT NULL,
	`mirror_changed_run_id` integer NOT NULL,
	`mirror_fingerprint` text NOT NULL,
	`plaintiff_description` text,
	`summary` text,
	`summary_short` text,
	`summary_tiny` text,
	`mirror_summary_text` text,
	`mirror_payload` text NOT NULL,
	`mirror_entry_keys` text,
	FOREIGN KEY (`mirror_status_id`) REFERENCES `ongoing_statuses`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_changed_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `cases_case_ongoing` ON `cases` (`case_ongoing`);--> statement-breakpoint
CREATE INDEX `cases_case_status` ON `cases` (`case_status`);--> statement-breakpoint
CREATE INDEX `cases_filing_date` ON `cases` (`filing_date`);--> statement-breakpoint
CREATE INDEX `cases_state` ON `cases` (`state`);--> statement-breakpoint
CREATE INDEX `cases_court` ON `cases` (`court`);--> statement-breakpoint
CREATE INDEX `cases_mirror_status_id` ON `cases` (`mirror_status_id`);--> statement-breakpoint
CREATE INDEX `cases_mirror_changed_run_id` ON `cases` (`mirror_changed_run_id`);--> statement-breakpoint
CREATE TABLE `causes` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `causes_value` ON `causes` (`value`);--> statement-breakpoint
CREATE TABLE `constitutional_clause` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `constitutional_clause_value` ON `constitutional_clause` (`value`);--> statement-breakpoint
CREATE TABLE `content_of_injunction` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `content_of_injunction_value` ON `content_of_injunction` (`value`);--> statement-breakpoint
CREATE TABLE `custom_issues` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `custom_issues_value` ON `custom_issues` (`value`);--> statement-breakpoint
CREATE TABLE `defendant_type` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `defendant_type_value` ON `defendant_type` (`value`);--> statement-breakpoint
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
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `docket_entries_case_id_mirror_key` ON `docket_entries` (`case_id`,`mirror_key`);--> statement-breakpoint
CREATE INDEX `docket_entries_date_filed` ON `docket_entries` (`date_filed`);--> statement-breakpoint
CREATE INDEX `docket_entries_mirror_first_run_id` ON `docket_entries` (`mirror_first_run_id`);--> statement-breakpoint
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
	`scales_html` text,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `dockets_id` ON `dockets` (`id`);--> statement-breakpoint
CREATE INDEX `dockets_docket_number_manual` ON `dockets` (`docket_number_manual`);--> statement-breakpoint
CREATE TABLE `facility_type` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `facility_type_value` ON `facility_type` (`value`);--> statement-breakpoint
CREATE TABLE `issues` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `issues_value` ON `issues` (`value`);--> statement-breakpoint
CREATE TABLE `kept_aside` (
	`fingerprint` text PRIMARY KEY NOT NULL,
	`why` text NOT NULL,
	`record` text NOT NULL,
	`source` text NOT NULL,
	`position` integer NOT NULL,
	`first_run_id` integer NOT NULL,
	`last_run_id` integer NOT NULL,
	FOREIGN KEY (`first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`last_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `ongoing_statuses` (
	`id` integer PRIMARY KEY NOT NULL,
	`label` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ongoing_statuses_label_unique` ON `ongoing_statuses` (`label`);--> statement-breakpoint
CREATE TABLE `payload_drift` (
	`field` text NOT NULL,
	`expected` text NOT NULL,
	`seen` text NOT NULL,
	`example_case_id` integer NOT NULL,
	`first_run_id` integer NOT NULL,
	`last_run_id` integer NOT NULL,
	PRIMARY KEY(`field`, `seen`),
	FOREIGN KEY (`first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`last_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `plaintiff_type` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `plaintiff_type_value` ON `plaintiff_type` (`value`);--> statement-breakpoint
CREATE TABLE `related_cases` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`id` integer,
	`name` text,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `related_cases_id` ON `related_cases` (`id`);--> statement-breakpoint
CREATE TABLE `relief_natures` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `relief_natures_value` ON `relief_natures` (`value`);--> statement-breakpoint
CREATE TABLE `relief_sources` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `relief_sources_value` ON `relief_sources` (`value`);--> statement-breakpoint
CREATE TABLE `settlement_agreement` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `settlement_agreement_value` ON `settlement_agreement` (`value`);--> statement-breakpoint
CREATE TABLE `special_case_type` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `special_case_type_value` ON `special_case_type` (`value`);--> statement-breakpoint
CREATE TABLE `special_collections` (
	`case_id` integer NOT NULL,
	`mirror_position` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`case_id`, `mirror_position`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `special_collections_value` ON `special_collections` (`value`);--> statement-breakpoint
CREATE TABLE `status_syncs` (
	`run_id` integer NOT NULL,
	`status_id` integer NOT NULL,
	`outcome` text NOT NULL,
	`started_at` text NOT NULL,
	`ended_at` text,
	`count_first` integer,
	`count_last` integer,
	`cases_seen` integer DEFAULT 0 NOT NULL,
	`cases_new` integer DEFAULT 0 NOT NULL,
	`cases_changed` integer DEFAULT 0 NOT NULL,
	`cases_unchanged` integer DEFAULT 0 NOT NULL,
	`cases_kept_aside` integer DEFAULT 0 NOT NULL,
	`pages` integer DEFAULT 0 NOT NULL,
	`requests` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`waited_ms` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	PRIMARY KEY(`run_id`, `status_id`),
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`status_id`) REFERENCES `ongoing_statuses`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
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
) STRICT;
--> statement-breakpoint
CREATE INDEX `sync_runs_outcome` ON `sync_runs` (`outcome`);--> statement-breakpoint
INSERT INTO `ongoing_statuses` (`id`, `label`) VALUES
	(5020, 'No'),
	(5021, 'Yes'),
	(5022, 'Unknown'),
	(5023, 'No reason to think so'),
	(5024, 'Perhaps, but long-dormant');
