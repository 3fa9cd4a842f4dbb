import { and, eq, ne } from 'drizzle-orm';
import { fingerprint } from '../cases/fingerprint.ts';
import { splitPayload } from '../cases/split-payload.ts';
import { toCaseRows } from '../cases/to-case-rows.ts';
import { MirrorError } from '../errors.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import { toDatabaseError } from './database-error.ts';
import { findRedaction } from './find-redaction.ts';
import type { Mirror } from './open-mirror.ts';
import {
  caseChanges,
  caseDefendants,
  cases,
  docketEntries,
  dockets,
  doubleSightings,
  keptAside,
  LIST_TABLES,
  pastDocketEntries,
  pastVersions,
  relatedCases,
  textHashes,
} from './schema.ts';
import { createSyncLedger, recordDeadRuns, type RunStart } from './sync-ledger.ts';

/** Every table that holds something of a case by its `case_id`; attachments go with their entries. */
const TABLES_OF_A_CASE = [
  ...Object.values(LIST_TABLES),
  caseDefendants,
  relatedCases,
  dockets,
  docketEntries,
  pastDocketEntries,
  pastVersions,
  doubleSightings,
  textHashes,
] as const;

/**
 * Removes the content of a departed case: from its rows, from its history, and from the file itself, which is written
 * anew so that no free page of it holds a remnant. What stays is that a case of this id was there, when it was first
 * seen, left, and was redacted. Recorded as a run of its own. Returns the id of that run. Fails with CASE_NOT_MIRRORED,
 * CASE_NOT_DEPARTED, or REDACTION_UNFINISHED while another program reads. The caller holds the writer's lock.
 */
export function redactCase(mirror: Mirror, caseId: number, start: RunStart, now: () => Date): number {
  const { db, sqlite, path } = mirror;
  try {
    findRedaction(mirror, caseId);
    recordDeadRuns(mirror, now());
    const ledger = createSyncLedger(mirror);
    const runId = db.transaction(() => {
      const run = ledger.beginRun(start);
      for (const table of TABLES_OF_A_CASE) db.delete(table).where(eq(table.case_id, caseId)).run();
      // The dates on which it left and came back are no content.
      const isContent = and(eq(caseChanges.case_id, caseId), ne(caseChanges.field, 'mirror_departed_run_id'));
      db.delete(caseChanges).where(isContent).run();
      for (const key of listKeptAside(mirror, caseId))
        db.delete(keptAside).where(eq(keptAside.fingerprint, key)).run();
      db.update(cases).set(toBareRow(caseId, run)).where(eq(cases.id, caseId)).run();
      ledger.endRun(run, 'complete', now(), null);
      return run;
    });
    sqlite.exec('VACUUM');
    const [checkpoint] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    if (checkpoint?.busy !== 0)
      throw new MirrorError(
        'REDACTION_UNFINISHED',
        `The rows of case ${caseId} are removed (run ${runId}), but ${path} is being read, and still holds their bytes.`,
      );
    return runId;
  } catch (thrown) {
    throw toDatabaseError(thrown, path);
  }
}

/** The records kept aside that name this case. Not asked in SQL, whose JSON is not nested as deep as theirs may be. */
function listKeptAside({ db }: Mirror, caseId: number): string[] {
  return db
    .select({ key: keptAside.fingerprint, record: keptAside.record })
    .from(keptAside)
    .all()
    .filter(({ record }) => {
      const value = JSON.parse(record) as JsonValue;
      const id = isJsonObject(value) ? value.id : null;
      return id === caseId || id === String(caseId);
    })
    .map(({ key }) => key);
}

/** The row of a case of which nothing but the id is known. */
function toBareRow(caseId: number, runId: number) {
  const payload = { id: caseId };
  const split = splitPayload(payload);
  return {
    ...toCaseRows(payload, split, fingerprint(split)).case,
    mirror_status_id: null,
    mirror_changed_run_id: runId,
    mirror_redacted_run_id: runId,
  };
}
