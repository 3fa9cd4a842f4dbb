import type { FieldChange } from '../../cases/compare-cases.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';

/** The elements that left a list or came into it, and those that only became otherwise. */
export interface PairedElements {
  readonly edited: readonly (readonly [before: JsonObject, after: JsonObject])[];
  readonly removed: readonly JsonValue[];
  readonly added: readonly JsonValue[];
}

/** An object that left a list and one that came into it under the same name, when no others have it, are one that was edited. */
export function pairElements(changes: readonly FieldChange[]): PairedElements {
  const removed = changes.flatMap(({ before }) => (before === undefined ? [] : [before]));
  const added = changes.flatMap(({ after }) => (after === undefined ? [] : [after]));
  const [olds, news] = [toSingles(removed), toSingles(added)];
  const edited = [...olds].flatMap(([name, before]) => {
    const after = news.get(name);
    return after === undefined ? [] : [[before, after] as const];
  });
  const paired = new Set<JsonValue>(edited.flat());
  return {
    edited,
    removed: removed.filter((element) => !paired.has(element)),
    added: added.filter((element) => !paired.has(element)),
  };
}

/** The objects whose name no other has. */
function toSingles(elements: readonly JsonValue[]): Map<string, JsonObject> {
  const singles = new Map<string, JsonObject>();
  const twice = new Set<string>();
  for (const element of elements) {
    if (!isJsonObject(element) || typeof element.name !== 'string') continue;
    if (singles.has(element.name)) twice.add(element.name);
    singles.set(element.name, element);
  }
  for (const name of twice) singles.delete(name);
  return singles;
}
