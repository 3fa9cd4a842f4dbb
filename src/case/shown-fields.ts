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
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import { DOCKET_FIELD, type FieldChange, toFieldPath } from './diff.ts';
import { toCanonicalJson } from './fingerprint.ts';
import { type IsWithheld, changeWithoutNames, withoutNames } from './related-names.ts';

/*
 * What is shown or handed out by default of what the API sends. A plain value is shown: a text, a number or a truth value, and a
 * list of them. An object is shown only where this version knows one, because any other may be a record that is not public, or
 * name one, and nothing tells. It is known as a main docket, or in a known list, if it has a field of such an object.
 *
 * What is not shown is left out in an unknown field, and null in a known one and in a list. An unknown field shows no empty value
 * and no address that is not public either. Without texts, it shows nothing, because it may be a summary.
 */

/** Which unknown fields are shown: those that are plain, or none. */
export type ShownUnknown = 'plain' | 'none';

/** The fields that are known, by what has them. */
export const KNOWN_FIELDS = {
  case: CASE_FIELDS,
  main_docket: DOCKET_FIELDS,
  docket: LINKED_DOCKET_FIELDS,
  docket_entry: DOCKET_ENTRY_FIELDS,
  document: DOCUMENT_FIELDS,
  resource: RESOURCE_FIELDS,
} as const;
export type Holder = keyof typeof KNOWN_FIELDS;

type Fields = Readonly<Record<string, FieldKind>>;

/** The fields of the objects in a list of each kind. A list of anything has none. */
const ELEMENTS: Readonly<Partial<Record<FieldKind, Fields>>> = {
  texts: VALUE_FIELDS,
  values: VALUE_FIELDS,
  list: {},
  defendants: DEFENDANT_FIELDS,
  'related cases': RELATED_CASE_FIELDS,
  'docket entries': DOCKET_ENTRY_FIELDS,
  attachments: ATTACHMENT_FIELDS,
};

/** The unknown fields of an object as JSON with sorted names and lists: all, or those that are shown; null if there is none. Pure. */
export function toOtherFields(holder: Holder, object: JsonObject, which: 'all' | 'plain'): string | null {
  const others = Object.entries(object).filter(
    ([name, value]) =>
      !Object.hasOwn(KNOWN_FIELDS[holder], name) && (which === 'all' || isShownAnywhere(value)),
  );
  return others.length === 0 ? null : toCanonicalJson(Object.fromEntries(others));
}

/** A whole case as it is shown, with the names of all related cases. Pure. Returns the same object if that is all of it. */
export const showWithNames = (whole: JsonObject, unknown: ShownUnknown): JsonObject =>
  showFields(whole, CASE_FIELDS, unknown);

/** A case as it is shown by default, without the names of withheld cases. Pure. */
export const showCase = (payload: JsonObject, isWithheld: IsWithheld): JsonObject =>
  showWithNames(withoutNames(payload, isWithheld), 'plain');

/** A record of a linked list, or a docket entry, as it is shown by default. Pure. Returns the same object if that is all of it. */
export const showRecord = (holder: Holder, record: JsonObject): JsonObject =>
  showKnown(record, KNOWN_FIELDS[holder], 'plain') ?? {};

function showFields(object: JsonObject, fields: Fields, unknown: ShownUnknown): JsonObject {
  let changed: Map<string, JsonValue | undefined> | undefined;
  // Without Object.entries, which would make a list for each field of a million docket entries.
  for (const name of Object.keys(object)) {
    const value = object[name] as JsonValue;
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const shown =
      kind === undefined ? showUnknown(value, unknown) : (showField(value, kind, unknown) ?? null);
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

const showUnknown = (value: JsonValue, unknown: ShownUnknown): JsonValue | undefined =>
  unknown === 'plain' && isShownAnywhere(value) ? value : undefined;

/** The value of a known field; undefined if it is not shown. */
function showField(value: JsonValue, kind: FieldKind, unknown: ShownUnknown): JsonValue | undefined {
  if (value === null) return value;
  const elements = ELEMENTS[kind];
  if (elements !== undefined && Array.isArray(value)) {
    const shown = value.map((element) => showElement(element, elements, unknown) ?? null);
    return shown.some((element, at) => element !== value[at]) ? shown : value;
  }
  if (kind === 'docket' && isJsonObject(value)) return showKnown(value, DOCKET_FIELDS, unknown);
  if (kind !== 'docket' && elements === undefined && isScalar(value)) return value;
  // A list in place of a value, or a value in place of a list, may be anything, as in an unknown field.
  return unknown === 'plain' && isShownAnywhere(value) ? value : undefined;
}

function showElement(element: JsonValue, fields: Fields, unknown: ShownUnknown): JsonValue | undefined {
  if (isJsonObject(element)) return showKnown(element, fields, unknown);
  return isScalar(element) ? element : undefined;
}

const showKnown = (object: JsonObject, fields: Fields, unknown: ShownUnknown): JsonObject | undefined =>
  Object.keys(object).some((name) => Object.hasOwn(fields, name))
    ? showFields(object, fields, unknown)
    : undefined;

/** The old or new value of a change as it is shown; undefined if it is not. Pure. */
export function showValue(
  holder: Holder,
  { field, kind, value }: { readonly field: string; readonly kind: string; readonly value: JsonValue },
  unknown: ShownUnknown,
): JsonValue | undefined {
  const path = toFieldPath(field);
  const isOfDocket = path.length > 1;
  // Only a case has such an object; anywhere else it is an unknown one.
  if (isOfDocket && holder !== 'case') return undefined;
  const fields: Fields = KNOWN_FIELDS[isOfDocket ? DOCKET_FIELD : holder];
  const name = path.at(-1) ?? field;
  const fieldKind = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (fieldKind !== undefined && kind === 'changed') return showField(value, fieldKind, unknown);
  const elements = fieldKind === undefined ? undefined : ELEMENTS[fieldKind];
  if (elements !== undefined) return showElement(value, elements, unknown);
  // A list in a list that is not known is not shown.
  return kind !== 'changed' && Array.isArray(value) ? undefined : showUnknown(value, unknown);
}

export type Side = 'before' | 'after';

/** A change as it is shown. Of the withheld values, the whole or a part is not shown; a value is null if nothing of it is. */
export type ShownChange<Change extends FieldChange = FieldChange> = Change & {
  readonly withheld?: readonly Side[];
};

/** A change as it is shown by default. No change is lost, even if neither value is shown. Pure. */
export function showChange<Change extends FieldChange>(
  holder: Holder,
  change: Change,
  isWithheld: IsWithheld = () => false,
): ShownChange<Change> {
  const named = holder === 'case' ? changeWithoutNames(change, isWithheld) : change;
  const show = (value: JsonValue | undefined): JsonValue | undefined =>
    value === undefined || isEmpty(value)
      ? value
      : (showValue(holder, { ...change, value }, 'plain') ?? null);
  const shown = { before: show(named.before), after: show(named.after) };
  const withheld = (['before', 'after'] as const).filter((side) => shown[side] !== change[side]);
  return withheld.length === 0 ? change : { ...change, ...shown, withheld };
}

const isEmpty = (value: JsonValue): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Any value but an object or a list. */
const isScalar = (value: JsonValue): boolean => typeof value !== 'object' || value === null;

/** Whether it is shown wherever it is. */
function isShownAnywhere(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain);
  return isPlain(value);
}

/** A server may end the name of a folder that is not public at one of these, or leave it out. */
const CONTROLS = /\p{Cc}/gu;

function isPlain(value: JsonValue): boolean {
  if (typeof value === 'string') return value.trim() !== '' && !isNonpublic(value.replaceAll(CONTROLS, ''));
  return typeof value === 'number' || typeof value === 'boolean';
}
