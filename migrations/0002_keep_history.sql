-- Views are made anew by the next migration, with what this one adds.
DROP VIEW clean_cases;
--> statement-breakpoint
DROP VIEW clean_docket_entries;
--> statement-breakpoint
DROP VIEW clean_attachments;
--> statement-breakpoint
DROP VIEW latest_sweeps;
--> statement-breakpoint
-- The sixth list that is swept is not one of case_ongoing, so the table gets a wider name.
ALTER TABLE `ongoing_statuses` RENAME TO `statuses`;
--> statement-breakpoint
ALTER TABLE `statuses` ADD `filter` text DEFAULT 'case_ongoing' NOT NULL;
--> statement-breakpoint
INSERT INTO `statuses` (`id`, `label`, `filter`) VALUES (5074, 'In Process (Public)', 'case_status');
--> statement-breakpoint
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
) STRICT;
--> statement-breakpoint
CREATE INDEX `case_changes_case_id` ON `case_changes` (`case_id`);
--> statement-breakpoint
CREATE INDEX `case_changes_run_id` ON `case_changes` (`run_id`);
--> statement-breakpoint
CREATE INDEX `case_changes_field` ON `case_changes` (`field`,`run_id`);
--> statement-breakpoint
CREATE TABLE `coverage_checks` (
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
) STRICT;
--> statement-breakpoint
CREATE TABLE `departure_checks` (
	`run_id` integer PRIMARY KEY NOT NULL,
	`outcome` text NOT NULL,
	`checked_at` text NOT NULL,
	`cases_missing` integer DEFAULT 0 NOT NULL,
	`cases_moved` integer DEFAULT 0 NOT NULL,
	`cases_in_place` integer DEFAULT 0 NOT NULL,
	`cases_gone` integer DEFAULT 0 NOT NULL,
	`cases_returned` integer DEFAULT 0 NOT NULL,
	`most_gone` integer NOT NULL,
	`requests` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`waited_ms` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `double_sightings` (
	`run_id` integer NOT NULL,
	`case_id` integer NOT NULL,
	`first_status_id` integer NOT NULL,
	`then_status_id` integer NOT NULL,
	`seen_at` text NOT NULL,
	PRIMARY KEY(`run_id`, `case_id`, `first_status_id`, `then_status_id`),
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`first_status_id`) REFERENCES `statuses`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`then_status_id`) REFERENCES `statuses`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `past_docket_entries` (
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
	`mirror_since_run_id` integer NOT NULL,
	`mirror_until_run_id` integer NOT NULL,
	`mirror_end` text NOT NULL,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mirror_first_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_since_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mirror_until_run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `past_docket_entries_case_id` ON `past_docket_entries` (`case_id`,`mirror_key`);
--> statement-breakpoint
CREATE INDEX `past_docket_entries_mirror_until_run_id` ON `past_docket_entries` (`mirror_until_run_id`);
--> statement-breakpoint
CREATE TABLE `past_versions` (
	`case_id` integer NOT NULL,
	`run_id` integer NOT NULL,
	`fingerprint` text NOT NULL,
	PRIMARY KEY(`case_id`, `run_id`),
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `cases` ADD `mirror_departed_run_id` integer REFERENCES sync_runs(id);
--> statement-breakpoint
ALTER TABLE `cases` ADD `mirror_redacted_run_id` integer REFERENCES sync_runs(id);
--> statement-breakpoint
CREATE INDEX `cases_mirror_first_run_id` ON `cases` (`mirror_first_run_id`);
--> statement-breakpoint
CREATE INDEX `cases_mirror_departed_run_id` ON `cases` (`mirror_departed_run_id`);
--> statement-breakpoint
ALTER TABLE `status_syncs` ADD `walks` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `status_syncs` ADD `cases_last_walk` integer DEFAULT 0 NOT NULL;
