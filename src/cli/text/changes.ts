import type { CaseFacts } from '../../db/read-case.ts';
import type { Period } from '../../history/period.ts';
import {
  type CaseChange,
  type CaseChangeKind,
  type ChangeKey,
  type EntryChange,
  type FindChange,
  type PresenceKind,
  type ValueChange,
} from '../../history/changes.ts';
import { toLocalMinute } from '../../lib/local-time.ts';
import { toCaseName } from './words.ts';
import { toCaseLink } from '../../case/reference.ts';
import { toEditedEntrySentence, toEntryWords, toFieldSentences, toValuesJson } from './field-sentences.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { toOutcomeWords, toPeriodWords } from './period.ts';
import {
  type ChangedCaseAndLists,
  type FindRecord,
  LinkedTotals,
  renderLinkedChanges,
  toRunsOfAll,
} from './linked-changes.ts';
import type { WritingStyle } from './style.ts';

/**
 * A change as `--json` prints it; a new case has the fields that a list shows. `old_value` and `new_value` are missing
 * if there was no value.
 */
export function toChangeJson(change: CaseChange, caseName: string | null, facts: CaseFacts | null) {
  return {
    run_id: change.runId,
    changed_at: change.changedAt,
    case_id: change.caseId,
    case_name: caseName,
    kind: change.kind,
    ...toDetails(change),
    ...(facts === null ? {} : toFactsJson(change.caseId, facts)),
  };
}

function toFactsJson(caseId: number, { court, filed, caseTypes }: CaseFacts) {
  return { court, filed, case_types: caseTypes, url: toCaseLink(caseId) };
}

function toDetails(change: CaseChange): object {
  switch (change.kind) {
    case 'changed':
    case 'added':
    case 'removed':
      return { field: change.field, ...toValuesJson(change) };
    case 'entry added':
    case 'entry removed':
      return { entry_key: change.entryKey, ...toValuesJson(change) };
    case 'entry edited': {
      const differences = change.edits.map((edit) => ({
        field: edit.field,
        kind: edit.kind,
        ...toValuesJson(edit),
      }));
      return { entry_key: change.entryKey, ...toValuesJson(change), differences };
    }
    default:
      return {};
  }
}

/** Counts changes while they are rendered. */
export class ChangeTotals {
  /** Cases with any change other than being new; of those in `changedLists`, only linked lists changed. */
  changedCases = 0;
  changedLists = 0;
  /** Cases of the run that filled the mirror. They are not new: there was nothing to compare them with. */
  baselineCases = 0;
  private readonly counts = new Map<CaseChangeKind, number>();

  private readonly lists = new LinkedTotals();
  private readonly baselineId: number | undefined;

  constructor(baselineId: number | undefined) {
    this.baselineId = baselineId;
  }

  add(one: ChangedCaseAndLists): void {
    const { keys, linked } = one;
    if (isChanged(one)) this.changedCases++;
    if (linked.length > 0 && keys.every(({ kind }) => kind === 'appeared')) this.changedLists++;
    if (findAppearance(one, this.baselineId) === 'baseline') this.baselineCases++;
    this.lists.add(linked);
    for (const { kind } of keys) this.counts.set(kind, this.of(kind) + 1);
  }

  /** Cases that came into the mirror after the baseline. */
  get newCases(): number {
    return this.of('appeared') - this.baselineCases;
  }

  /** The number of changes of a kind. */
  of(kind: CaseChangeKind): number {
    return this.counts.get(kind) ?? 0;
  }

  /** All counts in one line. */
  toWords(): string {
    const fields = this.of('changed') + this.of('added') + this.of('removed');
    const parts = [
      `${renderPlural(this.changedCases, 'changed case')}${
        this.changedLists === 0 ? '' : ` (${renderCount(this.changedLists)} in linked lists only)`
      }`,
      ...(this.newCases === 0 ? [] : [renderPlural(this.newCases, 'new case')]),
      ...(this.baselineCases === 0
        ? []
        : [renderPlural(this.baselineCases, 'case of the baseline', 'cases of the baseline')]),
      ...this.tell('departed', 'departure'),
      ...this.tell('returned', 'return'),
      ...this.tell('redacted', 'redaction'),
      renderPlural(fields, 'change of fields', 'changes of fields'),
      renderPlural(this.of('entry added'), 'new docket entry', 'new docket entries'),
      ...this.tell('entry edited', 'edited docket entry', 'edited docket entries'),
      ...this.tell('entry removed', 'removed docket entry', 'removed docket entries'),
      ...this.lists.toWords(),
    ];
    return `In all: ${parts.join(', ')}.`;
  }

  private tell(kind: CaseChangeKind, noun: string, plural?: string): string[] {
    const count = this.of(kind);
    return count === 0 ? [] : [renderPlural(count, noun, plural)];
  }
}

/** Whether a case or its linked lists have any change other than being new. */
export function isChanged({ keys, linked }: ChangedCaseAndLists): boolean {
  return linked.length > 0 || keys.some(({ kind }) => kind !== 'appeared');
}

/** How a case came into the mirror in the period: as a part of the baseline, or new; null if it was there before. */
export function findAppearance(
  { keys: [first] }: ChangedCaseAndLists,
  baselineId: number | undefined,
): 'baseline' | 'new' | null {
  if (first?.kind !== 'appeared') return null;
  return first.run_id === baselineId ? 'baseline' : 'new';
}

/** The maximum number of docket entries listed per case and run, for added and for removed ones. */
const MAX_ENTRIES = 10;

export const PRESENCES: Readonly<Record<PresenceKind, string>> = {
  appeared: 'came into the mirror',
  redacted: 'was redacted: its content and its earlier history were removed on request',
  departed: 'left the site',
  returned: 'came back',
};

/** A sentence for each change of a case in one run. Reads the values while it renders them, a few at a time. */
function* renderRunChanges(
  keys: readonly ChangeKey[],
  find: FindChange,
  style: WritingStyle,
  depth: number,
): Generator<string> {
  const values: ValueChange[] = [];
  for (const key of keys) {
    if (isPresence(key.kind)) yield style.line(PRESENCES[key.kind], depth);
    else if (isOfField(key)) values.push(find(key) as ValueChange);
  }
  for (const sentence of toFieldSentences(values, style)) yield style.line(sentence, depth);
  for (const kind of ['entry added', 'entry edited', 'entry removed'] as const) {
    yield* renderEntries(
      kind,
      keys.filter((key) => key.kind === kind),
      find,
      style,
      depth,
    );
  }
}

function* renderEntries(
  kind: EntryChange['kind'],
  keys: readonly ChangeKey[],
  find: FindChange,
  style: WritingStyle,
  depth: number,
): Generator<string> {
  const shown = keys.slice(-MAX_ENTRIES);
  const sentences = shown.map((key) => toEntrySentence(find(key), style));
  if (keys.length === 0) return;
  const rest = keys.length - shown.length;
  if (kind === 'entry edited') {
    for (const sentence of sentences) yield style.line(sentence, depth);
    if (rest > 0)
      yield style.line(
        `were edited: ${renderPlural(rest, 'more docket entry', 'more docket entries')}`,
        depth,
      );
    return;
  }
  const adjective = kind === 'entry added' ? 'new' : 'removed';
  const count = renderPlural(keys.length, `${adjective} docket entry`, `${adjective} docket entries`);
  if (keys.length === 1) {
    yield style.line(`${count}: ${sentences.join('')}`, depth);
    return;
  }
  yield style.line(rest > 0 ? `${count}, of which the last ${MAX_ENTRIES}:` : `${count}:`, depth);
  for (const sentence of sentences) yield style.line(sentence, depth + 1);
}

function toEntrySentence(change: CaseChange, style: WritingStyle): string {
  switch (change.kind) {
    case 'entry added':
      return toEntryWords(change.after, style);
    case 'entry removed':
      return toEntryWords(change.before, style);
    case 'entry edited':
      return toEditedEntrySentence(change, style);
    default:
      return '';
  }
}

export function isPresence(kind: ChangeKey['kind']): kind is PresenceKind {
  return Object.hasOwn(PRESENCES, kind);
}

export function isOfField({ kind }: ChangeKey): boolean {
  return kind === 'changed' || kind === 'added' || kind === 'removed';
}

const MAX_FACT = 160;

export interface ChangesToRender {
  readonly period: Period;
  readonly cases: Iterable<ChangedCaseAndLists>;
  readonly find: FindChange;
  readonly findRecord: FindRecord;
  readonly nameOf: (caseId: number) => string | null;
  readonly factsOf: (caseId: number) => CaseFacts;
  readonly startOf: (runId: number) => string;
  /** The run that filled the mirror; undefined while there is no case. */
  readonly baselineId: number | undefined;
  readonly timeZone: string;
  /** The maximum number of changed and of new cases printed; the totals count all. */
  readonly limit: number;
}

/** Says that no run found what was asked for; what is known of the runs follows. */
export function* renderNone(
  sentence: string,
  { period, timeZone }: Pick<ChangesToRender, 'period' | 'timeZone'>,
  style: WritingStyle,
): Generator<string> {
  for (const words of [sentence, ...toOutcomeWords(period, timeZone)]) yield style.sentence(words);
}

/** Renders what the runs ended with, the changes case by case, the new cases one per line, and the totals; piece by piece. */
export function* renderChanges(changes: ChangesToRender, style: WritingStyle): Generator<string> {
  const { period, cases, baselineId, limit, timeZone } = changes;
  const totals = new ChangeTotals(baselineId);
  const appeared: number[] = [];
  yield style.title(`Changes found by ${toPeriodWords(period, timeZone)}`);
  const outcome = toOutcomeWords(period, timeZone).map((words) => style.sentence(words));
  if (outcome.length > 0) yield `${outcome.join('')}\n`;
  for (const one of cases) {
    totals.add(one);
    const appearance = findAppearance(one, baselineId);
    // The baseline is every case of the mirror: it is counted.
    if (appearance === 'new' && appeared.length < limit) appeared.push(one.caseId);
    if (!isChanged(one) || totals.changedCases > limit) continue;
    yield style.caseHeading(one.caseId, toCaseName(changes.nameOf(one.caseId)));
    yield* renderCaseChanges(one, changes, style);
    yield '\n';
  }
  yield* renderRest(totals.changedCases - limit, 'more changed case', style);
  yield* renderAppeared('New cases', appeared, changes, style);
  yield* renderRest(totals.newCases - limit, 'more new case', style);
  const isNothing = totals.changedCases === 0 && totals.of('appeared') === 0;
  yield style.sentence(isNothing ? 'Nothing changed.' : totals.toWords());
}

function* renderAppeared(
  title: string,
  ids: readonly number[],
  { nameOf, factsOf }: ChangesToRender,
  style: WritingStyle,
): Generator<string> {
  if (ids.length === 0) return;
  yield style.title(title);
  for (const id of ids) yield style.caseLine(id, toCaseName(nameOf(id)), toFactWords(factsOf(id)));
  yield '\n';
}

function* renderRest(count: number, noun: string, style: WritingStyle): Generator<string> {
  if (count > 0) yield `${style.sentence(`${renderPlural(count, noun)} not shown: --limit 0 shows all.`)}\n`;
}

export function toFactWords({ court, filed, caseTypes }: CaseFacts): string[] {
  return [
    ...(court === null ? [] : [court]),
    ...(filed === null ? [] : [`filed ${filed}`]),
    ...(caseTypes.length === 0 ? [] : [caseTypes.join('; ')]),
  ].map((fact) => clipText(fact, MAX_FACT));
}

/** The changes of one case, run by run. By default, the runs are named if the period has several. */
export function* renderCaseChanges(
  one: ChangedCaseAndLists,
  changes: Pick<ChangesToRender, 'period' | 'find' | 'findRecord' | 'startOf' | 'timeZone'>,
  style: WritingStyle,
  namesRuns = changes.period.first.id !== changes.period.last.id,
): Generator<string> {
  const { find, findRecord, startOf, timeZone } = changes;
  for (const { runId, keys, linked } of toRunsOfAll(one)) {
    if (namesRuns) yield style.line(`${toLocalMinute(startOf(runId), timeZone)}, run ${runId}:`, 0);
    const depth = namesRuns ? 1 : 0;
    yield* renderRunChanges(keys, find, style, depth);
    yield* renderLinkedChanges(linked, findRecord, style, depth);
  }
}

/** The members of {@link toChangeJson} that become columns of CSV. */
export const CHANGE_COLUMNS = [
  'run_id',
  'changed_at',
  'case_id',
  'case_name',
  'kind',
  'field',
  'entry_key',
  'old_value',
  'new_value',
  'withheld',
  'differences',
  'court',
  'filed',
  'case_types',
  'url',
];
