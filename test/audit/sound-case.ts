import type { JsonObject } from '../../src/json.ts';
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
