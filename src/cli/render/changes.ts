import type { ChangeKey } from '../../history/case-change.ts';
import type { FindChange } from '../../history/find-change.ts';
import type { Period } from '../../history/find-period.ts';
import type { ChangedCase } from '../../history/list-changes.ts';
import { toCaseName } from './case-link.ts';
import { renderRunChanges } from './case-changes.ts';
import { ChangeTotals, isChanged } from './change-totals.ts';
import type { CaseFacts } from '../../history/find-name.ts';
import { toLocalMinute } from '../../local-time.ts';
import { toOutcomeWords, toPeriodWords } from './period.ts';
import { clipText } from './layout.ts';
import { renderPlural } from './units.ts';
import type { WritingStyle } from './writing-style.ts';

const LONGEST_FACT = 160;

export interface ChangesToRender {
  readonly period: Period;
  readonly cases: Iterable<ChangedCase>;
  readonly find: FindChange;
  readonly nameOf: (caseId: number) => string | null;
  readonly factsOf: (caseId: number) => CaseFacts;
  readonly startOf: (runId: number) => string;
  readonly timeZone: string;
  /** Of changed cases and of new ones so many are printed; the totals count all. */
  readonly limit: number;
}

/** Tells what changed, case by case, then the new cases one line each, then the totals; piece by piece. */
export function* renderChanges(changes: ChangesToRender, style: WritingStyle): Generator<string> {
  const { period, cases, nameOf, factsOf, limit, timeZone } = changes;
  const totals = new ChangeTotals();
  const newCases: number[] = [];
  yield style.title(`Changes found by ${toPeriodWords(period, timeZone)}`);
  for (const one of cases) {
    totals.add(one);
    if (one.keys[0]?.kind === 'appeared' && newCases.length < limit) newCases.push(one.caseId);
    if (!isChanged(one) || totals.changedCases > limit) continue;
    yield style.caseHeading(one.caseId, toCaseName(nameOf(one.caseId)));
    yield* renderCase(one.keys, changes, style);
    yield '\n';
  }
  yield* renderRest(totals.changedCases - limit, 'more changed case', style);
  const appeared = totals.of('appeared');
  if (appeared > 0) {
    yield style.title('New cases');
    for (const id of newCases) yield style.caseLine(id, toCaseName(nameOf(id)), toFactWords(factsOf(id)));
    yield '\n';
    yield* renderRest(appeared - limit, 'more new case', style);
  }
  const isNothing = totals.changedCases === 0 && appeared === 0;
  yield style.sentence(isNothing ? 'Nothing changed.' : totals.toWords());
  for (const line of toOutcomeWords(period, timeZone)) yield style.sentence(line);
}

function* renderRest(count: number, noun: string, style: WritingStyle): Generator<string> {
  if (count > 0) yield `${style.sentence(`${renderPlural(count, noun)} not shown: --limit 0 shows all.`)}\n`;
}

function toFactWords({ court, filed, caseTypes }: CaseFacts): string[] {
  return [
    ...(court === null ? [] : [court]),
    ...(filed === null ? [] : [`filed ${filed}`]),
    ...(caseTypes.length === 0 ? [] : [caseTypes.join('; ')]),
  ].map((fact) => clipText(fact, LONGEST_FACT));
}

function* renderCase(
  keys: readonly ChangeKey[],
  { period, find, startOf, timeZone }: ChangesToRender,
  style: WritingStyle,
): Generator<string> {
  if (period.first.id === period.last.id) {
    yield* renderRunChanges(keys, find, style, 0);
    return;
  }
  for (const ofRun of toRuns(keys)) {
    const runId = ofRun[0]?.run_id ?? 0;
    yield style.line(`${toLocalMinute(startOf(runId), timeZone)}, run ${runId}:`, 0);
    yield* renderRunChanges(ofRun, find, style, 1);
  }
}

function toRuns(keys: readonly ChangeKey[]): ChangeKey[][] {
  const runs: ChangeKey[][] = [];
  for (const key of keys) {
    const last = runs.at(-1);
    if (last?.[0]?.run_id === key.run_id) last.push(key);
    else runs.push([key]);
  }
  return runs;
}
