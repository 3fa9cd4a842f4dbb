import { type EntryColumns, toEntry } from '../../case/docket-rows.ts';
import { type JsonObject, isJsonObject } from '../../lib/json.ts';
import { compareDockets } from '../../linked/compare-dockets.ts';
import { splitDocket } from '../../linked/rows.ts';
import type { Mirror } from '../open-mirror.ts';
import { mirrorDocketDifferences } from '../schema/schema.ts';
import { prepareInsert } from '../statements.ts';

type Difference = typeof mirrorDocketDifferences.$inferSelect;

/** The main docket of a case, as the case has it. */
export interface MainDocket {
  readonly id: number | null;
  readonly payload: JsonObject;
}

export interface DocketCopies {
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
