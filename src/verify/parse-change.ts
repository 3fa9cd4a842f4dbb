import { isSame, toFieldPath, type FieldChange } from '../cases/compare-cases.ts';
import type { JsonValue } from '../json.ts';
import type { StoredChange } from './find-stored-rows.ts';
import { Unreadable } from './checks.ts';

/** A change as it is undone. */
export interface Change extends FieldChange {
  readonly runId: number;
}

const OWN_FIELDS: ReadonlySet<string> = new Set(['mirror_status_id', 'mirror_departed_run_id']);

/** Whether a change is one of the mirror's own word on a case, not of its payload. */
export function isOwnWord({ field }: Pick<FieldChange, 'field'>): boolean {
  return field.startsWith('mirror_');
}

/** Parses a row of `case_changes`. Fails with {@link Unreadable} when no change can have made it. */
export function parseChange(row: StoredChange): Change {
  const { field, kind, run_id: runId } = row;
  const what = `the change ${row.id} of ${field}`;
  const before = parseValue(`${what}: old_value`, row.old_value);
  const after = parseValue(`${what}: new_value`, row.new_value);
  const values = [row.old_value, row.new_value];
  if (kind === 'added') {
    if (before !== undefined || after === undefined) throw new Unreadable(what, 'a new value alone', values);
  } else if (kind === 'removed') {
    if (before === undefined || after !== undefined) throw new Unreadable(what, 'an old value alone', values);
  } else if (kind !== 'changed') {
    throw new Unreadable(`${what}: kind`, 'changed, added or removed', kind);
  } else if (isSame(before, after)) throw new Unreadable(what, 'two values that differ', values);
  const change: Change = { field, kind, before, after, runId };
  if (isOwnWord(change)) {
    if (!OWN_FIELDS.has(field)) throw new Unreadable(what, 'a field that has a history', field);
    if (![before, after].every(isIdOrNull)) throw new Unreadable(what, 'ids, or null', values);
  }
  parseField(what, field);
  return change;
}

/** Of the mirror's own words each names a status or a run, or says that there is none. */
function isIdOrNull(value: JsonValue | undefined): boolean {
  return value === null || Number.isSafeInteger(value);
}

function parseValue(what: string, text: string | null): JsonValue | undefined {
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new Unreadable(what, 'JSON', text);
  }
}

function parseField(what: string, field: string): void {
  try {
    toFieldPath(field);
  } catch {
    throw new Unreadable(what, 'the name of a field', field);
  }
}
