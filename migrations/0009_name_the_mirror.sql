CREATE TABLE `mirror_identity` (
	`id` integer PRIMARY KEY NOT NULL,
	`mirror_id` text NOT NULL,
	CONSTRAINT "mirror_identity_one_row" CHECK("mirror_identity"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE `mirror_snapshot` (
	`id` integer PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`taken_at` text NOT NULL,
	`taken_by` text NOT NULL,
	`last_run_id` integer,
	`is_complete` integer NOT NULL,
	`as_of_run_id` integer,
	CONSTRAINT "mirror_snapshot_one_row" CHECK("mirror_snapshot"."id" = 1)
);
--> statement-breakpoint
-- Which mirror this is. Every copy of the file keeps it.
INSERT INTO `mirror_identity` (`id`, `mirror_id`) VALUES (1, lower(hex(randomblob(16))));
