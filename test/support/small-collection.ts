import { ONGOING_STATUSES } from '../../src/clearinghouse/swept-status.ts';
import type { CaseCollection } from '../../src/replica/collection/collection.ts';
import { recordedCases } from '../../src/replica/collection/recorded-cases.ts';
import { makeCase } from './make-case.ts';

/** Small cases with ids from 1, dealt out to the five statuses in turn: quick to serve and to store. */
export function smallCollection(size: number): CaseCollection {
  return recordedCases(
    Array.from({ length: size }, (_, index) =>
      makeCase({
        id: index + 1,
        name: `Invented case ${index + 1}`,
        case_ongoing: ONGOING_STATUSES[index % ONGOING_STATUSES.length]?.label ?? null,
      }),
    ),
  );
}
