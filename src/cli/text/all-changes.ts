import type { Mirror } from '../../db/open-mirror.ts';
import { prepareFindChange } from '../../history/changes.ts';
import { prepareFindRecord } from '../../history/linked-changes.ts';
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
