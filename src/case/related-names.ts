import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import type { FieldChange } from './diff.ts';

/*
 * A case names other cases in `related_cases`. The name of one that is not public is left out, with all that is said of it
 * there but its id.
 */

const FIELD = 'related_cases';

/** Whether what other cases say of a case is left out. */
export type IsWithheld = (caseId: number) => boolean;

/** A payload without the names of withheld cases. Returns the same object if it names none. */
export function withoutNames<Payload extends JsonObject>(payload: Payload, isWithheld: IsWithheld): Payload {
  const related = payload[FIELD];
  if (!Array.isArray(related)) return payload;
  const left = withhold(related, isWithheld);
  return left === related ? payload : { ...payload, [FIELD]: left };
}

/** A change without these names, in its old value and in its new one. Returns the same object if it has none. */
export function changeWithoutNames<Change extends FieldChange>(
  change: Change,
  isWithheld: IsWithheld,
): Change {
  if (change.field !== FIELD) return change;
  const [before, after] = [change.before, change.after].map((value) =>
    value === undefined ? undefined : withhold(value, isWithheld),
  );
  return before === change.before && after === change.after ? change : { ...change, before, after };
}

/** The value of the field, or one element of it. */
function withhold(value: JsonValue, isWithheld: IsWithheld): JsonValue {
  if (Array.isArray(value)) {
    const left = value.map((element) => (isJsonObject(element) ? withhold(element, isWithheld) : element));
    return left.some((element, at) => element !== value[at]) ? left : value;
  }
  if (!isJsonObject(value) || typeof value.id !== 'number') return value;
  const { id, name, ...rest } = value;
  const saysNothing = name === null && Object.keys(rest).length === 0;
  return saysNothing || !isWithheld(id) ? value : { id, name: null };
}
