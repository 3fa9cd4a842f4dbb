import { UNCLASSIFIED } from '../../../src/api/lists.ts';
import { findCase } from '../../../src/db/read-case.ts';
import type { Mirror } from '../../../src/db/open-mirror.ts';
import type { CaseCollection } from '../../../fake-api/collection/collection.ts';
import { dumpData } from '../../support/dump.ts';
import type { Day } from '../day.ts';
import { listContent, toOrderless } from '../stored-content.ts';

/** What holds once a good day has come after the bad ones. */
export const RECOVERIES = {
  file: 'a mirror that is there stays one',
  good: 'a good day is complete',
  same: 'after a good day the mirror holds what a new one holds',
  reordered: 'a day in which only the order of lists changed writes no data row',
} as const;
export type RecoveryName = (typeof RECOVERIES)[keyof typeof RECOVERIES];

/** Compares a mirror that had bad days with one of the same site that had none. */
export function compareWithNew(
  mirror: Mirror,
  fresh: Mirror,
  source: CaseCollection,
  readAll: boolean,
): string[] {
  const listed = new Set(listPresent(fresh));
  const present = listPresent(mirror);
  const lacking = [...listed].filter((id) => !present.includes(id)).map((id) => `case ${id} is not there`);
  const [here, there] = [new Set(listContent(mirror, listed)), new Set(listContent(fresh, listed))];
  return [
    ...lacking,
    ...[...here]
      .filter((row) => !there.has(row))
      .map((row) => `only the old mirror has ${row.slice(0, 300)}`),
    ...[...there]
      .filter((row) => !here.has(row))
      .map((row) => `only the new mirror has ${row.slice(0, 300)}`),
    ...present.filter((id) => !listed.has(id)).flatMap((id) => compareUnlisted(mirror, id, source, readAll)),
  ];
}

/** A case that stands in no list, and that a new mirror therefore never sees, is looked up by one that knows it. */
function compareUnlisted(mirror: Mirror, id: number, source: CaseCollection, readAll: boolean): string[] {
  // The known exception: without the sixth list nobody asks for a case that has no status any more.
  if (!readAll && isUnclassified(mirror, id)) return [];
  const served = source.get(id);
  if (served === undefined) return [`case ${id} is gone, and not marked as departed`];
  return toOrderless(findCase(mirror, id).payload) === toOrderless(served)
    ? []
    : [`case ${id}, which stands in no list, is not as the API has it`];
}

function isUnclassified({ sqlite }: Mirror, id: number): boolean {
  const listId = sqlite.prepare<[number], number>('SELECT mirror_list_id FROM cases WHERE id = ?').pluck();
  return listId.get(id) === UNCLASSIFIED.id;
}

function listPresent({ sqlite }: Mirror): number[] {
  return sqlite
    .prepare<[], number>('SELECT id FROM cases WHERE mirror_departed_run_id IS NULL')
    .pluck()
    .all();
}

/** The rows of data that differ between two moments of a mirror. */
export function compareData(before: string[], after: string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...after.filter((row) => !old.has(row)).map((row) => `written: ${row.slice(0, 300)}`),
    ...before.filter((row) => !now.has(row)).map((row) => `gone: ${row.slice(0, 300)}`),
  ];
}

export function listData(mirror: Mirror): string[] {
  return Object.entries(dumpData(mirror)).flatMap(([table, rows]) =>
    rows.map((row) => `${table} ${JSON.stringify(row)}`),
  );
}

/** A day in which nothing goes wrong leaves nothing to be desired. */
export function checkGoodDay({ ending }: Day): string[] {
  if (ending.kind !== 'report') return [`it ended with ${ending.kind}`];
  const { outcome, error } = ending.report;
  return outcome === 'complete' ? [] : [`it is ${outcome}: ${error?.message ?? ''}`];
}
