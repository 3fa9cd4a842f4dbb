import type Database from 'better-sqlite3';
import { DOCUMENT_FIELDS, LINKED_DOCKET_FIELDS, RESOURCE_FIELDS } from '../api/linked-fields.ts';
import { CASE_FIELDS, DOCKET_ENTRY_FIELDS, DOCKET_FIELDS } from '../api/payload.ts';
import { isNonpublic } from '../api/urls.ts';
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

const pickKnown = (holder: Holder, object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => isKnown(holder, name)));

/** A whole case without the unknown fields of itself, its docket and its entries. Pure. */
export function withoutOtherFields(whole: JsonObject): JsonObject {
  const known = pickKnown('case', whole);
  if (!isJsonObject(known.main_docket)) return known;
  const docket = pickKnown('main_docket', known.main_docket);
  if (!Array.isArray(docket.docket_entries)) return { ...known, main_docket: docket };
  const entries = docket.docket_entries.map((entry) =>
    isJsonObject(entry) ? pickKnown('entry', entry) : entry,
  );
  return { ...known, main_docket: { ...docket, docket_entries: entries } };
}

function isShown(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain);
  return isPlain(value);
}

function isPlain(value: JsonValue): boolean {
  if (typeof value === 'string') return value.trim() !== '' && !isNonpublic(value);
  return typeof value === 'number' || typeof value === 'boolean';
}

/** Gives a connection the function of SQL that {@link otherFields} calls. */
export function provideOtherFields(sqlite: Database.Database): void {
  sqlite.function('mirror_other_fields', { deterministic: true }, (holder, json, isRaw) => {
    const stored = tryParse(String(json));
    const object = isJsonObject(stored) ? (stored[PARTS[holder as Holder] ?? ''] ?? stored) : undefined;
    return isJsonObject(object) ? toOtherFields(holder as Holder, object, Number(isRaw) === 1) : null;
  });
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
