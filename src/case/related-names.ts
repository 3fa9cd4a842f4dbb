import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import type { FieldChange } from './diff.ts';

/*
 * A case names other cases in `related_cases`. The name of one that is not public is left out, with all that is said of it
 * there but its id. An id that cannot be read proves nothing, so the name beside it is not shown either.
 */

const FIELD = 'related_cases';

/** Whether what other cases say of a case is left out. Null stands for a case of which the id cannot be read. */
export type IsWithheld = (caseId: number | null) => boolean;

/** The id of a related case: an integer, or a text of digits; null if it is neither. */
export function toRelatedId(id: JsonValue | undefined): number | null {
  if (typeof id === 'number') return Number.isSafeInteger(id) ? id : null;
  return typeof id === 'string' && DIGITS.test(id) ? Number(id) : null;
}

const DIGITS = /^\s*\d{1,15}\s*$/;

/** Whether an id, in whatever form, may be that of a withheld case: an odd one may mean each number in it. */
export function isIdWithheld(id: JsonValue | undefined, isWithheld: IsWithheld): boolean {
  const known = toRelatedId(id);
  if (known !== null) return isWithheld(known);
  return isWithheld(null) || listNumbers(id).some((number) => isWithheld(number));
}

/** `#7`, `case/7/`, `7.0`, `1e3` and `12,345` mean what a reader takes them for. */
function listNumbers(id: JsonValue | undefined): number[] {
  const text = typeof id === 'string' ? id : JSON.stringify(id ?? null);
  return (text.match(/\d[\d.,_\s]*(?:e\+?\d+)?/gi) ?? []).flatMap((number) => [
    Number(number.replaceAll(/[,_\s]/g, '')),
    ...(number.match(/\d+/g) ?? []).map(Number),
  ]);
}

/** A payload without the names of withheld cases. Returns the same object if it names none. */
export function withoutNames<Payload extends JsonObject>(payload: Payload, isWithheld: IsWithheld): Payload {
  const related = payload[FIELD];
  if (related === undefined) return payload;
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
    const left = value.map((element) => withhold(element, isWithheld));
    return left.some((element, at) => element !== value[at]) ? left : value;
  }
  if (typeof value === 'string') return DIGITS.test(value) || !isIdWithheld(value, isWithheld) ? value : null;
  if (!isJsonObject(value) || saysNothing(value) || !isIdWithheld(value.id, isWithheld)) return value;
  return { id: toRelatedId(value.id) === null ? null : (value.id ?? null), name: null };
}

/** Whether an element has an id at most. */
function saysNothing({ id = null, name = null, ...rest }: JsonObject): boolean {
  return name === null && (id === null || toRelatedId(id) !== null) && Object.keys(rest).length === 0;
}
