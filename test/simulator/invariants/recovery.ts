import { UNCLASSIFIED } from '../../../src/api/lists.ts';
import { findCase } from '../../../src/db/read-case.ts';
import type { Mirror } from '../../../src/db/open-mirror.ts';
import type { CaseCollection } from '../../../fake-api/collection/collection.ts';
import { dumpData } from '../../support/dump.ts';
import type { Day } from '../day.ts';
import { listContent, toOrderless } from '../stored-content.ts';

/** What must hold after a fault-free day that follows the faulty ones. */
export const RECOVERIES = {
  file: 'a file that has become a mirror stays one',
  good: 'a fault-free day is complete',
  same: 'after a fault-free day the mirror has the same content as a new one',
  reordered: 'a day on which only the order of lists changed writes no data row',
} as const;
export type RecoveryName = (typeof RECOVERIES)[keyof typeof RECOVERIES];

/** Compares a mirror after faulty days with a new mirror of the same site. */
export function compareWithNew(
  mirror: Mirror,
  fresh: Mirror,
  source: CaseCollection,
  readAll: boolean,
): string[] {
  const listed = new Set(listPresent(fresh));
  const present = listPresent(mirror);
  const missing = [...listed].filter((id) => !present.includes(id)).map((id) => `case ${id} is missing`);
  const [here, there] = [new Set(listContent(mirror, listed)), new Set(listContent(fresh, listed))];
  return [
    ...missing,
    ...[...here]
      .filter((row) => !there.has(row))
      .map((row) => `only the old mirror has ${row.slice(0, 300)}`),
    ...[...there]
      .filter((row) => !here.has(row))
      .map((row) => `only the new mirror has ${row.slice(0, 300)}`),
    ...present.filter((id) => !listed.has(id)).flatMap((id) => compareUnlisted(mirror, id, source, readAll)),
  ];
}

/** Compares a case that is in no list. A new mirror never sees it, but a mirror that has it looks it up. */
function compareUnlisted(mirror: Mirror, id: number, source: CaseCollection, readAll: boolean): string[] {
  // The known exception: without the sixth list, a case that has lost its status is not requested.
  if (!readAll && isUnclassified(mirror, id)) return [];
  const served = source.get(id);
  if (served === undefined) return [`case ${id} is gone, and not marked as departed`];
  return toOrderless(findCase(mirror, id).payload) === toOrderless(served)
    ? []
    : [`case ${id}, which is in no list, differs from the API`];
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

/** The rows of data that differ between two states of a mirror. */
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

/** A fault-free day must end complete. */
export function checkFaultFreeDay({ ending }: Day): string[] {
  if (ending.kind !== 'report') return [`it ended with ${ending.kind}`];
  const { outcome, error } = ending.report;
  return outcome === 'complete' ? [] : [`it is ${outcome}: ${error?.message ?? ''}`];
}
