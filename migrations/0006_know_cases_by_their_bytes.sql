CREATE TABLE `text_hashes` (
	`case_id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`fingerprint` text NOT NULL,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `text_hashes_hash` ON `text_hashes` (`hash`);
