import type { Mirror } from '../../db/open-mirror.ts';
import { findNewestChangingRun, prepareFindChange, toHistoryField } from '../../history/changes.ts';
import {
  KIND_NAMES,
  LINKED_FIELD_NAMES,
  findNewestLinkedRun,
  parseLinkedField,
  prepareFindRecord,
} from '../../history/linked-changes.ts';
import { prepareFindFacts, prepareFindName } from '../../db/read-case.ts';
import { CHANGE_COLUMNS, toChangeJson } from './changes.ts';
import { type AllChangesFilter, listAllChanges, toLinkedChangeJson, toRunsOfAll } from './linked-changes.ts';

/** The columns of CSV with the changes of linked lists. */
export const ALL_CHANGE_COLUMNS = [
  ...CHANGE_COLUMNS,
  'record_kind',
  'record_key',
  'record_id',
  'record_type',
  'record_date',
  'record_title',
];

/** The changes of cases and of linked lists as objects, read while iterating. */
export function* listAllChangeObjects(mirror: Mirror, filter: AllChangesFilter): Generator<object> {
  const find = prepareFindChange(mirror);
  const findRecord = prepareFindRecord(mirror);
  const nameOf = prepareFindName(mirror);
  const factsOf = prepareFindFacts(mirror);
  for (const one of listAllChanges(mirror, filter)) {
    const name = nameOf(one.caseId);
    for (const { keys, linked } of toRunsOfAll(one)) {
      for (const key of keys)
        yield toChangeJson(find(key), name, key.kind === 'appeared' ? factsOf(one.caseId) : null);
      for (const change of linked)
        yield toLinkedChangeJson(change, name, findRecord(change.recordKind, change.recordKey));
    }
  }
}

/** A field of cases or of linked records; neither for all of them. */
export type AnyField = Pick<AllChangesFilter, 'field' | 'linkedField'>;

/** Parses the name of a field of either kind. Fails with USAGE. */
export function parseAnyField(mirror: Mirror, name: string | undefined): AnyField {
  const linkedField = name === undefined ? undefined : parseLinkedField(mirror, name);
  const field =
    name === undefined || linkedField !== undefined
      ? undefined
      : toHistoryField(mirror, name, { kinds: Object.keys(KIND_NAMES), fields: LINKED_FIELD_NAMES });
  return { field, linkedField };
}

/** The newest finished run with a change of either kind. */
export function findNewestRunWithChanges(
  mirror: Mirror,
  { field, linkedField }: AnyField,
): number | undefined {
  const ofCases = linkedField === undefined ? findNewestChangingRun(mirror, { field }) : undefined;
  const ofLists = field === undefined ? findNewestLinkedRun(mirror, { linkedField }, ofCases) : undefined;
  return ofLists ?? ofCases;
}
