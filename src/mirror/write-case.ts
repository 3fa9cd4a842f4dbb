import { eq, sql } from 'drizzle-orm';
import type { CaseRows } from '../cases/to-case-rows.ts';
import type { Mirror } from './open-mirror.ts';
import { prepareDeleteOf, prepareInsert } from './prepare.ts';
import { caseDefendants, cases, dockets, LIST_TABLES, relatedCases, type ListField } from './schema.ts';
import { prepareWriteEntries } from './write-entries.ts';

/** Under which run and status a case is stored. */
export interface Sighting {
  readonly runId: number;
  /** Null for a sweep that is not one of the five statuses. */
  readonly statusId: number | null;
}

export interface CaseWriter {
  /** Stores a case that is new or has changed, with all its child rows. Runs within the caller's transaction. */
  writeCase(rows: CaseRows, sighting: Sighting, isNew: boolean): void;
  /** Notes that an unchanged case now comes under another status. */
  writeStatus(caseId: number, statusId: number | null): void;
}

/** Prepares all statements once for a connection. */
export function createCaseWriter({ db }: Mirror): CaseWriter {
  const upsertCase = prepareInsert(db, cases, { target: cases.id, keep: ['mirror_first_run_id'] });
  const upsertDocket = prepareInsert(db, dockets, { target: dockets.case_id });
  const deleteDocket = prepareDeleteOf(db, dockets, dockets.case_id);
  const lists = (Object.keys(LIST_TABLES) as ListField[]).map((field) => ({
    field,
    insert: prepareInsert(db, LIST_TABLES[field]),
    clear: prepareDeleteOf(db, LIST_TABLES[field], LIST_TABLES[field].case_id),
  }));
  const defendants = {
    insert: prepareInsert(db, caseDefendants),
    clear: prepareDeleteOf(db, caseDefendants, caseDefendants.case_id),
  };
  const related = {
    insert: prepareInsert(db, relatedCases),
    clear: prepareDeleteOf(db, relatedCases, relatedCases.case_id),
  };
  const writeEntries = prepareWriteEntries(db);
  const updateStatus = db
    .update(cases)
    .set({ mirror_status_id: sql`${sql.placeholder('statusId')}` })
    .where(eq(cases.id, sql.placeholder('caseId')))
    .prepare();

  return {
    writeCase(rows, { runId, statusId }, isNew) {
      const case_id = rows.case.id;
      upsertCase({
        ...rows.case,
        mirror_status_id: statusId,
        mirror_first_run_id: runId,
        mirror_changed_run_id: runId,
      } satisfies typeof cases.$inferSelect);
      for (const { field, insert, clear } of lists) {
        if (!isNew) clear(case_id);
        rows.lists[field].forEach((value, mirror_position) => insert({ case_id, mirror_position, value }));
      }
      for (const [table, elements] of [
        [defendants, rows.defendants],
        [related, rows.relatedCases],
      ] as const) {
        if (!isNew) table.clear(case_id);
        elements.forEach((element, mirror_position) =>
          table.insert({ ...element, case_id, mirror_position }),
        );
      }
      if (rows.docket === null) deleteDocket(case_id);
      else upsertDocket({ ...rows.docket, case_id });
      writeEntries(case_id, rows.entries, runId, isNew);
    },
    writeStatus(caseId, statusId) {
      updateStatus.run({ caseId, statusId });
    },
  };
}
