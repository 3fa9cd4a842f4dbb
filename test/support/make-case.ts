import type { JsonObject } from '../../src/lib/json.ts';

/** A case object as the API would send it, entirely invented. */
export type MadeCase = JsonObject & { id: number };

/**
 * A full case with all fields of the contract, a docket of three entries (one with the address "nan", one with two
 * attachments) and an element in every list. Each call returns new objects. `overrides` replaces fields of the case.
 */
export function makeCase(overrides: JsonObject = {}): MadeCase {
  return {
    id: 90001,
    name: 'Alder v. Thimble County',
    state: 'Borealia',
    court: 'District of North Borealia',
    case_ongoing: 'Yes',
    case_status: 'Complete',
    case_types: ['Jail Conditions', 'Public Accommodations'],
    special_case_type: [{ value: 'Invented Class' }],
    special_collections: ['Lighthouse Keepers'],
    filing_date: '2019-03-14',
    filing_year: 2019,
    terminating_date: null,
    closing_year: null,
    order_start_year: 2020,
    order_end_year: 0,
    settlement_judgment_date: '2020-06-01',
    settlement_judgment_year: 2020,
    last_checked_date: '2024-05-06T07:08:09.123456-04:00',
    summary: '<p>Keepers of the lamp sued &amp; won.</p><p>The county <em>appealed</em>.</p>',
    summary_short: 'Keepers of the lamp sued the county.',
    summary_tiny: 'Lamp keepers v. county',
    summary_published_date: '2021-02-03T04:05:06-05:00',
    plaintiff_description: 'Three keepers of an invented lighthouse',
    plaintiff_type: [{ value: 'Private Plaintiff' }, { value: 'Keeper' }],
    public_interest_lawyer: 'Yes',
    attorney_orgs: ['Lamp Law Project'],
    pro_se_status: '',
    class_action_sought: 'Yes',
    class_action_granted: 'Pending',
    case_defendants: [
      {
        name: 'Thimble County',
        institution: 'Office of Lamps',
        institution_city: 'Wickford',
        institution_county: 'Thimble',
        institution_alt_state: null,
        defendant_level: 'County',
        defendant_level_other: '',
        is_active: true,
      },
    ],
    defendant_type: [{ value: 'Jurisdiction-wide' }],
    facility_type: [{ value: 'Lighthouse' }],
    causes: ['42 U.S.C. § 1983'],
    cause_other: '',
    constitutional_clause: [{ value: 'Due Process' }],
    issues: ['Lamps: brightness', 'Stairs'],
    custom_issues: ['Fog'],
    prevailing_party: 'Plaintiff',
    relief_natures: ['Injunction'],
    relief_nature_other: null,
    relief_sources: ['Litigation'],
    settlement_agreement: ['Consent decree'],
    content_of_injunction: [{ value: 'Monitoring' }],
    injunction_duration: '2020 - 2023',
    permanent_injunction: false,
    defendant_payment: '',
    docket_status: 'Open',
    main_docket: makeDocket(),
    never_filed: false,
    non_docket_case_number: null,
    non_docket_case_number_type: '',
    non_docket_case_number_type_other: '',
    available_documents: ['Trial Court Docket', 'Complaint (any)'],
    related_cases: [{ id: 90002, name: 'Birch v. Thimble County' }],
    clearinghouse_link: 'clearinghouse.example/case/90001',
    is_active: true,
    case_documents_url: 'https://clearinghouse.example/api/v2p1/cases/90001/documents/',
    case_dockets_url: 'https://clearinghouse.example/api/v2p1/cases/90001/dockets/',
    case_resources_url: 'https://clearinghouse.example/api/v2p1/cases/90001/resources/',
    ...overrides,
  };
}

/** The main docket of {@link makeCase}. */
export function makeDocket(overrides: JsonObject = {}): JsonObject {
  return {
    id: 70001,
    court: 'District of North Borealia',
    state: 'Borealia',
    docket_case_type: 'cv',
    docket_year: 2019,
    docket_filing_number: 123,
    docket_office_number: '4',
    docket_number_manual: '4:19-cv-00123',
    is_main_docket: true,
    is_active: true,
    recap_link: 'https://dockets.example/70001/',
    scales_html: null,
    docket_entries: [
      makeEntry(),
      makeEntry({
        id: 80002,
        row_number: 2,
        entry_number: '2',
        url: 'nan',
        description: 'ORDER to light the lamp.',
      }),
      makeEntry({
        id: 80003,
        row_number: 3,
        entry_number: null,
        attachments: [makeAttachment(1), makeAttachment(2)],
      }),
    ],
    ...overrides,
  };
}

/** One docket entry, the first of {@link makeDocket}. */
export function makeEntry(overrides: JsonObject = {}): JsonObject {
  return {
    row_number: 1,
    id: 80001,
    entry_number: '1',
    date_filed: '2019-03-14T00:00:00-04:00',
    attachments: null,
    url: 'https://dockets.example/doc/80001',
    recap_pdf_url: 'https://dockets.example/doc/80001.pdf',
    pacer_doc_id: '00100200300',
    description: 'COMPLAINT against Thimble County, filed by A. Alder.',
    ...overrides,
  };
}

/** One attachment with every key that an attachment can have. */
export function makeAttachment(number: number, overrides: JsonObject = {}): JsonObject {
  return {
    attachment_number: number,
    recap_id: 60000 + number,
    pacer_url: `https://dockets.example/attachment/${number}`,
    description: `Exhibit ${number}`,
    pdf_url: null,
    doc_id: 50000 + number,
    pending: false,
    ...overrides,
  };
}

/** A copy of an object without one field. */
export function without<Of extends object>(object: Of, field: string): Of {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== field)) as Of;
}
