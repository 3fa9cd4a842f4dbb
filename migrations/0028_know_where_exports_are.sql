CREATE TABLE `mirror_exports` (
	`place` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`command` text NOT NULL,
	`written_at` text NOT NULL,
	`oldest_run_id` integer NOT NULL
);
--> statement-breakpoint
-- A listing of the tables keeps its order: the content, its history, the log of the runs, and the notes of the program.
PRAGMA writable_schema = ON;
--> statement-breakpoint
UPDATE sqlite_master SET rowid = rowid % 50000 + 1680000 WHERE tbl_name = 'mirror_exports';
--> statement-breakpoint
PRAGMA writable_schema = RESET;
