import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import {
  DOCUMENT_FIELDS,
  LINKED_DOCKET_FIELDS,
  type LinkedKind,
  OPTIONAL_DOCKET_FIELDS,
  OPTIONAL_DOCUMENT_FIELDS,
  OPTIONAL_RESOURCE_FIELDS,
  RESOURCE_FIELDS,
} from './linked-fields.ts';
import {
  ATTACHMENT_FIELDS,
  CASE_FIELDS,
  type CasePayload,
  DEFENDANT_FIELDS,
  DOCKET_ENTRY_FIELDS,
  DOCKET_FIELDS,
  type FieldKind,
  OPTIONAL_ATTACHMENT_FIELDS,
  RELATED_CASE_FIELDS,
  VALUE_FIELDS,
  kindOf,
} from './payload.ts';

/** A field that differs from the recorded responses of the API: unknown, missing, or of another kind. */
export interface Drift {
  /** The path of the field, with `[]` for any element of a list: `main_docket.docket_entries[].url`. */
  readonly field: string;
  readonly expected: string;
  readonly seen: string;
}

/** The fields of one kind of object, prepared for millions of comparisons. */
interface Shape {
  readonly fields: readonly (readonly [name: string, kind: FieldKind])[];
  readonly names: ReadonlySet<string>;
  readonly optional: ReadonlySet<string>;
}

function toShape(
  fields: Readonly<Record<string, FieldKind>>,
  optional: ReadonlySet<string> = new Set(),
): Shape {
  return { fields: Object.entries(fields), names: new Set(Object.keys(fields)), optional };
}

type Report = (field: string, expected: string, seen: string) => void;

const CASE = toShape(CASE_FIELDS);

/**
 * Lists the fields of a case that drifted, each kind of drift once. A null field is never drift, because the API may
 * omit any value; null as an element of a list is.
 */
export function listDrift(payload: CasePayload): Drift[] {
  const found = new Map<string, Drift>();
  const report: Report = (field, expected, seen) => {
    found.set(`${field} ${seen}`, { field, expected, seen });
  };
  checkObject(payload, CASE, '', report);
  return [...found.values()];
}

const LINKED: Readonly<Record<LinkedKind, Shape>> = {
  documents: toShape(DOCUMENT_FIELDS, OPTIONAL_DOCUMENT_FIELDS),
  dockets: toShape(LINKED_DOCKET_FIELDS, OPTIONAL_DOCKET_FIELDS),
  resources: toShape(RESOURCE_FIELDS, OPTIONAL_RESOURCE_FIELDS),
};

/** The same for a record of a linked list. Each field begins with the list: `documents[].title`. */
export function listLinkedDrift(kind: LinkedKind, payload: JsonObject): Drift[] {
  const found = new Map<string, Drift>();
  checkObject(payload, LINKED[kind], `${kind}[].`, (field, expected, seen) => {
    found.set(`${field} ${seen}`, { field, expected, seen });
  });
  return [...found.values()];
}

const TEXT = toShape({ id: 'integer', text: 'text' });

/** The unknown fields of the text of a document: `text.pages`. Two servers write its id in two ways, which is no drift. */
export function listTextDrift(payload: JsonObject): Drift[] {
  const found: Drift[] = [];
  checkObject(payload, TEXT, 'text.', (field, expected, seen) => found.push({ field, expected, seen }));
  return found.filter(({ expected }) => expected === 'no such field');
}

function checkObject(object: JsonObject, shape: Shape, prefix: string, report: Report): void {
  let known = 0;
  for (const [field, kind] of shape.fields) {
    const value = object[field]; // No expected field has the name of a member that every object inherits.
    if (value !== undefined) {
      known++;
      if (value !== null && !isPlain(kind, value)) CHECKS[kind](value, `${prefix}${field}`, report);
    } else if (!shape.optional.has(field)) {
      report(`${prefix}${field}`, EXPECTED[kind], 'missing');
    }
  }
  const keys = Object.keys(object);
  if (keys.length === known) return;
  for (const key of keys) {
    if (!shape.names.has(key)) report(`${prefix}${toFieldName(key)}`, 'no such field', kindOf(object[key]));
  }
}

/** Letters and digits without a break, as in a token, a key or a signature. The names of the API are words. */
const SECRET = /(?=[a-z0-9+/=-]*\d)(?=[a-z0-9+/=-]*[a-z])[a-z0-9+/=-]{16,}/gi;

/** The name of an unknown field as it is recorded: at most 100 characters, and without what may be a secret. */
function toFieldName(key: string): string {
  return key
    .replaceAll(SECRET, ({ length }) => `[${length} characters]`)
    .slice(0, 100)
    .toWellFormed();
}

/** A fast path for nearly all values: a scalar of the expected kind. */
function isPlain(kind: FieldKind, value: JsonValue): boolean {
  if (kind === 'text') return typeof value === 'string' && value.isWellFormed();
  if (kind === 'boolean') return typeof value === 'boolean';
  return kind === 'integer' && Number.isSafeInteger(value);
}

const EXPECTED: Readonly<Record<FieldKind, string>> = {
  text: 'a text',
  integer: 'an integer',
  boolean: 'a boolean',
  texts: 'a list',
  values: 'a list',
  list: 'a list',
  defendants: 'a list',
  'related cases': 'a list',
  docket: 'an object',
  'docket entries': 'a list',
  attachments: 'a list',
};

type Check = (value: JsonValue, path: string, report: Report) => void;

const checkText: Check = (value, path, report) => {
  if (typeof value !== 'string') report(path, 'a text', kindOf(value));
  else if (!value.isWellFormed()) report(path, 'a text', 'half of a character');
};

const checkObjectOf =
  (shape: Shape): Check =>
  (value, path, report) => {
    if (isJsonObject(value)) checkObject(value, shape, `${path}.`, report);
    else report(path, 'an object', kindOf(value));
  };

const checkListOf =
  (checkElement: Check): Check =>
  (value, path, report) => {
    if (!Array.isArray(value)) {
      report(path, 'a list', kindOf(value));
      return;
    }
    const elementPath = `${path}[]`;
    for (const element of value) checkElement(element, elementPath, report);
  };

const CHECKS: Readonly<Record<FieldKind, Check>> = {
  text: checkText,
  integer: (value, path, report) => {
    if (!Number.isSafeInteger(value)) report(path, 'an integer', kindOf(value));
  },
  boolean: (value, path, report) => {
    if (typeof value !== 'boolean') report(path, 'a boolean', kindOf(value));
  },
  texts: checkListOf(checkText),
  values: checkListOf(checkObjectOf(toShape(VALUE_FIELDS))),
  list: checkListOf(() => undefined),
  defendants: checkListOf(checkObjectOf(toShape(DEFENDANT_FIELDS))),
  'related cases': checkListOf(checkObjectOf(toShape(RELATED_CASE_FIELDS))),
  docket: checkObjectOf(toShape(DOCKET_FIELDS)),
  'docket entries': checkListOf(checkObjectOf(toShape(DOCKET_ENTRY_FIELDS))),
  attachments: checkListOf(checkObjectOf(toShape(ATTACHMENT_FIELDS, OPTIONAL_ATTACHMENT_FIELDS))),
};
