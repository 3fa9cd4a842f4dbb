import { checkDepartures, checkSuspicious } from './departure-invariants.ts';
import type { Invariant } from './facts.ts';
import { checkCounts, checkEnding, checkReport, checkRunning, checkVerify } from './ledger-invariants.ts';
import { checkOneWriter, checkPauses, checkReaders, checkToken } from './secrecy-and-locks.ts';
import { checkComplete, checkEmpty, checkHeld, checkNoneMissed } from './one-list-invariants.ts';

/** What must hold after every day, whatever went wrong. */
export const INVARIANTS = {
  'a list is complete only if every page was read and the number of distinct ids equals the count':
    checkComplete,
  'a list is empty only if the API said so': checkEmpty,
  'every case on the pages of a complete list is in the mirror': checkHeld,
  'a complete list misses no case that was in it throughout': checkNoneMissed,
  'a case departs only after its list was read to the last page and the API denied the case': checkDepartures,
  'a suspicious run marks no departure': checkSuspicious,
  'no run is left running once it has ended or another has begun': checkRunning,
  'the counts of the ledger match the stored rows': checkCounts,
  'the report agrees with the ledger': checkReport,
  'a run ends with a report or with a known error of the database': checkEnding,
  'verify finds nothing': checkVerify,
  'the token is in no output and in no file': checkToken,
  'no request comes before the pause of a Retry-After is over, in this process or the next': checkPauses,
  'there is at most one writer': checkOneWriter,
  'no reader sees half a case': checkReaders,
} as const satisfies Record<string, Invariant>;

export type InvariantName = keyof typeof INVARIANTS;
export const INVARIANT_NAMES = Object.keys(INVARIANTS) as InvariantName[];
