import { and, count, inArray, isNull } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { cases } from './schema.ts';

/** Whether a case is still on the site, and whether its content is still here. */
export interface Presence {
  readonly departed_run_id: number | null;
  readonly departed_at: string | null;
  readonly redacted_run_id: number | null;
  readonly redacted_at: string | null;
}

/** When a case left the site, and when it was redacted, with the runs that recorded it. */
export function findPresence({ sqlite }: Mirror, caseId: number): Presence {
  const found = sqlite
    .prepare<[number], Presence>(
      `SELECT mirror_departed_run_id AS departed_run_id, departed.started_at AS departed_at,
        mirror_redacted_run_id AS redacted_run_id, redacted.started_at AS redacted_at
       FROM cases
       LEFT JOIN sync_runs AS departed ON departed.id = mirror_departed_run_id
       LEFT JOIN sync_runs AS redacted ON redacted.id = mirror_redacted_run_id
       WHERE cases.id = ?`,
    )
    .get(caseId);
  return found ?? { departed_run_id: null, departed_at: null, redacted_run_id: null, redacted_at: null };
}

const isPresentUnder = (statusIds: readonly number[]) =>
  and(inArray(cases.mirror_status_id, [...statusIds]), isNull(cases.mirror_departed_run_id));

/** The cases that came under one of these statuses and have not departed, by id, without those that `isSeen` knows. */
export function listMissing(
  { db }: Mirror,
  statusIds: readonly number[],
  isSeen: (caseId: number) => boolean,
): { readonly id: number; readonly statusId: number | null }[] {
  return db
    .select({ id: cases.id, statusId: cases.mirror_status_id })
    .from(cases)
    .where(isPresentUnder(statusIds))
    .orderBy(cases.id)
    .all()
    .filter(({ id }) => !isSeen(id));
}

/** How many cases came under one of these statuses and have not departed; of any status when none is named. */
export function countPresent({ db }: Mirror, statusIds?: readonly number[]): number {
  const where = statusIds === undefined ? isNull(cases.mirror_departed_run_id) : isPresentUnder(statusIds);
  return db.select({ n: count() }).from(cases).where(where).get()?.n ?? 0;
}
