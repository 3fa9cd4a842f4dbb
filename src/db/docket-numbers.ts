import type Database from 'better-sqlite3';
import { toNumberParts } from '../case/case-rows.ts';

type Row = Parameters<typeof toNumberParts>[0] & {
  readonly key: number;
  readonly mirror_number: string | null;
};

/** Computes the parts of the number of every docket, and writes those that differ. */
export function updateDocketNumbers(sqlite: Database.Database): void {
  for (const [table, key] of [
    ['dockets', 'case_id'],
    ['further_dockets', 'mirror_key'],
  ] as const) {
    const selectNext = sqlite.prepare<[number], Row>(
      `SELECT ${key} AS key, docket_number_manual, docket_office_number, docket_year, docket_filing_number, docket_case_type,
        mirror_number FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT 1`,
    );
    const update = sqlite.prepare(`UPDATE ${table} SET mirror_number = ? WHERE ${key} = ?`);
    for (
      let row = selectNext.get(Number.MIN_SAFE_INTEGER);
      row !== undefined;
      row = selectNext.get(row.key)
    ) {
      const parts = toNumberParts(row);
      if (parts !== row.mirror_number) update.run(parts, row.key);
    }
  }
}
