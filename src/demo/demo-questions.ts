/** A question worth asking, and its SQL. */
export interface DemoQuestion {
  readonly title: string;
  readonly sql: string;
}

/** What the demo shows at its end. */
export const DEMO_QUESTIONS: readonly DemoQuestion[] = [
  {
    title: 'Which kinds of cases are there most of, and how many are still going on?',
    sql: `SELECT clean_case_types.value AS case_type, count(*) AS cases,
  count(CASE WHEN case_ongoing = 'Yes' THEN 1 END) AS ongoing
FROM clean_case_types JOIN clean_cases
  ON clean_cases.id = clean_case_types.case_id
GROUP BY case_type ORDER BY cases DESC, case_type LIMIT 5`,
  },
  {
    title: 'Where are the longest dockets?',
    sql: `SELECT clean_cases.id, clean_cases.name, clean_cases.court,
  count(*) AS entries
FROM clean_cases JOIN docket_entries
  ON docket_entries.case_id = clean_cases.id
GROUP BY clean_cases.id ORDER BY entries DESC, clean_cases.id LIMIT 5`,
  },
  {
    title: 'What did the second night find changed?',
    sql: `SELECT cases.id, cases.name, change_log.kind, change_log.field,
  count(*) AS times
FROM change_log JOIN cases ON cases.id = change_log.case_id
WHERE change_log.run_id = 2
GROUP BY cases.id, change_log.kind, change_log.field
ORDER BY change_log.kind, cases.id, change_log.field LIMIT 12`,
  },
];
