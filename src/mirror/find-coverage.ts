import { desc } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { coverageChecks } from './schema.ts';

export type CoverageRow = typeof coverageChecks.$inferSelect;

/** The newest checks of coverage, those that were skipped included; newest first. */
export function listCoverage({ db }: Mirror, most: number): CoverageRow[] {
  return db.select().from(coverageChecks).orderBy(desc(coverageChecks.run_id)).limit(most).all();
}
