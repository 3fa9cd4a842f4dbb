import { isUnrecordedDeath } from '../../db/dead-rows.ts';
import type { LinkedPassRow } from '../../db/linked/passes.ts';
import { type MirrorState, listUnproven } from '../../db/state.ts';
import { toPlaceText } from '../../lib/command-line.ts';
import { wrapText, renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes, toLocalMinute } from '../../lib/local-time.ts';
import type { RunPlan, WaitPlan } from '../../schedule/plan.ts';
import type { ScheduledRun, SchedulerState } from '../../schedule/state-file.ts';
import { renderLinkedSums } from './linked.ts';
import { renderTable } from './table.ts';
import { renderBytes, renderDuration } from './words.ts';

export function renderWaiting({ until, waiting }: WaitPlan): string {
  if (until === null) return 'No other run is due.';
  return `${waiting === 'for the retry' ? 'The run is retried' : 'The next run starts'} at ${until.toISOString()}.`;
}

export function renderAttemptStart(
  { due, isLate, lists }: RunPlan,
  { attempts }: ScheduledRun,
  missed: number,
): string {
  const kind = isLate && attempts === 1 ? 'Catch-up run' : 'Scheduled run';
  const which = attempts > 1 ? `, attempt ${attempts}` : '';
  const what =
    lists.length === 0
      ? 'every list was read completely since then'
      : `${renderPlural(lists.length, 'list')} to read`;
  const before = missed > 0 ? `; ${renderPlural(missed, 'earlier run')} missed` : '';
  return `${kind} of ${due.toISOString()}${which}: ${what}${before}.`;
}

export function renderAttemptEnd({ due_at, outcome, is_over, attempts, error, steps }: ScheduledRun): string {
  const why = error === null ? '' : ` [${error.code}]`;
  const count = attempts > 1 ? ` after ${attempts} attempts` : '';
  const givenUp = is_over && (outcome === 'partial' || outcome === 'failed') ? ', given up' : '';
  const after = steps.map(({ step, outcome: ended, detail }) => `\n  ${step}: ${ended}, ${detail}`).join('');
  return `Scheduled run of ${due_at}: ${outcome}${count}${givenUp}${why}.${after}`;
}

/** The state of the scheduler and the age of the mirror. */
export interface NightlyStatus {
  readonly scheduler: SchedulerState;
  /** Whether a scheduler process is running now. */
  readonly isRunning: boolean;
  /** Whether a process writes to the mirror now. */
  readonly isWriting: boolean;
  /** The newest pass over linked lists; null if there was none. */
  readonly linkedPass: LinkedPassRow | null;
  /** The time of the stalest list; null if a list was never read completely. */
  readonly freshAsOf: string | null;
  readonly now: Date;
}

export function toNightlyJson({ scheduler, isRunning, isWriting, freshAsOf, now }: NightlyStatus) {
  return {
    fresh_as_of: freshAsOf,
    age_ms: freshAsOf === null ? null : now.getTime() - Date.parse(freshAsOf),
    writing: isWriting,
    nightly: {
      running: isRunning,
      process: scheduler.process,
      scheduled_runs: scheduler.scheduled_runs,
    },
  };
}

/** A few lines for a person, with local times. */
export function renderNightlyStatus(nightly: NightlyStatus, state: MirrorState, timeZone: string): string {
  const { scheduler, freshAsOf, now } = nightly;
  const age =
    freshAsOf === null
      ? 'not up to date yet: not every list was read completely'
      : `up to date as of ${freshAsOf}, ${renderDuration(now.getTime() - Date.parse(freshAsOf))} ago`;
  return [
    age,
    renderUnproven(state),
    renderAhead(state),
    renderWriting(nightly, state),
    renderScheduler(nightly),
    renderLastError(scheduler),
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
  return `the clock was ahead: ${ids.length === 1 ? 'run' : 'runs'} ${ids.join(', ')} ended in the future and do not count for the age`;
}

function renderWriting(status: NightlyStatus, { runs, lists }: MirrorState): string | null {
  const { isWriting, linkedPass } = status;
  const run = runs[0];
  if (run?.outcome !== 'running') {
    if (linkedPass?.outcome === 'running')
      return `linked pass after run ${linkedPass.run_id} in progress since ${linkedPass.started_at}: ${renderLinkedSums(linkedPass)}`;
    if (isWriting) return 'a process holds the write lock: a run is starting or ending';
    if (isUnrecordedDeath(run)) return `run ${run.id} has died; the next sync records it`;
    return isUnrecordedDeath(linkedPass)
      ? `the linked pass after run ${linkedPass.run_id} has died; the next sync records it`
      : null;
  }
  const current = lists.find(
    ({ lastListSync }) => lastListSync?.run_id === run.id && lastListSync.outcome === 'running',
  );
  const progress =
    current?.lastListSync == null
      ? ''
      : `: ${current.id} ${current.label}, ${renderCount(current.lastListSync.cases_seen)} of ${renderPlural(current.lastListSync.count_first ?? 0, 'case')}`;
  return `run ${run.id} (${run.trigger}) in progress since ${run.started_at}${progress}`;
}

function renderScheduler({ scheduler: { process }, isRunning }: NightlyStatus): string | null {
  if (process === null) return null;
  const { process_id: pid, schedule, timezone, is_once: isOnce, waiting, until } = process;
  if (isOnce === true) return 'nightly: started once per run (--once), by a timer or a person';
  const when = `schedule ${JSON.stringify(schedule)} ${timezone}`;
  if (!isRunning) return `nightly: not running (last seen: pid ${pid}, ${when})`;
  if (waiting === null) return `nightly: run in progress (pid ${pid}, ${when})`;
  const what = until === null ? 'waiting, no other run is due' : `waiting until ${until} ${waiting}`;
  return `nightly: ${what} (pid ${pid}, ${when})`;
}

/** The last failure, until a later run succeeds. */
function renderLastError({ scheduled_runs: runs }: SchedulerState): string | null {
  const run = runs.find(({ outcome }) => outcome !== 'missed' && outcome !== 'running');
  if (run === undefined) return null;
  const lines = run.steps
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ step, detail }) => `\n  ${step} failed: ${detail}`);
  if (run.error === null && lines.length === 0) return null;
  const why = run.error === null ? '' : `, ${run.error.code}: ${run.error.message}\n  ${run.error.hint}`;
  return `last scheduled run, due ${run.due_at}: ${run.outcome}${why}${lines.join('')}`;
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
    pending_redactions: state.pendingRedactions.map(({ runId, caseIds, documentIds }) => ({
      run_id: runId,
      case_ids: caseIds,
      document_ids: documentIds,
    })),
    runs_ahead: state.aheadRunIds,
  };
}

/** What `status` prints for a person; `nightly` is the text about the scheduler. */
export function renderMirrorState(
  state: MirrorState,
  nightly: string,
  width: number,
  timeZone: string,
): string {
  const lists = renderTable(
    [
      { heading: 'list' },
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
    `${toPlaceText(state.path)}: ${content}, ${renderBytes(state.fileBytes)}\n`,
    nightly,
    renderPendingRedactions(state, width),
    '\n',
    lists,
    '\nNewest runs\n',
    state.runs.length === 0 ? 'none yet\n' : runs,
  ].join('');
}

function renderPendingRedactions({ pendingRedactions }: MirrorState, width: number): string {
  return pendingRedactions
    .map(({ runId, caseIds, documentIds }) =>
      wrapText(
        `PENDING: the redaction of ${documentIds.length > 0 ? `document ${documentIds.join(', ')}` : `case ${caseIds.join(', ')}`} (run ${runId}) is not finished: its text is still in the file. The next sync finishes it.`,
        width,
      ),
    )
    .join('');
}

/** What `status` prints last: records and fields that are not as expected. Nothing is lost by them. */
export function renderAnomalies({ rejectedRecords, drift }: MirrorState, width: number): string {
  const rejected =
    rejectedRecords === 0
      ? ''
      : `\n${wrapText(`${renderPlural(rejectedRecords, 'record')} rejected, because they are not valid cases: SELECT * FROM rejected_records`, width)}`;
  if (drift.length === 0) return rejected;
  const fields = new Set(drift.map(({ field }) => field)).size;
  const folded = `${renderPlural(fields, 'field')} ${fields === 1 ? 'is' : 'are'} not as documented. Nothing is lost. The table schema_drift lists each.`;
  return `${rejected}\n${wrapText(folded, width)}`;
}
