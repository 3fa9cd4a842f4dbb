-- What decides whether a file is due again is recorded as a value, and no longer only in a sentence.
ALTER TABLE `document_files` ADD `refused_host` text;
--> statement-breakpoint
ALTER TABLE `document_files` ADD `limit_bytes` integer;
--> statement-breakpoint
-- The value of these rows is not known, so each is due once more. A refusal sends no request.
UPDATE `document_files` SET `document_fingerprint` = '' WHERE `outcome` IN ('refused', 'too_large');
