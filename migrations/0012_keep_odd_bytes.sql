ALTER TABLE `kept_aside` ADD `bytes` blob;--> statement-breakpoint
ALTER TABLE `kept_aside` ADD `case_id` integer;