import type Database from 'better-sqlite3';
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
import { DOCKET_FIELD, toFieldPath } from '../case/diff.ts';
import { toCanonicalJson } from '../case/fingerprint.ts';
import { type JsonObject, type JsonValue, isJsonObject, tryParse } from '../lib/json.ts';
import * as field from './fields.ts';
import type { TableOptions } from './table.ts';

/*
 * Fields that the API sends and that this version does not know. They have no columns of their own, because an API that
 * sends whatever it likes must not decide which columns a table has: one column has them all, as JSON.
 */

/** The fields that are known, by what has them. */
const KNOWN = {
  case: CASE_FIELDS,
  main_docket: DOCKET_FIELDS,
  docket: LINKED_DOCKET_FIELDS,
  entry: DOCKET_ENTRY_FIELDS,
  document: DOCUMENT_FIELDS,
  resource: RESOURCE_FIELDS,
} as const;
type Holder = keyof typeof KNOWN;

const isKnown = (holder: Holder, name: string): boolean => Object.hasOwn(KNOWN[holder], name);

/**
 * The unknown fields of an object as JSON with sorted names and lists; null if there is none. Pure. Unless the API's values
 * are wanted, only texts, numbers, truth values and lists of them: an object may be a record or name one, and nothing says
 * whether it is public. Empty values and addresses that are not public are left out too.
 */
export function toOtherFields(holder: Holder, object: JsonObject, isRaw: boolean): string | null {
  const others = Object.entries(object).filter(
    ([name, value]) => !isKnown(holder, name) && (isRaw || isShown(value)),
  );
  return others.length === 0 ? null : toCanonicalJson(Object.fromEntries(others));
}

/** The condition that the column `field` names a known field, each with a prefix. */
export const isKnownSql = (holder: Holder, prefix = ''): string =>
  `field IN (${Object.keys(KNOWN[holder])
    .map((name) => `'${prefix}${name}'`)
    .join(', ')})`;

/** Whether an unknown field is shown: in an export with texts those that the column has, in one without texts none. */
type ShowOther = (value: JsonValue) => boolean;

type Fields = Readonly<Record<string, FieldKind>>;

/** The fields of the objects that a field of each kind has. A list of anything has no known ones, and is shown whole. */
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

function showObject(object: JsonObject, fields: Fields, showOther: ShowOther): JsonObject {
  let changed: Map<string, JsonValue | undefined> | undefined;
  // Without Object.entries, which would make a list for each field of a million docket entries.
  for (const name of Object.keys(object)) {
    const value = object[name] as JsonValue;
    const shown = showField(value, Object.hasOwn(fields, name) ? fields[name] : undefined, showOther);
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
  if (typeof value !== 'object' || value === null || kind === 'list') return value;
  if (Array.isArray(value)) {
    const shown = value.map((element) => showField(element, kind, showOther) ?? null);
    return shown.some((element, at) => element !== value[at]) ? shown : value;
  }
  const fields = FIELDS_IN[kind];
  // An object in place of a text has no known field.
  return fields === undefined ? null : showObject(value, fields, showOther);
}

/**
 * The old or new value of a change, as JSON: what {@link showWhole} shows of it, or null. Pure. What cannot be read is not
 * shown.
 */
function showChange(
  holder: Holder,
  { field, kind, json }: { readonly field: string; readonly kind: string; readonly json: string },
  withoutTexts: boolean,
): string | null {
  const value = tryParse(json);
  if (value === undefined) return null;
  const path = toFieldPath(field);
  const isOfDocket = path.length > 1;
  // Only a case has such an object; anywhere else it is an unknown one.
  if (isOfDocket && holder !== 'case') return null;
  const fields: Fields = KNOWN[isOfDocket ? DOCKET_FIELD : holder];
  const name = path.at(-1) ?? field;
  // The element of a list is a plain value, or its list is not shown.
  const showOther = withoutTexts ? () => false : kind === 'changed' ? isShown : isPlain;
  const shown = showField(value, Object.hasOwn(fields, name) ? fields[name] : undefined, showOther);
  if (shown === undefined) return null;
  return shown === value ? json : JSON.stringify(shown);
}

function isShown(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain);
  return isPlain(value);
}

function isPlain(value: JsonValue): boolean {
  if (typeof value === 'string') return value.trim() !== '' && !isNonpublic(value);
  return typeof value === 'number' || typeof value === 'boolean';
}

/** Gives a connection the functions of SQL that {@link otherFields} and {@link toShownChanges} call. */
export function provideOtherFields(sqlite: Database.Database): void {
  sqlite.function('mirror_other_fields', { deterministic: true }, (holder, json, isRaw) => {
    const stored = tryParse(String(json));
    const object = isJsonObject(stored) ? (stored[PARTS[holder as Holder] ?? ''] ?? stored) : undefined;
    return isJsonObject(object) ? toOtherFields(holder as Holder, object, Number(isRaw) === 1) : null;
  });
  sqlite.function('mirror_shown_change', { deterministic: true }, (holder, field, kind, json, isBare) =>
    showChange(
      holder as Holder,
      { field: String(field), kind: String(kind), json: String(json) },
      Number(isBare) === 1,
    ),
  );
}

/** The part of what is stored that is the object. */
const PARTS: Readonly<Partial<Record<Holder, string>>> = { main_docket: 'main_docket', entry: 'values' };

/** The column, from the JSON that has the fields; none if texts are left out, because an unknown field may be one. */
export function otherFields(
  { isRaw, withoutTexts }: TableOptions,
  holder: Holder,
  json: string,
): field.Field[] {
  if (withoutTexts) return [];
  return [field.text('other_fields', toOtherSql(holder, json, isRaw))];
}

/** Most docket entries have no such JSON, and a call for each would take longer than to read them. */
export const toOtherSql = (holder: Holder, json: string, isRaw: boolean): string =>
  `CASE WHEN ${json} IS NOT NULL THEN mirror_other_fields('${holder}', ${json}, ${isRaw ? 1 : 0}) END`;

/**
 * The rows of a table of changes, with these columns and what is shown of the old and the new value; `holder` is the
 * expression for what has the field. An unknown field of which no value is shown is left out.
 */
export function toShownChanges(
  { isRaw, withoutTexts }: TableOptions,
  changes: {
    readonly from: string;
    readonly columns: string;
    readonly holder: string;
    readonly isKnown: string;
  },
): string {
  if (isRaw && !withoutTexts) return changes.from;
  const values = ['old_value', 'new_value'].map(
    (column) => `CASE WHEN ${column} IS NOT NULL
      THEN mirror_shown_change(${changes.holder}, field, kind, ${column}, ${withoutTexts ? 1 : 0}) END AS ${column}`,
  );
  return `(SELECT * FROM (SELECT ${changes.columns}, field, kind, ${values.join(', ')} FROM ${changes.from})
    WHERE field IS NULL OR ${changes.isKnown} OR old_value IS NOT NULL OR new_value IS NOT NULL)`;
}
