import { type SQL, and, eq, getTableColumns, max, min, sql } from 'drizzle-orm';
import { DOCKET_ENTRY_FIELDS } from '../api/payload.ts';
import { toListBytes } from '../api/plain-entries.ts';
import type { CaseRows } from '../case/case-rows.ts';
import { hasSameColumns, isSameEntry, pairEntries } from '../case/pair-entries.ts';
import type { AttachmentRow, EntryRow, Scalar } from '../case/docket-rows.ts';
import type { Mirror } from './open-mirror.ts';
import { onFirstUse, prepareDeleteOf, prepareInsert } from './statements.ts';
import { attachments, docketEntries, docketEntryVersions, type END_REASONS } from './schema/schema.ts';

/** The entries of a docket as they arrive, and their stored counterparts. */
export interface EntryUpdate {
  /** With the keys of the stored entries that they continue. */
  readonly entries: readonly EntryRow[];
  readonly stored: readonly StoredEntry[];
}

export interface EntryWriter {
  /** Stores the entries of a new case. */
  addEntries(caseId: number, rows: Pick<CaseRows, 'entries' | 'plain'>, runId: number): void;
  /** Finds the stored entries that the entries of a known case continue. Writes nothing. */
  pair(caseId: number, entries: readonly EntryRow[]): EntryUpdate;
  /** Stores the differences. */
  updateEntries(caseId: number, update: EntryUpdate, runId: number): void;
}

type StoredEntry = typeof docketEntries.$inferSelect;
type EntryField = keyof typeof DOCKET_ENTRY_FIELDS;
const ENTRY_FIELDS = Object.keys(DOCKET_ENTRY_FIELDS) as EntryField[];
type EntryEnd = (typeof END_REASONS)[number];

/**
 * Prepares storing a docket's entries. In a known docket, only the entries that differ are written: a new filing is one
 * new row. The previous version of an entry is moved to the past entries.
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
  const selectEntries = onFirstUse(() =>
    mirror.db
      .select()
      .from(docketEntries)
      .where(eq(docketEntries.case_id, sql.placeholder('caseId')))
      .prepare(),
  );
  const selectLowestPastKey = onFirstUse(() =>
    mirror.db
      .select({ key: min(docketEntryVersions.mirror_key) })
      .from(docketEntryVersions)
      .where(eq(docketEntryVersions.case_id, sql.placeholder('caseId')))
      .prepare(),
  );

  const insertAttachments = (mirror_entry_id: number, rows: readonly AttachmentRow[]): void => {
    for (const [mirror_position, row] of rows.entries())
      insertAttachment(row, { mirror_entry_id, mirror_position });
  };
  const addLines = onFirstUse(() => prepareAddLines(mirror));
  const addEntry = (
    entry: EntryRow,
    case_id: number,
    mirror_first_run_id: number,
    mirror_id: number | null = null,
  ): void => {
    const own = { mirror_id, case_id, mirror_first_run_id };
    const { lastInsertRowid } = insertEntry(entry.columns, own);
    if (entry.attachments.length > 0) insertAttachments(Number(lastInsertRowid), entry.attachments);
  };

  return {
    addEntries(caseId, { entries, plain }, runId) {
      if (plain === null) {
        for (const entry of entries) addEntry(entry, caseId, runId);
        return;
      }
      const lines = entries.map(toLine);
      const firstId = addLines()(caseId, toListBytes(plain, lines), runId);
      let place = 0;
      for (const [at, entry] of entries.entries()) {
        place = plain.lines.indexOf(null, place);
        const id = firstId + place++;
        if (lines[at] === null) addEntry(entry, caseId, runId, id);
        else insertAttachments(id, entry.attachments);
      }
    },
    pair(caseId, entries) {
      const stored = selectEntries().all({ caseId });
      const lowestKey = selectLowestPastKey().get({ caseId })?.key ?? 0;
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

/** Prepares storing the version of an entry that this run replaces. */
function prepareKeepPast(mirror: Mirror): (old: StoredEntry, runId: number, end: EntryEnd) => void {
  const { db } = mirror;
  const insertPast = prepareInsert(mirror, docketEntryVersions);
  const selectNewestPast = onFirstUse(() =>
    db
      .select({ until: max(docketEntryVersions.mirror_valid_to_run_id) })
      .from(docketEntryVersions)
      .where(
        and(
          eq(docketEntryVersions.case_id, sql.placeholder('case_id')),
          eq(docketEntryVersions.mirror_key, sql.placeholder('mirror_key')),
        ),
      )
      .prepare(),
  );
  const turnIntoRemoval = onFirstUse(() =>
    db
      .update(docketEntryVersions)
      .set({ mirror_end_reason: sql`'removed'` })
      .where(
        and(
          eq(docketEntryVersions.case_id, sql.placeholder('case_id')),
          eq(docketEntryVersions.mirror_key, sql.placeholder('mirror_key')),
          eq(docketEntryVersions.mirror_valid_to_run_id, sql.placeholder('runId')),
        ),
      )
      .prepare(),
  );
  return (old, runId, mirror_end_reason) => {
    const { case_id, mirror_key, mirror_first_run_id } = old;
    const until = selectNewestPast().get({ case_id, mirror_key })?.until ?? mirror_first_run_id;
    const since = Math.max(until, mirror_first_run_id);
    if (since === runId) {
      // A version that one run stored and replaced was never the state after a run, and is not kept. If one run edits
      // an entry and then finds it gone, the entry counts as removed since the run before.
      if (mirror_end_reason === 'removed') turnIntoRemoval().run({ case_id, mirror_key, runId });
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

/** The columns of a parsed entry as a line; null where SQLite would end a text at its NUL. */
function toLine({ columns }: EntryRow): string | null {
  const values: Scalar[] = [];
  for (const field of ENTRY_FIELDS) values.push(columns[field]);
  values.push(columns.mirror_rest);
  return values.some(hasNul) ? null : JSON.stringify(values);
}

const hasNul = (value: Scalar): boolean => typeof value === 'string' && value.includes('\0');

/**
 * Prepares storing the lines of a docket: SQLite makes a row of each, in the API's order, because rows that are added in
 * between later would leave half-empty pages. Returns the `mirror_id` of the first entry. An entry without a line has the id
 * of its place, and no row yet.
 */
function prepareAddLines({ db, sqlite }: Mirror): (caseId: number, list: Buffer, runId: number) => number {
  const selectLastId = sqlite.prepare<[], number | null>('SELECT max(mirror_id) FROM docket_entries').pluck();
  const valueOf = (field: EntryField): SQL => sql.raw(`value ->> ${ENTRY_FIELDS.indexOf(field)}`);
  const columns: Record<keyof StoredEntry, SQL> = {
    mirror_id: sql`? + key`,
    case_id: sql`?`,
    mirror_key: valueOf('id'),
    id: valueOf('id'),
    row_number: valueOf('row_number'),
    entry_number: valueOf('entry_number'),
    date_filed: valueOf('date_filed'),
    url: valueOf('url'),
    recap_pdf_url: valueOf('recap_pdf_url'),
    pacer_doc_id: valueOf('pacer_doc_id'),
    mirror_first_run_id: sql`?`,
    description: valueOf('description'),
    // A plain line has a list here, a parsed entry the text of its column.
    attachments: sql`CASE ${sql.raw(`value -> ${ENTRY_FIELDS.indexOf('attachments')}`)} WHEN '["[]"]' THEN '[]' ELSE ${valueOf('attachments')} END`,
    mirror_rest: sql.raw(`value ->> ${ENTRY_FIELDS.length}`),
  };
  const names = Object.keys(getTableColumns(docketEntries)) as (keyof StoredEntry)[];
  const values = sql.join(
    names.map((name) => columns[name]),
    sql`, `,
  );
  const { sql: text } = db
    .insert(docketEntries)
    .select(sql`SELECT ${values} FROM jsonb_each(CAST(? AS TEXT)) WHERE type = 'array'`)
    .toSQL();
  const insert = sqlite.prepare<[number, number, number, Buffer]>(text);
  return (caseId, list, runId) => {
    const firstId = (selectLastId.get() ?? 0) + 1;
    insert.run(firstId, caseId, runId, list);
    return firstId;
  };
}
