-- The log of linked lists names each change once (`change_id`), and leaves out what was changed while a record was hidden. `shown`
-- and `hidden` are turns of a record that a case had then.
DROP VIEW linked_change_log;
--> statement-breakpoint
-- What changed in linked lists, one row each. `event`: `added`, `returned` or `removed` for a record; `changed` for a field;
-- `hidden`, `shown` or `redacted` for a record that turned so. The records of the first read of a list have no rows. A record
-- that is hidden has only its turns. `change_id` is that of `linked_changes`.
CREATE VIEW linked_change_log AS
WITH log AS (
	SELECT
		case_links.mirror_from_run_id AS run_id,
		case_links.case_id,
		case_links.record_kind,
		case_links.record_key,
		CASE WHEN EXISTS (
			SELECT 1
			FROM case_links AS earlier
			WHERE earlier.case_id = case_links.case_id
				AND earlier.record_kind = case_links.record_kind
				AND earlier.record_key = case_links.record_key
				AND earlier.mirror_from_run_id < case_links.mirror_from_run_id
		) THEN 'returned' ELSE 'added' END AS event,
		NULL AS field,
		NULL AS kind,
		NULL AS old_value,
		NULL AS new_value,
		NULL AS change_id
	FROM case_links
	JOIN linked_lists ON linked_lists.case_id = case_links.case_id
		AND linked_lists.kind = case_links.record_kind || 's'
		AND linked_lists.first_read_run_id < case_links.mirror_from_run_id
	UNION ALL
	SELECT mirror_to_run_id, case_id, record_kind, record_key, 'removed', NULL, NULL, NULL, NULL, NULL
	FROM case_links
	WHERE mirror_to_run_id IS NOT NULL
	UNION ALL
	SELECT
		linked_changes.run_id,
		case_links.case_id,
		linked_changes.record_kind,
		linked_changes.record_key,
		'changed',
		linked_changes.field,
		linked_changes.kind,
		linked_changes.old_value,
		linked_changes.new_value,
		linked_changes.id
	FROM linked_changes
	JOIN case_links ON case_links.record_kind = linked_changes.record_kind
		AND case_links.record_key = linked_changes.record_key
		AND case_links.mirror_from_run_id <= linked_changes.run_id
		AND coalesce(case_links.mirror_to_run_id, linked_changes.run_id) >= linked_changes.run_id
	WHERE linked_changes.field NOT LIKE 'mirror!_%' ESCAPE '!'
	UNION ALL
	SELECT
		linked_changes.run_id,
		case_links.case_id,
		linked_changes.record_kind,
		linked_changes.record_key,
		CASE WHEN linked_changes.new_value = 'null' THEN 'shown' ELSE 'hidden' END,
		NULL,
		NULL,
		NULL,
		NULL,
		linked_changes.id
	FROM linked_changes
	JOIN case_links ON case_links.record_kind = linked_changes.record_kind
		AND case_links.record_key = linked_changes.record_key
		AND case_links.mirror_from_run_id <= linked_changes.run_id
		AND coalesce(case_links.mirror_to_run_id, linked_changes.run_id) >= linked_changes.run_id
	WHERE linked_changes.field = 'mirror_hidden'
		AND (linked_changes.old_value = 'null') <> (linked_changes.new_value = 'null')
	UNION ALL
	SELECT
		further_docket_entries.mirror_first_run_id,
		case_links.case_id,
		'docket_entry',
		further_docket_entries.mirror_id,
		'added',
		NULL,
		NULL,
		NULL,
		NULL,
		NULL
	FROM further_docket_entries
	JOIN further_dockets ON further_dockets.mirror_key = further_docket_entries.mirror_docket_key
		AND further_dockets.mirror_first_run_id < further_docket_entries.mirror_first_run_id
	JOIN case_further_dockets AS case_links ON case_links.docket_key = further_dockets.mirror_key
		AND case_links.mirror_from_run_id <= further_docket_entries.mirror_first_run_id
		AND coalesce(case_links.mirror_to_run_id, further_docket_entries.mirror_first_run_id) >= further_docket_entries.mirror_first_run_id
	UNION ALL
	SELECT
		linked_changes.run_id,
		case_links.case_id,
		'docket_entry',
		further_docket_entries.mirror_id,
		CASE
			WHEN linked_changes.field <> 'mirror_departed_run_id' THEN 'changed'
			WHEN linked_changes.new_value = 'null' THEN 'returned'
			ELSE 'removed'
		END,
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.field END,
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.kind END,
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.old_value END,
		CASE WHEN linked_changes.field <> 'mirror_departed_run_id' THEN linked_changes.new_value END,
		linked_changes.id
	FROM linked_changes
	JOIN further_docket_entries ON further_docket_entries.mirror_id = linked_changes.record_key
	JOIN case_further_dockets AS case_links ON case_links.docket_key = further_docket_entries.mirror_docket_key
		AND case_links.mirror_from_run_id <= linked_changes.run_id
		AND coalesce(case_links.mirror_to_run_id, linked_changes.run_id) >= linked_changes.run_id
	WHERE linked_changes.record_kind = 'docket_entry'
	UNION ALL
	SELECT documents.mirror_redacted_run_id, case_documents.case_id, 'document', documents.id, 'redacted', NULL, NULL, NULL, NULL, NULL
	FROM documents
	JOIN case_documents ON case_documents.document_id = documents.id
	WHERE documents.mirror_redacted_run_id IS NOT NULL
)
SELECT
	log.run_id,
	sync_runs.started_at AS changed_at,
	log.case_id,
	log.record_kind,
	log.record_key,
	log.event,
	log.field,
	log.kind,
	log.old_value,
	log.new_value,
	log.change_id
FROM log
JOIN sync_runs ON sync_runs.id = log.run_id
WHERE log.event IN ('hidden', 'shown', 'redacted')
	OR (
		CASE log.record_kind
			WHEN 'document' THEN (SELECT mirror_hidden FROM documents WHERE id = log.record_key)
			WHEN 'resource' THEN (SELECT mirror_hidden FROM resources WHERE mirror_key = log.record_key)
		END IS NULL
		AND coalesce((
			SELECT later.old_value
			FROM linked_changes AS later
			WHERE later.record_kind = log.record_kind
				AND later.record_key = log.record_key
				AND later.field = 'mirror_hidden'
				AND +later.run_id > log.run_id
			ORDER BY later.id
			LIMIT 1
		), 'null') = 'null'
		AND (
			log.event IN ('added', 'returned')
			OR coalesce((
				SELECT later.old_value
				FROM linked_changes AS later
				WHERE later.record_kind = log.record_kind
					AND later.record_key = log.record_key
					AND later.field = 'mirror_hidden'
					AND +later.run_id >= log.run_id
				ORDER BY later.id
				LIMIT 1
			), 'null') = 'null'
		)
	);
--> statement-breakpoint
-- Cases whose list of documents does not have what `available_documents` names, or has documents although it names none.
CREATE VIEW audit_documents_at_odds AS
WITH counted AS (
	SELECT
		case_documents.case_id,
		count(*) AS documents,
		sum(documents.document_type = 'Complaint') AS complaints
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
	GROUP BY case_documents.case_id
),
named AS (
	SELECT
		case_id,
		sum(value NOT IN ('None of the above', 'Trial Court Docket')) AS kinds,
		sum(value = 'Complaint (any)') AS complaints,
		group_concat(value, '; ') AS available_documents
	FROM available_documents
	GROUP BY case_id
),
judged AS (
	SELECT
		clean_cases.id,
		clean_cases.name,
		clean_cases.url,
		coalesce(counted.documents, 0) AS documents,
		named.available_documents,
		CASE WHEN counted.documents > 0 AND coalesce(named.kinds, 0) = 0
			THEN '; it names no document, and the list has some' ELSE '' END
		|| CASE WHEN counted.documents IS NULL AND named.kinds > 0
			THEN '; it names documents, and the list has none' ELSE '' END
		|| CASE WHEN counted.documents > 0 AND counted.complaints IS 0 AND named.complaints > 0
			THEN '; it names a complaint, and the list has none' ELSE '' END
		|| CASE WHEN counted.complaints > 0 AND named.kinds > 0 AND named.complaints = 0
			THEN '; it names no complaint, and the list has one' ELSE '' END AS reasons
	FROM linked_lists
	JOIN clean_cases ON clean_cases.id = linked_lists.case_id
	LEFT JOIN counted ON counted.case_id = linked_lists.case_id
	LEFT JOIN named ON named.case_id = linked_lists.case_id
	WHERE linked_lists.kind = 'documents' AND linked_lists.read_at IS NOT NULL AND linked_lists.doubt IS NULL
)
SELECT id AS case_id, name, url, substr(reasons, 3) AS why, documents, available_documents
FROM judged
WHERE reasons <> '';
--> statement-breakpoint
-- Cases with two documents that look like one: the same file, or the same title, type and date.
CREATE VIEW audit_document_twice AS
WITH present AS (
	SELECT
		case_documents.case_id,
		documents.id,
		documents.file,
		nullif(documents.title, '') || '; ' || documents.document_type || '; ' || documents.date AS label
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
),
same AS (
	SELECT case_id, 'the same file' AS why, min(id) AS one, max(id) AS other
	FROM present
	WHERE file <> ''
	GROUP BY case_id, file
	HAVING count(*) > 1
	UNION ALL
	SELECT case_id, 'the same title, type and date', min(id), max(id)
	FROM present
	WHERE label IS NOT NULL
	GROUP BY case_id, label
	HAVING count(*) > 1
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(DISTINCT why) AS why,
	count(*) AS pairs,
	min(one) AS document_id,
	min(other) AS other_document_id
FROM same
JOIN clean_cases ON clean_cases.id = same.case_id
GROUP BY clean_cases.id;
--> statement-breakpoint
-- Cases with documents that lack what identifies them: a file or an address, a type, or a date that is not said to be unknown.
CREATE VIEW audit_document_incomplete AS
WITH judged AS (
	SELECT
		case_documents.case_id,
		documents.id,
		coalesce(documents.file, '') = '' AND coalesce(documents.external_url, '') = '' AS has_no_file,
		coalesce(documents.document_type, '') = '' AS has_no_type,
		coalesce(documents.date, '') = '' AND NOT coalesce(documents.date_not_available, 0) AS has_no_date
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	substr(
		CASE WHEN max(has_no_file) THEN '; neither a file nor an address' ELSE '' END
		|| CASE WHEN max(has_no_type) THEN '; no type' ELSE '' END
		|| CASE WHEN max(has_no_date) THEN '; no date, and none said to be unknown' ELSE '' END,
		3
	) AS why,
	count(*) AS documents,
	min(judged.id) AS document_id
FROM judged
JOIN clean_cases ON clean_cases.id = judged.case_id
WHERE has_no_file OR has_no_type OR has_no_date
GROUP BY clean_cases.id;
--> statement-breakpoint
-- Cases with documents dated over a year before the filing, after the newest run, or on a day that no calendar has.
CREATE VIEW audit_document_dates AS
WITH judged AS (
	SELECT
		case_documents.case_id,
		documents.id,
		substr(documents.date, 1, 10) AS day,
		CASE
			WHEN documents.date < '1789' OR date(substr(documents.date, 1, 10), '+0 days') IS NOT substr(documents.date, 1, 10)
			THEN 'a date that no calendar has'
			WHEN documents.date > (SELECT date(max(started_at), '+1 day') FROM sync_runs) THEN 'a date that is still to come'
			WHEN documents.date < coalesce(date(cases.filing_date, '-1 year'), (nullif(cases.filing_year, 0) - 1) || '-01-01')
			THEN 'a date long before the filing'
		END AS reason
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	JOIN cases ON cases.id = case_documents.case_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
		AND documents.date <> ''
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(DISTINCT reason) AS why,
	count(*) AS documents,
	min(judged.id) AS document_id,
	min(day) AS first_date,
	max(day) AS last_date,
	clean_cases.filing_date
FROM judged
JOIN clean_cases ON clean_cases.id = judged.case_id
WHERE reason IS NOT NULL
GROUP BY clean_cases.id;
--> statement-breakpoint
-- Cases with documents that name a docket on CourtListener which is none of theirs, or a number that no entry of it has.
CREATE VIEW audit_document_off_docket AS
WITH named AS (
	SELECT
		case_documents.case_id,
		documents.id,
		nullif(trim(documents.ecf_number), '') AS ecf_number,
		CAST(substr(documents.external_url, instr(lower(documents.external_url), 'courtlistener.com/docket/') + 25) AS INTEGER) AS docket
	FROM case_documents
	JOIN documents ON documents.id = case_documents.document_id
	WHERE case_documents.mirror_to_run_id IS NULL
		AND documents.mirror_hidden IS NULL
		AND documents.mirror_redacted_run_id IS NULL
		AND lower(documents.external_url) GLOB '*courtlistener.com/docket/[0-9]*'
),
judged AS (
	SELECT
		named.*,
		CASE
			WHEN own.case_id IS NULL THEN 'a docket that is none of the case'
			WHEN NOT EXISTS (
				SELECT 1
				FROM all_docket_entries AS entry
				WHERE entry.case_id = own.case_id
					AND entry.mirror_docket_key IS own.mirror_docket_key
					AND trim(entry.entry_number) = named.ecf_number
			) THEN 'a number that no entry of the docket has'
		END AS reason
	FROM named
	LEFT JOIN all_dockets AS own ON own.case_id = named.case_id AND own.courtlistener_docket_id = named.docket
	WHERE EXISTS (
		SELECT 1
		FROM all_dockets AS any_docket
		WHERE any_docket.case_id = named.case_id AND any_docket.courtlistener_docket_id IS NOT NULL
	) AND (own.case_id IS NULL OR named.ecf_number IS NOT NULL)
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(DISTINCT reason) AS why,
	count(DISTINCT judged.id) AS documents,
	min(judged.id) AS document_id,
	min(judged.docket) AS courtlistener_docket_id
FROM judged
JOIN clean_cases ON clean_cases.id = judged.case_id
WHERE reason IS NOT NULL
GROUP BY clean_cases.id;
--> statement-breakpoint
-- Cases with documents that are left out although they have a file, because their status is missing or unknown.
CREATE VIEW audit_unknown_status AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	'the status ' || group_concat(DISTINCT coalesce(nullif(trim(documents.document_status), ''), '(none)')) AS why,
	count(*) AS documents,
	min(documents.id) AS document_id
FROM case_documents
JOIN documents ON documents.id = case_documents.document_id
JOIN clean_cases ON clean_cases.id = case_documents.case_id
WHERE case_documents.mirror_to_run_id IS NULL
	AND documents.mirror_hidden = 'status'
	AND documents.mirror_redacted_run_id IS NULL
	AND documents.file <> ''
	AND coalesce(trim(documents.document_status), '') NOT IN ('Deleted', 'In Process', 'Empty/Missing Document', 'Coding Complete, but not for Public Display')
GROUP BY clean_cases.id;
--> statement-breakpoint
-- Cases with documents whose text the API does not have, although `has_text` says that it does.
CREATE VIEW audit_text_at_odds AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(DISTINCT CASE document_texts.outcome WHEN 'empty' THEN 'an empty text' ELSE 'no text' END) AS why,
	count(*) AS documents,
	min(documents.id) AS document_id
FROM document_texts
JOIN documents ON documents.id = document_texts.document_id
JOIN case_documents ON case_documents.document_id = documents.id AND case_documents.mirror_to_run_id IS NULL
JOIN clean_cases ON clean_cases.id = case_documents.case_id
WHERE document_texts.outcome IN ('empty', 'not_offered')
	AND documents.has_text
	AND documents.mirror_hidden IS NULL
	AND documents.mirror_redacted_run_id IS NULL
GROUP BY clean_cases.id;
--> statement-breakpoint
-- Cases whose main docket is another in the list of dockets than in the case.
CREATE VIEW audit_docket_copies AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	CASE
		WHEN entries_in_case IS NOT entries_in_list
		THEN coalesce(entries_in_case, 'no') || ' entries in the case, ' || coalesce(entries_in_list, 'no') || ' in the list'
		ELSE 'another ' || differing
	END AS why,
	docket_id,
	entries_in_case,
	entries_in_list,
	differing,
	max(seen_run_id) AS seen_run_id
FROM mirror_docket_differences
JOIN clean_cases ON clean_cases.id = mirror_docket_differences.case_id
WHERE resolved_run_id IS NULL
GROUP BY clean_cases.id;
--> statement-breakpoint
-- Cases of which a linked list was never read although others of its kind were, keeps failing, or is doubted.
CREATE VIEW audit_list_not_read AS
WITH judged AS (
	SELECT
		cases.id,
		kinds.kind,
		CASE
			WHEN linked_lists.first_read_run_id IS NULL THEN kinds.kind || ' never read' || coalesce(' (' || linked_lists.error_code || ')', '')
			WHEN linked_lists.failures > 1 THEN kinds.kind || ' failed ' || linked_lists.failures || ' times (' || linked_lists.error_code || ')'
			WHEN linked_lists.doubt IS NOT NULL THEN kinds.kind || ' doubted (' || linked_lists.doubt || ')'
		END AS reason,
		linked_lists.read_at
	FROM cases
	JOIN (SELECT DISTINCT kind FROM linked_lists WHERE read_at IS NOT NULL) AS kinds
	LEFT JOIN linked_lists ON linked_lists.case_id = cases.id AND linked_lists.kind = kinds.kind
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	group_concat(reason, '; ') AS why,
	count(*) AS lists,
	min(read_at) AS oldest_read_at
FROM judged
JOIN clean_cases ON clean_cases.id = judged.id
WHERE reason IS NOT NULL
GROUP BY clean_cases.id;
