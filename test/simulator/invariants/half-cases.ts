import { fingerprint, splitPayload } from '../../../src/case/fingerprint.ts';
import type { CasePayload } from '../../../src/api/payload.ts';
import { messageOf } from '../../../src/errors/mirror-error.ts';
import { findCase } from '../../../src/db/read-case.ts';
import type { Mirror } from '../../../src/db/open-mirror.ts';
import type { Random } from '../../../fake-api/invent/random.ts';
import { verifyMirror } from '../../../src/verify/proof.ts';

const MAX_LOOKED_AT = 3;

/** Checks a few cases during a run: entries, lists and payload of each must belong together. */
export function findHalfCases(mirror: Mirror, random: Random): string[] {
  const ids = mirror.sqlite.prepare<[], number>('SELECT id FROM cases').pluck().all();
  const chosen = Array.from({ length: Math.min(MAX_LOOKED_AT, ids.length) }, () => random.pick(ids));
  return chosen.flatMap((id) => findHalves(mirror, id));
}

function findHalves(mirror: Mirror, id: number): string[] {
  try {
    const { payload, fingerprint: stored } = findCase(mirror, id);
    const rebuilt = fingerprint(splitPayload(payload as CasePayload));
    if (rebuilt !== stored) return [`case ${id} rebuilt has the fingerprint ${rebuilt}, stored is ${stored}`];
    return [...verifyMirror(mirror, { of: 'case', id }, () => undefined)].map(
      ({ what, expected, found }) => `case ${id}: ${what} should be ${expected}, is ${found}`,
    );
  } catch (error) {
    return [`case ${id} cannot be read: ${messageOf(error)}`];
  }
}
