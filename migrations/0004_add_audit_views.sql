-- Cases said to be ongoing that have a terminating date or a closing year. The newest docket entry (`last_entry_date`)
-- often tells which of the two is right.
CREATE VIEW audit_ongoing_yet_closed AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.terminating_date,
	clean_cases.closing_year,
	clean_cases.last_checked_date,
	(SELECT max(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = clean_cases.id) AS last_entry_date
FROM clean_cases
WHERE clean_cases.case_ongoing = 'Yes' AND (clean_cases.terminating_date IS NOT NULL OR clean_cases.closing_year IS NOT NULL);
--> statement-breakpoint
-- Cases said to be over that have neither a terminating date nor a closing year. They are missing wherever the length
-- of cases is measured; the other dates are what else is known of their end.
CREATE VIEW audit_closed_without_date AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.terminating_date,
	clean_cases.closing_year,
	clean_cases.never_filed,
	clean_cases.settlement_judgment_date,
	clean_cases.order_end_year,
	(SELECT max(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = clean_cases.id) AS last_entry_date,
	clean_cases.last_checked_date
FROM clean_cases
WHERE clean_cases.case_ongoing = 'No' AND clean_cases.terminating_date IS NULL AND clean_cases.closing_year IS NULL;
--> statement-breakpoint
-- Cases said to be ongoing that were not checked in the three years before the newest run. One that was never checked is
-- here if it was filed before that. Only "Yes" is a claim about today that wants a recent look: a case that is over has
-- no need of one, and the other labels say themselves that nobody knows.
CREATE VIEW audit_long_unchecked AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.last_checked_date,
	clean_cases.filing_date,
	clean_cases.filing_year,
	clean_cases.case_status
FROM clean_cases
WHERE clean_cases.case_ongoing = 'Yes'
	AND coalesce(clean_cases.last_checked_date, clean_cases.filing_date, clean_cases.filing_year || '-12-31')
		< (SELECT date(max(started_at), '-3 years') FROM sync_runs);
--> statement-breakpoint
-- Cases whose years and dates contradict each other, or lie after the newest run. Of filing and closing, the years are
-- compared only where one of the dates is not known. An order may begin and end in years to come.
CREATE VIEW audit_dates_at_odds AS
WITH dated AS (
	SELECT
		clean_cases.*,
		CAST(substr(filing_date, 1, 4) AS INTEGER) AS year_of_filing,
		CAST(substr(terminating_date, 1, 4) AS INTEGER) AS year_of_terminating,
		CAST(substr(settlement_judgment_date, 1, 4) AS INTEGER) AS year_of_settlement,
		(SELECT date(max(started_at)) FROM sync_runs) AS newest_run
	FROM clean_cases
),
judged AS (
	SELECT
		dated.*,
		CASE WHEN filing_year <> year_of_filing THEN '; filing_year differs from filing_date' ELSE '' END
		|| CASE WHEN closing_year <> year_of_terminating THEN '; closing_year differs from terminating_date' ELSE '' END
		|| CASE WHEN settlement_judgment_year <> year_of_settlement THEN '; settlement_judgment_year differs from its date' ELSE '' END
		|| CASE
			WHEN coalesce(terminating_date < filing_date, coalesce(closing_year, year_of_terminating) < coalesce(filing_year, year_of_filing))
			THEN '; closed before it was filed' ELSE ''
		END
		|| CASE
			WHEN coalesce(settlement_judgment_date < filing_date, coalesce(settlement_judgment_year, year_of_settlement) < coalesce(filing_year, year_of_filing))
			THEN '; settled or judged before it was filed' ELSE ''
		END
		|| CASE WHEN order_start_year < coalesce(filing_year, year_of_filing) THEN '; an order before it was filed' ELSE '' END
		|| CASE WHEN order_end_year < order_start_year THEN '; the order ends before it begins' ELSE '' END
		|| CASE
			WHEN newest_run < max(coalesce(filing_date, ''), coalesce(terminating_date, ''), coalesce(settlement_judgment_date, ''), coalesce(last_checked_date, ''), coalesce(summary_published_date, ''))
				OR CAST(substr(newest_run, 1, 4) AS INTEGER) < max(coalesce(filing_year, 0), coalesce(closing_year, 0), coalesce(settlement_judgment_year, 0))
			THEN '; a date that is still to come' ELSE ''
		END AS reasons
	FROM dated
)
SELECT
	id AS case_id,
	name,
	url,
	substr(reasons, 3) AS why,
	filing_date,
	filing_year,
	terminating_date,
	closing_year,
	settlement_judgment_date,
	settlement_judgment_year,
	order_start_year,
	order_end_year,
	last_checked_date,
	summary_published_date
FROM judged
WHERE reasons <> '';
--> statement-breakpoint
-- Cases without a name. Those whose content was removed on request are not here.
CREATE VIEW audit_without_name AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.case_status,
	clean_cases.court,
	clean_cases.docket_number,
	clean_cases.filing_date,
	clean_cases.filing_year
FROM clean_cases
JOIN cases ON cases.id = clean_cases.id AND cases.mirror_redacted_run_id IS NULL
WHERE clean_cases.name IS NULL;
--> statement-breakpoint
-- Cases with docket entries over a year before the filing or after the closing, or after the newest run. Where only the
-- year of the filing or the closing is known, a whole calendar year lies between.
CREATE VIEW audit_docket_out_of_time AS
WITH dockets_in_time AS (
	SELECT case_id, min(date_filed) AS first_entry_date, max(date_filed) AS last_entry_date
	FROM clean_docket_entries
	GROUP BY case_id
),
judged AS (
	SELECT
		clean_cases.*,
		first_entry_date,
		last_entry_date,
		CASE
			WHEN first_entry_date < coalesce(date(filing_date, '-1 year'), (filing_year - 1) || '-01-01')
			THEN '; an entry long before the filing' ELSE ''
		END
		|| CASE
			WHEN last_entry_date > coalesce(date(terminating_date, '+1 year'), (closing_year + 1) || '-12-31')
			THEN '; an entry long after the closing' ELSE ''
		END
		|| CASE
			WHEN last_entry_date > (SELECT date(max(started_at)) FROM sync_runs)
			THEN '; an entry that is still to come' ELSE ''
		END AS reasons
	FROM dockets_in_time
	JOIN clean_cases ON clean_cases.id = dockets_in_time.case_id
)
SELECT
	id AS case_id,
	name,
	url,
	substr(reasons, 3) AS why,
	case_ongoing,
	filing_date,
	filing_year,
	first_entry_date,
	last_entry_date,
	terminating_date,
	closing_year
FROM judged
WHERE reasons <> '';
--> statement-breakpoint
-- Cases with docket entries from over a year after they were last checked. What is coded of them (the outcome, the relief,
-- whether they are ongoing) may be older than what happened in court.
CREATE VIEW audit_docket_after_check AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.last_checked_date,
	max(clean_docket_entries.date_filed) AS last_entry_date,
	sum(clean_docket_entries.date_filed > clean_cases.last_checked_date) AS entries_after_check
FROM clean_docket_entries
JOIN clean_cases ON clean_cases.id = clean_docket_entries.case_id
GROUP BY clean_docket_entries.case_id
HAVING last_entry_date > date(clean_cases.last_checked_date, '+1 year');
--> statement-breakpoint
-- Cases that share their docket with another: the same court and number, or the same docket of RECAP. Whoever counts
-- dockets or their entries counts these twice.
CREATE VIEW audit_same_docket AS
WITH by_number AS (
	SELECT court, docket_number, group_concat(id, ', ') AS case_ids
	FROM (SELECT id, court, lower(docket_number) AS docket_number FROM clean_cases WHERE docket_number GLOB '*[0-9]*' ORDER BY id)
	GROUP BY court, docket_number
	HAVING count(*) > 1
),
by_recap AS (
	SELECT recap_docket_id, group_concat(id, ', ') AS case_ids
	FROM (SELECT id, recap_docket_id FROM clean_cases WHERE recap_docket_id > 0 ORDER BY id)
	GROUP BY recap_docket_id
	HAVING count(*) > 1
)
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.court,
	clean_cases.docket_number,
	by_number.case_ids AS cases_of_this_number,
	clean_cases.recap_docket_id,
	by_recap.case_ids AS cases_of_this_recap_docket
FROM clean_cases
LEFT JOIN by_number ON by_number.court = clean_cases.court AND by_number.docket_number = lower(clean_cases.docket_number)
LEFT JOIN by_recap ON by_recap.recap_docket_id = clean_cases.recap_docket_id
WHERE by_number.case_ids IS NOT NULL OR by_recap.case_ids IS NOT NULL;
--> statement-breakpoint
-- Cases whose court is not the court of their main docket. A docket of a state court often names the federal court of
-- appeals above it.
CREATE VIEW audit_other_court AS
SELECT
	clean_cases.id AS case_id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.court,
	trim(dockets.court) AS docket_court,
	clean_cases.docket_number
FROM clean_cases
JOIN dockets ON dockets.case_id = clean_cases.id
WHERE trim(dockets.court) <> '' AND trim(dockets.court) <> clean_cases.court;
--> statement-breakpoint
-- Cases whose relief does not go with who prevailed, or with being over. Preliminary injunctions and attorneys' fees do
-- not count as relief for the winner: the losing side may have had them.
CREATE VIEW audit_outcome_at_odds AS
WITH outcomes AS (
	SELECT
		clean_cases.*,
		(SELECT group_concat(value, '; ') FROM (SELECT value FROM relief_natures WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS relief_natures,
		(SELECT group_concat(value, '; ') FROM (SELECT value FROM relief_sources WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS relief_sources,
		EXISTS (
			SELECT 1 FROM relief_natures
			WHERE case_id = clean_cases.id
				AND value NOT IN ('', 'None', 'None yet', 'Unknown', 'Attorneys fees', 'Preliminary injunction / Temp. restraining order')
		) AS has_final_relief,
		EXISTS (SELECT 1 FROM relief_natures WHERE case_id = clean_cases.id AND value NOT IN ('', 'None', 'None yet')) AS has_relief,
		EXISTS (SELECT 1 FROM relief_natures WHERE case_id = clean_cases.id AND value LIKE '%injunction%') AS has_injunction,
		EXISTS (
			SELECT 1 FROM (SELECT case_id, value FROM relief_natures UNION ALL SELECT case_id, value FROM relief_sources)
			WHERE case_id = clean_cases.id AND value = 'None yet'
		) AS has_none_yet
	FROM clean_cases
),
judged AS (
	SELECT
		outcomes.*,
		CASE WHEN prevailing_party = 'Plaintiff' AND relief_natures <> '' AND NOT has_relief THEN '; the plaintiff prevailed without relief' ELSE '' END
		|| CASE WHEN prevailing_party = 'Defendant' AND has_final_relief THEN '; relief, although the defendant prevailed' ELSE '' END
		|| CASE WHEN prevailing_party = 'None Yet / None' AND has_final_relief THEN '; relief, although nobody prevailed' ELSE '' END
		|| CASE WHEN permanent_injunction = 1 AND relief_natures <> '' AND NOT has_injunction THEN '; a permanent injunction that the relief does not name' ELSE '' END
		|| CASE WHEN case_ongoing = 'No' AND has_none_yet THEN '; over, and relief "None yet"' ELSE '' END AS reasons
	FROM outcomes
)
SELECT
	id AS case_id,
	name,
	url,
	substr(reasons, 3) AS why,
	case_ongoing,
	prevailing_party,
	relief_natures,
	relief_sources,
	permanent_injunction
FROM judged
WHERE reasons <> '';
