import { eq, sql } from 'drizzle-orm';
import { type CaseRows, withEntries } from '../case/case-rows.ts';
import type { Mirror } from './open-mirror.ts';
import { onFirstUse, prepareDeleteOf, prepareInsert } from './statements.ts';
import {
  LIST_TABLES,
  type ListField,
  caseDefendants,
  cases,
  dockets,
  relatedCases,
  mirrorRawHashes,
} from './schema/schema.ts';
import { type RunStamp, type MirrorFields, createHistoryWriter } from './write-history.ts';
import { prepareWriteEntries } from './write-entries.ts';

/** The list, run and time in which a case was seen. */
export interface ListRef extends RunStamp {
  readonly listId: number;
}

/** Every method is part of the caller's transaction. */
export interface CaseWriter {
  /** Stores a new or changed case with all its child rows, and the version that it replaces. */
  writeCase(rows: CaseRows, listRef: ListRef, isNew: boolean): void;
  /** Records that this list holds an unchanged case. The case is therefore on the site, even if it had departed. */
  writeSeen(caseId: number, listRef: ListRef): void;
  /** Stores the hash of the bytes, by which the case is recognized next time. */
  writeRawHash(caseId: number, hash: string, fingerprint: string): void;
  /** Marks a case as departed from the site. Deletes nothing. */
  writeDeparture(caseId: number, stamp: RunStamp): void;
}

/** Prepares each statement once for a connection, when it is first needed. */
export function createCaseWriter(mirror: Mirror): CaseWriter {
  const { db } = mirror;
  const upsertCase = prepareInsert(mirror, cases, {
    target: cases.id,
    keep: ['mirror_first_run_id', 'mirror_redacted_run_id'],
  });
  const upsertDocket = prepareInsert(mirror, dockets, { target: dockets.case_id });
  const deleteDocket = prepareDeleteOf(mirror, dockets, dockets.case_id);
  const lists = (Object.keys(LIST_TABLES) as ListField[]).map((field) => ({
    field,
    insert: prepareInsert(mirror, LIST_TABLES[field]),
    clear: prepareDeleteOf(mirror, LIST_TABLES[field], LIST_TABLES[field].case_id),
  }));
  const defendants = {
    insert: prepareInsert(mirror, caseDefendants),
    clear: prepareDeleteOf(mirror, caseDefendants, caseDefendants.case_id),
  };
  const related = {
    insert: prepareInsert(mirror, relatedCases),
    clear: prepareDeleteOf(mirror, relatedCases, relatedCases.case_id),
  };
  const entryWriter = prepareWriteEntries(mirror);
  const history = createHistoryWriter(mirror);
  const upsertRawHash = prepareInsert(mirror, mirrorRawHashes, { target: mirrorRawHashes.case_id });
  const selectList = onFirstUse(() =>
    db
      .select({ id: cases.mirror_list_id })
      .from(cases)
      .where(eq(cases.id, sql.placeholder('caseId')))
      .prepare(),
  );
  const updateMirrorFields = onFirstUse(() =>
    db
      .update(cases)
      .set({
        mirror_list_id: sql`${sql.placeholder('mirror_list_id')}`,
        mirror_departed_run_id: sql`${sql.placeholder('mirror_departed_run_id')}`,
      })
      .where(eq(cases.id, sql.placeholder('caseId')))
      .prepare(),
  );
  const writeMirrorFields = (caseId: number, own: MirrorFields, stamp: RunStamp): void => {
    if (history.recordMirrorFields(caseId, own, stamp)) updateMirrorFields().run({ caseId, ...own });
  };

  return {
    writeCase(fresh, listRef, isNew) {
      const case_id = fresh.case.id;
      const update = isNew ? null : entryWriter.pair(case_id, fresh.entries);
      const rows = update === null ? fresh : withEntries(fresh, update.entries);
      const { runId } = listRef;
      const own = toMirrorFields(listRef);
      if (!isNew) history.recordChange(rows.case, own, listRef);
      upsertCase({
        ...rows.case,
        ...own,
        mirror_first_run_id: runId,
        mirror_changed_run_id: runId,
        mirror_redacted_run_id: null,
      } satisfies typeof cases.$inferSelect);
      for (const { field, insert, clear } of lists) {
        if (!isNew) clear(case_id);
        for (const [mirror_position, value] of rows.lists[field].entries())
          insert({ case_id, mirror_position, value });
      }
      for (const [table, elements] of [
        [defendants, rows.defendants],
        [related, rows.relatedCases],
      ] as const) {
        if (!isNew) table.clear(case_id);
        for (const [mirror_position, element] of elements.entries())
          table.insert({ ...element, case_id, mirror_position });
      }
      if (rows.docket === null) deleteDocket(case_id);
      else upsertDocket({ ...rows.docket, case_id });
      if (update === null) entryWriter.addEntries(case_id, rows, runId);
      else entryWriter.updateEntries(case_id, update, runId);
    },
    writeSeen(caseId, listRef) {
      writeMirrorFields(caseId, toMirrorFields(listRef), listRef);
    },
    writeRawHash(case_id, hash, fingerprint) {
      upsertRawHash({ case_id, hash, fingerprint });
    },
    writeDeparture(caseId, stamp) {
      const list = selectList().get({ caseId });
      if (list === undefined) return;
      writeMirrorFields(caseId, { mirror_list_id: list.id, mirror_departed_run_id: stamp.runId }, stamp);
    },
  };
}

/** A case that was seen belongs to that list, and has not departed. */
function toMirrorFields({ listId }: ListRef): MirrorFields {
  return { mirror_list_id: listId, mirror_departed_run_id: null };
}

/** Moves cases to other lists if `isMove` returns true for the stored and the new list; all in one transaction. */
export function moveCases(
  mirror: Mirror,
  statusOf: ReadonlyMap<number, number>,
  isMove: (oldId: number, newId: number) => boolean,
  stamp: RunStamp,
): void {
  if (statusOf.size === 0) return;
  const { db } = mirror;
  db.transaction(
    () => {
      const writer = createCaseWriter(mirror);
      for (const [id, listId] of statusOf) {
        const stored = db.select({ listId: cases.mirror_list_id }).from(cases).where(eq(cases.id, id)).get();
        const oldId = stored?.listId ?? listId;
        if (oldId !== listId && isMove(oldId, listId)) writer.writeSeen(id, { ...stamp, listId });
      }
    },
    { behavior: 'immediate' },
  );
}
