import { fingerprint } from '../cases/fingerprint.ts';
import type { Flaw } from './checks.ts';
import type { StoredRows } from './find-stored-rows.ts';
import { rebuildPayload, type Rebuilt } from './rebuild-payload.ts';
import { Unreadable } from './unreadable.ts';

export interface CheckedPayload {
  /** Null when no payload can be made of the rows. */
  readonly rebuilt: Rebuilt | null;
  /** Whether it has the fingerprint that is stored. */
  readonly isProven: boolean;
}

/** Puts a payload together and compares its fingerprint with the one that is stored. */
export function* checkPayload(stored: StoredRows): Generator<Flaw, CheckedPayload> {
  let rebuilt: Rebuilt;
  try {
    rebuilt = rebuildPayload(stored);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    yield error.flaw;
    return { rebuilt: null, isProven: false };
  }
  const expected = stored.case.mirror_fingerprint;
  const found = fingerprint(rebuilt.split);
  if (found !== expected) yield { what: 'the fingerprint of the payload', expected, found };
  return { rebuilt, isProven: found === expected };
}
