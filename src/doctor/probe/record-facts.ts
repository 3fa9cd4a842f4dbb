import {
  DOCUMENT_FIELDS,
  LINKED_DOCKET_FIELDS,
  LINKED_KINDS,
  OPTIONAL_DOCKET_FIELDS,
  OPTIONAL_DOCUMENT_FIELDS,
  OPTIONAL_RESOURCE_FIELDS,
  RESOURCE_FIELDS,
} from '../../api/linked-fields.ts';
import { toLinkedUrl, toTextUrl } from '../../api/linked-urls.ts';
import { ONGOING_LISTS, UNCLASSIFIED } from '../../api/lists.ts';
import { CASE_FIELDS } from '../../api/payload.ts';
import { whyHidden } from '../../linked/rows.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../lib/json.ts';

/*
 * What the probe keeps of a record: counts, ids, and whether something is as assumed. It keeps no text of the server, so
 * that no report can contain any.
 */

export type RecordKind = 'case' | 'document' | 'docket' | 'resource';

/** The names of a record compared with the expected ones. */
interface FieldFacts {
  readonly missing: number;
  readonly unknown: number;
}

interface Facts extends FieldFacts {
  /** Null if it is not an integer. */
  readonly id: number | null;
  readonly bytes: number;
}

export interface CaseFacts extends Facts {
  readonly kind: 'case';
  /** The id of the list that `case_ongoing` names; null for null. */
  readonly list: number | 'unknown' | null;
  readonly isInProcess: boolean;
  readonly hasDocuments: boolean;
  readonly docketId: number | null;
  /** The number of entries of the main docket; null without one. */
  readonly docketEntries: number | null;
  readonly repeatedEntryIds: number;
  readonly addresses: readonly AddressFacts[];
}

export interface DocumentFacts extends Facts {
  readonly kind: 'document';
  /** Whether a field of it names a case. */
  readonly namesCase: boolean;
  readonly hasText: boolean | null;
  readonly isPublic: boolean;
  readonly addresses: readonly AddressFacts[];
}

export interface DocketFacts extends Facts {
  readonly kind: 'docket';
  readonly entries: number | null;
}

export interface ResourceFacts extends Facts {
  readonly kind: 'resource';
  /** How many cases it names; null if it names none. */
  readonly cases: number | null;
}

/** Something in a list that is not an object. */
export interface OddFacts {
  readonly kind: 'odd';
  readonly id: null;
  readonly bytes: number;
}

export type RecordFacts = CaseFacts | DocumentFacts | DocketFacts | ResourceFacts | OddFacts;

/** Names under which a document could name its case (A44). */
const NAMES_OF_CASE = ['case', 'cases', 'case_id', 'case_ids', 'case_url'] as const;

/** Reduces a record to facts. */
export function toRecordFacts(record: JsonValue, kind: RecordKind, bytes: number, api: URL): RecordFacts {
  if (!isJsonObject(record)) return { kind: 'odd', id: null, bytes };
  const own = { id: toId(record.id), bytes, ...compareFields(record, ...FIELDS[kind]) };
  switch (kind) {
    case 'case':
      return { kind, ...own, ...toCase(record, own.id, api) };
    case 'document':
      return { kind, ...own, ...toDocument(record, own.id, api) };
    case 'docket':
      return { kind, ...own, entries: toLength(record.docket_entries) };
    case 'resource':
      return { kind, ...own, cases: toLength(record.cases) };
  }
}

/** The fields of each kind of record, and those that it may omit. */
const FIELDS: Readonly<Record<RecordKind, readonly [fields: object, optional: ReadonlySet<string>]>> = {
  case: [CASE_FIELDS, new Set()],
  document: [DOCUMENT_FIELDS, OPTIONAL_DOCUMENT_FIELDS],
  docket: [LINKED_DOCKET_FIELDS, OPTIONAL_DOCKET_FIELDS],
  resource: [RESOURCE_FIELDS, OPTIONAL_RESOURCE_FIELDS],
};

function toCase(record: JsonObject, id: number | null, api: URL) {
  const { case_ongoing: ongoing, main_docket: docket } = record;
  const entries = isJsonObject(docket) && Array.isArray(docket.docket_entries) ? docket.docket_entries : [];
  const ids = entries.flatMap((entry) => (isJsonObject(entry) && entry.id != null ? [entry.id] : []));
  const list = ONGOING_LISTS.find(({ label }) => label === ongoing);
  return {
    list: ongoing === null || ongoing === undefined ? null : (list?.id ?? 'unknown'),
    isInProcess: record.case_status === UNCLASSIFIED.label,
    hasDocuments: (toLength(record.available_documents) ?? 0) > 0,
    docketId: isJsonObject(docket) ? toId(docket.id) : null,
    docketEntries: isJsonObject(docket) ? toLength(docket.docket_entries) : null,
    repeatedEntryIds: ids.length - new Set(ids).size,
    addresses: LINKED_KINDS.flatMap((kind) =>
      toSafeAddress(record[`case_${kind}_url`], toLinkedUrl(api, id ?? 0, kind)),
    ),
  } as const;
}

function toDocument(record: JsonObject, id: number | null, api: URL) {
  const { has_text: hasText } = record;
  return {
    namesCase: NAMES_OF_CASE.some((name) => record[name] !== undefined && record[name] !== null),
    hasText: typeof hasText === 'boolean' ? hasText : null,
    isPublic: whyHidden('document', record) === null,
    addresses: toSafeAddress(record.text_url, toTextUrl(api, id ?? 0)),
  } as const;
}

function compareFields(record: JsonObject, fields: object, optional: ReadonlySet<string>): FieldFacts {
  return {
    missing: Object.keys(fields).filter((name) => !optional.has(name) && !Object.hasOwn(record, name)).length,
    unknown: Object.keys(record).filter((name) => !Object.hasOwn(fields, name)).length,
  };
}

function toId(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function toLength(value: JsonValue | undefined): number | null {
  return Array.isArray(value) ? value.length : null;
}

/** An address that the server wrote, compared with the expected one. */
export interface AddressFacts {
  readonly scheme: 'same' | 'other';
  /** `www`: the same but for `www.` at its beginning. */
  readonly host: 'same' | 'www' | 'other';
  readonly path: 'same' | 'without slash' | 'other version' | 'other';
}

/** Compares an address with the expected one; an empty list if it is not an address. */
export function toSafeAddress(written: JsonValue | undefined, expected: URL): AddressFacts[] {
  if (typeof written !== 'string' || written.trim() === '') return [];
  let url: URL;
  try {
    url = new URL(written, expected);
  } catch {
    return [];
  }
  return [
    {
      scheme: url.protocol === expected.protocol ? 'same' : 'other',
      host: compareHosts(url.host, expected.host),
      path: comparePaths(url.pathname, expected.pathname),
    },
  ];
}

function compareHosts(written: string, expected: string): AddressFacts['host'] {
  if (written === expected) return 'same';
  return written.replace(/^www\./, '') === expected.replace(/^www\./, '') ? 'www' : 'other';
}

const VERSION = /\/v\w+\//;

function comparePaths(written: string, expected: string): AddressFacts['path'] {
  if (written === expected) return 'same';
  if (`${written}/` === expected) return 'without slash';
  const withSlash = written.endsWith('/') ? written : `${written}/`;
  return withSlash.replace(VERSION, '/') === expected.replace(VERSION, '/') ? 'other version' : 'other';
}
