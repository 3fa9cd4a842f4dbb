import { and, count, eq } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { caseChanges, coverageChecks, departureChecks } from './schema.ts';
import type { Moment } from './write-changes.ts';
import { createCaseWriter } from './write-case.ts';

type OfRun = 'run_id' | 'checked_at';
export type DepartureFigures = Omit<typeof departureChecks.$inferSelect, OfRun>;
export type CoverageFigures = Omit<typeof coverageChecks.$inferSelect, OfRun | 'cases_mirrored'>;

/** Marks cases as departed and records the check that found them gone, all in one transaction. */
export function recordDepartures(
  mirror: Mirror,
  figures: DepartureFigures,
  goneIds: readonly number[],
  { runId, at }: Moment,
): void {
  mirror.db.transaction(() => {
    const writer = createCaseWriter(mirror);
    for (const id of goneIds) writer.writeDeparture(id, { runId, at });
    mirror.db
      .insert(departureChecks)
      .values({ ...figures, run_id: runId, checked_at: at.toISOString() })
      .run();
  });
}

/** How many cases that had departed this run has seen again so far. */
export function countReturned({ db }: Mirror, runId: number): number {
  const isReturn = and(
    eq(caseChanges.run_id, runId),
    eq(caseChanges.field, 'mirror_departed_run_id'),
    eq(caseChanges.new_value, 'null'),
  );
  return db.select({ n: count() }).from(caseChanges).where(isReturn).get()?.n ?? 0;
}

export function recordCoverage(
  { db }: Mirror,
  figures: CoverageFigures,
  cases_mirrored: number,
  { runId, at }: Moment,
): void {
  db.insert(coverageChecks)
    .values({ ...figures, cases_mirrored, run_id: runId, checked_at: at.toISOString() })
    .run();
}
