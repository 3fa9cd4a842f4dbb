import { type EntryColumns, isOwnId, toEntryRows, toEntry } from '../../case/docket-rows.ts';
import { isSameEntry, pairEntries } from '../../case/pair-entries.ts';
import { type JsonObject, isJsonObject } from '../../lib/json.ts';
import { RECORD_SPECS } from '../../linked/kinds.ts';
import { toContent, splitDocket } from '../../linked/rows.ts';
import type { Mirror } from '../open-mirror.ts';
import type { RunStamp } from '../write-history.ts';
import { createRecordWriter } from './write-record.ts';
import { compareDockets } from '../../linked/compare.ts';
import { mirrorDocketDifferences } from '../schema/schema.ts';
import { prepareInsert } from '../statements.ts';

type StoredEntry = EntryColumns & {
  readonly mirror_id: number;
  readonly mirror_departed_run_id: number | null;
  readonly mirror_missing_run_id: number | null;
};

/** Stores the entries of a further docket, and returns whether anything changed. Part of the caller's transaction. */
type WriteDocketEntries = (
  docketKey: number,
  entries: readonly JsonObject[] | null,
  stamp: RunStamp,
) => boolean;

/** Each entry is a record of its own. It is gone if two complete reads in two runs did not find it. */
export function prepareWriteDocketEntries(mirror: Mirror): WriteDocketEntries {
  const { sqlite } = mirror;
  const writer = createRecordWriter(mirror, RECORD_SPECS.docket_entry);
  const selectAll = sqlite.prepare<[number], StoredEntry>(
    'SELECT * FROM further_docket_entries WHERE mirror_docket_key = ?',
  );
  const selectNextId = sqlite
    .prepare<[], number>('SELECT coalesce(max(mirror_id), 0) + 1 FROM further_docket_entries')
    .pluck();
  const setMissing = sqlite.prepare(
    'UPDATE further_docket_entries SET mirror_missing_run_id = ? WHERE mirror_id = ?',
  );
  const selectKeys = sqlite
    .prepare<[number], string | null>('SELECT mirror_entry_keys FROM further_dockets WHERE mirror_key = ?')
    .pluck();
  const setKeys = sqlite.prepare('UPDATE further_dockets SET mirror_entry_keys = ? WHERE mirror_key = ?');

  return (mirror_docket_key, entries, stamp) => {
    const { runId } = stamp;
    const all = selectAll.all(mirror_docket_key);
    // An entry that departed returns by its id; by its content, a present one is more likely.
    const stored = all.filter(
      ({ id, mirror_departed_run_id: departed }) => departed === null || (id !== null && isOwnId(id)),
    );
    const lowest = Math.min(0, ...all.map(({ mirror_key }) => mirror_key));
    const rows = pairEntries(stored, toEntryRows(entries ?? []), lowest);
    const byKey = new Map(all.map((one) => [one.mirror_key, one]));
    let isChanged = false;
    for (const [at, { columns }] of rows.entries()) {
      const old = byKey.get(columns.mirror_key);
      byKey.delete(columns.mirror_key);
      if (old?.mirror_missing_run_id != null) setMissing.run(null, old.mirror_id);
      if (old?.mirror_departed_run_id != null) {
        writer.writeDeparture(old.mirror_id, null, stamp);
        isChanged = true;
      }
      if (old !== undefined && isSameEntry(old, columns)) continue;
      const id = old?.mirror_id ?? selectNextId.get() ?? 1;
      const content = toContent(RECORD_SPECS.docket_entry, entries?.[at] ?? {});
      const verdict = writer.write(id, content, { ...columns, mirror_docket_key }, stamp);
      isChanged ||= verdict === 'new' || verdict === 'changed';
    }
    for (const {
      mirror_id,
      mirror_missing_run_id: missing,
      mirror_departed_run_id: departed,
    } of byKey.values()) {
      if (departed !== null) continue;
      if (missing === null) setMissing.run(runId, mirror_id);
      else if (missing < runId) writer.writeDeparture(mirror_id, runId, stamp);
      isChanged ||= missing !== runId;
    }
    const keys = entries === null ? null : rows.map(({ columns }) => columns.mirror_key);
    const before = selectKeys.get(mirror_docket_key) ?? null;
    if (!hasSameKeys(before, keys))
      setKeys.run(keys === null ? null : JSON.stringify(keys), mirror_docket_key);
    return isChanged;
  };
}

/** Whether the same entries are there, in whatever order. */
function hasSameKeys(before: string | null, now: readonly number[] | null): boolean {
  if (before === null || now === null) return before === null && now === null;
  const known = JSON.parse(before) as number[];
  const left = new Set(known);
  return known.length === now.length && now.every((key) => left.has(key));
}

type Difference = typeof mirrorDocketDifferences.$inferSelect;

/** The main docket of a case, as the case has it. */
interface MainDocket {
  readonly id: number | null;
  readonly payload: JsonObject;
}

interface DocketCopies {
  /** Undefined if the case has no main docket. */
  findMain(caseId: number): MainDocket | undefined;
  /**
   * Compares the copy of the main docket in the list of dockets with the copy in the case, which stays the stored one,
   * and records whether they differ. Part of the caller's transaction.
   */
  compare(caseId: number, main: MainDocket, copy: JsonObject, runId: number): void;
  /** Closes the differences of a main docket that the list no longer has. */
  resolve(caseId: number, runId: number): void;
}

export function createDocketCopies(mirror: Mirror): DocketCopies {
  const { sqlite } = mirror;
  const selectMain = sqlite.prepare<[number], { id: number | null; payload: string }>(
    `SELECT dockets.id, cases.mirror_payload AS payload FROM dockets JOIN cases ON cases.id = dockets.case_id
     WHERE dockets.case_id = ?`,
  );
  const selectEntries = sqlite.prepare<[number], EntryColumns>(
    'SELECT * FROM docket_entries WHERE case_id = ?',
  );
  const selectKeys = sqlite
    .prepare<[number], string | null>('SELECT mirror_entry_keys FROM cases WHERE id = ?')
    .pluck();
  const selectOpen = sqlite.prepare<[number], Difference>(
    'SELECT * FROM mirror_docket_differences WHERE case_id = ? AND resolved_run_id IS NULL',
  );
  const close = sqlite.prepare('UPDATE mirror_docket_differences SET resolved_run_id = ? WHERE id = ?');
  const insert = prepareInsert(mirror, mirrorDocketDifferences);

  return {
    findMain(caseId) {
      const row = selectMain.get(caseId);
      if (row === undefined) return undefined;
      const docket = (JSON.parse(row.payload) as JsonObject).main_docket;
      return isJsonObject(docket) ? { id: row.id, payload: docket } : undefined;
    },
    compare(caseId, main, copy, runId) {
      const inList = splitDocket(copy);
      const hasEntries = (selectKeys.get(caseId) ?? null) !== null;
      const entries = hasEntries ? selectEntries.all(caseId).map(toEntry) : null;
      const difference = compareDockets({ payload: main.payload, entries }, inList);
      const open = selectOpen.all(caseId);
      const same = open.find(
        (one) =>
          difference !== null &&
          one.docket_id === main.id &&
          one.differing === difference.differing &&
          one.entries_in_case === difference.entriesInCase &&
          one.entries_in_list === difference.entriesInList,
      );
      for (const one of open) if (one !== same) close.run(runId, one.id);
      if (difference === null || same !== undefined) return;
      insert({
        id: null,
        case_id: caseId,
        docket_id: main.id,
        entries_in_case: difference.entriesInCase,
        entries_in_list: difference.entriesInList,
        differing: difference.differing,
        seen_run_id: runId,
        resolved_run_id: null,
      });
    },
    resolve(caseId, runId) {
      for (const { id } of selectOpen.all(caseId)) close.run(runId, id);
    },
  };
}
