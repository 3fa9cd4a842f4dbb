DROP VIEW clean_cases;
--> statement-breakpoint
DROP VIEW clean_docket_entries;
--> statement-breakpoint
DROP VIEW clean_attachments;
--> statement-breakpoint
-- What the clean_ views know of HTML: the characters that entities stand for, each after its entity, and the elements whose
-- tags are left out, those that break a text and those that only mark a part of it.
CREATE VIEW mirror_markup AS
SELECT
	'&amp;&&lt;<&gt;>&quot;"&apos;''&nbsp; &iexcl;¡&cent;¢&pound;£&curren;¤&yen;¥&brvbar;¦&sect;§&uml;¨&copy;©&ordf;ª&laquo;«&not;¬&shy; &reg;®&macr;¯&deg;°&plusmn;±&sup2;²&sup3;³&acute;´&micro;µ&para;¶&middot;·&cedil;¸&sup1;¹&ordm;º&raquo;»&frac14;¼&frac12;½&frac34;¾&iquest;¿&Agrave;À&Aacute;Á&Acirc;Â&Atilde;Ã&Auml;Ä&Aring;Å&AElig;Æ&Ccedil;Ç&Egrave;È&Eacute;É&Ecirc;Ê&Euml;Ë&Igrave;Ì&Iacute;Í&Icirc;Î&Iuml;Ï&ETH;Ð&Ntilde;Ñ&Ograve;Ò&Oacute;Ó&Ocirc;Ô&Otilde;Õ&Ouml;Ö&times;×&Oslash;Ø&Ugrave;Ù&Uacute;Ú&Ucirc;Û&Uuml;Ü&Yacute;Ý&THORN;Þ&szlig;ß&agrave;à&aacute;á&acirc;â&atilde;ã&auml;ä&aring;å&aelig;æ&ccedil;ç&egrave;è&eacute;é&ecirc;ê&euml;ë&igrave;ì&iacute;í&icirc;î&iuml;ï&eth;ð&ntilde;ñ&ograve;ò&oacute;ó&ocirc;ô&otilde;õ&ouml;ö&divide;÷&oslash;ø&ugrave;ù&uacute;ú&ucirc;û&uuml;ü&yacute;ý&thorn;þ&yuml;ÿ&OElig;Œ&oelig;œ&Scaron;Š&scaron;š&Yuml;Ÿ&fnof;ƒ&circ;ˆ&tilde;˜&ensp; &emsp; &thinsp; &ndash;–&mdash;—&lsquo;‘&rsquo;’&sbquo;‚&ldquo;“&rdquo;”&bdquo;„&dagger;†&Dagger;‡&bull;•&hellip;…&permil;‰&prime;′&Prime;″&lsaquo;‹&rsaquo;›&oline;‾&frasl;⁄&euro;€&trade;™&larr;←&uarr;↑&rarr;→&darr;↓&harr;↔&minus;−&infin;∞&asymp;≈&ne;≠&equiv;≡&le;≤&ge;≥' AS entities,
	' p br div li ul ol tr td th table blockquote h1 h2 h3 h4 h5 h6 hr dt dd dl pre html head body hr ' AS breaks,
	' a abbr b big center cite code del em font i img ins mark q s small span strike strong sub sup tt u tbody thead script style tfoot caption ' AS marks;
--> statement-breakpoint
-- The clean reading of the tables: the same names where the meaning is the same, but no literal "nan", no file: links and no
-- address without a path, no empty texts, no HTML in short texts, timestamps as the dates they were written as, whole
-- addresses. A date that no calendar has, or that lies before 1789 or over a year after the newest run, is null, and so is
-- such a year. Every column has a type. Cases that have left the site are not in them.
CREATE VIEW clean_cases AS
SELECT
	cases.id,
	CAST(CASE
		WHEN instr(cases.name, '<') = 0 AND instr(cases.name, '&') = 0 THEN nullif(trim(cases.name), '')
		ELSE (
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
	END AS TEXT) AS name,
	CAST('https://clearinghouse.net/case/' || cases.id AS TEXT) AS url,
	cases.case_ongoing,
	cases.case_status,
	CAST(nullif(trim(cases.state), '') AS TEXT) AS state,
	CAST(nullif(trim(cases.court), '') AS TEXT) AS court,
	CAST(CASE
		WHEN cases.filing_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(substr(cases.filing_date, 1, 10), '+0 days') = substr(cases.filing_date, 1, 10)
			AND substr(cases.filing_date, 1, 10) BETWEEN '1789' AND date((SELECT max(started_at) FROM sync_runs), '+1 year')
		THEN substr(cases.filing_date, 1, 10)
	END AS TEXT) AS filing_date,
	CAST(CASE WHEN cases.filing_year BETWEEN 1789 AND CAST(strftime('%Y', (SELECT max(started_at) FROM sync_runs), '+1 year') AS INTEGER) THEN cases.filing_year END AS INTEGER) AS filing_year,
	CAST(CASE
		WHEN cases.terminating_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(substr(cases.terminating_date, 1, 10), '+0 days') = substr(cases.terminating_date, 1, 10)
			AND substr(cases.terminating_date, 1, 10) BETWEEN '1789' AND date((SELECT max(started_at) FROM sync_runs), '+1 year')
		THEN substr(cases.terminating_date, 1, 10)
	END AS TEXT) AS terminating_date,
	CAST(CASE WHEN cases.closing_year BETWEEN 1789 AND CAST(strftime('%Y', (SELECT max(started_at) FROM sync_runs), '+1 year') AS INTEGER) THEN cases.closing_year END AS INTEGER) AS closing_year,
	CAST(CASE WHEN cases.order_start_year BETWEEN 1789 AND 2200 THEN cases.order_start_year END AS INTEGER) AS order_start_year,
	CAST(CASE WHEN cases.order_end_year BETWEEN 1789 AND 2200 THEN cases.order_end_year END AS INTEGER) AS order_end_year,
	CAST(CASE
		WHEN cases.settlement_judgment_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(substr(cases.settlement_judgment_date, 1, 10), '+0 days') = substr(cases.settlement_judgment_date, 1, 10)
			AND substr(cases.settlement_judgment_date, 1, 10) BETWEEN '1789' AND date((SELECT max(started_at) FROM sync_runs), '+1 year')
		THEN substr(cases.settlement_judgment_date, 1, 10)
	END AS TEXT) AS settlement_judgment_date,
	CAST(CASE WHEN cases.settlement_judgment_year BETWEEN 1789 AND CAST(strftime('%Y', (SELECT max(started_at) FROM sync_runs), '+1 year') AS INTEGER) THEN cases.settlement_judgment_year END AS INTEGER) AS settlement_judgment_year,
	CAST(CASE
		WHEN cases.last_checked_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(substr(cases.last_checked_date, 1, 10), '+0 days') = substr(cases.last_checked_date, 1, 10)
			AND substr(cases.last_checked_date, 1, 10) BETWEEN '1789' AND date((SELECT max(started_at) FROM sync_runs), '+1 year')
		THEN substr(cases.last_checked_date, 1, 10)
	END AS TEXT) AS last_checked_date,
	CAST(CASE
		WHEN cases.summary_published_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(substr(cases.summary_published_date, 1, 10), '+0 days') = substr(cases.summary_published_date, 1, 10)
			AND substr(cases.summary_published_date, 1, 10) BETWEEN '1789' AND date((SELECT max(started_at) FROM sync_runs), '+1 year')
		THEN substr(cases.summary_published_date, 1, 10)
	END AS TEXT) AS summary_published_date,
	CAST(CASE
		WHEN instr(cases.plaintiff_description, '<') = 0 AND instr(cases.plaintiff_description, '&') = 0 THEN nullif(trim(cases.plaintiff_description), '')
		ELSE (
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
		WHEN instr(cases.summary_short, '<') = 0 AND instr(cases.summary_short, '&') = 0 THEN nullif(trim(cases.summary_short), '')
		ELSE (
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
	END AS TEXT) AS summary_short,
	CAST(CASE
		WHEN instr(cases.summary_tiny, '<') = 0 AND instr(cases.summary_tiny, '&') = 0 THEN nullif(trim(cases.summary_tiny), '')
		ELSE (
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
	END AS TEXT) AS summary_tiny,
	CAST(nullif(trim(dockets.docket_number_manual), '') AS TEXT) AS docket_number,
	CAST(CASE WHEN trim(dockets.recap_link) LIKE 'http://_%/_%' OR trim(dockets.recap_link) LIKE 'https://_%/_%' THEN trim(dockets.recap_link) END AS TEXT) AS recap_url,
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
		WHEN docket_entries.date_filed GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(substr(docket_entries.date_filed, 1, 10), '+0 days') = substr(docket_entries.date_filed, 1, 10)
			AND substr(docket_entries.date_filed, 1, 10) BETWEEN '1789' AND date((SELECT max(started_at) FROM sync_runs), '+1 year')
		THEN substr(docket_entries.date_filed, 1, 10)
	END AS TEXT) AS date_filed,
	CAST(CASE
		WHEN instr(docket_entries.description, '<') = 0 AND instr(docket_entries.description, '&') = 0 THEN nullif(trim(docket_entries.description), '')
		ELSE (
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
	END AS TEXT) AS description,
	CAST(coalesce(
		CASE WHEN trim(docket_entries.url) LIKE 'http://_%/_%' OR trim(docket_entries.url) LIKE 'https://_%/_%' THEN trim(docket_entries.url) END,
		CASE WHEN trim(docket_entries.recap_pdf_url) LIKE 'http://_%/_%' OR trim(docket_entries.recap_pdf_url) LIKE 'https://_%/_%' THEN trim(docket_entries.recap_pdf_url) END,
		(SELECT CASE WHEN trim(dockets.recap_link) LIKE 'http://_%/_%' OR trim(dockets.recap_link) LIKE 'https://_%/_%' THEN trim(dockets.recap_link) END FROM dockets WHERE dockets.case_id = docket_entries.case_id)
	) AS TEXT) AS url,
	CAST(CASE WHEN trim(docket_entries.recap_pdf_url) LIKE 'http://_%/_%' OR trim(docket_entries.recap_pdf_url) LIKE 'https://_%/_%' THEN trim(docket_entries.recap_pdf_url) END AS TEXT) AS recap_pdf_url,
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
		WHEN instr(attachments.description, '<') = 0 AND instr(attachments.description, '&') = 0 THEN nullif(trim(attachments.description), '')
		ELSE (
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
	END AS TEXT) AS description,
	attachments.recap_id,
	attachments.doc_id,
	CAST(CASE WHEN trim(attachments.pacer_url) LIKE 'http://_%/_%' OR trim(attachments.pacer_url) LIKE 'https://_%/_%' THEN trim(attachments.pacer_url) END AS TEXT) AS pacer_url,
	CAST(CASE WHEN trim(attachments.pdf_url) LIKE 'http://_%/_%' OR trim(attachments.pdf_url) LIKE 'https://_%/_%' THEN trim(attachments.pdf_url) END AS TEXT) AS pdf_url
FROM attachments
JOIN docket_entries ON docket_entries.mirror_id = attachments.mirror_entry_id
WHERE docket_entries.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL);
--> statement-breakpoint
-- The list `attorney_orgs` of each case: no empty element, and each value once a case.
CREATE VIEW clean_attorney_orgs AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM attorney_orgs AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM attorney_orgs AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `available_documents` of each case: no empty element, and each value once a case.
CREATE VIEW clean_available_documents AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM available_documents AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM available_documents AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `case_types` of each case: no empty element, and each value once a case.
CREATE VIEW clean_case_types AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM case_types AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM case_types AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `causes` of each case: no empty element, and each value once a case.
CREATE VIEW clean_causes AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM causes AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM causes AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `constitutional_clause` of each case: no empty element, and each value once a case.
CREATE VIEW clean_constitutional_clause AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM constitutional_clause AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM constitutional_clause AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `content_of_injunction` of each case: no empty element, and each value once a case.
CREATE VIEW clean_content_of_injunction AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM content_of_injunction AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM content_of_injunction AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `custom_issues` of each case: no empty element, and each value once a case.
CREATE VIEW clean_custom_issues AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM custom_issues AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM custom_issues AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `defendant_type` of each case: no empty element, and each value once a case.
CREATE VIEW clean_defendant_type AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM defendant_type AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM defendant_type AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `facility_type` of each case: no empty element, and each value once a case.
CREATE VIEW clean_facility_type AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM facility_type AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM facility_type AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `issues` of each case: no empty element, and each value once a case.
CREATE VIEW clean_issues AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM issues AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM issues AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `plaintiff_type` of each case: no empty element, and each value once a case.
CREATE VIEW clean_plaintiff_type AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM plaintiff_type AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM plaintiff_type AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `relief_natures` of each case: no empty element, and each value once a case.
CREATE VIEW clean_relief_natures AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM relief_natures AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM relief_natures AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `relief_sources` of each case: no empty element, and each value once a case.
CREATE VIEW clean_relief_sources AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM relief_sources AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM relief_sources AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `settlement_agreement` of each case: no empty element, and each value once a case.
CREATE VIEW clean_settlement_agreement AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM settlement_agreement AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM settlement_agreement AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `special_case_type` of each case: no empty element, and each value once a case.
CREATE VIEW clean_special_case_type AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM special_case_type AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM special_case_type AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The list `special_collections` of each case: no empty element, and each value once a case.
CREATE VIEW clean_special_collections AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(trim(list.value) AS TEXT) AS value
FROM special_collections AS list
WHERE trim(list.value) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM special_collections AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND trim(earlier.value) = trim(list.value)
	);
--> statement-breakpoint
-- The defendants of each case: none that is empty, and none twice a case. One defendant has many spellings across cases.
CREATE VIEW clean_case_defendants AS
SELECT
	list.case_id,
	list.mirror_position,
	CAST(nullif(trim(list.name), '') AS TEXT) AS name,
	CAST(nullif(trim(list.institution), '') AS TEXT) AS institution,
	CAST(nullif(trim(list.institution_city), '') AS TEXT) AS institution_city,
	CAST(nullif(trim(list.institution_county), '') AS TEXT) AS institution_county,
	CAST(nullif(trim(list.institution_alt_state), '') AS TEXT) AS institution_alt_state,
	CAST(nullif(trim(list.defendant_level), '') AS TEXT) AS defendant_level,
	CAST(nullif(trim(list.defendant_level_other), '') AS TEXT) AS defendant_level_other,
	list.is_active
FROM case_defendants AS list
WHERE trim(coalesce(list.name, '') || coalesce(list.institution, '')) <> ''
	AND list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM case_defendants AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position
			AND trim(coalesce(earlier.name, '')) = trim(coalesce(list.name, ''))
			AND trim(coalesce(earlier.institution, '')) = trim(coalesce(list.institution, ''))
			AND trim(coalesce(earlier.institution_city, '')) = trim(coalesce(list.institution_city, ''))
			AND trim(coalesce(earlier.institution_county, '')) = trim(coalesce(list.institution_county, ''))
			AND trim(coalesce(earlier.institution_alt_state, '')) = trim(coalesce(list.institution_alt_state, ''))
			AND trim(coalesce(earlier.defendant_level, '')) = trim(coalesce(list.defendant_level, ''))
			AND trim(coalesce(earlier.defendant_level_other, '')) = trim(coalesce(list.defendant_level_other, ''))
	);
--> statement-breakpoint
-- The related cases of each case, each once. One that is not in the mirror has no row in clean_cases.
CREATE VIEW clean_related_cases AS
SELECT
	list.case_id,
	list.mirror_position,
	list.id,
	CAST(nullif(trim(list.name), '') AS TEXT) AS name
FROM related_cases AS list
WHERE list.case_id NOT IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL)
	AND NOT EXISTS (
		SELECT 1 FROM related_cases AS earlier
		WHERE earlier.case_id = list.case_id AND earlier.mirror_position < list.mirror_position AND earlier.id IS list.id
			AND (list.id IS NOT NULL OR earlier.name IS list.name)
	);
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
		(SELECT count(*) FROM docket_entries WHERE case_id = clean_cases.id AND (trim(recap_pdf_url) LIKE 'http://_%/_%' OR trim(recap_pdf_url) LIKE 'https://_%/_%'))
		+ (
			SELECT count(*) FROM docket_entries JOIN attachments ON attachments.mirror_entry_id = docket_entries.mirror_id
			WHERE docket_entries.case_id = clean_cases.id AND (trim(attachments.pdf_url) LIKE 'http://_%/_%' OR trim(attachments.pdf_url) LIKE 'https://_%/_%')
		) AS INTEGER) AS document_count,
	CAST((SELECT min(date_filed) FROM clean_docket_entries WHERE case_id = clean_cases.id) AS TEXT) AS first_entry_date,
	CAST((SELECT max(date_filed) FROM clean_docket_entries WHERE case_id = clean_cases.id) AS TEXT) AS last_entry_date,
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
		WHEN date_filed GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(substr(date_filed, 1, 10), '+0 days') = substr(date_filed, 1, 10)
			AND substr(date_filed, 1, 10) BETWEEN '1789' AND date((SELECT max(started_at) FROM sync_runs), '+1 year')
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
