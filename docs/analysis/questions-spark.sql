-- Ten questions to an export as Parquet in Spark; read_with_spark.py makes the views.

-- 1. How many cases are ongoing?
SELECT coalesce(case_ongoing, '(none)') AS case_ongoing, count(*) AS cases FROM cases GROUP BY 1 ORDER BY cases DESC, 1;

-- 2. Which states have the most ongoing cases?
SELECT state, count(*) AS cases FROM cases WHERE case_ongoing = 'Yes' GROUP BY state ORDER BY cases DESC, state LIMIT 5;

-- 3. How many cases were filed in each of the latest years?
SELECT year(filing_date) AS year, count(*) AS cases FROM cases WHERE filing_date IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 5;

-- 4. Which issues come up most?
SELECT issue, count(*) AS cases FROM (SELECT explode(issues) AS issue FROM cases) GROUP BY issue ORDER BY cases DESC, issue LIMIT 5;

-- 5. Who prevails?
SELECT prevailing_party, count(*) AS cases FROM cases WHERE prevailing_party IS NOT NULL GROUP BY prevailing_party ORDER BY cases DESC, prevailing_party LIMIT 5;

-- 6. How many docket entries were filed in each of the latest years?
SELECT year(date_filed) AS year, count(*) AS entries FROM docket_entries WHERE date_filed IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 5;

-- 7. How many docket entries mention summary judgment?
SELECT count(*) AS entries FROM docket_entries WHERE lower(description) LIKE '%summary judgment%';

-- 8. Which main dockets are the longest?
SELECT case_id, count(*) AS entries FROM docket_entries GROUP BY case_id ORDER BY entries DESC, case_id LIMIT 3;

-- 9. What kinds of documents are there?
SELECT coalesce(document_type, '(none)') AS document_type, count(*) AS documents FROM documents GROUP BY 1 ORDER BY documents DESC, 1 LIMIT 5;

-- 10. When were the first and the last case filed, and for how many is the day not known?
SELECT min(filing_date) AS first, max(filing_date) AS last, count(*) - count(filing_date) AS unknown FROM cases;
