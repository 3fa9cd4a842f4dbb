import { checkDepartures, checkSuspicious } from './departure-invariants.ts';
import type { Invariant } from './facts.ts';
import { checkCounts, checkEnding, checkReport, checkRunning, checkVerify } from './ledger-invariants.ts';
import { checkOneWriter, checkPauses, checkReaders, checkToken } from './secrecy-and-locks.ts';
import { checkComplete, checkEmpty, checkHeld, checkNoneMissed } from './one-list-invariants.ts';

/** What holds after every night, however bad it was. */
export const INVARIANTS = {
  'a status is complete only if every page was read and the distinct ids equal the count': checkComplete,
  'a status is empty only if the API said so': checkEmpty,
  'every case that the pages of a complete status brought is in the mirror': checkHeld,
  'a complete status misses no case that stood in its list all the while': checkNoneMissed,
  'no case departs but after its list was read to the last page, and by the word of the API': checkDepartures,
  'a suspicious day marks no departure': checkSuspicious,
  'no run is left running once it has ended or another has begun': checkRunning,
  'what the ledger counts is what is stored': checkCounts,
  'the report says what the ledger says': checkReport,
  'a run ends with a report, or with an error of the database that the program names': checkEnding,
  'verify finds nothing': checkVerify,
  'the token is in nothing that is told or stored': checkToken,
  'no request before the pause of a Retry-After is over, in this process or the next': checkPauses,
  'one writer at most': checkOneWriter,
  'no reader sees half a case': checkReaders,
} as const satisfies Record<string, Invariant>;

export type InvariantName = keyof typeof INVARIANTS;
export const INVARIANT_NAMES = Object.keys(INVARIANTS) as InvariantName[];
