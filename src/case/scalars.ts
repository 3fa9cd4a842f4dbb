import type { FieldKind } from '../api/payload.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';

interface ScalarTypes {
  text: string;
  integer: number;
  boolean: boolean;
}

export type Scalar = ScalarTypes[keyof ScalarTypes] | null;

type Fields = Readonly<Record<string, FieldKind>>;

/** The columns that the scalars of an API object make: those of its fields that are no lists or objects, or null. */
export type Scalars<Of extends Fields> = {
  [Field in keyof Of as Of[Field] extends keyof ScalarTypes ? Field : never]:
    (Of[Field] extends keyof ScalarTypes ? ScalarTypes[Of[Field]] : never) | null;
};

/** Whether a value can stand in a column of that kind as it is. */
export function fitsColumn(kind: FieldKind, value: JsonValue | undefined): value is Scalar {
  if (value === null) return true;
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'boolean') return typeof value === 'boolean';
  return kind === 'integer' && Number.isSafeInteger(value);
}

const isScalarKind = (kind: FieldKind): boolean =>
  kind === 'text' || kind === 'integer' || kind === 'boolean';

/**
 * A text as SQLite can store it: UTF-8 has no form for half of a surrogate pair, and other programs cannot read a column
 * that holds one. The payload keeps the half, as an escape of JSON.
 */
export function toStorable<Value>(value: Value): Value | string {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/**
 * The column values of an API object: one for each field that is a scalar. A value that is missing or of another kind
 * becomes null here; it is not lost, because the payload itself is stored beside the columns.
 */
export function pickScalars<Of extends Fields>(object: JsonObject, fields: Of): Scalars<Of> {
  const row: Record<string, Scalar> = {};
  for (const [field, kind] of Object.entries(fields)) {
    if (!isScalarKind(kind)) continue;
    const value = object[field];
    row[field] = fitsColumn(kind, value) ? toStorable(value) : null;
  }
  return row as Scalars<Of>;
}
