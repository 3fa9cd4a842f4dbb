ALTER TABLE `dockets` ADD `mirror_number` text;--> statement-breakpoint
ALTER TABLE `further_dockets` ADD `mirror_number` text;
--> statement-breakpoint
-- The 94 federal district courts by the name that the API uses, each with the abbreviation of the Bluebook and the code that the
-- Integrated Database of the Federal Judicial Center (FJC) has for the district.
CREATE VIEW federal_districts AS
SELECT column1 AS court, column2 AS abbreviation, column3 AS fjc_district
FROM (VALUES
	('Central District of California', 'C.D. Cal.', '73'),
	('Central District of Illinois', 'C.D. Ill.', '53'),
	('District of Alaska', 'D. Alaska', '7-'),
	('District of Arizona', 'D. Ariz.', '70'),
	('District of Colorado', 'D. Colo.', '82'),
	('District of Connecticut', 'D. Conn.', '05'),
	('District of Delaware', 'D. Del.', '11'),
	('District of District of Columbia', 'D.D.C.', '90'),
	('District of Guam', 'D. Guam', '93'),
	('District of Hawaii', 'D. Haw.', '75'),
	('District of Idaho', 'D. Idaho', '76'),
	('District of Kansas', 'D. Kan.', '83'),
	('District of Maine', 'D. Me.', '00'),
	('District of Maryland', 'D. Md.', '16'),
	('District of Massachusetts', 'D. Mass.', '01'),
	('District of Minnesota', 'D. Minn.', '64'),
	('District of Montana', 'D. Mont.', '77'),
	('District of Nebraska', 'D. Neb.', '67'),
	('District of Nevada', 'D. Nev.', '78'),
	('District of New Hampshire', 'D.N.H.', '02'),
	('District of New Jersey', 'D.N.J.', '12'),
	('District of New Mexico', 'D.N.M.', '84'),
	('District of North Dakota', 'D.N.D.', '68'),
	('District of Northern Mariana Islands', 'D. N. Mar. I.', '94'),
	('District of Oregon', 'D. Or.', '79'),
	('District of Puerto Rico', 'D.P.R.', '04'),
	('District of Rhode Island', 'D.R.I.', '03'),
	('District of South Carolina', 'D.S.C.', '20'),
	('District of South Dakota', 'D.S.D.', '69'),
	('District of Utah', 'D. Utah', '88'),
	('District of Vermont', 'D. Vt.', '10'),
	('District of Virgin Islands', 'D.V.I.', '91'),
	('District of Wyoming', 'D. Wyo.', '89'),
	('Eastern District of Arkansas', 'E.D. Ark.', '60'),
	('Eastern District of California', 'E.D. Cal.', '72'),
	('Eastern District of Kentucky', 'E.D. Ky.', '43'),
	('Eastern District of Louisiana', 'E.D. La.', '3L'),
	('Eastern District of Michigan', 'E.D. Mich.', '45'),
	('Eastern District of Missouri', 'E.D. Mo.', '65'),
	('Eastern District of New York', 'E.D.N.Y.', '07'),
	('Eastern District of North Carolina', 'E.D.N.C.', '17'),
	('Eastern District of Oklahoma', 'E.D. Okla.', '86'),
	('Eastern District of Pennsylvania', 'E.D. Pa.', '13'),
	('Eastern District of Tennessee', 'E.D. Tenn.', '49'),
	('Eastern District of Texas', 'E.D. Tex.', '40'),
	('Eastern District of Virginia', 'E.D. Va.', '22'),
	('Eastern District of Washington', 'E.D. Wash.', '80'),
	('Eastern District of Wisconsin', 'E.D. Wis.', '57'),
	('Middle District of Alabama', 'M.D. Ala.', '27'),
	('Middle District of Florida', 'M.D. Fla.', '3A'),
	('Middle District of Georgia', 'M.D. Ga.', '3G'),
	('Middle District of Louisiana', 'M.D. La.', '3N'),
	('Middle District of North Carolina', 'M.D.N.C.', '18'),
	('Middle District of Pennsylvania', 'M.D. Pa.', '14'),
	('Middle District of Tennessee', 'M.D. Tenn.', '50'),
	('Northern District of Alabama', 'N.D. Ala.', '26'),
	('Northern District of California', 'N.D. Cal.', '71'),
	('Northern District of Florida', 'N.D. Fla.', '29'),
	('Northern District of Georgia', 'N.D. Ga.', '3E'),
	('Northern District of Illinois', 'N.D. Ill.', '52'),
	('Northern District of Indiana', 'N.D. Ind.', '55'),
	('Northern District of Iowa', 'N.D. Iowa', '62'),
	('Northern District of Mississippi', 'N.D. Miss.', '37'),
	('Northern District of New York', 'N.D.N.Y.', '06'),
	('Northern District of Ohio', 'N.D. Ohio', '47'),
	('Northern District of Oklahoma', 'N.D. Okla.', '85'),
	('Northern District of Texas', 'N.D. Tex.', '39'),
	('Northern District of West Virginia', 'N.D. W. Va.', '24'),
	('Southern District of Alabama', 'S.D. Ala.', '28'),
	('Southern District of California', 'S.D. Cal.', '74'),
	('Southern District of Florida', 'S.D. Fla.', '3C'),
	('Southern District of Georgia', 'S.D. Ga.', '3J'),
	('Southern District of Illinois', 'S.D. Ill.', '54'),
	('Southern District of Indiana', 'S.D. Ind.', '56'),
	('Southern District of Iowa', 'S.D. Iowa', '63'),
	('Southern District of Mississippi', 'S.D. Miss.', '38'),
	('Southern District of New York', 'S.D.N.Y.', '08'),
	('Southern District of Ohio', 'S.D. Ohio', '48'),
	('Southern District of Texas', 'S.D. Tex.', '41'),
	('Southern District of West Virginia', 'S.D. W. Va.', '25'),
	('Western District of Arkansas', 'W.D. Ark.', '61'),
	('Western District of Kentucky', 'W.D. Ky.', '44'),
	('Western District of Louisiana', 'W.D. La.', '36'),
	('Western District of Michigan', 'W.D. Mich.', '46'),
	('Western District of Missouri', 'W.D. Mo.', '66'),
	('Western District of New York', 'W.D.N.Y.', '09'),
	('Western District of North Carolina', 'W.D.N.C.', '19'),
	('Western District of Oklahoma', 'W.D. Okla.', '87'),
	('Western District of Pennsylvania', 'W.D. Pa.', '15'),
	('Western District of Tennessee', 'W.D. Tenn.', '51'),
	('Western District of Texas', 'W.D. Tex.', '42'),
	('Western District of Virginia', 'W.D. Va.', '23'),
	('Western District of Washington', 'W.D. Wash.', '81'),
	('Western District of Wisconsin', 'W.D. Wis.', '58')
);
--> statement-breakpoint
-- Where other databases have each docket of the cases on the site: its id on CourtListener, and its key in the Integrated Database of
-- the Federal Judicial Center (FJC). Several dockets can have one key (`dockets_with_key`). `courtlistener_source` is `recap_link`, or
-- `documents` if only documents of the docket name it, and all of them the same. The key is `fjc_district` (DISTRICT), `fjc_office`
-- (OFFICE) and `fjc_docket` (DOCKET: two digits of the year and five of the number) in the file that `fjc_file` names (`civil`,
-- `criminal`; null if the number has no type). `fjc_confidence`: `certain` if court, office, year, number and type are
-- known, the number that a person wrote does not contradict the API's parts, and the case was filed in that year; `likely` if all five are
-- known, but the year of filing is another, or belongs to another docket of the case; `possible` if office or type is missing, so that
-- dockets of other offices can have the same number; `contradictory` if the number as written and in parts are those of two dockets
-- (the key is the written one); null if there is no key, because the court is no district court, or the number has another form or a
-- type that the FJC does not record. Compare `filing_date` with FILEDATE before you join rows.
CREATE VIEW docket_crosswalk AS
WITH named AS (
	SELECT documents.docket_id, min(clean_documents.courtlistener_docket_id) AS courtlistener_docket_id
	FROM clean_documents
	JOIN documents ON documents.id = clean_documents.id
	WHERE documents.docket_id IS NOT NULL AND clean_documents.courtlistener_docket_id IS NOT NULL
	GROUP BY documents.docket_id
	HAVING min(clean_documents.courtlistener_docket_id) = max(clean_documents.courtlistener_docket_id)
),
numbered AS (
	SELECT case_id, 0 AS is_further, NULL AS mirror_docket_key, id, court, docket_number_manual, mirror_number
	FROM dockets
	UNION ALL
	SELECT clean_further_dockets.case_id, 1, further_dockets.mirror_key, further_dockets.id, further_dockets.court, further_dockets.docket_number_manual, further_dockets.mirror_number
	FROM clean_further_dockets
	JOIN further_dockets ON further_dockets.mirror_key = clean_further_dockets.mirror_key
),
parts AS (
	SELECT
		numbered.case_id,
		numbered.is_further,
		numbered.mirror_docket_key,
		numbered.id AS docket_id,
		nullif(trim(numbered.court), '') AS court,
		nullif(trim(numbered.docket_number_manual), '') AS docket_number,
		all_dockets.courtlistener_docket_id AS linked_docket_id,
		CAST(nullif(substr(mirror_number, 1, 2), '--') AS INTEGER) AS office,
		substr(mirror_number, 4, 4) AS year,
		CAST(substr(mirror_number, 9, 6) AS INTEGER) AS number,
		substr(mirror_number, 16, 1) AS agreement,
		nullif(substr(mirror_number, 18), '') AS type,
		clean_cases.filing_date,
		coalesce(clean_cases.filing_year, CAST(substr(clean_cases.filing_date, 1, 4) AS INTEGER)) AS filing_year
	FROM numbered
	JOIN clean_cases ON clean_cases.id = numbered.case_id
	JOIN all_dockets ON all_dockets.case_id = numbered.case_id AND all_dockets.mirror_docket_key IS numbered.mirror_docket_key
),
keyed AS (
	SELECT
		parts.*,
		CASE
			WHEN substr(parts.year, 1, 2) <> '--' THEN CAST(parts.year AS INTEGER)
			WHEN is_further = 0 AND filing_year % 100 = CAST(substr(parts.year, 3) AS INTEGER) THEN filing_year
		END AS docket_year,
		CASE
			WHEN (type IS NULL OR type IN ('cv', 'cr')) AND number <= 99999
			THEN federal_districts.fjc_district
		END AS fjc_district
	FROM parts
	LEFT JOIN federal_districts ON federal_districts.court = parts.court COLLATE NOCASE
)
SELECT
	keyed.case_id,
	keyed.is_further,
	keyed.mirror_docket_key,
	keyed.docket_id,
	CAST(keyed.court AS TEXT) AS court,
	CAST(keyed.docket_number AS TEXT) AS docket_number,
	CAST(coalesce(linked_docket_id, named.courtlistener_docket_id) AS INTEGER) AS courtlistener_docket_id,
	CAST(CASE WHEN linked_docket_id IS NOT NULL THEN 'recap_link' WHEN named.courtlistener_docket_id IS NOT NULL THEN 'documents' END AS TEXT) AS courtlistener_source,
	CAST(fjc_district AS TEXT) AS fjc_district,
	CAST(CASE WHEN fjc_district IS NOT NULL THEN office END AS TEXT) AS fjc_office,
	CAST(CASE WHEN fjc_district IS NOT NULL THEN substr(keyed.year, 3) || substr('00000' || number, -5) END AS TEXT) AS fjc_docket,
	CAST(CASE WHEN fjc_district IS NOT NULL THEN CASE type WHEN 'cv' THEN 'civil' WHEN 'cr' THEN 'criminal' END END AS TEXT) AS fjc_file,
	CAST(CASE
		WHEN fjc_district IS NULL THEN NULL
		WHEN agreement = '#' THEN 'contradictory'
		WHEN office IS NULL OR type IS NULL THEN 'possible'
		WHEN is_further = 0 AND docket_year = filing_year THEN 'certain'
		ELSE 'likely'
	END AS TEXT) AS fjc_confidence,
	CAST(docket_year AS INTEGER) AS docket_year,
	CAST(filing_date AS TEXT) AS filing_date,
	CAST(CASE WHEN fjc_district IS NOT NULL THEN count(*) OVER (PARTITION BY fjc_district, office, substr(keyed.year, 3), number, type) END AS INTEGER) AS dockets_with_key
FROM keyed
LEFT JOIN named ON named.docket_id = keyed.docket_id;
