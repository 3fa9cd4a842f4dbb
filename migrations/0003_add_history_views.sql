-- The clean reading of the tables: the same names where the meaning is the same, but no literal "nan", no file: links,
-- no empty texts or year 0 for "not known", timestamps as the dates they were written as, whole addresses. Cases that
-- have left the site are not in them.
CREATE VIEW clean_cases AS
SELECT
	cases.id,
	nullif(trim(cases.name), '') AS name,
	'https://clearinghouse.net/case/' || cases.id AS url,
	cases.case_ongoing,
	cases.case_status,
	nullif(trim(cases.state), '') AS state,
	nullif(trim(cases.court), '') AS court,
	CASE WHEN cases.filing_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN substr(cases.filing_date, 1, 10) END AS filing_date,
	nullif(cases.filing_year, 0) AS filing_year,
	CASE WHEN cases.terminating_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN substr(cases.terminating_date, 1, 10) END AS terminating_date,
	nullif(cases.closing_year, 0) AS closing_year,
	nullif(cases.order_start_year, 0) AS order_start_year,
	nullif(cases.order_end_year, 0) AS order_end_year,
	CASE WHEN cases.settlement_judgment_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN substr(cases.settlement_judgment_date, 1, 10) END AS settlement_judgment_date,
	nullif(cases.settlement_judgment_year, 0) AS settlement_judgment_year,
	CASE WHEN cases.last_checked_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN substr(cases.last_checked_date, 1, 10) END AS last_checked_date,
	CASE WHEN cases.summary_published_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN substr(cases.summary_published_date, 1, 10) END AS summary_published_date,
	nullif(trim(cases.plaintiff_description), '') AS plaintiff_description,
	cases.public_interest_lawyer,
	cases.pro_se_status,
	cases.class_action_sought,
	cases.class_action_granted,
	cases.prevailing_party,
	cases.permanent_injunction,
	cases.never_filed,
	nullif(cases.mirror_summary_text, '') AS summary,
	nullif(trim(cases.summary_short), '') AS summary_short,
	nullif(trim(cases.summary_tiny), '') AS summary_tiny,
	nullif(trim(dockets.docket_number_manual), '') AS docket_number,
	CASE WHEN dockets.recap_link LIKE 'http%://%' THEN dockets.recap_link END AS recap_url,
	CASE
		WHEN dockets.recap_link GLOB '*://*/docket/[0-9]*'
		THEN CAST(substr(dockets.recap_link, instr(dockets.recap_link, '/docket/') + 8) AS INTEGER)
	END AS recap_docket_id
FROM cases
LEFT JOIN dockets ON dockets.case_id = cases.id
WHERE cases.id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
--> statement-breakpoint
CREATE VIEW clean_docket_entries AS
SELECT
	docket_entries.mirror_id,
	docket_entries.case_id,
	docket_entries.id,
	docket_entries.row_number,
	nullif(trim(docket_entries.entry_number), '') AS entry_number,
	CASE WHEN docket_entries.date_filed GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN substr(docket_entries.date_filed, 1, 10) END AS date_filed,
	nullif(trim(docket_entries.description), '') AS description,
	CASE WHEN docket_entries.url LIKE 'http://%' OR docket_entries.url LIKE 'https://%' THEN docket_entries.url END AS url,
	CASE WHEN docket_entries.recap_pdf_url LIKE 'http://%' OR docket_entries.recap_pdf_url LIKE 'https://%' THEN docket_entries.recap_pdf_url END AS recap_pdf_url,
	nullif(trim(docket_entries.pacer_doc_id), '') AS pacer_doc_id,
	(SELECT count(*) FROM attachments WHERE attachments.mirror_entry_id = docket_entries.mirror_id) AS attachment_count
FROM docket_entries
WHERE docket_entries.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
--> statement-breakpoint
CREATE VIEW clean_attachments AS
SELECT
	docket_entries.case_id,
	docket_entries.id AS entry_id,
	attachments.mirror_entry_id,
	attachments.attachment_number,
	nullif(trim(attachments.description), '') AS description,
	attachments.recap_id,
	attachments.doc_id,
	CASE WHEN attachments.pacer_url LIKE 'http://%' OR attachments.pacer_url LIKE 'https://%' THEN attachments.pacer_url END AS pacer_url,
	CASE WHEN attachments.pdf_url LIKE 'http://%' OR attachments.pdf_url LIKE 'https://%' THEN attachments.pdf_url END AS pdf_url
FROM attachments
JOIN docket_entries ON docket_entries.mirror_id = attachments.mirror_entry_id
WHERE docket_entries.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
--> statement-breakpoint
-- How each status was swept last, by label.
CREATE VIEW latest_sweeps AS
SELECT statuses.label, status_syncs.*
FROM statuses
LEFT JOIN status_syncs
	ON status_syncs.status_id = statuses.id
	AND status_syncs.run_id = (SELECT max(run_id) FROM status_syncs AS newer WHERE newer.status_id = statuses.id);
--> statement-breakpoint
-- Everything that changed, one row each: cases that appeared, departed, returned; fields; docket entries. `entry_key` is
-- `docket_entries.mirror_key`. Docket entries that came together with their case are not listed one by one.
CREATE VIEW change_log AS
SELECT run_id, changed_at, case_id, kind, field, old_value, new_value, NULL AS entry_key
FROM case_changes
WHERE field NOT LIKE 'mirror!_%' ESCAPE '!'
UNION ALL
SELECT run_id, changed_at, case_id, CASE WHEN new_value = 'null' THEN 'returned' ELSE 'departed' END, NULL, NULL, NULL, NULL
FROM case_changes
WHERE field = 'mirror_departed_run_id'
UNION ALL
SELECT cases.mirror_redacted_run_id, sync_runs.started_at, cases.id, 'redacted', NULL, NULL, NULL, NULL
FROM cases
JOIN sync_runs ON sync_runs.id = cases.mirror_redacted_run_id
UNION ALL
SELECT cases.mirror_first_run_id, sync_runs.started_at, cases.id, 'appeared', NULL, NULL, NULL, NULL
FROM cases
JOIN sync_runs ON sync_runs.id = cases.mirror_first_run_id
UNION ALL
SELECT docket_entries.mirror_first_run_id, sync_runs.started_at, docket_entries.case_id, 'entry added', NULL, NULL, NULL, docket_entries.mirror_key
FROM docket_entries
JOIN cases ON cases.id = docket_entries.case_id AND cases.mirror_first_run_id < docket_entries.mirror_first_run_id
JOIN sync_runs ON sync_runs.id = docket_entries.mirror_first_run_id
UNION ALL
SELECT past_docket_entries.mirror_first_run_id, sync_runs.started_at, past_docket_entries.case_id, 'entry added', NULL, NULL, NULL, past_docket_entries.mirror_key
FROM past_docket_entries
JOIN cases ON cases.id = past_docket_entries.case_id AND cases.mirror_first_run_id < past_docket_entries.mirror_first_run_id
JOIN sync_runs ON sync_runs.id = past_docket_entries.mirror_first_run_id
WHERE past_docket_entries.mirror_end = 'removed'
UNION ALL
SELECT past_docket_entries.mirror_until_run_id, sync_runs.started_at, past_docket_entries.case_id, 'entry ' || past_docket_entries.mirror_end, NULL, NULL, NULL, past_docket_entries.mirror_key
FROM past_docket_entries
JOIN sync_runs ON sync_runs.id = past_docket_entries.mirror_until_run_id;
--> statement-breakpoint
-- Which cases went from one status to another, and when the mirror saw it. '(none)' is a case without a status.
CREATE VIEW status_transitions AS
SELECT
	case_changes.run_id,
	case_changes.changed_at,
	case_changes.case_id,
	coalesce(case_changes.old_value ->> '$', '(none)') AS from_status,
	coalesce(case_changes.new_value ->> '$', '(none)') AS to_status
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
				SELECT coalesce(case_changes.old_value ->> '$', '(none)')
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
		coalesce(case_changes.new_value ->> '$', '(none)'),
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
--> statement-breakpoint
-- Docket entries that came to a case which the mirror already had: what happened in court, or was filled in later.
CREATE VIEW docket_activity AS
SELECT
	docket_entries.mirror_first_run_id AS run_id,
	sync_runs.started_at AS seen_at,
	docket_entries.case_id,
	cases.name AS case_name,
	docket_entries.id,
	docket_entries.entry_number,
	substr(docket_entries.date_filed, 1, 10) AS date_filed,
	docket_entries.description,
	docket_entries.mirror_key AS entry_key
FROM docket_entries
JOIN cases ON cases.id = docket_entries.case_id AND cases.mirror_first_run_id < docket_entries.mirror_first_run_id
JOIN sync_runs ON sync_runs.id = docket_entries.mirror_first_run_id;
--> statement-breakpoint
-- When each docket entry was seen first and last, and how often it was edited. `last_seen_at` is the end of the newest
-- complete sweep of the case's status before the entry was found missing.
CREATE VIEW docket_entry_lives AS
SELECT
	lives.case_id,
	lives.entry_key,
	lives.id,
	first_runs.started_at AS first_seen_at,
	(
		SELECT max(status_syncs.ended_at)
		FROM status_syncs
		WHERE status_syncs.status_id = cases.mirror_status_id
			AND status_syncs.outcome = 'complete'
			AND status_syncs.run_id < lives.gone_run_id
	) AS last_seen_at,
	lives.is_there,
	(
		SELECT count(*)
		FROM past_docket_entries
		WHERE past_docket_entries.case_id = lives.case_id
			AND past_docket_entries.mirror_key = lives.entry_key
			AND past_docket_entries.mirror_first_run_id = lives.mirror_first_run_id
			AND past_docket_entries.mirror_end = 'edited'
	) AS edits
FROM (
	SELECT case_id, mirror_key AS entry_key, id, mirror_first_run_id, 1 AS is_there, 9223372036854775807 AS gone_run_id
	FROM docket_entries
	UNION ALL
	SELECT case_id, mirror_key, id, mirror_first_run_id, 0, mirror_until_run_id
	FROM past_docket_entries
	WHERE mirror_end = 'removed'
) AS lives
JOIN cases ON cases.id = lives.case_id
JOIN sync_runs AS first_runs ON first_runs.id = lives.mirror_first_run_id;
--> statement-breakpoint
-- Cases that have left the site, with the last that is known of them.
CREATE VIEW departed_cases AS
SELECT
	cases.id,
	cases.name,
	cases.case_ongoing,
	cases.case_status,
	cases.court,
	cases.filing_date,
	cases.mirror_departed_run_id AS departed_run_id,
	departed.started_at AS departed_at,
	first.started_at AS first_seen_at,
	redacted.started_at AS redacted_at
FROM cases
JOIN sync_runs AS departed ON departed.id = cases.mirror_departed_run_id
JOIN sync_runs AS first ON first.id = cases.mirror_first_run_id
LEFT JOIN sync_runs AS redacted ON redacted.id = cases.mirror_redacted_run_id
WHERE cases.mirror_departed_run_id IS NOT NULL;
--> statement-breakpoint
-- What each run measured of the cases that the five lists of case_ongoing do not hold.
CREATE VIEW coverage AS
SELECT
	coverage_checks.run_id,
	coverage_checks.checked_at,
	coverage_checks.outcome,
	coverage_checks.count_all,
	coverage_checks.count_ongoing,
	coverage_checks.count_all - coverage_checks.count_ongoing AS without_ongoing_status,
	coverage_checks.count_approved,
	coverage_checks.count_coding_complete,
	coverage_checks.count_in_process,
	coverage_checks.cases_mirrored,
	coverage_checks.count_all - coverage_checks.cases_mirrored AS not_mirrored
FROM coverage_checks;
