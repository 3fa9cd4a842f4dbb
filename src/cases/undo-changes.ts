import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { DOCKET_FIELD, isSame, toFieldPath, type FieldChange } from './compare-cases.ts';

/** The history of a case does not lead back from what is stored: a change names a value that is not there. */
export class BrokenHistory extends Error {
  override readonly name = 'BrokenHistory';
}

/**
 * The version of a case from before some changes, which are given newest first. Proves each step: what a change says
 * came after it must be what is there. Fails with {@link BrokenHistory}.
 */
export function undoChanges(version: JsonObject, newestFirst: Iterable<FieldChange>): JsonObject {
  const fields = toMap(version);
  let docket = toDocketMap(fields);
  for (const change of newestFirst) {
    const path = toFieldPath(change.field);
    const name = path.at(-1) ?? change.field;
    if (path.length === 1) {
      if (docket !== null) fields.set(DOCKET_FIELD, Object.fromEntries(docket));
      undo(fields, name, change);
      docket = toDocketMap(fields);
    } else {
      if (docket === null) throw new BrokenHistory(`${change.field} changed where there is no docket`);
      undo(docket, name, change);
    }
  }
  if (docket !== null) fields.set(DOCKET_FIELD, Object.fromEntries(docket));
  return Object.fromEntries(fields);
}

/** Maps and Object.fromEntries, because a field may be called `__proto__`. */
type Fields = Map<string, JsonValue>;

const toMap = (object: JsonObject): Fields => new Map(Object.entries(object));

function toDocketMap(fields: Fields): Fields | null {
  const docket = fields.get(DOCKET_FIELD);
  return isJsonObject(docket) ? toMap(docket) : null;
}

function undo(fields: Fields, name: string, { field, kind, before, after }: FieldChange): void {
  const now = fields.get(name);
  if (kind === 'changed') {
    if (!isSame(now, after)) throw new BrokenHistory(`${field} is not what its newest change says`);
    if (before === undefined) fields.delete(name);
    else fields.set(name, before);
    return;
  }
  if (!Array.isArray(now)) throw new BrokenHistory(`${field} is no list, though elements came and went`);
  if (kind === 'removed' && before !== undefined) {
    fields.set(name, [...now, before]);
    return;
  }
  const at = now.findIndex((element) => isSame(element, after));
  if (at < 0) throw new BrokenHistory(`${field} lacks an element that its newest change added`);
  fields.set(name, now.toSpliced(at, 1));
}
