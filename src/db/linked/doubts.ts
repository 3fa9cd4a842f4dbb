import { getTableName } from 'drizzle-orm';
import type { LinkedRead } from '../../api/linked-lists.ts';
import {
  MAX_SAME_LISTS,
  hashRecords,
  isPlausiblyEmpty,
  isPlausiblySame,
  namesCase,
} from '../../linked/compare.ts';
import type { LinkSpec } from '../../linked/kinds.ts';
import { type RecordContent, toRecordFingerprint } from '../../linked/rows.ts';
import type { Mirror } from '../open-mirror.ts';
import type { Doubt } from '../schema/schema.ts';
import { toOwnId } from './identify.ts';
import type { LinkWriter, OpenLink } from './write-links.ts';
import type { ListStates, ReadContext } from './list-states.ts';
import { prepareDeleteRecord } from './write-record.ts';

export interface Judgment {
  /** Null if the read is believed. */
  readonly is: Doubt | null;
  /** Hash of the records that the read found. */
  readonly hash: string;
  /** For a list that turned empty: the earlier run that read the same. */
  readonly missingSince: number | null;
}

export interface Doubts {
  /** Decides whether a read is believed. Withdraws what the same run believed of an equal list. */
  judge(
    read: LinkedRead,
    open: readonly OpenLink[],
    contents: readonly RecordContent[],
    context: ReadContext,
  ): Judgment;
}

export function createDoubts(
  mirror: Mirror,
  { list: kind, record }: LinkSpec,
  links: LinkWriter,
  states: ListStates,
  onUnlinked: (key: number, context: ReadContext) => void,
): Doubts {
  const { sqlite } = mirror;
  const table = getTableName(record.table);
  const count = (sql: string) => sqlite.prepare<[string], number>(sql).pluck();
  const countEmpty = count(
    `SELECT count(*) FROM linked_lists WHERE kind = ? AND doubt = 'empty' AND doubted_run_id IS NOT NULL`,
  );
  const countFilled = count(`SELECT count(*) FROM linked_lists WHERE kind = ? AND records > 0`);
  const selectSharing = sqlite.prepare<[string, string, number], { caseId: number }>(
    'SELECT case_id AS caseId FROM linked_lists WHERE kind = ? AND records_hash = ? AND case_id <> ?',
  );
  const selectName = sqlite.prepare<[number], string | null>('SELECT name FROM cases WHERE id = ?').pluck();
  const forgetRead = sqlite.prepare(
    `UPDATE linked_lists SET doubt = 'same', doubted_run_id = @runId,
      read_at = CASE WHEN first_read_run_id = @runId THEN NULL ELSE read_at END,
      read_run_id = CASE WHEN first_read_run_id = @runId THEN NULL ELSE read_run_id END,
      records = CASE WHEN first_read_run_id = @runId THEN NULL ELSE records END,
      pages = CASE WHEN first_read_run_id = @runId THEN NULL ELSE pages END,
      requests = CASE WHEN first_read_run_id = @runId THEN NULL ELSE requests END,
      envelope = CASE WHEN first_read_run_id = @runId THEN NULL ELSE envelope END,
      changed_run_id = CASE WHEN changed_run_id = @runId THEN NULL ELSE changed_run_id END,
      first_read_run_id = CASE WHEN first_read_run_id = @runId THEN NULL ELSE first_read_run_id END
    WHERE case_id = @caseId AND kind = @kind`,
  );
  const isNew = sqlite.prepare(
    `SELECT 1 FROM ${table} WHERE "${record.key}" = ? AND mirror_first_run_id = ?`,
  );
  const deleteRecord = prepareDeleteRecord(mirror, record);

  /** Takes back what this run stored of an equal list of another case: the server ignored the case there too. */
  const withdraw = (caseId: number, context: ReadContext): void => {
    const { runId } = context;
    for (const key of links.withdraw(caseId, runId).filter((one) => !links.isLinked(one))) {
      // The links of a record that this run stored first are all gone, so nothing refers to it.
      if (isNew.get(key, runId) === undefined) onUnlinked(key, context);
      else deleteRecord(key);
    }
    forgetRead.run({ caseId, kind, runId });
  };

  const isSame = (
    read: LinkedRead,
    hash: string,
    open: readonly OpenLink[],
    context: ReadContext,
  ): boolean => {
    const { caseId, records } = read;
    if (records.length === 0) return false;
    const sharing = selectSharing.all(kind, hash, caseId);
    if (sharing.length + 1 < MAX_SAME_LISTS) return false;
    const name = selectName.get(caseId) ?? null;
    if (kind === 'resources' && records.every(({ payload }) => namesCase(payload, caseId, name)))
      return false;
    const state = states.find(caseId);
    const isConfirmed =
      state?.doubt === 'same' &&
      (state.doubted_run_id ?? context.runId) < context.runId &&
      state.records_hash === hash;
    if (isConfirmed && isPlausiblySame(sharing.length + 1, countFilled.get(kind) ?? 0)) return false;
    if (!isConfirmed)
      for (const { caseId: other } of sharing)
        if (states.find(other)?.read_run_id === context.runId) withdraw(other, context);
    return open.length === 0 || state?.records_hash !== hash || state.doubt !== null;
  };

  return {
    judge(read, open, contents, context) {
      const { caseId, records, rejected } = read;
      const hash = hashRecords(
        kind === 'resources'
          ? contents.map(({ fingerprint }) => fingerprint)
          : records.map(({ payload }) => toOwnId(payload.id) ?? toRecordFingerprint(payload)),
      );
      if (isSame(read, hash, open, context)) return { is: 'same', hash, missingSince: null };
      const state = states.find(caseId);
      const isEmpty = records.length === 0 && rejected.length === 0;
      if (!isEmpty || (open.length === 0 && (state?.records ?? 0) === 0))
        return { is: null, hash, missingSince: null };
      const since = state?.doubt === 'empty' ? state.doubted_run_id : null;
      const isConfirmed = since !== null && since < context.runId;
      const isBelieved =
        isConfirmed && isPlausiblyEmpty(countEmpty.get(kind) ?? 0, countFilled.get(kind) ?? 0);
      return { is: isBelieved ? null : 'empty', hash, missingSince: isBelieved ? since : null };
    },
  };
}
