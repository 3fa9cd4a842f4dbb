import { prepareTest } from './matches.ts';
import type { RowSearch } from './row-hits.ts';
import type { RowKind, Source } from './sources.ts';

/* The first cases of a common word: those with the newest matching rows. */

/** A case with the date of its newest matching row. */
export interface NewestRow {
  readonly caseId: number;
  readonly date: string | null;
}

/** Rows that are looked at, from the newest on, for the first cases. */
const MAX_STEPS = 30_000;
/** After comparing so many rows, the cases that are enough are enough, and after so many the page is shown as it is. */
const SOFT_LIMIT = { entries: 2000, documents: 2000, texts: 60 } as const;
const HARD_LIMIT = { entries: 10_000, documents: 10_000, texts: 150 } as const;

/**
 * The first cases that are not known, by their newest matching row; null if too many rows would have to be looked at. With
 * a finite number of cases that are enough, it can be fewer than wanted, and never null.
 */
export function listNewest(
  { sqlite, condition }: RowSearch,
  kind: RowKind,
  source: Source,
  known: ReadonlySet<number>,
  { wanted, enough }: { readonly wanted: number; readonly enough: number },
): NewestRow[] | null {
  const found = new Map<number, NewestRow>();
  const list = (): NewestRow[] => [...found.values()];
  if (wanted === 0) return [];
  const isBounded = enough < Infinity;
  const test = prepareTest(sqlite, kind, condition);
  const rows = sqlite
    .prepare<[], [caseId: number, hit: number, date: string | null]>(
      `SELECT ${source.caseId}, ${source.hit}, ${source.date} FROM ${source.fromNewest}
        WHERE ${source.conditions.join(' AND ')} ORDER BY ${source.date} DESC LIMIT ${MAX_STEPS}`,
    )
    .raw();
  let steps = 0;
  let tested = 0;
  for (const [caseId, hit, date] of rows.iterate()) {
    steps++;
    if (known.has(caseId) || found.has(caseId)) continue;
    tested++;
    if (test(hit)) found.set(caseId, { caseId, date });
    if (found.size >= wanted) return list();
    if (!isBounded) continue;
    if (tested >= HARD_LIMIT[kind] || (found.size >= enough && tested >= SOFT_LIMIT[kind])) return list();
  }
  return steps < MAX_STEPS || isBounded ? list() : null;
}
