import { sql } from 'drizzle-orm';
import type { Drift } from '../clearinghouse/payload-drift.ts';
import type { Mirror } from './open-mirror.ts';
import { doubleSightings, keptAside, payloadDrift } from './schema.ts';
import type { Moment } from './write-changes.ts';

/** A record that cannot be a case, or cannot be read exactly, and where it came from. */
export interface Misfit {
  /** Its JSON as it came; of one that is no JSON in UTF-8 its text, as a JSON string. */
  readonly record: string;
  /** The bytes in which it came. */
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, in hex. */
  readonly fingerprint: string;
  /** The case that it names, as far as that can be told. */
  readonly caseId: number | null;
  /** Whether it is stored as a case all the same. */
  readonly isStored: boolean;
  readonly why: string;
  readonly source: string;
  readonly position: number;
}

/** Drift found in a case. */
export interface CaseDrift extends Drift {
  readonly caseId: number;
}

/** A case that one run saw under two statuses. */
export interface DoubleSighting {
  readonly caseId: number;
  readonly firstStatusId: number;
  readonly thenStatusId: number;
}

/** Keeps a record aside; the same record coming again only moves `last_run_id`. Part of the caller's transaction. */
export function writeMisfit({ db }: Mirror, misfit: Misfit, runId: number): void {
  const { record, bytes, fingerprint, caseId, why, source, position } = misfit;
  db.insert(keptAside)
    .values({
      record,
      bytes,
      fingerprint,
      case_id: caseId,
      why,
      source,
      position,
      first_run_id: runId,
      last_run_id: runId,
    })
    .onConflictDoUpdate({ target: keptAside.fingerprint, set: { last_run_id: sql`excluded.last_run_id` } })
    .run();
}

/** Records that a field drifted; the same drift in a later run only moves `last_run_id`. Part of the caller's transaction. */
export function writeDrift(
  { db }: Mirror,
  { field, expected, seen, caseId }: CaseDrift,
  runId: number,
): void {
  db.insert(payloadDrift)
    .values({ field, expected, seen, example_case_id: caseId, first_run_id: runId, last_run_id: runId })
    .onConflictDoUpdate({
      target: [payloadDrift.field, payloadDrift.seen],
      set: { last_run_id: sql`excluded.last_run_id` },
    })
    .run();
}

/** Records that a case was seen under two statuses; the same pair once more in one run adds nothing. Part of the caller's transaction. */
export function writeDoubleSighting(
  { db }: Mirror,
  { caseId, firstStatusId, thenStatusId }: DoubleSighting,
  { runId, at }: Moment,
): void {
  db.insert(doubleSightings)
    .values({
      run_id: runId,
      case_id: caseId,
      first_status_id: firstStatusId,
      then_status_id: thenStatusId,
      seen_at: at.toISOString(),
    })
    .onConflictDoNothing()
    .run();
}
