ALTER TABLE `cases` ADD `mirror_defendants` text;--> statement-breakpoint
ALTER TABLE `cases` ADD `mirror_docket_numbers` text;--> statement-breakpoint
ALTER TABLE `cases` ADD `mirror_short_summaries` text;