import { toNotMirrored } from '../db/read-case.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { type SchemaObject, listHarmlessAdditions } from '../db/own-schema.ts';
import type { SampleSize } from '../config/paths.ts';
import { type FileDepth, checkFile, checkSchema, onceDamaged, checkSearchIndexes } from './file.ts';
import { checkHistory } from './history.ts';
import { checkLinked, checkLinks, prepareCheckLinkedOf } from './linked.ts';
import { checkLedger } from './run-log.ts';
import { checkMetadata, checkSeals } from './metadata.ts';
import { checkPastEntries, checkRows } from './rows.ts';
import { checkPayload } from './payload.ts';
import { checkFiles, checkTexts } from './downloads.ts';
import { CASES_AT_ONCE, type PlainCase, type ProvePlainCases, preparePlainCases } from './plain-cases.ts';
import type { ProvenElsewhere } from './second-thread.ts';
import { checkLedgerValues, checkValues } from './values.ts';
import { type Counter, type Finding, type Violation, type Tallies, createCounter } from './checks.ts';
import {
  type Circumstances,
  type StoredRows,
  findCircumstances,
  prepareFindStoredRows,
} from './stored-rows.ts';

/**
 * Decides for one case after another whether it is in a sample: each is equally likely, the sample has exactly the
 * requested size, and nothing is collected. Returns false for cases beyond `total`.
 */
export function createDraw(total: number, size: SampleSize, random: () => number): () => boolean {
  let wanted = Math.min(total, 'count' in size ? size.count : Math.ceil(total * size.share));
  let left = total;
  return () => {
    const isDrawn = left > 0 && random() * left < wanted;
    left--;
    if (isDrawn) wanted--;
    return isDrawn;
  };
}

/** The cases to verify. */
export type Scope =
  | { readonly of: 'everything' }
  /** A part of the cases; of the file what is quickly seen. */
  | { readonly of: 'sample'; readonly size: SampleSize; readonly random: () => number }
  /** One case, and nothing else. */
  | { readonly of: 'case'; readonly id: number };

export type OnProgress = (casesPassed: number, casesMirrored: number) => void;

/**
 * The ids of the cases to verify, ascending. Each is looked up by the previous one: a cursor that stays open for a
 * minute would prevent the checkpoint of a sync's write-ahead log.
 */
function* listCaseIds(
  { sqlite }: Mirror,
  scope: Scope,
  total: number,
  onProgress: OnProgress,
): Generator<number, undefined> {
  if (scope.of === 'case') {
    yield scope.id;
    return undefined;
  }
  const isWanted = scope.of === 'sample' ? createDraw(total, scope.size, scope.random) : () => true;
  const next = sqlite
    .prepare<[number], number>('SELECT id FROM cases WHERE id > ? ORDER BY id LIMIT 1')
    .pluck();
  let passed = 0;
  let last = Number.MIN_SAFE_INTEGER;
  // In a damaged file the order can be broken, and the lookups would never end.
  for (let id = next.get(last); id !== undefined && id > last; id = next.get(id)) {
    last = id;
    if (isWanted()) yield id;
    onProgress(++passed, total);
  }
}

/**
 * Runs every check of cases on one case. If a value has a wrong type, the later checks are skipped, because they rely
 * on the types.
 */
function* verifyCase(
  stored: StoredRows,
  circumstances: Circumstances,
  counter: Counter,
): Generator<Finding, void> {
  const { id } = stored.case;
  const before = counter.toTallies().values.findings;
  yield* counter.run('values', id, onceDamaged(checkValues(stored)));
  if (counter.toTallies().values.findings > before) return;
  const payload = yield* counter.count('payload', id, onceDamaged(checkPayload(stored)));
  counter.addChecked('payload', 1);
  const rebuilt = payload?.rebuilt ?? null;
  const ground = payload?.isProven === true ? rebuilt : null;
  if (rebuilt !== null) yield* counter.run('rows', id, onceDamaged(checkRows(stored, rebuilt)));
  yield* counter.run('history', id, onceDamaged(checkHistory(stored, ground, circumstances)));
  yield* counter.run('entries', id, onceDamaged(checkPastEntries(stored, circumstances)));
  yield* counter.run('metadata', id, onceDamaged(checkMetadata(stored, rebuilt, circumstances)));
}

export interface VerifyReport {
  readonly casesMirrored: number;
  readonly casesChecked: number;
  /** Null if the file and the run log were not checked. */
  readonly fileDepth: FileDepth | null;
  readonly tallies: Tallies;
  /** What users added to the file; this is not a finding. Empty if the schema was not checked. */
  readonly additions: readonly SchemaObject[];
}

/** How cases are proven. It changes no finding. */
interface VerifyWays {
  /** Checks each case individually. */
  readonly isThorough?: boolean;
  /** A second thread that proves cases of the same mirror. */
  readonly elsewhere?: ProvenElsewhere | undefined;
}

/** Ends a verification before it is over, so that it leaves no statement open. */
export function endEarly(steps: Generator<Finding, VerifyReport>): void {
  steps.return(undefined as never);
}

/**
 * Proves that a mirror is correct, with a few cases in memory at a time. Yields findings as soon as it has them, and
 * returns what it checked. Fails with CASE_NOT_MIRRORED.
 */
export function* verifyMirror(
  mirror: Mirror,
  scope: Scope,
  onProgress: OnProgress,
  { isThorough = scope.of === 'case', elsewhere }: VerifyWays = {},
): Generator<Finding, VerifyReport> {
  const counter = createCounter();
  const fileDepth = scope.of === 'case' ? null : scope.of === 'sample' ? 'quick' : 'full';
  if (fileDepth !== null) {
    yield* counter.run('file', null, checkFile(mirror, fileDepth));
    yield* counter.run('schema', null, onceDamaged(checkSchema(mirror)));
    yield* counter.run('values', null, onceDamaged(checkLedgerValues(mirror)));
    yield* counter.run('seals', null, onceDamaged(checkSeals(mirror)));
    if (fileDepth === 'full') yield* counter.run('texts', null, onceDamaged(checkTexts(mirror)));
    if (fileDepth === 'full') yield* counter.run('files', null, onceDamaged(checkFiles(mirror)));
    if (fileDepth === 'full') yield* counter.run('search', null, onceDamaged(checkSearchIndexes(mirror)));
    yield* counter.run('ledger', null, onceDamaged(checkLedger(mirror)));
  }
  const additions =
    fileDepth === null
      ? undefined
      : yield* counter.count(
          'schema',
          null,
          onceDamaged(toViolations(() => listHarmlessAdditions(mirror.sqlite))),
        );
  const ground = yield* counter.count('file', null, onceDamaged(toViolations(() => findGround(mirror))));
  const casesMirrored = ground?.casesMirrored ?? 0;
  let casesChecked = 0;
  const ids = listCaseIds(mirror, scope, casesMirrored, (passed, total) => {
    onProgress(Math.min(passed + (elsewhere?.count() ?? 0), total), total);
  });
  function* listNext(max: number): Generator<Finding, number[]> {
    const next: number[] = [];
    while (next.length < max) {
      const id = yield* counter.count('file', null, onceDamaged(toViolations(() => ids.next().value)));
      if (id === undefined) break;
      next.push(id);
    }
    return next;
  }
  while (ground !== undefined) {
    const next = yield* listNext(isThorough ? 1 : CASES_AT_ONCE);
    if (next.length === 0) break;
    const proven = isThorough ? null : proveTogether(next, ground.provePlain, elsewhere);
    for (const id of next) {
      const plain = proven?.get(id) ?? null;
      if (plain !== null) {
        addPlainCase(counter, plain);
        casesChecked++;
        continue;
      }
      const stored = yield* counter.count('file', id, onceDamaged(toViolations(() => ground.findRows(id))));
      if (stored !== undefined) {
        yield* verifyCase(stored, ground.circumstances, counter);
        casesChecked++;
      } else if (scope.of === 'case' && counter.toTallies().file.findings === 0) {
        throw toNotMirrored(mirror, id);
      }
    }
  }
  if (scope.of === 'everything')
    yield* counter.run('linked', null, onceDamaged(checkLinked(mirror, isThorough)));
  if (scope.of !== 'case') yield* counter.run('linked', null, onceDamaged(checkLinks(mirror)));
  return { casesMirrored, casesChecked, fileDepth, tallies: counter.toTallies(), additions: additions ?? [] };
}

/** The data that the checks of every case need. */
function findGround(mirror: Mirror) {
  const circumstances = findCircumstances(mirror);
  return {
    casesMirrored: mirror.sqlite.prepare<[], number>('SELECT count(*) FROM cases').pluck().get() ?? 0,
    circumstances,
    findRows: prepareFindStoredRows(mirror),
    provePlain: preparePlainCases(mirror, circumstances),
    checkLinkedOf: prepareCheckLinkedOf(mirror),
  };
}

/** The cases that are proven in the short way, by the second thread or here. */
function proveTogether(
  ids: readonly number[],
  prove: ProvePlainCases,
  elsewhere: ProvenElsewhere | undefined,
): ReadonlyMap<number, PlainCase | null> {
  elsewhere?.moveTo(ids.at(-1) ?? 0);
  const proven = new Map<number, PlainCase | null>();
  const left: number[] = [];
  for (const id of ids) {
    const plain = elsewhere?.take(id);
    if (plain === undefined) left.push(id);
    else proven.set(id, plain);
  }
  const here = left.length === 0 ? null : prove(left);
  for (const [at, id] of left.entries()) proven.set(id, here?.[at] ?? null);
  return proven;
}

/** Counts the parts of a plain case, as the individual checks do. */
function addPlainCase(counter: Counter, { rows, history, entries, pastEntries }: PlainCase): void {
  counter.addChecked('values', rows + history + pastEntries);
  counter.addChecked('payload', 1);
  counter.addChecked('rows', rows);
  counter.addChecked('history', history);
  counter.addChecked('entries', entries + pastEntries);
  counter.addChecked('metadata', 1);
}

/** A read of the file, as a check without violations of its own. */
// eslint-disable-next-line require-yield -- that is the point
function* toViolations<Result>(look: () => Result): Generator<Violation, Result> {
  return look();
}
