-- A text of digits is the id that it says, in the column `id` too.
UPDATE `related_cases` SET `id` = (
	SELECT CAST(json_extract(one.value, '$.id') AS INTEGER)
	FROM (
		SELECT element.value, row_number() OVER (ORDER BY element.key) - 1 AS place
		FROM json_each((SELECT mirror_payload FROM cases WHERE cases.id = related_cases.case_id), '$.related_cases') AS element
		WHERE element.type = 'object'
	) AS one
	WHERE one.place = related_cases.mirror_position AND json_type(one.value, '$.id') = 'text'
		AND trim(json_extract(one.value, '$.id')) <> '' AND length(trim(json_extract(one.value, '$.id'))) <= 15
		AND trim(json_extract(one.value, '$.id')) NOT GLOB '*[^0-9]*'
)
WHERE `id` IS NULL AND json_valid((SELECT mirror_payload FROM cases WHERE cases.id = related_cases.case_id));
--> statement-breakpoint
DROP VIEW clean_related_cases;
--> statement-breakpoint
-- Without the name of a related case that has left the site or was redacted, or of which the id cannot be read.
CREATE VIEW clean_related_cases AS
SELECT
	list.case_id,
	list.mirror_position,
	list.id,
	CAST(CASE
		WHEN list.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases AS other WHERE other.id = list.id AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
		THEN nullif(trim(list.name), '')
	END AS TEXT) AS name
FROM related_cases AS list
WHERE list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM related_cases AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND earlier.id IS list.id
			AND (list.id IS NOT NULL OR earlier.name IS list.name)
	);
--> statement-breakpoint
DROP VIEW clean_change_log;
--> statement-breakpoint
-- The changes of the cases that are on the site, as `change_log` has them, but without the name of a related case that has left the site or was redacted, or of which the id cannot be read.
CREATE VIEW clean_change_log AS
SELECT
	change_log.run_id,
	change_log.changed_at,
	change_log.case_id,
	change_log.kind,
	change_log.field,
	CAST(CASE
		WHEN change_log.field IS NOT 'related_cases' OR change_log.old_value IS NULL THEN change_log.old_value
		-- What SQL cannot read is not shown.
		WHEN NOT json_valid(change_log.old_value) THEN NULL
		WHEN json_type(change_log.old_value, '$') = 'array' THEN (
			WITH RECURSIVE list(place, done) AS (
				SELECT 0, '['
				UNION ALL
				SELECT
					place + 1,
					done || CASE place WHEN 0 THEN '' ELSE ',' END || CASE json_type(change_log.old_value, '$[' || place || ']')
						WHEN 'object' THEN CASE
							WHEN NOT coalesce((json_type(change_log.old_value, '$[' || place || ']' || '.id') = 'integer' OR json_type(change_log.old_value, '$[' || place || ']' || '.id') = 'text' AND trim(json_extract(change_log.old_value, '$[' || place || ']' || '.id')) <> '' AND length(trim(json_extract(change_log.old_value, '$[' || place || ']' || '.id'))) <= 15 AND trim(json_extract(change_log.old_value, '$[' || place || ']' || '.id')) NOT GLOB '*[^0-9]*'), 0) THEN '{"id":null,"name":null}'
							WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = CAST(json_extract(change_log.old_value, '$[' || place || ']' || '.id') AS INTEGER) AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
							THEN '{"id":' || json_quote(json_extract(change_log.old_value, '$[' || place || ']' || '.id')) || ',"name":null}'
							ELSE json_extract(change_log.old_value, '$[' || place || ']')
						END
						WHEN 'text' THEN CASE WHEN trim(json_extract(change_log.old_value, '$[' || place || ']')) <> '' AND length(trim(json_extract(change_log.old_value, '$[' || place || ']'))) <= 15 AND trim(json_extract(change_log.old_value, '$[' || place || ']')) NOT GLOB '*[^0-9]*' THEN json_quote(json_extract(change_log.old_value, '$[' || place || ']')) ELSE 'null' END
						WHEN 'integer' THEN json_extract(change_log.old_value, '$[' || place || ']')
						ELSE 'null'
					END
				FROM list
				WHERE place < json_array_length(change_log.old_value)
			)
			SELECT done || ']' FROM list ORDER BY place DESC LIMIT 1
		)
		ELSE CASE json_type(change_log.old_value, '$')
			WHEN 'object' THEN CASE
				WHEN NOT coalesce((json_type(change_log.old_value, '$' || '.id') = 'integer' OR json_type(change_log.old_value, '$' || '.id') = 'text' AND trim(json_extract(change_log.old_value, '$' || '.id')) <> '' AND length(trim(json_extract(change_log.old_value, '$' || '.id'))) <= 15 AND trim(json_extract(change_log.old_value, '$' || '.id')) NOT GLOB '*[^0-9]*'), 0) THEN '{"id":null,"name":null}'
				WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = CAST(json_extract(change_log.old_value, '$' || '.id') AS INTEGER) AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
				THEN '{"id":' || json_quote(json_extract(change_log.old_value, '$' || '.id')) || ',"name":null}'
				ELSE json_extract(change_log.old_value, '$')
			END
			WHEN 'text' THEN CASE WHEN trim(json_extract(change_log.old_value, '$')) <> '' AND length(trim(json_extract(change_log.old_value, '$'))) <= 15 AND trim(json_extract(change_log.old_value, '$')) NOT GLOB '*[^0-9]*' THEN json_quote(json_extract(change_log.old_value, '$')) ELSE 'null' END
			WHEN 'integer' THEN json_extract(change_log.old_value, '$')
			ELSE 'null'
		END
	END AS TEXT) AS old_value,
	CAST(CASE
		WHEN change_log.field IS NOT 'related_cases' OR change_log.new_value IS NULL THEN change_log.new_value
		-- What SQL cannot read is not shown.
		WHEN NOT json_valid(change_log.new_value) THEN NULL
		WHEN json_type(change_log.new_value, '$') = 'array' THEN (
			WITH RECURSIVE list(place, done) AS (
				SELECT 0, '['
				UNION ALL
				SELECT
					place + 1,
					done || CASE place WHEN 0 THEN '' ELSE ',' END || CASE json_type(change_log.new_value, '$[' || place || ']')
						WHEN 'object' THEN CASE
							WHEN NOT coalesce((json_type(change_log.new_value, '$[' || place || ']' || '.id') = 'integer' OR json_type(change_log.new_value, '$[' || place || ']' || '.id') = 'text' AND trim(json_extract(change_log.new_value, '$[' || place || ']' || '.id')) <> '' AND length(trim(json_extract(change_log.new_value, '$[' || place || ']' || '.id'))) <= 15 AND trim(json_extract(change_log.new_value, '$[' || place || ']' || '.id')) NOT GLOB '*[^0-9]*'), 0) THEN '{"id":null,"name":null}'
							WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = CAST(json_extract(change_log.new_value, '$[' || place || ']' || '.id') AS INTEGER) AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
							THEN '{"id":' || json_quote(json_extract(change_log.new_value, '$[' || place || ']' || '.id')) || ',"name":null}'
							ELSE json_extract(change_log.new_value, '$[' || place || ']')
						END
						WHEN 'text' THEN CASE WHEN trim(json_extract(change_log.new_value, '$[' || place || ']')) <> '' AND length(trim(json_extract(change_log.new_value, '$[' || place || ']'))) <= 15 AND trim(json_extract(change_log.new_value, '$[' || place || ']')) NOT GLOB '*[^0-9]*' THEN json_quote(json_extract(change_log.new_value, '$[' || place || ']')) ELSE 'null' END
						WHEN 'integer' THEN json_extract(change_log.new_value, '$[' || place || ']')
						ELSE 'null'
					END
				FROM list
				WHERE place < json_array_length(change_log.new_value)
			)
			SELECT done || ']' FROM list ORDER BY place DESC LIMIT 1
		)
		ELSE CASE json_type(change_log.new_value, '$')
			WHEN 'object' THEN CASE
				WHEN NOT coalesce((json_type(change_log.new_value, '$' || '.id') = 'integer' OR json_type(change_log.new_value, '$' || '.id') = 'text' AND trim(json_extract(change_log.new_value, '$' || '.id')) <> '' AND length(trim(json_extract(change_log.new_value, '$' || '.id'))) <= 15 AND trim(json_extract(change_log.new_value, '$' || '.id')) NOT GLOB '*[^0-9]*'), 0) THEN '{"id":null,"name":null}'
				WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = CAST(json_extract(change_log.new_value, '$' || '.id') AS INTEGER) AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
				THEN '{"id":' || json_quote(json_extract(change_log.new_value, '$' || '.id')) || ',"name":null}'
				ELSE json_extract(change_log.new_value, '$')
			END
			WHEN 'text' THEN CASE WHEN trim(json_extract(change_log.new_value, '$')) <> '' AND length(trim(json_extract(change_log.new_value, '$'))) <= 15 AND trim(json_extract(change_log.new_value, '$')) NOT GLOB '*[^0-9]*' THEN json_quote(json_extract(change_log.new_value, '$')) ELSE 'null' END
			WHEN 'integer' THEN json_extract(change_log.new_value, '$')
			ELSE 'null'
		END
	END AS TEXT) AS new_value,
	change_log.entry_key
FROM change_log
WHERE change_log.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
--> statement-breakpoint
DROP VIEW linked_list_states;
--> statement-breakpoint
-- What is known of each linked list of each case on the site: `not read yet`, `none`, `some`, or `removed` if the case was redacted.
CREATE VIEW linked_list_states AS
SELECT
	cases.id AS case_id,
	kinds.kind,
	CASE
		WHEN cases.mirror_redacted_run_id IS NOT NULL THEN 'removed'
		WHEN linked_lists.first_read_run_id IS NULL THEN 'not read yet'
		WHEN linked_lists.records = 0 THEN 'none'
		ELSE 'some'
	END AS state,
	linked_lists.records,
	linked_lists.read_at,
	linked_lists.read_run_id,
	linked_lists.attempted_at,
	linked_lists.failures,
	linked_lists.error_code,
	linked_lists.doubt
FROM cases
JOIN (SELECT 'documents' AS kind UNION ALL SELECT 'dockets' UNION ALL SELECT 'resources') AS kinds
LEFT JOIN linked_lists ON linked_lists.case_id = cases.id AND linked_lists.kind = kinds.kind
WHERE cases.mirror_departed_run_id IS NULL;
--> statement-breakpoint
DROP VIEW audit_list_not_read;
--> statement-breakpoint
-- Cases of which a linked list was never read although others of its kind were, keeps failing, or is doubted. The lists of a redacted case are not read.
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
	WHERE cases.mirror_redacted_run_id IS NULL
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
