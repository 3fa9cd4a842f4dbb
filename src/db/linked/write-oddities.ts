import { createHash } from 'node:crypto';
import { decodeStrayBytes } from '../../api/decode-body.ts';
import type { LinkedRead } from '../../api/linked-lists.ts';
import type { OddBytes } from '../../api/page-records.ts';
import { type Drift, listLinkedDrift } from '../../api/schema-drift.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { LinkSpec } from '../../linked/kinds.ts';
import { isOfRecord } from '../leftovers.ts';
import type { Mirror } from '../open-mirror.ts';
import type { ReadContext } from './list-states.ts';

/** Stores what the tables of the records cannot: odd bytes, and drift. Part of the caller's transaction. */
export interface OddityWriter {
  writeDrift(caseId: number, record: JsonObject, runId: number): void;
  /** Stores the records that could not be read, or not exactly, byte for byte. `keys` are those of the records. */
  writeRead(read: LinkedRead, keys: readonly number[], context: ReadContext): void;
}

export function createOddityWriter({ sqlite }: Mirror, { list, record: { kind } }: LinkSpec): OddityWriter {
  const insertRejected = sqlite.prepare(
    `INSERT INTO rejected_records (fingerprint, why, record, source, position, first_run_id, last_run_id, bytes, case_id,
      record_kind, record_id)
    VALUES (@fingerprint, @why, @record, @source, @position, @runId, @runId, @bytes, @caseId, '${kind}', @id)
    ON CONFLICT (fingerprint) DO UPDATE SET last_run_id = excluded.last_run_id`,
  );
  const insertDrift = sqlite.prepare(
    `INSERT INTO schema_drift (field, expected, seen, example_case_id, first_run_id, last_run_id, record_kind)
    VALUES (@field, @expected, @seen, @caseId, @runId, @runId, '${kind}')
    ON CONFLICT (field, seen) DO UPDATE SET last_run_id = excluded.last_run_id`,
  );
  const selectRedacted = sqlite
    .prepare<[], number>('SELECT id FROM documents WHERE mirror_redacted_run_id IS NOT NULL')
    .pluck();

  const writeRejected = (
    { caseId }: LinkedRead,
    { why, bytes, isJson }: OddBytes,
    id: number | null,
    position: number,
    runId: number,
  ): void => {
    const text = decodeStrayBytes(bytes);
    const record = isJson ? text : JSON.stringify(text);
    const isRedacted =
      kind === 'document' && selectRedacted.all().some((one) => one === id || isOfRecord(record, kind, one));
    if (isRedacted) return;
    insertRejected.run({
      fingerprint: toRejectedKey(kind, caseId, bytes),
      why,
      record,
      source: `cases/${caseId}/${list}/`,
      position,
      runId,
      bytes,
      caseId,
      id,
    });
  };
  const writeDrift = (caseId: number, drift: readonly Drift[], runId: number): void => {
    for (const { field, expected, seen } of drift) insertDrift.run({ field, expected, seen, caseId, runId });
  };

  return {
    writeDrift(caseId, record, runId) {
      writeDrift(caseId, listLinkedDrift(list, record), runId);
    },
    writeRead(read, keys, { runId }) {
      for (const [at, { odd, payload }] of read.records.entries())
        if (odd !== null) writeRejected(read, odd, toId(payload) ?? keys[at] ?? null, at, runId);
      for (const [at, rejected] of read.rejected.entries())
        writeRejected(read, rejected, rejected.id, read.records.length + at, runId);
      writeDrift(read.caseId, read.drift, runId);
    },
  };
}

function toId({ id }: JsonObject): number | null {
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

/** The key of a rejected linked record: the same bytes may be records of two kinds or of two cases. */
export function toRejectedKey(kind: string, caseId: number | null, bytes: Buffer | string): string {
  return createHash('sha256').update(`${kind}:${caseId}:`).update(bytes).digest('hex');
}
