import type { MirrorState } from '../../mirror/find-mirror-state.ts';
import { localizeTimes, toLocalMinute } from '../../local-time.ts';
import { wrapText } from './layout.ts';
import { renderTable } from './table.ts';
import { renderBytes, renderCount, renderPlural } from './units.ts';

/** The state as `--json` prints it. */
export function toStateJson(state: MirrorState) {
  return {
    database: state.path,
    file_bytes: state.fileBytes,
    cases: state.cases,
    departed: state.departed,
    docket_entries: state.docketEntries,
    kept_aside: state.keptAside,
    statuses: state.statuses.map(({ id, label, cases, lastGoodAt, lastReading, lastSweep }) => ({
      status_id: id,
      label,
      cases,
      last_good_at: lastGoodAt,
      last_reading: lastReading && {
        at: lastReading.at,
        completeness: lastReading.completeness,
        error_code: lastReading.errorCode,
      },
      last_sweep: lastSweep,
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
  const statuses = renderTable(
    [
      { heading: 'status' },
      { heading: 'cases', align: 'right', fit: 'whole' },
      { heading: 'last sweep', fit: 'whole' },
      { heading: 'outcome', fit: 'whole' },
      { heading: 'last complete or empty', fit: 'whole' },
    ],
    state.statuses.map(({ id, label, cases, lastSweep, lastGoodAt }) => [
      `${id} ${label}`,
      renderCount(cases),
      lastSweep == null ? 'never' : toLocalMinute(lastSweep.started_at, timeZone),
      lastSweep?.outcome ?? '-',
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
    statuses,
    '\nNewest runs\n',
    state.runs.length === 0 ? 'none yet\n' : runs,
    renderOddities(state, width),
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

function renderOddities({ keptAside, drift }: MirrorState, width: number): string {
  const aside =
    keptAside === 0
      ? ''
      : `\n${wrapText(`${renderPlural(keptAside, 'record')} kept aside, as no case or not read exactly: SELECT * FROM kept_aside`, width)}`;
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
