-- The first and the last entry of a case, and entries with a date that cannot be, are found in the index alone. The views
-- mean what they meant before.
CREATE INDEX `docket_entries_case_id_date_filed` ON `docket_entries` (`case_id`,`date_filed`);--> statement-breakpoint
DROP VIEW cases_flat;
--> statement-breakpoint
DROP VIEW audit_impossible_date;
--> statement-breakpoint
DROP VIEW clean_attachments;
--> statement-breakpoint
DROP VIEW clean_docket_entries;
--> statement-breakpoint
DROP VIEW clean_cases;
--> statement-breakpoint
-- The clean reading of the tables: the same names where the meaning is the same, but no literal "nan", no file: links and no
-- address without a path, no empty texts, no HTML in short texts, timestamps as the dates they were written as, whole
-- addresses. A date that no calendar has, or that lies before 1789 or over a year after the newest run, is null, and so is
-- such a year. Every column has a type. Cases that have left the site are not in them.
CREATE VIEW clean_cases AS
SELECT
	cases.id,
	CAST(CASE
		WHEN cases.name LIKE '%<%' OR cases.name LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', cases.name, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(cases.name), '')
	END AS TEXT) AS name,
	CAST('https://clearinghouse.net/case/' || cases.id AS TEXT) AS url,
	cases.case_ongoing,
	cases.case_status,
	CAST(nullif(trim(cases.state), '') AS TEXT) AS state,
	CAST(nullif(trim(cases.court), '') AS TEXT) AS court,
	CAST(CASE
		WHEN cases.filing_date >= '1789' AND cases.filing_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.filing_date, 1, 10), '+0 days') = substr(cases.filing_date, 1, 10)
		THEN substr(cases.filing_date, 1, 10)
	END AS TEXT) AS filing_date,
	CAST(CASE WHEN cases.filing_year BETWEEN 1789 AND (SELECT CAST(strftime('%Y', max(started_at), '+1 year') AS INTEGER) FROM sync_runs) THEN cases.filing_year END AS INTEGER) AS filing_year,
	CAST(CASE
		WHEN cases.terminating_date >= '1789' AND cases.terminating_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.terminating_date, 1, 10), '+0 days') = substr(cases.terminating_date, 1, 10)
		THEN substr(cases.terminating_date, 1, 10)
	END AS TEXT) AS terminating_date,
	CAST(CASE WHEN cases.closing_year BETWEEN 1789 AND (SELECT CAST(strftime('%Y', max(started_at), '+1 year') AS INTEGER) FROM sync_runs) THEN cases.closing_year END AS INTEGER) AS closing_year,
	CAST(CASE WHEN cases.order_start_year BETWEEN 1789 AND 2200 THEN cases.order_start_year END AS INTEGER) AS order_start_year,
	CAST(CASE WHEN cases.order_end_year BETWEEN 1789 AND 2200 THEN cases.order_end_year END AS INTEGER) AS order_end_year,
	CAST(CASE
		WHEN cases.settlement_judgment_date >= '1789' AND cases.settlement_judgment_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.settlement_judgment_date, 1, 10), '+0 days') = substr(cases.settlement_judgment_date, 1, 10)
		THEN substr(cases.settlement_judgment_date, 1, 10)
	END AS TEXT) AS settlement_judgment_date,
	CAST(CASE WHEN cases.settlement_judgment_year BETWEEN 1789 AND (SELECT CAST(strftime('%Y', max(started_at), '+1 year') AS INTEGER) FROM sync_runs) THEN cases.settlement_judgment_year END AS INTEGER) AS settlement_judgment_year,
	CAST(CASE
		WHEN cases.last_checked_date >= '1789' AND cases.last_checked_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.last_checked_date, 1, 10), '+0 days') = substr(cases.last_checked_date, 1, 10)
		THEN substr(cases.last_checked_date, 1, 10)
	END AS TEXT) AS last_checked_date,
	CAST(CASE
		WHEN cases.summary_published_date >= '1789' AND cases.summary_published_date < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(cases.summary_published_date, 1, 10), '+0 days') = substr(cases.summary_published_date, 1, 10)
		THEN substr(cases.summary_published_date, 1, 10)
	END AS TEXT) AS summary_published_date,
	CAST(CASE
		WHEN cases.plaintiff_description LIKE '%<%' OR cases.plaintiff_description LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', cases.plaintiff_description, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(cases.plaintiff_description), '')
	END AS TEXT) AS plaintiff_description,
	cases.public_interest_lawyer,
	cases.pro_se_status,
	cases.class_action_sought,
	cases.class_action_granted,
	cases.prevailing_party,
	cases.permanent_injunction,
	cases.never_filed,
	CAST(nullif(cases.mirror_summary_text, '') AS TEXT) AS summary,
	CAST(CASE
		WHEN cases.summary_short LIKE '%<%' OR cases.summary_short LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', cases.summary_short, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(cases.summary_short), '')
	END AS TEXT) AS summary_short,
	CAST(CASE
		WHEN cases.summary_tiny LIKE '%<%' OR cases.summary_tiny LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', cases.summary_tiny, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(cases.summary_tiny), '')
	END AS TEXT) AS summary_tiny,
	CAST(nullif(trim(dockets.docket_number_manual), '') AS TEXT) AS docket_number,
	CAST(CASE WHEN trim(dockets.recap_link) LIKE 'https://_%/_%' OR trim(dockets.recap_link) LIKE 'http://_%/_%' THEN trim(dockets.recap_link) END AS TEXT) AS recap_url,
	CAST(CASE
		WHEN dockets.recap_link GLOB '*://*/docket/[0-9]*'
		THEN substr(dockets.recap_link, instr(dockets.recap_link, '/docket/') + 8)
	END AS INTEGER) AS recap_docket_id
FROM cases
LEFT JOIN dockets ON dockets.case_id = cases.id
WHERE cases.id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
--> statement-breakpoint
-- Docket entries. `url` is the entry's own address, else its PDF, else the docket of its case.
CREATE VIEW clean_docket_entries AS
SELECT
	docket_entries.mirror_id,
	docket_entries.case_id,
	docket_entries.id,
	docket_entries.row_number,
	CAST(nullif(trim(docket_entries.entry_number), '') AS TEXT) AS entry_number,
	CAST(CASE
		WHEN docket_entries.date_filed >= '1789' AND docket_entries.date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(docket_entries.date_filed, 1, 10), '+0 days') = substr(docket_entries.date_filed, 1, 10)
		THEN substr(docket_entries.date_filed, 1, 10)
	END AS TEXT) AS date_filed,
	CAST(CASE
		WHEN docket_entries.description LIKE '%<%' OR docket_entries.description LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', docket_entries.description, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(docket_entries.description), '')
	END AS TEXT) AS description,
	CAST(coalesce(
		CASE WHEN trim(docket_entries.url) LIKE 'https://_%/_%' OR trim(docket_entries.url) LIKE 'http://_%/_%' THEN trim(docket_entries.url) END,
		CASE WHEN trim(docket_entries.recap_pdf_url) LIKE 'https://_%/_%' OR trim(docket_entries.recap_pdf_url) LIKE 'http://_%/_%' THEN trim(docket_entries.recap_pdf_url) END,
		(SELECT CASE WHEN trim(dockets.recap_link) LIKE 'https://_%/_%' OR trim(dockets.recap_link) LIKE 'http://_%/_%' THEN trim(dockets.recap_link) END FROM dockets WHERE dockets.case_id = docket_entries.case_id)
	) AS TEXT) AS url,
	CAST(CASE WHEN trim(docket_entries.recap_pdf_url) LIKE 'https://_%/_%' OR trim(docket_entries.recap_pdf_url) LIKE 'http://_%/_%' THEN trim(docket_entries.recap_pdf_url) END AS TEXT) AS recap_pdf_url,
	CAST(nullif(trim(docket_entries.pacer_doc_id), '') AS TEXT) AS pacer_doc_id,
	CAST((SELECT count(*) FROM attachments WHERE attachments.mirror_entry_id = docket_entries.mirror_id) AS INTEGER) AS attachment_count
FROM docket_entries
WHERE docket_entries.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
--> statement-breakpoint
-- The attachments of docket entries.
CREATE VIEW clean_attachments AS
SELECT
	docket_entries.case_id,
	docket_entries.id AS entry_id,
	attachments.mirror_entry_id,
	attachments.attachment_number,
	CAST(CASE
		WHEN attachments.description LIKE '%<%' OR attachments.description LIKE '%&%' THEN (
			WITH RECURSIVE scan(step, done, rest, place, token, word) AS (
				SELECT 0, '', attachments.description, 0, '', NULL
				UNION ALL
				SELECT
					(step + 1) % 5,
					CASE WHEN step = 4 THEN done || substr(rest, 1, place - 1) || coalesce(word, substr(rest, place, 1)) ELSE done END,
					CASE WHEN step = 4 THEN substr(rest, place + CASE WHEN word IS NULL THEN 1 ELSE length(token) END) ELSE rest END,
					CASE
						WHEN step > 0 THEN place
						WHEN instr(rest, '<') = 0 THEN instr(rest, '&')
						WHEN instr(rest, '&') = 0 THEN instr(rest, '<')
						ELSE min(instr(rest, '<'), instr(rest, '&'))
					END,
					CASE
						WHEN step = 1 THEN substr(rest, place, instr(substr(rest, place), CASE substr(rest, place, 1) WHEN '<' THEN '>' ELSE ';' END))
						ELSE token
					END,
					CASE
						WHEN step = 2 THEN lower(substr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', 1, instr(replace(replace(replace(ltrim(substr(token, 2, length(token) - 2), '/'), char(10), ' '), char(9), ' '), '/', ' ') || ' ', ' ') - 1))
						WHEN step <> 3 THEN word
						WHEN token LIKE '<!--%' THEN ''
						WHEN token LIKE '<%' AND instr(mirror_markup.breaks, ' ' || word || ' ') > 0 THEN ' '
						WHEN token LIKE '<%' AND instr(mirror_markup.marks, ' ' || word || ' ') > 0 THEN ''
						WHEN token GLOB '&#[0-9]*;' AND length(token) < 11 AND substr(token, 3, length(token) - 3) NOT GLOB '*[^0-9]*'
						THEN char(CAST(substr(token, 3) AS INTEGER))
						WHEN token GLOB '&#[xX][0-9a-fA-F]*;' AND length(token) < 11 AND substr(token, 4, length(token) - 4) NOT GLOB '*[^0-9a-fA-F]*'
						THEN char((instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -1, 1)) - 1) * 1 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -2, 1)) - 1) * 16 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -3, 1)) - 1) * 256 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -4, 1)) - 1) * 4096 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -5, 1)) - 1) * 65536 + (instr('0123456789abcdef', substr('000000' || lower(substr(token, 4, length(token) - 4)), -6, 1)) - 1) * 1048576)
						WHEN token GLOB '&[a-zA-Z]*;' AND instr(mirror_markup.entities, token) > 0
						THEN substr(mirror_markup.entities, instr(mirror_markup.entities, token) + length(token), 1)
					END
				FROM scan
				JOIN mirror_markup
				WHERE NOT (step = 1 AND place = 0)
			)
			SELECT nullif(trim(replace(replace(done || rest, char(160), ' '), '  ', ' ')), '') FROM scan WHERE step = 1 AND place = 0
		)
		ELSE nullif(trim(attachments.description), '')
	END AS TEXT) AS description,
	attachments.recap_id,
	attachments.doc_id,
	CAST(CASE WHEN trim(attachments.pacer_url) LIKE 'https://_%/_%' OR trim(attachments.pacer_url) LIKE 'http://_%/_%' THEN trim(attachments.pacer_url) END AS TEXT) AS pacer_url,
	CAST(CASE WHEN trim(attachments.pdf_url) LIKE 'https://_%/_%' OR trim(attachments.pdf_url) LIKE 'http://_%/_%' THEN trim(attachments.pdf_url) END AS TEXT) AS pdf_url
FROM attachments
JOIN docket_entries ON docket_entries.mirror_id = attachments.mirror_entry_id
WHERE docket_entries.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
--> statement-breakpoint
-- One row a case, for spreadsheets and data frames: each list as one text, its elements apart by "; ". `year_filed` and
-- `year_closed` are those of the dates, else the year fields. `document_count` counts the PDFs of entries and attachments.
CREATE VIEW cases_flat AS
SELECT
	clean_cases.id,
	clean_cases.name,
	clean_cases.url,
	clean_cases.case_ongoing,
	clean_cases.case_status,
	clean_cases.state,
	clean_cases.court,
	clean_cases.docket_number,
	clean_cases.filing_date,
	CAST(coalesce(substr(clean_cases.filing_date, 1, 4), clean_cases.filing_year) AS INTEGER) AS year_filed,
	clean_cases.terminating_date,
	CAST(coalesce(substr(clean_cases.terminating_date, 1, 4), clean_cases.closing_year) AS INTEGER) AS year_closed,
	clean_cases.order_start_year,
	clean_cases.order_end_year,
	clean_cases.settlement_judgment_date,
	clean_cases.settlement_judgment_year,
	clean_cases.last_checked_date,
	clean_cases.plaintiff_description,
	clean_cases.public_interest_lawyer,
	clean_cases.pro_se_status,
	clean_cases.class_action_sought,
	clean_cases.class_action_granted,
	clean_cases.prevailing_party,
	clean_cases.permanent_injunction,
	clean_cases.never_filed,
	clean_cases.summary_short,
	clean_cases.summary_tiny,
	clean_cases.recap_url,
	clean_cases.recap_docket_id,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_attorney_orgs WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS attorney_orgs,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_available_documents WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS available_documents,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_case_types WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS case_types,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_causes WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS causes,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_constitutional_clause WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS constitutional_clause,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_content_of_injunction WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS content_of_injunction,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_custom_issues WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS custom_issues,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_defendant_type WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS defendant_type,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_facility_type WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS facility_type,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_issues WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS issues,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_plaintiff_type WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS plaintiff_type,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_relief_natures WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS relief_natures,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_relief_sources WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS relief_sources,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_settlement_agreement WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS settlement_agreement,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_special_case_type WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS special_case_type,
	CAST((SELECT group_concat(value, '; ') FROM (SELECT value FROM clean_special_collections WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS special_collections,
	CAST((SELECT group_concat(coalesce(name, institution), '; ') FROM (SELECT name, institution FROM clean_case_defendants WHERE case_id = clean_cases.id ORDER BY mirror_position)) AS TEXT) AS defendants,
	CAST((SELECT count(*) FROM clean_case_defendants WHERE case_id = clean_cases.id) AS INTEGER) AS defendant_count,
	CAST((SELECT count(*) FROM docket_entries WHERE case_id = clean_cases.id) AS INTEGER) AS entry_count,
	CAST(
		(SELECT count(*) FROM docket_entries WHERE case_id = clean_cases.id AND (trim(recap_pdf_url) LIKE 'https://_%/_%' OR trim(recap_pdf_url) LIKE 'http://_%/_%'))
		+ (
			SELECT count(*) FROM docket_entries JOIN attachments ON attachments.mirror_entry_id = docket_entries.mirror_id
			WHERE docket_entries.case_id = clean_cases.id AND (trim(attachments.pdf_url) LIKE 'https://_%/_%' OR trim(attachments.pdf_url) LIKE 'http://_%/_%')
		) AS INTEGER) AS document_count,
	CAST((
		SELECT substr(min(date_filed), 1, 10) FROM docket_entries
		WHERE case_id = clean_cases.id AND date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(date_filed, 1, 10), '+0 days') = substr(date_filed, 1, 10)
	) AS TEXT) AS first_entry_date,
	CAST((
		SELECT substr(max(date_filed), 1, 10) FROM docket_entries
		WHERE case_id = clean_cases.id AND date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(date_filed, 1, 10), '+0 days') = substr(date_filed, 1, 10)
	) AS TEXT) AS last_entry_date,
	clean_cases.summary
FROM clean_cases;
--> statement-breakpoint
-- Cases with a date that no calendar has, or before 1789, or over a year after the newest run. It is null in the clean_
-- views. An order may begin and end until 2200.
CREATE VIEW audit_impossible_date AS
WITH entries AS (
	SELECT case_id, count(*) AS impossible
	FROM docket_entries
	WHERE trim(date_filed) <> '' AND (CASE
		WHEN date_filed >= '1789' AND date_filed < (SELECT date(max(started_at), '+1 year', '+1 day') FROM sync_runs) AND date(substr(date_filed, 1, 10), '+0 days') = substr(date_filed, 1, 10)
		THEN substr(date_filed, 1, 10)
	END) IS NULL
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
