CREATE TABLE `mirror_paused_hosts` (
	`host` text PRIMARY KEY NOT NULL,
	`asked_at` text NOT NULL,
	`paused_until` text NOT NULL
);
--> statement-breakpoint
-- A pause held the files of all hosts. The host that requested the newest one is that of the file whose request it ended.
INSERT INTO `mirror_paused_hosts` (`host`, `asked_at`, `paused_until`)
SELECT lower(substr(rest, 1, instr(rest || '/', '/') - 1)), max(attempted_at), pause FROM (
	SELECT substr(documents.file, instr(documents.file, '://') + 3) AS rest, attempted_at, pass.paused_until AS pause
	FROM (SELECT * FROM file_passes WHERE paused_until IS NOT NULL ORDER BY id DESC LIMIT 1) AS pass
	JOIN document_files ON document_files.error_code = 'RETRY_AFTER_TOO_LONG'
		AND attempted_at BETWEEN pass.started_at AND coalesce(pass.ended_at, pass.paused_until)
	JOIN documents ON documents.id = document_id AND documents.file LIKE '%_://_%'
) GROUP BY 1;
--> statement-breakpoint
-- A listing of the tables keeps its order: the content, its history, the log of the runs, and the notes of the program.
PRAGMA writable_schema = ON;
--> statement-breakpoint
UPDATE sqlite_master SET rowid = rowid % 50000 + 1680000 WHERE tbl_name = 'mirror_paused_hosts';
--> statement-breakpoint
PRAGMA writable_schema = RESET;
