import { ONGOING_LISTS } from '../../src/api/lists.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from './make-case.ts';

/** Small cases with ids from 1, spread evenly over the five lists, which are quick to serve and to store. */
export function smallCollection(size: number): CaseCollection {
  return recordedCases(
    Array.from({ length: size }, (_, index) =>
      makeCase({
        id: index + 1,
        name: `Invented case ${index + 1}`,
        case_ongoing: ONGOING_LISTS[index % ONGOING_LISTS.length]?.label ?? null,
      }),
    ),
  );
}
