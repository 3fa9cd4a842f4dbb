import { type MirrorState, listUnproven } from '../../db/state.ts';
import { wrapText } from '../../lib/layout.ts';
import { localizeTimes, toLocalMinute } from '../../lib/local-time.ts';
import type { RunPlan, WaitPlan } from '../../schedule/plan.ts';
import type { Night, NightBook } from '../../schedule/state-file.ts';
import { renderTable } from './table.ts';
import { renderBytes, renderCount, renderDuration, renderPlural } from './words.ts';

/** What a process waits for, in words. */
export function renderWaiting({ until, waiting }: WaitPlan): string {
  if (until === null) return 'No other night is due.';
  const at = until.toISOString();
  if (waiting === 'to try again') return `The night is tried again at ${at}.`;
  return `The next night begins at ${at}.`;
}

export function renderNightBeginning(
  { due, isLate, lists }: RunPlan,
  { attempts }: Night,
  missed: number,
): string {
  const which = `The night of ${due.toISOString()}`;
  const times = attempts > 1 ? `, try ${attempts}` : isLate ? ', made up for' : '';
  const before = missed > 0 ? `; ${renderPlural(missed, 'night')} before it had been missed` : '';
  const what = lists.length === 0 ? 'every list was read since' : renderPlural(lists.length, 'list');
  return `${which}${times}: ${what}${before}.`;
}

export function renderNightEnding({ due_at, outcome, is_over, attempts, error, steps }: Night): string {
  const why = error === null ? '' : ` [${error.code}]`;
  const tries = attempts > 1 ? ` after ${attempts} tries` : '';
  const given = is_over && (outcome === 'partial' || outcome === 'failed') ? ', and is given up' : '';
  const after = steps.map(({ step, outcome: ended, detail }) => `\n  ${step}: ${ended}, ${detail}`).join('');
  return `The night of ${due_at} is ${outcome}${tries}${given}${why}.${after}`;
}

/** How the mirror is kept up to date. */
export interface NightlyState {
  readonly book: NightBook;
  /** Whether the process that the book names keeps the schedule right now. */
  readonly isKept: boolean;
  /** Whether a process writes to the mirror right now. */
  readonly isWriting: boolean;
  /** Up to when all that can be had of every list was read; null when one never was. */
  readonly freshAsOf: string | null;
  readonly now: Date;
}

export function toNightlyJson({ book, isKept, isWriting, freshAsOf, now }: NightlyState) {
  return {
    fresh_as_of: freshAsOf,
    age_ms: freshAsOf === null ? null : now.getTime() - Date.parse(freshAsOf),
    writing: isWriting,
    nightly: { kept: isKept, watch: book.watch, nights: book.nights },
  };
}

/** Says it in a few lines for a person, with times on their clock. */
export function renderNightlyState(nightly: NightlyState, state: MirrorState, timeZone: string): string {
  const { book, freshAsOf, now } = nightly;
  const age =
    freshAsOf === null
      ? 'not up to date yet: not every list was read completely'
      : `up to date as of ${freshAsOf}, ${renderDuration(now.getTime() - Date.parse(freshAsOf))} ago`;
  return [
    age,
    renderUnproven(state),
    renderAhead(state),
    renderWriting(nightly, state),
    renderWatch(nightly),
    renderLastError(book),
  ]
    .filter((line) => line !== null)
    .map((line) => `${localizeTimes(line, timeZone)}\n`)
    .join('');
}

function renderUnproven({ lists }: MirrorState): string | null {
  const unproven = listUnproven(lists);
  if (unproven.length === 0) return null;
  const names = unproven.map(
    ({ id, label, lastReading }) => `${id} ${label} (${lastReading?.errorCode ?? 'unknown'})`,
  );
  return `${renderPlural(unproven.length, 'list')} cannot be proven complete: ${names.join(', ')}`;
}

function renderAhead({ aheadRunIds: ids }: MirrorState): string | null {
  if (ids.length === 0) return null;
  return `the clock was ahead: ${ids.length === 1 ? 'run' : 'runs'} ${ids.join(', ')} would be of the future, and prove no freshness`;
}

function renderWriting({ isWriting }: NightlyState, { runs, lists }: MirrorState): string | null {
  const run = runs[0];
  if (run?.outcome !== 'running')
    return isWriting ? 'a process is about to write, or tidies up after a run' : null;
  if (!isWriting) return `run ${run.id} ended without a word; the next one says so in the record`;
  const current = lists.find(
    ({ lastListSync }) => lastListSync?.run_id === run.id && lastListSync.outcome === 'running',
  );
  const progress =
    current?.lastListSync == null
      ? ''
      : `: ${current.id} ${current.label}, ${renderCount(current.lastListSync.cases_seen)} of ${renderCount(current.lastListSync.count_first ?? 0)} cases`;
  return `run ${run.id} (${run.trigger}) goes on since ${run.started_at}${progress}`;
}

function renderWatch({ book: { watch }, isKept }: NightlyState): string | null {
  if (watch === null) return null;
  const schedule = `${JSON.stringify(watch.at)} ${watch.timezone}`;
  if (watch.is_single === true)
    return 'nightly: one night at a time, begun by a timer or by hand (--once-now)';
  if (!isKept)
    return `nightly: nobody keeps the schedule ${schedule}; it was last kept by process ${watch.process_id}`;
  if (watch.waiting === null) return `nightly: process ${watch.process_id} is at work`;
  const until = watch.until === null ? 'nothing: no other night is due' : `${watch.until} ${watch.waiting}`;
  return `nightly: process ${watch.process_id} waits until ${until}, by the schedule ${schedule}`;
}

/** Only what went wrong last, and only while nothing has gone well since. */
function renderLastError({ nights }: NightBook): string | null {
  const night = nights.find(({ outcome }) => outcome !== 'missed' && outcome !== 'running');
  if (night === undefined) return null;
  const lines = night.steps
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ step, detail }) => `\n  ${step} failed: ${detail}`);
  if (night.error === null && lines.length === 0) return null;
  const why =
    night.error === null ? '' : `, ${night.error.code}: ${night.error.message}\n  ${night.error.hint}`;
  return `last night, due ${night.due_at}: ${night.outcome}${why}${lines.join('')}`;
}

/** The state as `--json` prints it. */
export function toStateJson(state: MirrorState) {
  return {
    database: state.path,
    file_bytes: state.fileBytes,
    cases: state.cases,
    departed: state.departed,
    docket_entries: state.docketEntries,
    rejected_records: state.rejectedRecords,
    lists: state.lists.map(({ id, label, cases, lastGoodAt, lastReading, lastListSync }) => ({
      list_id: id,
      label,
      cases,
      last_good_at: lastGoodAt,
      last_reading: lastReading && {
        at: lastReading.at,
        completeness: lastReading.completeness,
        error_code: lastReading.errorCode,
      },
      last_list_sync: lastListSync,
    })),
    runs: state.runs,
    drift: state.drift,
    pending_redactions: state.pendingRedactions.map(({ runId, caseIds }) => ({
      run_id: runId,
      case_ids: caseIds,
    })),
    runs_ahead: state.aheadRunIds,
  };
}

/** What `status` prints for a person; `nightly` says how the mirror is kept up to date. */
export function renderMirrorState(
  state: MirrorState,
  nightly: string,
  width: number,
  timeZone: string,
): string {
  const lists = renderTable(
    [
      { heading: 'status' },
      { heading: 'cases', align: 'right', fit: 'whole' },
      { heading: 'last list sync', fit: 'whole' },
      { heading: 'outcome', fit: 'whole' },
      { heading: 'last complete or empty', fit: 'whole' },
    ],
    state.lists.map(({ id, label, cases, lastListSync, lastGoodAt }) => [
      `${id} ${label}`,
      renderCount(cases),
      lastListSync == null ? 'never' : toLocalMinute(lastListSync.started_at, timeZone),
      lastListSync?.outcome ?? '-',
      lastGoodAt === null ? 'never' : toLocalMinute(lastGoodAt, timeZone),
    ]),
    width,
  );
  const runs = renderTable(
    [
      { heading: 'run', align: 'right', fit: 'whole' },
      { heading: 'trigger', fit: 'whole' },
      { heading: 'started', fit: 'whole' },
      { heading: 'ended', fit: 'whole' },
      { heading: 'outcome', fit: 'whole' },
      { heading: 'error' },
    ],
    state.runs.map((run) => [
      String(run.id),
      run.trigger,
      toLocalMinute(run.started_at, timeZone),
      run.ended_at === null ? '-' : toLocalMinute(run.ended_at, timeZone),
      run.outcome,
      run.error_message === null
        ? ''
        : localizeTimes(`${run.error_code ?? ''}: ${run.error_message}`, timeZone),
    ]),
    width,
  );
  const departed = state.departed === 0 ? '' : ` (${renderCount(state.departed)} departed)`;
  const content = `${renderPlural(state.cases, 'case')}${departed}, ${renderPlural(state.docketEntries, 'docket entry', 'docket entries')}`;
  return [
    `${state.path}: ${content}, ${renderBytes(state.fileBytes)}\n`,
    nightly,
    renderPendingRedactions(state, width),
    '\n',
    lists,
    '\nNewest runs\n',
    state.runs.length === 0 ? 'none yet\n' : runs,
    renderAnomalies(state, width),
  ].join('');
}

function renderPendingRedactions({ pendingRedactions }: MirrorState, width: number): string {
  return pendingRedactions
    .map(({ runId, caseIds }) =>
      wrapText(
        `PENDING: the redaction of case ${caseIds.join(', ')} (run ${runId}) is not finished: its text is still in the file. The next sync finishes it.`,
        width,
      ),
    )
    .join('');
}

function renderAnomalies({ rejectedRecords, drift }: MirrorState, width: number): string {
  const aside =
    rejectedRecords === 0
      ? ''
      : `\n${wrapText(`${renderPlural(rejectedRecords, 'record')} kept aside, as no case or not read exactly: SELECT * FROM rejected_records`, width)}`;
  if (drift.length === 0) return aside;
  const table = renderTable(
    [
      { heading: 'field' },
      { heading: 'expected' },
      { heading: 'seen' },
      { heading: 'example case', align: 'right', fit: 'whole' },
      { heading: 'first run', align: 'right', fit: 'whole' },
      { heading: 'last run', align: 'right', fit: 'whole' },
    ],
    drift.map((row) => [
      row.field,
      row.expected,
      row.seen,
      String(row.example_case_id),
      String(row.first_run_id),
      String(row.last_run_id),
    ]),
    width,
  );
  return `${aside}\nFields that are not as documented (nothing is lost: see docs/assumptions.md)\n${table}`;
}
