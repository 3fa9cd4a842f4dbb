import type Database from 'better-sqlite3';
import {
  type Holder,
  KNOWN_FIELDS,
  type ShownUnknown,
  showValue,
  toOtherFields,
} from '../case/shown-fields.ts';
import { type JsonObject, isJsonObject, tryParse } from '../lib/json.ts';
import * as field from './fields.ts';
import type { TableOptions } from './table.ts';

/*
 * Fields that the API sends and that this version does not know. They have no columns of their own, because an API that
 * sends whatever it likes must not decide which columns a table has: one column has them all, as JSON.
 */

/** The condition that the column `field` names a known field, each with a prefix. */
export const isKnownSql = (holder: Holder, prefix = ''): string =>
  `field IN (${Object.keys(KNOWN_FIELDS[holder])
    .map((name) => `'${prefix}${name}'`)
    .join(', ')})`;

/** The old or new value of a change, as JSON; no JSON if it is not shown or cannot be read. Pure. */
function showJson(
  holder: Holder,
  { json, ...change }: { readonly field: string; readonly kind: string; readonly json: string },
  unknown: ShownUnknown,
): string | null {
  const value = tryParse(json);
  const shown = value === undefined ? undefined : showValue(holder, { ...change, value }, unknown);
  if (shown === undefined) return null;
  return shown === value ? json : JSON.stringify(shown);
}

/** Gives a connection the functions of SQL that {@link otherFields} and {@link toShownChanges} call. */
export function provideOtherFields(sqlite: Database.Database): void {
  sqlite.function('mirror_other_fields', { deterministic: true }, (holder, json, isRaw) => {
    const stored = tryParse(String(json));
    if (!isJsonObject(stored)) return null;
    const object = stored[PARTS[holder as Holder] ?? ''] ?? stored;
    if (!isJsonObject(object)) return null;
    if (Number(isRaw) === 1) return toOtherFields(holder as Holder, object, 'all');
    return isKnownRecord(holder as Holder, stored, object)
      ? toOtherFields(holder as Holder, object, 'plain')
      : null;
  });
  sqlite.function('mirror_shown_change', { deterministic: true }, (holder, field, kind, json, isBare) =>
    showJson(
      holder as Holder,
      { field: String(field), kind: String(kind), json: String(json) },
      Number(isBare) === 1 ? 'none' : 'plain',
    ),
  );
}

/**
 * Whether a record has a field of such a record: another object in its place may be anything. What is stored of an entry
 * names the fields that it lacks.
 */
function isKnownRecord(holder: Holder, stored: JsonObject, object: JsonObject): boolean {
  const names = Object.keys(KNOWN_FIELDS[holder]);
  return holder === 'docket_entry'
    ? !(Array.isArray(stored.missing) && stored.missing.length === names.length)
    : names.some((name) => Object.hasOwn(object, name));
}

/** The part of what is stored that is the object. */
const PARTS: Readonly<Partial<Record<Holder, string>>> = {
  main_docket: 'main_docket',
  docket_entry: 'values',
};

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
