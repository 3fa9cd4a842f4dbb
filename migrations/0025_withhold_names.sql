DROP VIEW clean_related_cases;
--> statement-breakpoint
-- Without the name of a related case that has left the site or was redacted.
CREATE VIEW clean_related_cases AS
SELECT
	list.case_id,
	list.mirror_position,
	list.id,
	CAST(CASE
		WHEN NOT EXISTS (SELECT 1 FROM cases AS other WHERE other.id = list.id AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
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
-- The changes of the cases that are on the site, as `change_log` has them, but without the name of a related case that has left the site or was redacted.
CREATE VIEW clean_change_log AS
SELECT
	change_log.run_id,
	change_log.changed_at,
	change_log.case_id,
	change_log.kind,
	change_log.field,
	CAST(CASE
		WHEN change_log.field IS NOT 'related_cases' OR change_log.old_value IS NULL THEN change_log.old_value
		WHEN NOT EXISTS (
			SELECT 1 FROM cases AS other
			WHERE (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL)
				AND (instr(change_log.old_value, '"id":' || other.id || ',') > 0 OR instr(change_log.old_value, '"id":' || other.id || '}') > 0)
		) THEN change_log.old_value
		-- What SQL cannot read is not shown.
		WHEN NOT json_valid(change_log.old_value) THEN NULL
		WHEN change_log.old_value LIKE '{%' THEN CASE
			WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = json_extract(change_log.old_value, '$.id') AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
			THEN '{"id":' || json_extract(change_log.old_value, '$.id') || ',"name":null}'
			ELSE change_log.old_value
		END
		ELSE (
			WITH RECURSIVE list(place, done) AS (
				SELECT 0, '['
				UNION ALL
				SELECT
					place + 1,
					done || CASE place WHEN 0 THEN '' ELSE ',' END || CASE
						WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = json_extract(change_log.old_value, '$[' || place || '].id') AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
						THEN '{"id":' || json_extract(change_log.old_value, '$[' || place || '].id') || ',"name":null}'
						WHEN json_extract(change_log.old_value, '$[' || place || ']') LIKE '{%' THEN json_extract(change_log.old_value, '$[' || place || ']')
						ELSE 'null'
					END
				FROM list
				WHERE json_extract(change_log.old_value, '$[' || place || ']') IS NOT NULL
			)
			SELECT done || ']' FROM list ORDER BY place DESC LIMIT 1
		)
	END AS TEXT) AS old_value,
	CAST(CASE
		WHEN change_log.field IS NOT 'related_cases' OR change_log.new_value IS NULL THEN change_log.new_value
		WHEN NOT EXISTS (
			SELECT 1 FROM cases AS other
			WHERE (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL)
				AND (instr(change_log.new_value, '"id":' || other.id || ',') > 0 OR instr(change_log.new_value, '"id":' || other.id || '}') > 0)
		) THEN change_log.new_value
		-- What SQL cannot read is not shown.
		WHEN NOT json_valid(change_log.new_value) THEN NULL
		WHEN change_log.new_value LIKE '{%' THEN CASE
			WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = json_extract(change_log.new_value, '$.id') AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
			THEN '{"id":' || json_extract(change_log.new_value, '$.id') || ',"name":null}'
			ELSE change_log.new_value
		END
		ELSE (
			WITH RECURSIVE list(place, done) AS (
				SELECT 0, '['
				UNION ALL
				SELECT
					place + 1,
					done || CASE place WHEN 0 THEN '' ELSE ',' END || CASE
						WHEN EXISTS (SELECT 1 FROM cases AS other WHERE other.id = json_extract(change_log.new_value, '$[' || place || '].id') AND (other.mirror_departed_run_id IS NOT NULL OR other.mirror_redacted_run_id IS NOT NULL))
						THEN '{"id":' || json_extract(change_log.new_value, '$[' || place || '].id') || ',"name":null}'
						WHEN json_extract(change_log.new_value, '$[' || place || ']') LIKE '{%' THEN json_extract(change_log.new_value, '$[' || place || ']')
						ELSE 'null'
					END
				FROM list
				WHERE json_extract(change_log.new_value, '$[' || place || ']') IS NOT NULL
			)
			SELECT done || ']' FROM list ORDER BY place DESC LIMIT 1
		)
	END AS TEXT) AS new_value,
	change_log.entry_key
FROM change_log
WHERE change_log.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
