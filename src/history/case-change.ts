import type { FieldChange } from '../cases/compare-cases.ts';
import type { JsonObject } from '../json.ts';

interface AnyChange {
  readonly caseId: number;
  readonly runId: number;
  /** A field's change has its own time; the others have that at which their run began. */
  readonly changedAt: string;
}

/** What can happen to a case as a whole. */
export type PresenceKind = 'appeared' | 'redacted' | 'departed' | 'returned';

export type PresenceChange = AnyChange & { readonly kind: PresenceKind };

/** A field of a case, or an element of one of its lists. A value that was not there is undefined. */
export type ValueChange = AnyChange & FieldChange;

export type EntryChange = AnyChange & {
  /** `mirror_key` of the docket entry. */
  readonly entryKey: number;
} & (
    | { readonly kind: 'entry added'; readonly after: JsonObject }
    | { readonly kind: 'entry removed'; readonly before: JsonObject }
    | {
        readonly kind: 'entry edited';
        readonly before: JsonObject;
        readonly after: JsonObject;
        /** What differs, field by field. */
        readonly edits: readonly FieldChange[];
      }
  );

/** One thing that a run found otherwise than it was. The kinds are those of the view `change_log`. */
export type CaseChange = PresenceChange | ValueChange | EntryChange;

export type CaseChangeKind = CaseChange['kind'];

/** A change as it is found: what kind it is and where it is written, but not yet what it says. */
export interface ChangeKey {
  readonly case_id: number;
  readonly run_id: number;
  readonly kind: CaseChangeKind;
  /** The id of the row: in `case_changes`, `docket_entries` or `past_docket_entries`. */
  readonly ref: number;
  /** Whether an entry's row is in `past_docket_entries`. */
  readonly is_past: 0 | 1;
}
