-- How many rows each table has, and a digest of them, where nothing else in the file would tell that one was lost or changed.
CREATE TABLE `seals` (
	`table_name` text PRIMARY KEY NOT NULL,
	`row_count` integer NOT NULL,
	`digest` text NOT NULL
);
