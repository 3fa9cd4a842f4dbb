import { count, eq } from 'drizzle-orm';
import { MirrorError } from '../errors.ts';
import { listKeptAside } from './find-kept-aside.ts';
import { toNotMirrored } from './not-mirrored.ts';
import type { Mirror } from './open-mirror.ts';
import { caseChanges, cases, docketEntries, pastDocketEntries, relatedCases } from './schema.ts';

/** What a redaction of a case removes. */
export interface Redaction {
  readonly caseId: number;
  readonly name: string | null;
  /** Rows of docket entries, present and past. */
  readonly docketEntries: number;
  readonly changes: number;
  /** Records kept aside that are of the case, or cannot be told from it. */
  readonly keptAside: number;
  /** Other cases that name this one among their related cases. What they say is theirs, and stays. */
  readonly namedBy: number;
}

/** What a redaction of this case would remove. Fails with CASE_NOT_MIRRORED or CASE_NOT_DEPARTED. */
export function findRedaction(mirror: Mirror, caseId: number): Redaction {
  return mirror.db.transaction((moment) => {
    const row = moment
      .select({ name: cases.name, departedRunId: cases.mirror_departed_run_id })
      .from(cases)
      .where(eq(cases.id, caseId))
      .get();
    if (row === undefined) throw toNotMirrored(mirror, caseId);
    if (row.departedRunId === null)
      throw new MirrorError(
        'CASE_NOT_DEPARTED',
        `Case ${caseId} is on the site, as far as the mirror knows.`,
      );
    const countOf = (table: typeof docketEntries | typeof pastDocketEntries | typeof caseChanges): number =>
      moment.select({ n: count() }).from(table).where(eq(table.case_id, caseId)).get()?.n ?? 0;
    const isNamed = eq(relatedCases.id, caseId);
    return {
      caseId,
      name: row.name,
      docketEntries: countOf(docketEntries) + countOf(pastDocketEntries),
      changes: countOf(caseChanges),
      keptAside: listKeptAside(mirror.sqlite, caseId).length,
      namedBy: moment.select({ n: count() }).from(relatedCases).where(isNamed).get()?.n ?? 0,
    };
  });
}
