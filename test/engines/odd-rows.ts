/**
 * Changes rows of a mirror so that a reader who guesses spoils them: texts that look like a missing value or a number, an
 * id beyond 2^53, a day before 1900, a field that the API did not have, a text with line breaks, quotation marks and what ends a line to some programs.
 */
export const ODD_ROWS = `
  CREATE TEMP TABLE odd AS SELECT clean_cases.id, row_number() OVER (ORDER BY clean_cases.id) AS at FROM clean_cases JOIN dockets ON case_id = clean_cases.id;
  UPDATE cases SET name = 'NA', filing_date = '1890-01-01' WHERE id = (SELECT id FROM odd WHERE at = 1);
  UPDATE dockets SET docket_number_manual = '12E5', recap_link = 'https://www.courtlistener.com/docket/9007199254740993/x/'
    WHERE case_id = (SELECT id FROM odd WHERE at = 1);
  UPDATE cases SET name = 'None', filing_date = NULL WHERE id = (SELECT id FROM odd WHERE at = 2);
  UPDATE dockets SET docket_number_manual = '01234' WHERE case_id = (SELECT id FROM odd WHERE at = 2);
  UPDATE docket_entries SET description = 'Line one' || char(13) || char(10) || 'line "two", three' || char(13) || '; =SUM(A1) ' || char(8232) || ' Summary Judgment'
    WHERE mirror_id = (SELECT min(mirror_id) FROM clean_docket_entries);
  UPDATE cases SET mirror_payload = json_set(mirror_payload, '$.new_field', 'NewValue') WHERE id = (SELECT id FROM odd WHERE at = 1);
  DROP TABLE odd;
`;
