import { type FieldKind, DOCKET_FIELDS } from './payload.ts';

/** The lists that the API links from a case, by the last part of their path. */
export const LINKED_KINDS = ['documents', 'dockets', 'resources'] as const;
export type LinkedKind = (typeof LINKED_KINDS)[number];

/** The fields of a document in both versions of the API (A45). */
export const DOCUMENT_FIELDS = {
  id: 'integer',
  title: 'text',
  no_title: 'boolean',
  date: 'text',
  date_is_estimate: 'boolean',
  date_not_available: 'boolean',
  document_type: 'text',
  document_type_other: 'text',
  document_source: 'text',
  document_status: 'text',
  order_type: 'text',
  court: 'text',
  party_types: 'texts',
  per_curium: 'boolean',
  per_curiam: 'boolean',
  is_core_document: 'boolean',
  ecf_number: 'text',
  docket_id: 'integer',
  file: 'text',
  external_url: 'text',
  clearinghouse_link: 'text',
  has_text: 'boolean',
  text_url: 'text',
  citation_status: 'text',
  citation_paren: 'text',
  cite_1_vol: 'integer',
  cite_1_reporter: 'text',
  cite_1_page: 'integer',
  cite_2_vol: 'integer',
  cite_2_reporter: 'text',
  cite_2_page: 'integer',
  cite_3_vol: 'integer',
  cite_3_reporter: 'text',
  cite_3_page: 'integer',
  description: 'text',
} as const satisfies Record<string, FieldKind>;

/** Fields that a document may omit: each version of the API has some of them. */
export const OPTIONAL_DOCUMENT_FIELDS: ReadonlySet<string> = new Set([
  'per_curium',
  'per_curiam',
  'docket_id',
  'has_text',
  'text_url',
]);

/** A docket of the linked list has one field more than the docket inside a case (A47). */
export const LINKED_DOCKET_FIELDS = {
  ...DOCKET_FIELDS,
  recap_docket_number: 'text',
} as const satisfies Record<string, FieldKind>;

export const OPTIONAL_DOCKET_FIELDS: ReadonlySet<string> = new Set(['recap_docket_number']);

/** The fields of a resource. The API prints no `id` of a resource (A48). */
export const RESOURCE_FIELDS = {
  id: 'integer',
  title: 'text',
  author: 'text',
  author_role: 'text',
  institution: 'text',
  citation: 'text',
  date: 'text',
  display_date: 'text',
  source: 'text',
  status: 'text',
  file: 'text',
  external_url: 'text',
  resource_types: 'texts',
  cases: 'list',
  case_types: 'list',
  causes: 'list',
  issues: 'list',
  special_collections: 'list',
  attorney_orgs: 'list',
  abstract: 'text',
} as const satisfies Record<string, FieldKind>;

export const OPTIONAL_RESOURCE_FIELDS: ReadonlySet<string> = new Set(['id']);
