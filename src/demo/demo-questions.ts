/** A question worth asking, and its SQL. */
export interface DemoQuestion {
  readonly title: string;
  readonly sql: string;
}

/** What the demo shows at its end. */
export const DEMO_QUESTIONS: readonly DemoQuestion[] = [
  {
    title: 'Which kinds of cases are there most of, and how many are still going on?',
    sql: `SELECT case_types.value AS case_type, count(*) AS cases,
  sum(cases.case_ongoing = 'Yes') AS ongoing
FROM case_types JOIN cases ON cases.id = case_types.case_id
GROUP BY case_type ORDER BY cases DESC LIMIT 5`,
  },
  {
    title: 'Where are the longest dockets?',
    sql: `SELECT clean_cases.id, clean_cases.name, clean_cases.court,
  count(*) AS entries
FROM clean_cases JOIN docket_entries
  ON docket_entries.case_id = clean_cases.id
GROUP BY clean_cases.id ORDER BY entries DESC LIMIT 5`,
  },
  {
    title: 'What did the second night bring?',
    sql: `SELECT cases.id, cases.name, cases.case_ongoing,
  cases.mirror_first_run_id = 2 AS is_new,
  count(docket_entries.mirror_id) AS new_entries
FROM cases LEFT JOIN docket_entries
  ON docket_entries.case_id = cases.id
  AND docket_entries.mirror_first_run_id = 2
WHERE cases.mirror_changed_run_id = 2
GROUP BY cases.id ORDER BY new_entries DESC, cases.id LIMIT 5`,
  },
];
