import type { AuditCount } from '../../db/audits.ts';
import type { SilentCase } from '../../db/silent-cases.ts';
import type { Transition } from '../../history/transitions.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import { renderCoverage } from '../../cli/text/report.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { SITE_LINKS } from '../addresses.ts';
import { type Content, type Html, html, linkTo, renderWords } from '../html/html.ts';
import {
  renderDay,
  renderFacts,
  renderMaybeTime,
  renderNotice,
  renderTable,
  renderTime,
  toDay,
} from '../html/parts.ts';
import { renderBar, renderColumnPlot } from '../html/plots.ts';
import { orderMoves, renderMoveCounts, toStatusLabel } from '../html/transitions.ts';
import { toAuditTitle } from '../pages/audit.ts';
import { renderCoverageBars } from '../pages/home-plots.ts';
import {
  LIST_COLUMNS,
  type RunRecord,
  renderOutcome,
  toOutcomeMeaning,
  toRunColumns,
} from '../pages/runs.ts';
import type { ReportFacts } from './facts.ts';
import type { GatheredChanges } from './gather.ts';
import { NO_SYNC, TIME_ZONE, toMovesCommand, toWeeks, toWithheldWords } from './words.ts';

export function renderHealth(facts: ReportFacts): Content {
  const { lastSync, runs, runCount } = facts;
  const rest = runCount - runs.length;
  return html`
    ${lastSync === null ? html`<p>${NO_SYNC}</p>` : renderSync(lastSync)}
    ${
      runCount < 2
        ? null
        : renderTable({
            caption:
              rest > 0
                ? `The newest ${runs.length} of ${renderCount(runCount)} runs`
                : 'The runs, newest first',
            columns: toRunColumns(TIME_ZONE, SITE_LINKS),
            rows: runs,
          })
    }
  `;
}

function renderSync({ run, lists, coverage, departures }: RunRecord): Html {
  return html`
    ${
      run.error_message === null
        ? null
        : renderNotice(`${run.error_code ?? ''}: ${localizeTimes(run.error_message, TIME_ZONE)}`, 'warning')
    }
    ${renderFacts([
      {
        label: `Outcome of run ${run.id}`,
        value: renderOutcome(run.outcome),
        meaning: toOutcomeMeaning(run),
      },
      { label: 'Started', value: renderTime(run.started_at, TIME_ZONE) },
      { label: 'Ended', value: renderMaybeTime(run.ended_at, TIME_ZONE) },
      { label: 'Source', value: run.api_url },
    ])}
    ${
      departures === undefined || departures.cases_missing + departures.cases_returned === 0
        ? null
        : html`<p>
            ${renderPlural(departures.cases_missing, 'case was', 'cases were')} not in the lists; of these,
            ${renderCount(departures.cases_gone)} had left the site. Earlier departures that came back:
            ${renderCount(departures.cases_returned)}.
          </p>`
    }
    ${lists.length === 0 ? null : renderTable({ caption: `The lists that run ${run.id} read`, columns: LIST_COLUMNS, rows: lists })}
    ${coverage === undefined ? null : html`<p>${renderCoverage(coverage)}</p>`}
    ${renderCoverageBars(coverage)}
  `;
}

export function renderMoves({ period, moveCounts, moves, moveCount }: ReportFacts): Content {
  if (period.baselineId !== undefined) return null;
  const rest = moveCount - moves.length;
  return html`
    <p>The status of a case is its value of <code>case_ongoing</code>.</p>
    ${renderMoveCounts(orderMoves(moveCounts), undefined, html`<h3 id="picture">Moves</h3>`)}
    ${
      moves.length === 0
        ? null
        : renderTable({
            caption:
              rest > 0
                ? `The first ${moves.length} of ${renderPlural(moveCount, 'move')}`
                : 'The moves, by kind',
            columns: [
              { heading: 'Case', isName: true, cell: renderMovedCase },
              { heading: 'From', cell: ({ from_status }: Transition) => toStatusLabel(from_status) },
              { heading: 'To', cell: ({ to_status }) => toStatusLabel(to_status) },
              { heading: 'Run', isNumber: true, cell: ({ run_id }) => String(run_id) },
            ],
            rows: moves,
          })
    }
    ${rest > 0 ? renderRest(`${renderPlural(rest, 'move')} more`, toMovesCommand(period)) : null}
  `;
}

const renderMovedCase = ({ case_id, case_name }: Transition): Content =>
  case_name === null
    ? toWithheldWords(case_id)
    : html`${linkTo(SITE_LINKS.case(case_id), toCaseName(case_name))} <small>case ${case_id}</small>`;

/** What has no room here, and the command that shows it. */
export function renderRest(what: string, command: string): Html {
  return html`<p>Not in this report: ${what}. <code>${command}</code> shows all.</p>`;
}

export function renderWeeks({ last }: ReportFacts, { weeks, totals }: GatheredChanges<Html>): Content {
  if (totals.of('entry added') === 0) return null;
  const { shown, earlier, undated } = toWeeks(weeks, last.started_at);
  const others = [
    ...(earlier === 0 ? [] : [`${renderCount(earlier)} of other weeks`]),
    ...(undated === 0 ? [] : [`${renderCount(undated)} without a date`]),
  ];
  return renderColumnPlot({
    id: 'by-week',
    heading: 'By the week of their filing',
    text: `Entries that were not in the mirror before, in the ${shown.length} weeks until the last run.${
      others.length === 0 ? '' : ` Not drawn: ${others.join(', ')}.`
    }`,
    names: shown.map(({ monday }) => `Week from ${monday}`),
    ticks: shown.map(({ monday }, at) => (at % 5 === 0 ? monday : null)),
    series: [{ name: 'New docket entries', values: shown.map(({ entries }) => entries) }],
    table: {
      caption: 'New docket entries by the week of their filing',
      isCaptionHidden: true,
      columns: [
        { heading: 'Week from', isName: true, cell: ({ monday }: (typeof shown)[number]) => monday },
        { heading: 'New docket entries', isNumber: true, cell: ({ entries }) => renderCount(entries) },
      ],
      rows: shown.toReversed(),
    },
  });
}

export function renderSilent({ silent: { cases, ongoing, undated }, last }: ReportFacts): Content {
  if (cases.length === 0) return html`<p>No ongoing case has a docket entry with a date.</p>`;
  const longest = cases[0]?.days ?? 0;
  return html`
    <p>
      Of ${renderPlural(ongoing, 'case')} that the Clearinghouse says to be ongoing, those whose dockets have
      had no entry for the longest time until ${last.started_at.slice(0, 10)}. Either nothing happens, or it
      has not been entered: the date of the last check helps to
      tell.${
        undated === 0
          ? ''
          : ` ${renderPlural(undated, 'more ongoing case has', 'more ongoing cases have')} no entry with a date.`
      }
    </p>
    <div class="with-bars">
      ${renderTable({
        caption: `The ${renderPlural(cases.length, 'case')} with the longest silence`,
        columns: [
          {
            heading: 'Case',
            isName: true,
            cell: ({ id, name }: SilentCase) =>
              html`${linkTo(SITE_LINKS.case(id), toCaseName(name))} <small>case ${id}</small>`,
          },
          { heading: 'Last entry', cell: ({ last_entry_date }) => renderDay(last_entry_date) },
          {
            heading: 'Last checked',
            cell: ({ last_checked_date }) => renderDay(toDay(last_checked_date) || 'never'),
          },
          { heading: 'Days', isNumber: true, cell: ({ days }) => renderCount(days) },
          { heading: html`<span class="hidden">Bar</span>`, cell: ({ days }) => renderBar(days, longest) },
        ],
        rows: cases,
      })}
    </div>
  `;
}

export function renderAudits(audits: readonly AuditCount[]): Content {
  const found = audits.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);
  const sound = audits.length - found.length;
  return html`
    <p>
      Each audit lists cases whose columns contradict each other. A case on the list is a reason to look, not
      proof of a
      mistake.${sound === 0 ? '' : ` ${renderPlural(sound, 'more audit finds', 'more audits find')} no case.`}
    </p>
    ${
      found.length === 0
        ? null
        : renderTable({
            caption: 'Audits that list cases',
            isCaptionHidden: true,
            columns: [
              { heading: 'Audit', isName: true, cell: toAuditTitle },
              { heading: 'Cases', isNumber: true, cell: ({ count }: AuditCount) => renderCount(count) },
              { heading: 'What it lists', cell: ({ shows }) => renderWords(shows) },
            ],
            rows: found,
          })
    }
    <p><code>clearinghouse-mirror audit</code> with the name of an audit lists its cases as they are now.</p>
  `;
}
