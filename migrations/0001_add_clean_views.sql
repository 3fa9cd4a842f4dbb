-- The clean reading of the tables: the same names where the meaning is the same, but no literal "nan", no file: links,
-- no empty texts or year 0 for "not known", timestamps as the dates they were written as, whole addresses.
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
LEFT JOIN dockets ON dockets.case_id = cases.id;
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
FROM docket_entries;
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
JOIN docket_entries ON docket_entries.mirror_id = attachments.mirror_entry_id;
--> statement-breakpoint
-- How each status was swept last, by label.
CREATE VIEW latest_sweeps AS
SELECT ongoing_statuses.label, status_syncs.*
FROM ongoing_statuses
LEFT JOIN status_syncs
	ON status_syncs.status_id = ongoing_statuses.id
	AND status_syncs.run_id = (SELECT max(run_id) FROM status_syncs AS newer WHERE newer.status_id = ongoing_statuses.id);
