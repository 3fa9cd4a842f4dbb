CREATE INDEX `case_further_dockets_mirror_from_run_id` ON `case_further_dockets` (`mirror_from_run_id`);--> statement-breakpoint
CREATE INDEX `case_further_dockets_mirror_to_run_id` ON `case_further_dockets` (`mirror_to_run_id`);--> statement-breakpoint
CREATE INDEX `case_resources_mirror_from_run_id` ON `case_resources` (`mirror_from_run_id`);--> statement-breakpoint
CREATE INDEX `case_resources_mirror_to_run_id` ON `case_resources` (`mirror_to_run_id`);--> statement-breakpoint
CREATE INDEX `documents_mirror_redacted_run_id` ON `documents` (`mirror_redacted_run_id`) WHERE mirror_redacted_run_id IS NOT NULL;