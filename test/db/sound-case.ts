import type { JsonObject } from '../../src/lib/json.ts';
import type { LinkedKind } from '../../src/api/linked-fields.ts';
import type { TextOutcome } from '../../src/db/schema/schema.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { makeCase, makeDocket, makeEntry, type MadeCase } from '../support/make-case.ts';

/** A case without a contradiction, seen from the harness's clock (2030), with a docket of its own. */
export function soundCase(id: number, overrides: JsonObject = {}, docket: JsonObject = {}): MadeCase {
  return makeCase({
    id,
    last_checked_date: '2029-05-06T07:08:09-04:00',
    main_docket: makeDocket({
      id: 70_000 + id,
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

/** The linked lists of a case, and what came of the requests for the texts of its documents. A null was not read. */
export type Lists = Readonly<Partial<Record<LinkedKind, readonly JsonObject[] | null>>> & {
  readonly texts?: Readonly<Record<number, TextOutcome>>;
};

/** What of a sound case, of its docket and of its linked lists is otherwise. */
export type Variant = readonly [fields: JsonObject, docket?: JsonObject, lists?: Lists];

/** A document that goes with a sound case. */
export const soundDocument = (id: number, fields: JsonObject = {}): JsonObject =>
  makeDocument({
    id,
    title: `Complaint ${id}`,
    date: '2024-01-02',
    file: `https://example.org/doc/${id}.pdf`,
    ...fields,
  });

/** A docket on CourtListener, with one entry. */
const AT_COURTLISTENER = {
  recap_link: 'https://www.courtlistener.com/docket/77/x/',
  ...entriesOf('2024-01-02'),
};

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
  documents_at_odds: [{ available_documents: [] }],
  document_twice: [
    {},
    {},
    { documents: [soundDocument(901), soundDocument(902, { title: 'Complaint 901' })] },
  ],
  document_incomplete: [{}, {}, { documents: [soundDocument(903, { file: null })] }],
  document_dates: [{}, {}, { documents: [soundDocument(904, { date: '1999-01-01' })] }],
  document_off_docket: [
    {},
    AT_COURTLISTENER,
    { documents: [soundDocument(905, { external_url: 'https://www.courtlistener.com/docket/78/3/x/' })] },
  ],
  unknown_status: [
    {},
    {},
    { documents: [soundDocument(906), soundDocument(907, { document_status: 'Checked' })] },
  ],
  text_at_odds: [
    {},
    {},
    { documents: [soundDocument(908, { has_text: true })], texts: { 908: 'not_offered' } },
  ],
  docket_copies: [{}, { id: 7999 }, { dockets: [{ id: 7999, court: 'Elsewhere' }] }],
  list_not_read: [{}, {}, { resources: null }],
};
