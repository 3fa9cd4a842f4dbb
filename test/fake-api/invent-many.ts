import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { inventCaseBytes } from '../../fake-api/invent/case.ts';

/** The invented cases of the first indexes, with the size of each as it is sent. */
export function inventMany(seed: number, count: number): { record: JsonObject; bytes: number }[] {
  return Array.from({ length: count }, (_, index) => {
    const json = Buffer.concat(inventCaseBytes(seed, index));
    return { record: objectOf(JSON.parse(json.toString()) as JsonValue), bytes: json.length };
  });
}

/** The value as an object; a test that gets something else fails here. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw new TypeError(`Expected an object, got ${JSON.stringify(value)}`);
  return value;
}

/** A text as it is, anything else as JSON. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

export function listOf(value: JsonValue | undefined): JsonValue[] {
  if (!Array.isArray(value)) throw new TypeError(`Expected a list, got ${JSON.stringify(value)}`);
  return value;
}

export function entriesOf(record: JsonObject): JsonObject[] {
  return listOf(objectOf(record.main_docket).docket_entries).map(objectOf);
}
