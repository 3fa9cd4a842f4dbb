import { DOCUMENT_FIELDS, LINKED_DOCKET_FIELDS, RESOURCE_FIELDS } from '../api/linked-fields.ts';
import {
  ATTACHMENT_FIELDS,
  CASE_FIELDS,
  DEFENDANT_FIELDS,
  DOCKET_ENTRY_FIELDS,
  DOCKET_FIELDS,
  type FieldKind,
  RELATED_CASE_FIELDS,
  VALUE_FIELDS,
} from '../api/payload.ts';
import { isNonpublic } from '../api/urls.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import { DOCKET_FIELD, type FieldChange, toFieldPath } from './diff.ts';
import { toCanonicalJson } from './fingerprint.ts';
import { type IsWithheld, withoutNames } from './related-names.ts';

/*
 * What is shown of the fields that this version does not know, in whatever shows or hands out data by default. An object may
 * be a record that is not public, or name one, and nothing tells; so only plain values are shown, and lists of them.
 */

/** The fields that are known, by what has them. */
export const KNOWN = {
  case: CASE_FIELDS,
  main_docket: DOCKET_FIELDS,
  docket: LINKED_DOCKET_FIELDS,
  docket_entry: DOCKET_ENTRY_FIELDS,
  document: DOCUMENT_FIELDS,
  resource: RESOURCE_FIELDS,
} as const;
export type Holder = keyof typeof KNOWN;

const isKnown = (holder: Holder, name: string): boolean => Object.hasOwn(KNOWN[holder], name);

/**
 * The unknown fields of an object as JSON with sorted names and lists; null if there is none. Pure. Unless the API's values
 * are wanted, only texts, numbers, truth values and lists of them: an object may be a record or name one, and nothing says
 * whether it is public. Empty values and addresses that are not public are left out too.
 */
export function toOtherFields(holder: Holder, object: JsonObject, isRaw: boolean): string | null {
  const others = Object.entries(object).filter(
    ([name, value]) => !isKnown(holder, name) && (isRaw || (isReadable(name) && isShown(value))),
  );
  return others.length === 0 ? null : toCanonicalJson(Object.fromEntries(others));
}

/** Whether an unknown field is shown: in an export with texts those that the column has, in one without texts none. */
type ShowOther = (value: JsonValue) => boolean;

type Fields = Readonly<Record<string, FieldKind>>;

/** The fields of the objects that a field of each kind has. A list of anything has none. */
const FIELDS_IN: Readonly<Partial<Record<FieldKind, Fields>>> = {
  texts: VALUE_FIELDS,
  values: VALUE_FIELDS,
  defendants: DEFENDANT_FIELDS,
  'related cases': RELATED_CASE_FIELDS,
  docket: DOCKET_FIELDS,
  'docket entries': DOCKET_ENTRY_FIELDS,
  attachments: ATTACHMENT_FIELDS,
};

/**
 * A whole case with the unknown fields that are shown, in itself and in all that is nested in it. Pure. Returns the same
 * object if that is all of it.
 */
export const showWhole = (whole: JsonObject, withoutTexts: boolean): JsonObject =>
  showObject(whole, CASE_FIELDS, withoutTexts ? () => false : isShown);

/** A case as it is shown by default: without unknown objects, and without the names of withheld cases. Pure. */
export const showCase = (payload: JsonObject, isWithheld: IsWithheld): JsonObject =>
  showWhole(withoutNames(payload, isWithheld), false);

/** A record of a linked list, or a docket entry, as it is shown by default. Pure. */
export const showRecord = (holder: Holder, record: JsonObject): JsonObject =>
  showObject(record, KNOWN[holder], isShown);

function showObject(object: JsonObject, fields: Fields, showOther: ShowOther): JsonObject {
  let changed: Map<string, JsonValue | undefined> | undefined;
  // Without Object.entries, which would make a list for each field of a million docket entries.
  for (const name of Object.keys(object)) {
    const value = object[name] as JsonValue;
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const shown = kind === undefined && !isReadable(name) ? undefined : showField(value, kind, showOther);
    if (shown !== value) (changed ??= new Map()).set(name, shown);
  }
  if (changed === undefined) return object;
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]): [string, JsonValue][] => {
      const shown = changed.has(name) ? changed.get(name) : value;
      return shown === undefined ? [] : [[name, shown]];
    }),
  );
}

/** The value of a field; undefined if it is not shown. A field without a kind is not known. */
function showField(
  value: JsonValue,
  kind: FieldKind | undefined,
  showOther: ShowOther,
): JsonValue | undefined {
  if (kind === undefined) return showOther(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return value;
  const fields = FIELDS_IN[kind];
  // An object or a list in place of a value has no known field, nor has a list in place of an element.
  if (fields === undefined && kind !== 'list') return showOther(value) ? value : null;
  if (Array.isArray(value)) {
    const shown = value.map((element) =>
      Array.isArray(element) ? null : (showField(element, kind, showOther) ?? null),
    );
    return shown.some((element, at) => element !== value[at]) ? shown : value;
  }
  return fields === undefined ? null : showObject(value, fields, showOther);
}

/** The old or new value of a change: what {@link showWhole} shows of it; undefined if that is nothing. Pure. */
export function showValue(
  holder: Holder,
  { field, kind, value }: { readonly field: string; readonly kind: string; readonly value: JsonValue },
  withoutTexts: boolean,
): JsonValue | undefined {
  const path = toFieldPath(field);
  const isOfDocket = path.length > 1;
  // Only a case has such an object; anywhere else it is an unknown one.
  if (isOfDocket && holder !== 'case') return undefined;
  const fields: Fields = KNOWN[isOfDocket ? DOCKET_FIELD : holder];
  const name = path.at(-1) ?? field;
  // The element of a list is a plain value, or its list is not shown.
  const showOther = withoutTexts ? () => false : kind === 'changed' ? isShown : isPlain;
  return showField(value, Object.hasOwn(fields, name) ? fields[name] : undefined, showOther);
}

/** A change as it is shown by default. A value that is not shown is null, so that the change itself is not lost. Pure. */
export function showChange<Change extends FieldChange>(holder: Holder, change: Change): Change {
  const [before, after] = [change.before, change.after].map((value) =>
    value === undefined ? undefined : (showValue(holder, { ...change, value }, false) ?? null),
  );
  return before === change.before && after === change.after ? change : { ...change, before, after };
}

function isShown(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain);
  return isPlain(value);
}

/** SQL reads a text with a NUL only as far as that. */
const isReadable = (text: string): boolean => !text.includes('\0');

function isPlain(value: JsonValue): boolean {
  if (typeof value === 'string') return value.trim() !== '' && isReadable(value) && !isNonpublic(value);
  return typeof value === 'number' || typeof value === 'boolean';
}
