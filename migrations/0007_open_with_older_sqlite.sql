-- STRICT needs SQLite 3.37, and the file is to be opened by 3.34. Of a table it changes nothing but what may be written to
-- it: the bytes of its rows stay as they are, so that the words are taken out of the schema and no row is moved.
PRAGMA writable_schema = ON;
--> statement-breakpoint
UPDATE sqlite_master
SET sql = substr(sql, 1, length(sql) - length(') STRICT, WITHOUT ROWID')) || ') WITHOUT ROWID'
WHERE type = 'table' AND sql LIKE '%) STRICT, WITHOUT ROWID';
--> statement-breakpoint
UPDATE sqlite_master
SET sql = substr(sql, 1, length(sql) - length(') STRICT')) || ')'
WHERE type = 'table' AND sql LIKE '%) STRICT';
--> statement-breakpoint
PRAGMA writable_schema = RESET;
--> statement-breakpoint
-- The operator ->> needs SQLite 3.38.
DROP VIEW status_transitions;
--> statement-breakpoint
DROP VIEW status_spells;
--> statement-breakpoint
-- Which cases went from one status to another, and when the mirror saw it. '(none)' is a case without a status.
CREATE VIEW status_transitions AS
SELECT
	case_changes.run_id,
	case_changes.changed_at,
	case_changes.case_id,
	coalesce(json_extract(case_changes.old_value, '$'), '(none)') AS from_status,
	coalesce(json_extract(case_changes.new_value, '$'), '(none)') AS to_status
FROM case_changes
-- What a case was before it was redacted is not known.
WHERE case_changes.field = 'case_ongoing'
	AND NOT (case_changes.old_value IS NULL AND case_changes.case_id IN (SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL));
--> statement-breakpoint
-- How long each case stood under each status, as far as the mirror saw it. `began_at` is null for the status that a case
-- had when it was first stored, `ended_at` for the one that it has now, or had when it left the site; `days` counts what
-- was seen.
CREATE VIEW status_spells AS
WITH spells AS (
	SELECT
		cases.id AS case_id,
		coalesce(
			(
				SELECT coalesce(json_extract(case_changes.old_value, '$'), '(none)')
				FROM case_changes
				WHERE case_changes.case_id = cases.id AND case_changes.field = 'case_ongoing'
				ORDER BY case_changes.id LIMIT 1
			),
			cases.case_ongoing,
			'(none)'
		) AS status,
		sync_runs.started_at AS seen_from,
		NULL AS began_at,
		0 AS change_id
	FROM cases
	JOIN sync_runs ON sync_runs.id = cases.mirror_first_run_id
	WHERE cases.mirror_redacted_run_id IS NULL
	UNION ALL
	SELECT
		case_changes.case_id,
		coalesce(json_extract(case_changes.new_value, '$'), '(none)'),
		case_changes.changed_at,
		case_changes.changed_at,
		case_changes.id
	FROM case_changes
	WHERE case_changes.field = 'case_ongoing'
		AND case_changes.case_id NOT IN (SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL)
),
bounded AS (
	SELECT
		spells.*,
		lead(spells.seen_from) OVER (PARTITION BY spells.case_id ORDER BY spells.change_id) AS ended_at
	FROM spells
)
SELECT
	bounded.case_id,
	bounded.status,
	bounded.began_at,
	bounded.ended_at,
	round(julianday(coalesce(bounded.ended_at, departures.started_at, (SELECT max(started_at) FROM sync_runs))) - julianday(bounded.seen_from), 1) AS days
FROM bounded
LEFT JOIN (
	SELECT cases.id, sync_runs.started_at
	FROM cases
	JOIN sync_runs ON sync_runs.id = cases.mirror_departed_run_id
	WHERE cases.mirror_departed_run_id IS NOT NULL
) AS departures ON departures.id = bounded.case_id;
