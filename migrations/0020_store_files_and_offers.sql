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
	`error_message` text,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `document_files_hash` ON `document_files` (`hash`);--> statement-breakpoint
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
--> statement-breakpoint
CREATE TABLE `mirror_offers` (
	`kind` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`naming` text,
	`records` integer,
	`total` integer,
	`checked_at` text NOT NULL,
	`run_id` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `sync_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
-- A listing of the tables keeps its order: the content, its history, the log of the runs, and the notes of the program.
PRAGMA writable_schema = ON;
--> statement-breakpoint
UPDATE sqlite_master SET rowid = rowid % 50000 + CASE tbl_name
	WHEN 'document_files' THEN 695000
	WHEN 'file_passes' THEN 1347000
	WHEN 'mirror_offers' THEN 1670000
END
WHERE tbl_name IN ('document_files', 'file_passes', 'mirror_offers');
--> statement-breakpoint
PRAGMA writable_schema = RESET;
