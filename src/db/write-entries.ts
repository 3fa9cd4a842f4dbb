import { and, eq, max, min, sql } from 'drizzle-orm';
import { hasSameColumns, isSameEntry, pairEntries } from '../case/pair-entries.ts';
import type { AttachmentRow, EntryRow } from '../case/docket-rows.ts';
import type { Mirror } from './open-mirror.ts';
import { prepareDeleteOf, prepareInsert } from './statements.ts';
import { attachments, docketEntries, docketEntryVersions, type END_REASONS } from './schema/schema.ts';

/** The entries of a docket as they come in, beside those that are stored. */
export interface EntryUpdate {
  /** With the keys of the stored entries that they continue. */
  readonly entries: readonly EntryRow[];
  readonly stored: readonly StoredEntry[];
}

export interface EntryWriter {
  /** Stores the entries of a case that is new. */
  addEntries(caseId: number, entries: readonly EntryRow[], runId: number): void;
  /** Finds which stored entries those of a known case continue. Writes nothing. */
  pair(caseId: number, entries: readonly EntryRow[]): EntryUpdate;
  /** Stores what differs. */
  updateEntries(caseId: number, update: EntryUpdate, runId: number): void;
}

type StoredEntry = typeof docketEntries.$inferSelect;
type EntryEnd = (typeof END_REASONS)[number];

/**
 * Prepares the storing of a docket's entries. Of a docket that is known, only the entries that differ are touched: a
 * new filing is one new row, not the docket written again. What an entry said before goes to the past entries.
 */
export function prepareWriteEntries(mirror: Mirror): EntryWriter {
  const insertEntry = prepareInsert(mirror, docketEntries, {
    own: ['mirror_id', 'case_id', 'mirror_first_run_id'],
  });
  const upsertEntry = prepareInsert(mirror, docketEntries, { target: docketEntries.mirror_id });
  const deleteEntry = prepareDeleteOf(mirror, docketEntries, docketEntries.mirror_id);
  const insertAttachment = prepareInsert(mirror, attachments, {
    own: ['mirror_entry_id', 'mirror_position'],
  });
  const clearAttachments = prepareDeleteOf(mirror, attachments, attachments.mirror_entry_id);
  const keepPast = prepareKeepPast(mirror);
  const selectEntries = mirror.db
    .select()
    .from(docketEntries)
    .where(eq(docketEntries.case_id, sql.placeholder('caseId')))
    .prepare();
  const selectLowestPastKey = mirror.db
    .select({ key: min(docketEntryVersions.mirror_key) })
    .from(docketEntryVersions)
    .where(eq(docketEntryVersions.case_id, sql.placeholder('caseId')))
    .prepare();

  const insertAttachments = (mirror_entry_id: number, rows: readonly AttachmentRow[]): void => {
    rows.forEach((row, mirror_position) => insertAttachment(row, { mirror_entry_id, mirror_position }));
  };
  const addEntry = (entry: EntryRow, case_id: number, mirror_first_run_id: number): void => {
    const own = { mirror_id: null, case_id, mirror_first_run_id };
    const { lastInsertRowid } = insertEntry(entry.columns, own);
    if (entry.attachments.length > 0) insertAttachments(Number(lastInsertRowid), entry.attachments);
  };

  return {
    addEntries(caseId, entries, runId) {
      for (const entry of entries) addEntry(entry, caseId, runId);
    },
    pair(caseId, entries) {
      const stored = selectEntries.all({ caseId });
      const lowestKey = selectLowestPastKey.get({ caseId })?.key ?? 0;
      return { entries: pairEntries(stored, entries, lowestKey), stored };
    },
    updateEntries(caseId, { entries, stored }, runId) {
      const left = new Map(stored.map((row) => [row.mirror_key, row]));
      for (const entry of entries) {
        const old = left.get(entry.columns.mirror_key);
        left.delete(entry.columns.mirror_key);
        if (old === undefined) addEntry(entry, caseId, runId);
        else if (!hasSameColumns(old, entry.columns)) {
          if (!isSameEntry(old, entry.columns)) keepPast(old, runId, 'edited');
          upsertEntry({ ...old, ...entry.columns });
          if (old.attachments !== entry.columns.attachments) {
            clearAttachments(old.mirror_id);
            insertAttachments(old.mirror_id, entry.attachments);
          }
        }
      }
      for (const gone of left.values()) {
        keepPast(gone, runId, 'removed');
        deleteEntry(gone.mirror_id);
      }
    },
  };
}

/** Prepares the keeping of what an entry said until this run. */
function prepareKeepPast(mirror: Mirror): (old: StoredEntry, runId: number, end: EntryEnd) => void {
  const { db } = mirror;
  const insertPast = prepareInsert(mirror, docketEntryVersions);
  const selectNewestPast = db
    .select({ until: max(docketEntryVersions.mirror_valid_to_run_id) })
    .from(docketEntryVersions)
    .where(
      and(
        eq(docketEntryVersions.case_id, sql.placeholder('case_id')),
        eq(docketEntryVersions.mirror_key, sql.placeholder('mirror_key')),
      ),
    )
    .prepare();
  const turnIntoRemoval = db
    .update(docketEntryVersions)
    .set({ mirror_end_reason: sql`'removed'` })
    .where(
      and(
        eq(docketEntryVersions.case_id, sql.placeholder('case_id')),
        eq(docketEntryVersions.mirror_key, sql.placeholder('mirror_key')),
        eq(docketEntryVersions.mirror_valid_to_run_id, sql.placeholder('runId')),
      ),
    )
    .prepare();
  return (old, runId, mirror_end_reason) => {
    const { case_id, mirror_key, mirror_first_run_id } = old;
    const until = selectNewestPast.get({ case_id, mirror_key })?.until ?? mirror_first_run_id;
    const since = Math.max(until, mirror_first_run_id);
    if (since === runId) {
      // What the same run brought and replaced was never the state after a run, and is not kept. An entry that the run
      // edited first and then found gone has been removed, as seen from the run before.
      if (mirror_end_reason === 'removed') turnIntoRemoval.run({ case_id, mirror_key, runId });
      return;
    }
    insertPast({
      ...old,
      mirror_version_id: null,
      mirror_valid_from_run_id: since,
      mirror_valid_to_run_id: runId,
      mirror_end_reason,
    });
  };
}
