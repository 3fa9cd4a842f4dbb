import { and, count, inArray, isNull } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { cases } from './schema.ts';

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
