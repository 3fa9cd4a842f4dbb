-- How many of the cases filed in each year are still going on? Run: sqlite3 clearinghouse-sqlite/data/clearinghouse.sqlite < story.sql
SELECT substr(filing_date, 1, 4) AS year,
  count(*) AS cases,
  count(CASE WHEN case_ongoing = 'Yes' THEN 1 END) AS ongoing,
  substr('########################################', 1, count(CASE WHEN case_ongoing = 'Yes' THEN 1 END))
    || substr('........................................', 1, count(CASE WHEN case_ongoing IS NULL OR case_ongoing <> 'Yes' THEN 1 END)) AS figure
FROM cases WHERE filing_date >= '2000-01-01' GROUP BY year ORDER BY year;
