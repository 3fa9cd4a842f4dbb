import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { CASE_FIELDS } from './payload-fields.ts';

/**
 * A case as the API sent it, and nothing added or taken away. Only `id` is certain; every other field may be null,
 * missing, or of a kind that nobody has seen before, so its type stays open and readers check.
 */
export type CasePayload = JsonObject & { readonly id: number } & Readonly<
    Partial<Record<Exclude<keyof typeof CASE_FIELDS, 'id'>, JsonValue>>
  >;

export type ParsedRecord =
  { readonly isCase: true; readonly payload: CasePayload } | { readonly isCase: false; readonly why: string };

/** Accepts any record with an integer `id` as a case; of every other it says why it cannot be one. */
export function parseCasePayload(record: JsonValue): ParsedRecord {
  if (!isJsonObject(record)) return { isCase: false, why: `not an object but ${kindOf(record)}` };
  if (!Object.hasOwn(record, 'id')) return { isCase: false, why: 'no id' };
  const { id } = record;
  if (typeof id !== 'number' || !Number.isSafeInteger(id))
    return { isCase: false, why: `id is ${kindOf(id)}` };
  return { isCase: true, payload: record as CasePayload };
}

/** The kind of a JSON value in the words of the drift record. */
export function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'an integer' : 'a number';
  return { string: 'a text', boolean: 'a boolean', object: 'an object' }[
    typeof value as 'string' | 'boolean' | 'object'
  ];
}
