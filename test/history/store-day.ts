import type { CasePayload } from '../../src/api/payload.ts';
import { fingerprint, splitPayload } from '../../src/case/fingerprint.ts';
import { toCaseRows } from '../../src/case/case-rows.ts';
import { prepareFindStoredVersion } from '../../src/db/read-case.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import { createSyncLedger } from '../../src/db/run-log.ts';
import { createCaseWriter, type CaseWriter, type ListRef } from '../../src/db/write-case.ts';

const STATUS_ID = 5021;

/** Stores a run of its own, `run` days after 2030-01-01, in which `write` does what it likes. Returns its id. */
export function storeRun(mirror: Mirror, write: (writer: CaseWriter, listRef: ListRef) => void): number {
  const ledger = createSyncLedger(mirror);
  return mirror.sqlite.transaction(() => {
    const days = Number(mirror.sqlite.prepare('SELECT count(*) FROM sync_runs').pluck().get());
    const at = new Date(Date.UTC(2030, 0, 1 + days, 3, 17));
    const runId = ledger.beginRun({
      startedAt: at,
      trigger: 'sync',
      version: '0',
      apiUrl: '-',
      processId: 1,
    });
    write(createCaseWriter(mirror), { runId, listId: STATUS_ID, at });
    ledger.endRun(runId, 'complete', new Date(at.getTime() + 60_000), null);
    return runId;
  })();
}

/** Stores what a day served, as a sync would: a case that is unchanged costs a look. */
export function storeDay(mirror: Mirror, payloads: readonly CasePayload[]): number {
  const findStoredVersion = prepareFindStoredVersion(mirror);
  return storeRun(mirror, (writer, listRef) => {
    for (const payload of payloads) {
      const split = splitPayload(payload);
      const hash = fingerprint(split);
      const mark = findStoredVersion(payload.id);
      if (mark?.fingerprint === hash) writer.writeSeen(payload.id, listRef);
      else writer.writeCase(toCaseRows(payload, split, hash), listRef, mark === undefined);
    }
  });
}
