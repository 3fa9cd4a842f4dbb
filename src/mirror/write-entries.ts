import { eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { AttachmentRow, EntryColumns, EntryRow } from '../cases/to-docket-rows.ts';
import { prepareDeleteOf, prepareInsert } from './prepare.ts';
import { attachments, docketEntries } from './schema.ts';

export type WriteEntries = (
  caseId: number,
  entries: readonly EntryRow[],
  runId: number,
  isNew: boolean,
) => void;

/**
 * Prepares the storing of a docket's entries. Of a docket that is known, only the entries that differ are touched: a
 * new filing is one new row, not the docket written again.
 */
export function prepareWriteEntries(db: BetterSQLite3Database): WriteEntries {
  const upsertEntry = prepareInsert(db, docketEntries, {
    target: docketEntries.mirror_id,
    keep: ['mirror_first_run_id'],
  });
  const deleteEntry = prepareDeleteOf(db, docketEntries, docketEntries.mirror_id);
  const insertAttachment = prepareInsert(db, attachments);
  const clearAttachments = prepareDeleteOf(db, attachments, attachments.mirror_entry_id);
  const selectEntries = db
    .select()
    .from(docketEntries)
    .where(eq(docketEntries.case_id, sql.placeholder('caseId')))
    .prepare();

  const insertAttachments = (mirror_entry_id: number, rows: readonly AttachmentRow[]): void => {
    rows.forEach((row, mirror_position) => insertAttachment({ ...row, mirror_entry_id, mirror_position }));
  };
  const insertEntry = (case_id: number, entry: EntryRow, mirror_first_run_id: number): void => {
    const { lastInsertRowid } = upsertEntry({
      ...entry.columns,
      case_id,
      mirror_first_run_id,
      mirror_id: null,
    });
    if (entry.attachments.length > 0) insertAttachments(Number(lastInsertRowid), entry.attachments);
  };

  return (case_id, entries, runId, isNew) => {
    if (isNew) {
      for (const entry of entries) insertEntry(case_id, entry, runId);
      return;
    }
    const stored = new Map(selectEntries.all({ caseId: case_id }).map((row) => [row.mirror_key, row]));
    for (const entry of entries) {
      const old = stored.get(entry.columns.mirror_key);
      stored.delete(entry.columns.mirror_key);
      if (old === undefined) {
        insertEntry(case_id, entry, runId);
      } else if (!hasSameColumns(old, entry.columns)) {
        upsertEntry({ ...old, ...entry.columns });
        if (old.attachments !== entry.columns.attachments) {
          clearAttachments(old.mirror_id);
          insertAttachments(old.mirror_id, entry.attachments);
        }
      }
    }
    for (const { mirror_id } of stored.values()) deleteEntry(mirror_id);
  };
}

function hasSameColumns(old: EntryColumns, now: EntryColumns): boolean {
  return (Object.keys(now) as (keyof EntryColumns)[]).every((column) => old[column] === now[column]);
}
