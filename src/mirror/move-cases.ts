import { eq } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { cases } from './schema.ts';
import { createCaseWriter } from './write-case.ts';
import type { Moment } from './write-changes.ts';

/** Puts cases under other statuses, where `isMove` says so of the stored and the new one; all in one transaction. */
export function moveCases(
  mirror: Mirror,
  statusOf: ReadonlyMap<number, number>,
  isMove: (oldId: number, newId: number) => boolean,
  moment: Moment,
): void {
  if (statusOf.size === 0) return;
  const { db } = mirror;
  db.transaction(() => {
    const writer = createCaseWriter(mirror);
    for (const [id, statusId] of statusOf) {
      const stored = db
        .select({ statusId: cases.mirror_status_id })
        .from(cases)
        .where(eq(cases.id, id))
        .get();
      const oldId = stored?.statusId ?? statusId;
      if (oldId !== statusId && isMove(oldId, statusId)) writer.writeSighting(id, { ...moment, statusId });
    }
  });
}
