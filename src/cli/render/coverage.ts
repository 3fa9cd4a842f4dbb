import type { CoverageReport } from '../../sync/run-report.ts';
import type { CoverageRow } from '../../mirror/find-mirror-state.ts';
import { toLocalMinute } from '../../local-time.ts';
import { wrapText } from './layout.ts';
import { renderTable } from './table.ts';
import { renderCount, renderPlural } from './units.ts';

/** What a run measured of the cases that the five sweeps cannot see, in a sentence or two. */
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
      : ` Under one of the five statuses: ${renderCount(ongoing)}; under none: ${renderCount(Math.max(0, all - ongoing))}.`;
  const lacking = all - mirrored;
  const held =
    lacking === 0
      ? 'The mirror holds as many.'
      : lacking > 0
        ? `The mirror lacks ${renderPlural(lacking, 'case')} of them.`
        : `The mirror holds ${renderCount(-lacking)} more, which a later run will look up.`;
  return `Coverage: the site has ${renderPlural(all, 'case')}.${unseen} ${held}\n`;
}

/** A check as `--json` prints it: the ledger's columns, and what follows from them. */
export function toCoverageJson(check: CoverageRow) {
  const { count_all, count_ongoing, cases_mirrored } = check;
  return {
    ...check,
    without_ongoing_status: count_all === null || count_ongoing === null ? null : count_all - count_ongoing,
    not_mirrored: count_all === null ? null : count_all - cases_mirrored,
  };
}

/** What `coverage` prints for a person: the newest check in words, and the last ones as a table. */
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
      ...['all', 'ongoing', 'none', 'approved', 'coded', 'process', 'mirrored'].map(
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
  return `${wrapText(renderCoverage(newest).trimEnd(), width)}\n${table}`;
}
