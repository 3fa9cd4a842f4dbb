import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { caseId } from './cases.ts';
import { entryColumns } from './docket.ts';
import { ofRun, lists } from './run-log.ts';

/* What the tables contained before. From these and the current tables, the mirror of any earlier run is rebuilt. */

export const CHANGE_KINDS = ['changed', 'added', 'removed'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What changed in a case or a record, and in which run. */
export const changeColumns = () => ({
  run_id: ofRun('run_id'),
  changed_at: text('changed_at').notNull(),
  /**
   * A field of the payload, with the prefix `main_docket.` for those of the docket of a case; with the prefix `mirror_` a
   * column of the table that was changed.
   */
  field: text('field').notNull(),
  /** `added` and `removed` are elements of a list; the order of a list carries no meaning and is not compared. */
  kind: text('kind', { enum: CHANGE_KINDS }).notNull(),
  /** The value before, as JSON; null when there was none, so that absent, `null` and `""` differ. */
  old_value: text('old_value'),
  /** The value after, likewise. */
  new_value: text('new_value'),
});

/** One row for each field of a case that changed, and for each element that was added to or removed from a list. */
export const caseChanges = sqliteTable(
  'case_changes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    case_id: caseId(),
    ...changeColumns(),
  },
  (table) => [
    index('case_changes_case_id').on(table.case_id),
    index('case_changes_run_id').on(table.run_id),
    index('case_changes_field').on(table.field, table.run_id),
  ],
);

/** The fingerprint that a case had before its current one. It proves that a rebuilt state is correct. */
export const caseVersions = sqliteTable(
  'case_versions',
  {
    case_id: caseId(),
    /** The run that stored this version. */
    run_id: ofRun('run_id'),
    fingerprint: text('fingerprint').notNull(),
  },
  (table) => [primaryKey({ columns: [table.case_id, table.run_id] })],
);

export const END_REASONS = ['edited', 'removed'] as const;

/** The text of a docket entry before it was edited or removed from its docket. */
export const docketEntryVersions = sqliteTable(
  'docket_entry_versions',
  {
    mirror_version_id: integer('mirror_version_id').primaryKey(),
    /** The former `docket_entries.mirror_id`. */
    mirror_id: integer('mirror_id').notNull(),
    ...entryColumns(),
    /** The run that stored this version of the entry, and the run that found another. */
    mirror_valid_from_run_id: ofRun('mirror_valid_from_run_id'),
    mirror_valid_to_run_id: ofRun('mirror_valid_to_run_id'),
    mirror_end_reason: text('mirror_end_reason', { enum: END_REASONS }).notNull(),
  },
  (table) => [
    index('docket_entry_versions_case_id').on(table.case_id, table.mirror_key),
    index('docket_entry_versions_mirror_first_run_id').on(table.mirror_first_run_id),
    index('docket_entry_versions_mirror_valid_to_run_id').on(table.mirror_valid_to_run_id),
  ],
);

/** A case that one run found in two lists: it moved during the run, and the later list counts. */
export const mirrorMovedCases = sqliteTable(
  'mirror_moved_cases',
  {
    run_id: ofRun('run_id'),
    case_id: caseId(),
    from_list_id: integer('from_list_id')
      .notNull()
      .references(() => lists.id),
    to_list_id: integer('to_list_id')
      .notNull()
      .references(() => lists.id),
    seen_at: text('seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.run_id, table.case_id, table.from_list_id, table.to_list_id] })],
);
