import type { JsonObject } from '../../src/lib/json.ts';
import { makeCase, makeDocket, makeEntry, type MadeCase } from '../support/make-case.ts';

/** A case without a contradiction, seen from the harness's clock (2030), with a docket of its own. */
export function soundCase(id: number, overrides: JsonObject = {}, docket: JsonObject = {}): MadeCase {
  return makeCase({
    id,
    last_checked_date: '2029-05-06T07:08:09-04:00',
    main_docket: makeDocket({
      docket_number_manual: `4:19-cv-${id}`,
      recap_link: `https://dockets.example/docket/${id}/alder/`,
      ...docket,
    }),
    ...overrides,
  });
}

/** A docket with one entry for each date. */
export function entriesOf(...dates: (string | null)[]): JsonObject {
  return {
    docket_entries: dates.map((date, index) => makeEntry({ id: index + 1, date_filed: date })),
  };
}

/** What of a sound case and of its docket is otherwise. */
export type Variant = readonly [fields: JsonObject, docket?: JsonObject];

/** For each audit, by its name, a case that it lists. */
export const ONE_OF_EACH: Readonly<Record<string, Variant>> = {
  ongoing_yet_closed: [{ closing_year: 2021 }],
  closed_without_date: [{ case_ongoing: 'No' }],
  long_unchecked: [{ last_checked_date: '2001-01-01T00:00:00Z' }, entriesOf(null)],
  dates_at_odds: [{ filing_year: 2018 }],
  without_name: [{ name: '' }],
  docket_out_of_time: [{}, entriesOf('1999-01-01')],
  docket_after_check: [{ last_checked_date: '2028-01-01T00:00:00Z' }, entriesOf('2029-12-01')],
  same_docket: [{}, { docket_number_manual: 'same 1' }],
  other_court: [{}, { docket_number_manual: 'same 1', court: 'Court of Appeals of Westmark' }],
  outcome_at_odds: [{ prevailing_party: 'Defendant' }],
  impossible_date: [{ terminating_date: '2922-01-01' }],
};
