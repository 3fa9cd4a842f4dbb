-- A list of texts has no objects and lists in its column, as if it had arrived today: clean views, exports and the search show it.
-- An object with a value is that value. The payload has the list as the API sent it.
UPDATE `documents` SET `party_types` = (
	SELECT '[' || coalesce(group_concat(one.item, ','), '') || ']'
	FROM (
		SELECT CASE element.type WHEN 'object' THEN element.value -> '$.value' ELSE documents.party_types -> ('$[' || element.key || ']') END AS item
		FROM json_each(documents.party_types) AS element
		WHERE element.type <> 'array' AND (element.type <> 'object' OR coalesce(json_type(element.value, '$.value'), 'object') NOT IN ('object', 'array'))
		ORDER BY element.key
	) AS one
)
WHERE json_valid(`party_types`) AND EXISTS (
	SELECT 1 FROM json_each(documents.party_types) AS element WHERE element.type IN ('object', 'array')
);
--> statement-breakpoint
UPDATE `resources` SET `resource_types` = (
	SELECT '[' || coalesce(group_concat(one.item, ','), '') || ']'
	FROM (
		SELECT CASE element.type WHEN 'object' THEN element.value -> '$.value' ELSE resources.resource_types -> ('$[' || element.key || ']') END AS item
		FROM json_each(resources.resource_types) AS element
		WHERE element.type <> 'array' AND (element.type <> 'object' OR coalesce(json_type(element.value, '$.value'), 'object') NOT IN ('object', 'array'))
		ORDER BY element.key
	) AS one
)
WHERE json_valid(`resource_types`) AND EXISTS (
	SELECT 1 FROM json_each(resources.resource_types) AS element WHERE element.type IN ('object', 'array')
);
--> statement-breakpoint
DROP VIEW status_transitions;
--> statement-breakpoint
-- A status is a text: anything else counts as none, as in `cases.case_ongoing`.
CREATE VIEW status_transitions AS
SELECT
	case_changes.run_id,
	case_changes.changed_at,
	case_changes.case_id,
	CASE json_type(case_changes.old_value, '$') WHEN 'text' THEN json_extract(case_changes.old_value, '$') ELSE '(none)' END AS from_status,
	CASE json_type(case_changes.new_value, '$') WHEN 'text' THEN json_extract(case_changes.new_value, '$') ELSE '(none)' END AS to_status
FROM case_changes
-- What a case was before it was redacted is not known.
WHERE case_changes.field = 'case_ongoing'
	AND NOT (case_changes.old_value IS NULL AND case_changes.case_id IN (SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL));
--> statement-breakpoint
DROP VIEW status_spells;
--> statement-breakpoint
CREATE VIEW status_spells AS
WITH spells AS (
	SELECT
		cases.id AS case_id,
		coalesce(
			(
				SELECT CASE json_type(case_changes.old_value, '$') WHEN 'text' THEN json_extract(case_changes.old_value, '$') ELSE '(none)' END
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
		CASE json_type(case_changes.new_value, '$') WHEN 'text' THEN json_extract(case_changes.new_value, '$') ELSE '(none)' END,
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
