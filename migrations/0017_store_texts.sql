CREATE TABLE `document_texts` (
	`document_id` integer PRIMARY KEY NOT NULL,
	`outcome` text NOT NULL,
	`text_id` integer,
	`fetched_at` text,
	`document_fingerprint` text,
	`attempted_at` text NOT NULL,
	`failures` integer NOT NULL,
	`paused_until` text,
	`error_code` text,
	`error_message` text,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`text_id`) REFERENCES `texts`(`mirror_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `document_texts_text_id` ON `document_texts` (`text_id`);--> statement-breakpoint
CREATE INDEX `document_texts_outcome` ON `document_texts` (`outcome`);--> statement-breakpoint
CREATE TABLE `mirror_replaced_texts` (
	`id` integer PRIMARY KEY NOT NULL,
	`document_id` integer NOT NULL,
	`hash` text NOT NULL,
	`characters` integer NOT NULL,
	`fetched_at` text NOT NULL,
	`replaced_at` text NOT NULL,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `mirror_replaced_texts_document_id` ON `mirror_replaced_texts` (`document_id`);--> statement-breakpoint
CREATE TABLE `text_passes` (
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
	`texts` integer DEFAULT 0 NOT NULL,
	`empty` integer DEFAULT 0 NOT NULL,
	`not_offered` integer DEFAULT 0 NOT NULL,
	`too_large` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	`paused_until` text
);
--> statement-breakpoint
CREATE TABLE `texts` (
	`mirror_id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`characters` integer NOT NULL,
	`bytes` integer NOT NULL,
	`value` text NOT NULL,
	`mirror_raw` blob
);
--> statement-breakpoint
CREATE UNIQUE INDEX `texts_hash` ON `texts` (`hash`);--> statement-breakpoint
-- A listing of the tables keeps its order: the content, its history, the log of the runs, and the notes of the program.
PRAGMA writable_schema = ON;
--> statement-breakpoint
UPDATE sqlite_master SET rowid = rowid % 50000 + CASE tbl_name
	WHEN 'document_texts' THEN 680000
	WHEN 'texts' THEN 690000
	WHEN 'text_passes' THEN 1345000
	WHEN 'mirror_replaced_texts' THEN 1660000
END
WHERE tbl_name IN ('document_texts', 'texts', 'text_passes', 'mirror_replaced_texts');
--> statement-breakpoint
PRAGMA writable_schema = RESET;
--> statement-breakpoint
-- The texts of documents that are for the public, one row for each document that has one.
CREATE VIEW clean_document_texts AS
SELECT
	clean_documents.id AS document_id,
	clean_documents.title,
	clean_documents.date,
	clean_documents.document_type,
	document_texts.fetched_at,
	texts.characters,
	texts.hash,
	texts.value AS text
FROM clean_documents
JOIN document_texts ON document_texts.document_id = clean_documents.id
JOIN texts ON texts.mirror_id = document_texts.text_id;
