-- No command wrote it: `doctor --probe` shows whether the API offers such a list.
DROP TABLE `mirror_offers`;
--> statement-breakpoint
DELETE FROM `mirror_seals` WHERE `table_name` = 'mirror_offers';
--> statement-breakpoint
-- A file is due again when its document changes.
ALTER TABLE `document_files` ADD `document_fingerprint` text;
