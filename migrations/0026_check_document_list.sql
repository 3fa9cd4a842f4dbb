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
--> statement-breakpoint
-- A listing of the tables keeps its order: the content, its history, the log of the runs, and the notes of the program.
PRAGMA writable_schema = ON;
--> statement-breakpoint
UPDATE sqlite_master SET rowid = rowid % 50000 + 1670000 WHERE tbl_name = 'mirror_document_list_checks';
--> statement-breakpoint
PRAGMA writable_schema = RESET;
