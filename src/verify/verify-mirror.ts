import { toNotMirrored } from '../mirror/not-mirrored.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { checkFile, onceDamaged, type FileDepth } from './check-file.ts';
import { checkLedger } from './check-ledger.ts';
import { checkSchema } from './check-schema.ts';
import { checkLedgerValues } from './check-values.ts';
import { checkSeals } from './check-seals.ts';
import type { Finding, Flaw } from './checks.ts';
import { findCircumstances } from './find-circumstances.ts';
import { prepareFindStoredRows } from './find-stored-rows.ts';
import { createCounter, type Tallies } from './tally.ts';
import { verifyCase } from './verify-case.ts';
import { listCaseIds, type OnProgress, type Scope } from './walk-cases.ts';

export interface VerifyReport {
  readonly casesMirrored: number;
  readonly casesChecked: number;
  /** Null when the file and the ledger were not looked at. */
  readonly fileDepth: FileDepth | null;
  readonly tallies: Tallies;
}

/**
 * Proves that a mirror is what it says, one case in memory at a time. Yields what it finds as it finds it, and returns
 * what it has looked at. Fails with CASE_NOT_MIRRORED.
 */
export function* verifyMirror(
  mirror: Mirror,
  scope: Scope,
  onProgress: OnProgress,
): Generator<Finding, VerifyReport> {
  const counter = createCounter();
  const fileDepth = scope.of === 'case' ? null : scope.of === 'sample' ? 'quick' : 'full';
  if (fileDepth !== null) {
    yield* counter.run('file', null, checkFile(mirror, fileDepth));
    yield* counter.run('schema', null, onceDamaged(checkSchema(mirror)));
    yield* counter.run('values', null, onceDamaged(checkLedgerValues(mirror)));
    yield* counter.run('seals', null, onceDamaged(checkSeals(mirror)));
    yield* counter.run('ledger', null, onceDamaged(checkLedger(mirror)));
  }
  const ground = yield* counter.count('file', null, onceDamaged(toFlaws(() => findGround(mirror))));
  const casesMirrored = ground?.casesMirrored ?? 0;
  let casesChecked = 0;
  const ids = listCaseIds(mirror, scope, casesMirrored, onProgress);
  while (ground !== undefined) {
    const id = yield* counter.count('file', null, onceDamaged(toFlaws(() => ids.next().value)));
    if (id === undefined) break;
    const stored = yield* counter.count('file', id, onceDamaged(toFlaws(() => ground.findRows(id))));
    if (stored !== undefined) {
      yield* verifyCase(stored, ground.circumstances, counter);
      casesChecked++;
    } else if (scope.of === 'case' && counter.toTallies().file.findings === 0) {
      throw toNotMirrored(mirror, id);
    }
  }
  return { casesMirrored, casesChecked, fileDepth, tallies: counter.toTallies() };
}

/** What every case is checked with. */
function findGround(mirror: Mirror) {
  return {
    casesMirrored: mirror.sqlite.prepare<[], number>('SELECT count(*) FROM cases').pluck().get() ?? 0,
    circumstances: findCircumstances(mirror),
    findRows: prepareFindStoredRows(mirror),
  };
}

/** A look into the file, as a check that has no flaws of its own. */
// eslint-disable-next-line require-yield -- that is the point
function* toFlaws<Result>(look: () => Result): Generator<Flaw, Result> {
  return look();
}
