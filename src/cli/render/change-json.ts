import type { FieldChange } from '../../cases/compare-cases.ts';
import type { CaseChange } from '../../history/case-change.ts';
import type { CaseFacts } from '../../history/find-name.ts';
import { toCaseLink } from './case-link.ts';

/** A change as `--json` prints it, a new case with what a list tells of it. `old_value` and `new_value` are missing where there was no value. */
export function toChangeJson(change: CaseChange, caseName: string | null, facts: CaseFacts | null) {
  return {
    run_id: change.runId,
    changed_at: change.changedAt,
    case_id: change.caseId,
    case_name: caseName,
    kind: change.kind,
    ...toDetails(change),
    ...(facts === null ? {} : toFactsJson(change.caseId, facts)),
  };
}

function toFactsJson(caseId: number, { court, filed, caseTypes }: CaseFacts) {
  return { court, filed, case_types: caseTypes, url: toCaseLink(caseId) };
}

function toDetails(change: CaseChange): object {
  switch (change.kind) {
    case 'changed':
    case 'added':
    case 'removed':
      return { field: change.field, ...toValues(change) };
    case 'entry added':
      return { entry_key: change.entryKey, new_value: change.after };
    case 'entry removed':
      return { entry_key: change.entryKey, old_value: change.before };
    case 'entry edited': {
      const { entryKey, before, after, edits } = change;
      const differences = edits.map((edit) => ({ field: edit.field, kind: edit.kind, ...toValues(edit) }));
      return { entry_key: entryKey, old_value: before, new_value: after, differences };
    }
    default:
      return {};
  }
}

/** JSON.stringify leaves out a member that is undefined, and keeps null. */
function toValues({ before, after }: Pick<FieldChange, 'before' | 'after'>) {
  return { old_value: before, new_value: after };
}
