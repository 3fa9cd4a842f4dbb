-- Redactions, and the coming of docket entries that have gone since, are found by their run without reading every case.
CREATE INDEX `cases_mirror_redacted_run_id` ON `cases` (`mirror_redacted_run_id`);
--> statement-breakpoint
CREATE INDEX `past_docket_entries_mirror_first_run_id` ON `past_docket_entries` (`mirror_first_run_id`);
