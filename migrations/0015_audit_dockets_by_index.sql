-- The docket audits look at the first and the last date of each docket, which docket_entries_case_id_date_filed holds, and check only those
-- two. A whole docket is looked through only if one of them is impossible.
DROP VIEW audit_docket_out_of_time;
--> statement-breakpoint
DROP VIEW audit_docket_after_check;
--> statement-breakpoint
DROP VIEW audit_impossible_date;
--> statement-breakpoint
-- Cases with docket entries over a year before the filing or after the closing, or after the newest run. Where only the
-- year of the filing or the closing is known, a whole calendar year lies between.
CREATE VIEW audit_docket_out_of_time AS
WITH outermost AS (
	SELECT case_id, substr(min(date_filed), 1, 10) AS earliest, substr(max(date_filed), 1, 10) AS latest
	FROM docket_entries
	WHERE date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs)
	GROUP BY case_id
),
dockets_in_time AS (
	SELECT
		case_id,
		CASE
			WHEN date(earliest, '+0 days') = earliest THEN earliest
			ELSE (SELECT min(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = outermost.case_id)
		END AS first_entry_date,
		CASE
			WHEN date(latest, '+0 days') = latest THEN latest
			ELSE (SELECT max(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = outermost.case_id)
		END AS last_entry_date
	FROM outermost
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
WITH latest_entries AS (
	SELECT case_id, substr(max(date_filed), 1, 10) AS latest
	FROM docket_entries
	WHERE date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs)
	GROUP BY case_id
),
checked AS (
	SELECT
		clean_cases.*,
		CASE
			WHEN date(latest, '+0 days') = latest THEN latest
			ELSE (SELECT max(date_filed) FROM clean_docket_entries WHERE clean_docket_entries.case_id = latest_entries.case_id)
		END AS last_entry_date
	FROM latest_entries
	JOIN clean_cases ON clean_cases.id = latest_entries.case_id
	WHERE latest > date(last_checked_date, '+1 year')
)
SELECT
	id AS case_id,
	name,
	url,
	case_ongoing,
	last_checked_date,
	last_entry_date,
	(SELECT count(*) FROM clean_docket_entries WHERE clean_docket_entries.case_id = checked.id AND clean_docket_entries.date_filed > checked.last_checked_date) AS entries_after_check
FROM checked
WHERE last_entry_date > date(last_checked_date, '+1 year');
--> statement-breakpoint
-- Cases with a date that no calendar has, or before 1789, or over a year after the newest run. It is null in the clean_
-- views. An order may begin and end until 2200. Each date is checked once, however many entries have it.
CREATE VIEW audit_impossible_date AS
WITH impossible_dates AS (
	SELECT date_filed
	FROM docket_entries
	GROUP BY date_filed
	HAVING trim(date_filed) <> '' AND (CASE
		WHEN date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(date_filed, 1, 10), '+0 days') = substr(date_filed, 1, 10)
		THEN substr(date_filed, 1, 10)
	END) IS NULL
),
entries AS (
	SELECT case_id, count(*) AS impossible
	FROM docket_entries
	WHERE date_filed IN (SELECT date_filed FROM impossible_dates)
	GROUP BY case_id
),
judged AS (
	SELECT
		clean_cases.id,
		clean_cases.name,
		clean_cases.url,
		CASE WHEN trim(cases.filing_date) <> '' AND clean_cases.filing_date IS NULL THEN '; filing_date ' || substr(trim(cases.filing_date), 1, 30) ELSE '' END
		|| CASE WHEN trim(cases.terminating_date) <> '' AND clean_cases.terminating_date IS NULL THEN '; terminating_date ' || substr(trim(cases.terminating_date), 1, 30) ELSE '' END
		|| CASE WHEN trim(cases.settlement_judgment_date) <> '' AND clean_cases.settlement_judgment_date IS NULL THEN '; settlement_judgment_date ' || substr(trim(cases.settlement_judgment_date), 1, 30) ELSE '' END
		|| CASE WHEN trim(cases.last_checked_date) <> '' AND clean_cases.last_checked_date IS NULL THEN '; last_checked_date ' || substr(trim(cases.last_checked_date), 1, 30) ELSE '' END
		|| CASE WHEN trim(cases.summary_published_date) <> '' AND clean_cases.summary_published_date IS NULL THEN '; summary_published_date ' || substr(trim(cases.summary_published_date), 1, 30) ELSE '' END
		|| CASE WHEN cases.filing_year <> 0 AND clean_cases.filing_year IS NULL THEN '; filing_year ' || cases.filing_year ELSE '' END
		|| CASE WHEN cases.closing_year <> 0 AND clean_cases.closing_year IS NULL THEN '; closing_year ' || cases.closing_year ELSE '' END
		|| CASE WHEN cases.order_start_year <> 0 AND clean_cases.order_start_year IS NULL THEN '; order_start_year ' || cases.order_start_year ELSE '' END
		|| CASE WHEN cases.order_end_year <> 0 AND clean_cases.order_end_year IS NULL THEN '; order_end_year ' || cases.order_end_year ELSE '' END
		|| CASE WHEN cases.settlement_judgment_year <> 0 AND clean_cases.settlement_judgment_year IS NULL THEN '; settlement_judgment_year ' || cases.settlement_judgment_year ELSE '' END
		|| CASE WHEN entries.impossible > 0 THEN '; date_filed of ' || entries.impossible || ' docket entries' ELSE '' END AS reasons
	FROM clean_cases
	JOIN cases ON cases.id = clean_cases.id
	LEFT JOIN entries ON entries.case_id = clean_cases.id
)
SELECT
	id AS case_id,
	name,
	url,
	substr(reasons, 3) AS why
FROM judged
WHERE reasons <> '';
