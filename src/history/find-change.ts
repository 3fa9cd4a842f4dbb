import { compareObjects } from '../cases/compare-cases.ts';
import { toEntry, type EntryColumns } from '../cases/to-docket-rows.ts';
import { MirrorError } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import type { CaseChange, ChangeKey } from './case-change.ts';
import { prepareFindStart } from './find-name.ts';

export type FindChange = (key: ChangeKey) => CaseChange;

interface FieldRow {
  readonly changed_at: string;
  readonly field: string;
  readonly old_value: string | null;
  readonly new_value: string | null;
}

type EntryRow = EntryColumns & { readonly case_id: number };

/** Prepares the reading of what a change says, from where it is written. */
export function prepareFindChange(mirror: Mirror): FindChange {
  const { sqlite, path } = mirror;
  const selectField = sqlite.prepare<[number], FieldRow>(
    'SELECT changed_at, field, old_value, new_value FROM case_changes WHERE id = ?',
  );
  const selectCurrent = sqlite.prepare<[number], EntryRow>(
    'SELECT * FROM docket_entries WHERE mirror_id = ?',
  );
  const selectPast = sqlite.prepare<[number], EntryRow>(
    'SELECT * FROM past_docket_entries WHERE mirror_version_id = ?',
  );
  /** What an entry said since a run: in the past, or still. */
  const selectSince = sqlite.prepare<[object], EntryRow>(
    'SELECT * FROM past_docket_entries WHERE case_id = :caseId AND mirror_key = :key AND mirror_since_run_id = :runId',
  );
  const selectNow = sqlite.prepare<[object], EntryRow>(
    'SELECT * FROM docket_entries WHERE case_id = :caseId AND mirror_key = :key',
  );
  const findStart = prepareFindStart(mirror);

  const there = <Row>(row: Row | undefined, { kind, case_id }: ChangeKey): Row => {
    if (row !== undefined) return row;
    throw new MirrorError(
      'DATABASE_DAMAGED',
      `${path}: of case ${case_id}, "${kind}" names a row that is not there.`,
    );
  };
  const findEntrySince = (columns: EntryRow, key: ChangeKey): JsonObject => {
    const place = { caseId: columns.case_id, key: columns.mirror_key };
    return toEntry(there(selectSince.get({ ...place, runId: key.run_id }) ?? selectNow.get(place), key));
  };

  return (key) => {
    const base = { caseId: key.case_id, runId: key.run_id };
    const atStart = (): string => findStart(key.run_id);
    switch (key.kind) {
      case 'appeared':
      case 'redacted':
        return { ...base, kind: key.kind, changedAt: atStart() };
      case 'departed':
      case 'returned':
        return { ...base, kind: key.kind, changedAt: there(selectField.get(key.ref), key).changed_at };
      case 'changed':
      case 'added':
      case 'removed': {
        const { changed_at, field, old_value, new_value } = there(selectField.get(key.ref), key);
        const values = { before: toValue(old_value), after: toValue(new_value) };
        return { ...base, kind: key.kind, changedAt: changed_at, field, ...values };
      }
      case 'entry added':
      case 'entry edited':
      case 'entry removed': {
        const columns = there((key.is_past === 1 ? selectPast : selectCurrent).get(key.ref), key);
        const entry = { ...base, changedAt: atStart(), entryKey: columns.mirror_key };
        if (key.kind === 'entry removed') return { ...entry, kind: key.kind, before: toEntry(columns) };
        const after = findEntrySince(columns, key);
        if (key.kind === 'entry added') return { ...entry, kind: key.kind, after };
        const before = toEntry(columns);
        return { ...entry, kind: key.kind, before, after, edits: compareObjects(before, after, '') };
      }
    }
  };
}

/** The inverse of how values of changes are stored: a value that was not there has no text. */
function toValue(text: string | null): JsonValue | undefined {
  return text === null ? undefined : (JSON.parse(text) as JsonValue);
}
