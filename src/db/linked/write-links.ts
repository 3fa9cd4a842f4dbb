import { getTableName } from 'drizzle-orm';
import type { LinkSpec } from '../../linked/kinds.ts';
import type { Mirror } from '../open-mirror.ts';
import type { RunStamp } from '../write-history.ts';

/** An open link of a case. */
export interface OpenLink {
  readonly key: number;
  readonly fromRunId: number;
  /** The run of the first complete read without the record. */
  readonly missingRunId: number | null;
}

/** What a read changed in the links of a case. */
export interface LinkChanges {
  /** Records that are linked again or for the first time. */
  readonly opened: readonly number[];
  readonly missing: readonly number[];
  readonly ended: readonly number[];
}

/** Every method is part of the caller's transaction. */
export interface LinkWriter {
  listOpen(caseId: number): OpenLink[];
  /**
   * Stores which records a complete read found. A record that it did not find is missing; if an earlier run missed it
   * too, its link ends (A53). `missingSince` is the earlier run that read the same.
   */
  write(
    caseId: number,
    open: readonly OpenLink[],
    found: ReadonlySet<number>,
    stamp: RunStamp,
    missingSince: number | null,
  ): LinkChanges;
  /** Deletes the links that a run made for a case, and returns their records. */
  withdraw(caseId: number, runId: number): number[];
  /** Whether a case links to the record. */
  isLinked(key: number): boolean;
}

export function createLinkWriter({ sqlite }: Mirror, { table: linkTable, column }: LinkSpec): LinkWriter {
  const table = getTableName(linkTable);
  const selectOpen = sqlite.prepare<[number], OpenLink>(
    `SELECT ${column} AS key, mirror_from_run_id AS fromRunId, mirror_missing_run_id AS missingRunId
     FROM ${table} WHERE case_id = ? AND mirror_to_run_id IS NULL`,
  );
  const insert = sqlite.prepare(
    `INSERT INTO ${table} (case_id, ${column}, mirror_from_run_id) VALUES (?, ?, ?)`,
  );
  const where = `WHERE case_id = ? AND ${column} = ? AND mirror_from_run_id = ?`;
  const setMissing = sqlite.prepare(`UPDATE ${table} SET mirror_missing_run_id = ? ${where}`);
  const end = sqlite.prepare(
    `UPDATE ${table} SET mirror_missing_run_id = coalesce(mirror_missing_run_id, ?), mirror_to_run_id = ? ${where}`,
  );
  const selectOf = sqlite
    .prepare<[number, number], number>(
      `SELECT ${column} FROM ${table} WHERE case_id = ? AND mirror_from_run_id = ? AND mirror_to_run_id IS NULL`,
    )
    .pluck();
  const remove = sqlite.prepare(`DELETE FROM ${table} ${where}`);
  const selectLink = sqlite.prepare<[number]>(
    `SELECT 1 FROM ${table} WHERE ${column} = ? AND mirror_to_run_id IS NULL LIMIT 1`,
  );

  return {
    listOpen: (caseId) => selectOpen.all(caseId),
    write(caseId, open, found, { runId }, missingSince) {
      const known = new Set(open.map(({ key }) => key));
      const opened = [...found].filter((key) => !known.has(key));
      for (const key of opened) insert.run(caseId, key, runId);
      const missing: number[] = [];
      const ended: number[] = [];
      for (const { key, fromRunId, missingRunId } of open) {
        const since = missingRunId ?? missingSince;
        if (found.has(key)) {
          if (missingRunId !== null) setMissing.run(null, caseId, key, fromRunId);
        } else if (since !== null && since < runId) {
          end.run(since, runId, caseId, key, fromRunId);
          ended.push(key);
        } else if (missingRunId === null) {
          setMissing.run(runId, caseId, key, fromRunId);
          missing.push(key);
        }
      }
      return { opened, missing, ended };
    },
    withdraw(caseId, runId) {
      const keys = selectOf.all(caseId, runId);
      for (const key of keys) remove.run(caseId, key, runId);
      return keys;
    },
    isLinked: (key) => selectLink.get(key) !== undefined,
  };
}
