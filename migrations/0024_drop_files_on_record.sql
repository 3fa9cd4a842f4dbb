CREATE TABLE `mirror_dropped_files` (
	`hash` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
-- A listing of the tables keeps its order: the content, its history, the log of the runs, and the notes of the program.
PRAGMA writable_schema = ON;
--> statement-breakpoint
UPDATE sqlite_master SET rowid = rowid % 50000 + 1670000 WHERE tbl_name = 'mirror_dropped_files';
--> statement-breakpoint
PRAGMA writable_schema = RESET;
