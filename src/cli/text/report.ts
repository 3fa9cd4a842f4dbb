import { styleText } from 'node:util';
import type { CoverageRow } from '../../db/state.ts';
import { EXIT_CODES } from '../../errors/exit-codes.ts';
import type { MirrorError } from '../../errors/mirror-error.ts';
import { wrapText, renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes, toLocalMinute } from '../../lib/local-time.ts';
import type { CoverageReport, DepartureReport, RunReport, ListReport } from '../../sync/report.ts';
import { renderTable } from './table.ts';
import { renderBytes, renderDuration } from './words.ts';

/** How many cases the five list syncs cannot see, in one or two sentences. */
export function renderCoverage(coverage: Omit<CoverageReport, 'error'> | null): string {
  if (coverage === null) return '';
  const {
    outcome,
    error_message,
    count_all: all,
    count_ongoing: ongoing,
    cases_mirrored: mirrored,
  } = coverage;
  if (outcome === 'skipped') return `Coverage: not measured. ${error_message ?? ''}\n`;
  if (all === null) return `Coverage: unknown. ${error_message ?? ''}\n`;
  const unseen =
    ongoing === null
      ? ''
      : ` Under one of the five lists: ${renderCount(ongoing)}; under none: ${renderCount(Math.max(0, all - ongoing))}.`;
  const lacking = all - mirrored;
  const held =
    lacking === 0
      ? 'The mirror holds all of them.'
      : lacking > 0
        ? `The mirror is missing ${renderCount(lacking)} of them.`
        : `The mirror holds ${renderCount(-lacking)} more, which a later run will look up.`;
  return `Coverage: the site has ${renderPlural(all, 'case')}.${unseen} ${held}\n`;
}

/** A coverage check as `--json` prints it: the columns of the run log, and what follows from them. */
export function toCoverageJson(check: CoverageRow) {
  const { count_all, count_ongoing, cases_mirrored } = check;
  return {
    ...check,
    without_ongoing_status: count_all === null || count_ongoing === null ? null : count_all - count_ongoing,
    not_mirrored: count_all === null ? null : count_all - cases_mirrored,
  };
}

/** The text output of `coverage`: the newest check in words, and the last ones as a table. */
export function renderCoverageHistory(
  checks: readonly CoverageRow[],
  width: number,
  timeZone: string,
): string {
  const newest = checks.find(({ outcome }) => outcome !== 'skipped') ?? checks[0] ?? null;
  const number = (value: number | null): string => (value === null ? '-' : renderCount(value));
  const table = renderTable(
    [
      { heading: 'run', align: 'right', fit: 'whole' },
      { heading: 'checked', fit: 'whole' },
      ...['on site', 'in lists', 'in none', 'approved', 'coded', 'process', 'mirrored'].map(
        (heading) => ({ heading, align: 'right', fit: 'whole' }) as const,
      ),
    ],
    checks.map((check) => [
      String(check.run_id),
      toLocalMinute(check.checked_at, timeZone),
      number(check.count_all),
      number(check.count_ongoing),
      number(toCoverageJson(check).without_ongoing_status),
      number(check.count_approved),
      number(check.count_coding_complete),
      number(check.count_in_process),
      number(check.cases_mirrored),
    ]),
    width,
  );
  const legend =
    'in lists: cases in one of the five lists of case_ongoing, whatever its value; in none: cases without a value.';
  return `${wrapText(renderCoverage(newest).trimEnd(), width)}\n${table}${wrapText(legend, width)}`;
}

/** The report as `--json` prints it; its names are those of the run log's columns. */
export function toReportJson(report: RunReport) {
  return {
    run_id: report.runId,
    outcome: report.outcome,
    exit_code: EXIT_CODES[report.exit].code,
    started_at: report.startedAt.toISOString(),
    ended_at: report.endedAt.toISOString(),
    error: toErrorJson(report.error),
    departures: toCheckJson(report.departures),
    coverage: toCheckJson(report.coverage),
    lists: report.lists.map(({ list, outcome, figures, error }) => ({
      list_id: list.id,
      label: list.label,
      outcome,
      ...figures,
      error: toErrorJson(error),
    })),
  };
}

function toCheckJson(check: DepartureReport | CoverageReport | null) {
  return check === null ? null : { ...check, error: toErrorJson(check.error) };
}

function toErrorJson(error: MirrorError | null) {
  return error === null ? null : { code: error.code, message: error.message, hint: error.hint };
}

const COLORS = {
  complete: 'green',
  empty: 'green',
  partial: 'yellow',
  suspicious: 'yellow',
  interrupted: 'yellow',
  skipped: 'yellow',
  failed: 'red',
} as const;

const NUMBERS = ['reported', 'seen', 'new', 'changed', 'same'] as const;

/** The options of a report; times use the reader's clock. */
export interface ReportStyle {
  readonly color: boolean;
  readonly width?: number;
  readonly timeZone: string;
}

/** The table at the end of a sync, its traffic, and a line and a hint for each problem. */
export function renderRunReport(
  report: RunReport,
  { color, width = Infinity, timeZone }: ReportStyle,
): string {
  const hasRejected = report.lists.some(({ figures }) => figures.cases_rejected > 0);
  const rows = report.lists.map(({ list, outcome, figures }) => [
    `${list.id} ${list.label}`,
    outcome,
    figures.count_last === null ? '-' : renderCount(figures.count_last),
    renderCount(figures.cases_seen),
    renderCount(figures.cases_new),
    renderCount(figures.cases_changed),
    renderCount(figures.cases_unchanged),
    ...(hasRejected ? [renderCount(figures.cases_rejected)] : []),
  ]);
  const numbers = [...NUMBERS, ...(hasRejected ? ['rejected'] : [])];
  const parts = [
    renderTable(
      [
        { heading: 'list' },
        { heading: 'outcome', fit: 'whole' },
        ...numbers.map((heading) => ({ heading, align: 'right', fit: 'whole' }) as const),
      ],
      rows,
      width,
    ),
    renderEnding(report, color),
    renderDepartures(report.departures),
    renderCoverage(report.coverage),
    ...report.lists.filter(({ outcome }) => outcome !== 'skipped').map(renderListError),
    ...listHints(report).map((hint) => `Hint: ${hint}\n`),
  ];
  return localizeTimes(parts.join(''), timeZone);
}

function renderEnding(
  { runId, outcome, startedAt, endedAt, lists, departures, coverage }: RunReport,
  color: boolean,
): string {
  const parts = [...lists.map(({ figures }) => figures), departures, coverage];
  const sum = (of: 'requests' | 'retries' | 'waited_ms' | 'bytes'): number =>
    parts.reduce((total, part) => total + (part?.[of] ?? 0), 0);
  const what = runId === null ? 'Dry run (nothing was written)' : `Run ${runId}`;
  const costs = [
    `${renderPlural(sum('requests'), 'request')} (${renderPlural(sum('retries'), 'retry', 'retries')})`,
    `${renderBytes(sum('bytes'))} received`,
    `${renderDuration(sum('waited_ms'))} of waiting`,
  ];
  const took = renderDuration(Math.max(0, endedAt.getTime() - startedAt.getTime()));
  return `${what}: ${color ? styleText(COLORS[outcome], outcome, { validateStream: false }) : outcome}, in ${took}: ${costs.join(', ')}.\n`;
}

function renderListError({ list, error }: ListReport): string {
  return error === null ? '' : `${list.id} ${list.label}: ${error.message} [${error.code}]\n`;
}

/** Empty if no case was missing and there is no error: the table says everything. */
function renderDepartures(check: DepartureReport | null): string {
  if (check === null) return '';
  const { outcome, cases_missing, cases_moved, cases_in_place, cases_gone, cases_returned, error } = check;
  const returned =
    cases_returned === 0 ? '' : `${renderPlural(cases_returned, 'departed case')} came back.\n`;
  if (outcome === 'skipped') return `Departures: not looked for. ${check.error_message ?? ''}\n${returned}`;
  const trouble = error === null ? '' : `Departures: ${error.message} [${error.code}]\n`;
  if (cases_missing === 0 || outcome === 'suspicious') return trouble + returned;
  const parts = [
    ...(cases_gone > 0 ? [`${renderCount(cases_gone)} left the site`] : []),
    ...(cases_moved > 0 ? [`${renderCount(cases_moved)} moved to another status or to none`] : []),
    ...(cases_in_place > 0 ? [`${renderCount(cases_in_place)} still on the site and fetched by id`] : []),
  ];
  const found = parts.length === 0 ? 'none was looked up' : parts.join(', ');
  return `${trouble}Departures: of ${renderPlural(cases_missing, 'missing case')}, ${found}.\n${returned}`;
}

function listHints(report: RunReport): string[] {
  const errors = [...report.lists, report.departures].map((part) => part?.error ?? null);
  return [...new Set(errors.flatMap((error) => (error === null ? [] : [error.hint])))];
}
