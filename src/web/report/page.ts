import { createHash } from 'node:crypto';
import { type AuditCount } from '../../db/audits.ts';
import type { SilentCase } from '../../db/silent-cases.ts';
import type { Transition } from '../../history/transitions.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import { toFactWords } from '../../cli/text/changes.ts';
import { toRunsOfAll } from '../../cli/text/linked-changes.ts';
import { renderCoverage } from '../../cli/text/report.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { SITE_LINKS, toAnchor } from '../addresses.ts';
import { STYLE } from '../assets.ts';
import { type ChangeView, renderRunChanges } from '../html/changes.ts';
import { type Content, type Html, html, linkTo, toStyleElement } from '../html/html.ts';
import { renderFacts, renderMaybeTime, renderNotice, renderTable, renderTime, toDay } from '../html/parts.ts';
import { renderBar, renderColumnPlot } from '../html/plots.ts';
import { orderMoves, renderMoveCounts, toStatusLabel } from '../html/transitions.ts';
import { toAuditTitle } from '../pages/audit.ts';
import { renderCoverageBars } from '../pages/home-plots.ts';
import { LIST_COLUMNS, renderOutcome, toOutcomeMeaning, toRunColumns } from '../pages/runs.ts';
import type { RunRecord } from '../pages/runs.ts';
import type { ReportFacts } from './facts.ts';
import type { CaseTeller, GatheredChanges, ToldCases } from './gather.ts';
import {
  CREDIT,
  NO_SYNC,
  TIME_ZONE,
  listRunNotes,
  toChangesCommand,
  toMovesCommand,
  toPeriodName,
  toUnnamedWords,
  toWeeks,
  toWithheldWords,
  toReportCommand,
} from './words.ts';

/** The file loads nothing, runs nothing and sends nothing, whatever stands in it. Only its own style applies. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The largest report, in bytes. */
export const MAX_HTML_BYTES = 1_000_000;
/** The room of the parts that grow; all others are short. */
export const HTML_ROOM = { changed: 600_000, appeared: 100_000 };

/** Runs of a case that are told; the newest. */
const MAX_RUNS_OF_CASE = 5;

/** A part of the report: the id of its heading, its name in the list of parts, its heading, and its content. */
interface Part {
  readonly id: string;
  readonly name: string;
  readonly heading: string;
  readonly content: Content;
}

/** Renders a report as one HTML file. */
export function renderReportPage(facts: ReportFacts, changes: GatheredChanges<Html>): Html {
  const parts: readonly Part[] = [
    { id: 'health', name: 'Completeness', heading: 'Is it complete?', content: renderHealth(facts) },
    { id: 'moves', name: 'Status', heading: 'From one status to another', content: renderMoves(facts) },
    {
      id: 'entries',
      name: 'New docket entries',
      heading: 'New docket entries',
      content: renderWeeks(facts, changes),
    },
    {
      id: 'silent',
      name: 'Silent cases',
      heading: 'Ongoing cases that have been silent longest',
      content: renderSilent(facts),
    },
    {
      id: 'audits',
      name: 'Contradictions',
      heading: 'Contradictions in the data',
      content: renderAudits(facts.audits),
    },
    {
      id: 'changes',
      name: 'Case by case',
      heading: 'What changed, case by case',
      content: renderChanged(facts, changes),
    },
    { id: 'new', name: 'New cases', heading: 'New cases', content: renderAppeared(facts, changes.appeared) },
    { id: 'about', name: 'About', heading: 'About this report', content: renderAbout(facts) },
  ];
  const shown = parts.filter(({ content }) => content !== null);
  const period = toPeriodName(facts.period);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>What changed on the Clearinghouse: ${period}</title>
        ${toStyleElement(STYLE)}
      </head>
      <body class="report">
        <a class="skip" href="#content">Skip to the content</a>
        <main id="content" tabindex="-1">
          <p class="kicker">Clearinghouse Mirror · ${period}</p>
          <h1>What changed on the Clearinghouse</h1>
          <p class="lead">${changes.totals.toWords()}</p>
          ${listRunNotes(facts, changes.baselineId).map((note) => renderNotice(note, 'warning'))}
          ${renderFigures(facts, changes)}
          <nav class="on-page" aria-label="In this report">
            <ul>
              ${shown.map(({ id, name }) => html`<li>${linkTo(toAnchor(id), name)}</li> `)}
            </ul>
          </nav>
          ${shown.map(
            ({ id, heading, content }) =>
              html`<section aria-labelledby="${id}">
                <h2 id="${id}">${heading}</h2>
                ${content}
              </section> `,
          )}
        </main>
      </body>
    </html> `;
}

function renderFigures({ onSite }: ReportFacts, { totals }: GatheredChanges<Html>): Html {
  const figures = [
    [onSite, 'cases on the site'],
    [totals.changedCases, 'changed cases'],
    [totals.newCases, 'new cases'],
    [totals.of('entry added'), 'new docket entries'],
    [totals.of('departed'), 'cases that left the site'],
  ] as const;
  return html`<ul class="figures" aria-label="Figures">
    ${figures.map(([count, label]) => html`<li><strong>${renderCount(count)}</strong> ${label}</li> `)}
  </ul>`;
}

function renderHealth(facts: ReportFacts): Content {
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

function renderMoves({ period, moveCounts, moves, moveCount }: ReportFacts): Content {
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
function renderRest(what: string, command: string): Html {
  return html`<p>Not in this report: ${what}. <code>${command}</code> shows all.</p>`;
}

function renderWeeks({ last }: ReportFacts, { weeks, totals }: GatheredChanges<Html>): Content {
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

function renderSilent({ silent: { cases, ongoing, undated }, last }: ReportFacts): Content {
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
          { heading: 'Last entry', cell: ({ last_entry_date }) => toDay(last_entry_date) },
          { heading: 'Last checked', cell: ({ last_checked_date }) => toDay(last_checked_date) || 'never' },
          { heading: 'Days', isNumber: true, cell: ({ days }) => renderCount(days) },
          { heading: html`<span class="hidden">Bar</span>`, cell: ({ days }) => renderBar(days, longest) },
        ],
        rows: cases,
      })}
    </div>
  `;
}

function renderAudits(audits: readonly AuditCount[]): Content {
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
              { heading: 'What it lists', cell: ({ shows }) => shows },
            ],
            rows: found,
          })
    }
    <p><code>clearinghouse-mirror audit</code> with the name of an audit lists its cases as they are now.</p>
  `;
}

/** How the HTML tells of one case. */
export function createHtmlTeller(isOneRun: boolean): CaseTeller<Html> {
  return {
    changed: (one, readers) => {
      const { caseId } = one;
      const runs = toRunsOfAll(one).toReversed();
      const rest = runs.length - MAX_RUNS_OF_CASE;
      const view: ChangeView = {
        ...readers,
        links: SITE_LINKS,
        elsewhere: `clearinghouse-mirror changes --case ${caseId}`,
      };
      return html`<section class="change" aria-labelledby="case-${caseId}">
        <h3 id="case-${caseId}">
          ${linkTo(SITE_LINKS.case(caseId), toCaseName(readers.nameOf(caseId)))} <small>case ${caseId}</small>
        </h3>
        ${runs.slice(0, MAX_RUNS_OF_CASE).map(({ runId, ...changes }) => {
          const caption = `Changed fields of case ${caseId} in run ${runId}`;
          return html`${
            isOneRun ? null : html`<h4>${renderTime(readers.startOf(runId), TIME_ZONE)}, run ${runId}</h4>`
          }
          ${renderRunChanges(changes, view, caption)}`;
        })}
        ${
          rest > 0
            ? renderRest(
                `${renderPlural(rest, 'earlier run')} of this case`,
                `clearinghouse-mirror changes --case ${caseId}`,
              )
            : null
        }
      </section> `;
    },
    appeared: (caseId, { nameOf, factsOf }) =>
      html`<li>
        ${linkTo(SITE_LINKS.case(caseId), toCaseName(nameOf(caseId)))} <small>case ${caseId}</small>
        <span class="off">${toFactWords(factsOf(caseId)).join(', ')}</span>
      </li> `,
    withheld: ({ caseId }) =>
      html`<section class="change" aria-labelledby="case-${caseId}">
        <h3 id="case-${caseId}">Case ${caseId}</h3>
        <p>${toWithheldWords(caseId)}. Its changes are not told.</p>
      </section> `,
  };
}

function renderChanged({ period }: ReportFacts, { changed, unnamed }: GatheredChanges<Html>): Content {
  const { pieces, total } = changed;
  if (total + unnamed === 0) return html`<p>No case changed.</p>`;
  const rest = total - pieces.length;
  return [
    rest > 0
      ? renderRest(`${renderPlural(rest, 'changed case')} of ${renderCount(total)}`, toChangesCommand(period))
      : null,
    unnamed > 0 ? html`<p>${toUnnamedWords(unnamed)}</p>` : null,
    pieces,
  ];
}

function renderAppeared({ period }: ReportFacts, { pieces, total }: ToldCases<Html>): Content {
  if (total === 0) return null;
  const rest = total - pieces.length;
  return [
    rest > 0
      ? renderRest(`${renderPlural(rest, 'new case')} of ${renderCount(total)}`, toChangesCommand(period))
      : null,
    html`<ul class="cases">
      ${pieces}
    </ul>`,
  ];
}

function renderAbout({ period, last }: ReportFacts): Content {
  return html`
    <p>${CREDIT}</p>
    <p>
      Made by
      <code>${toReportCommand(period)}</code> from a local mirror, which version ${last.version} filled. Times
      are in UTC. Cases and documents that are no longer on the site, were removed on request or are not for
      the public are not named; of such a case, its number is told, and of such a record nothing. The mirror
      was read as it was after run ${last.id}.
    </p>
    <p>
      The file holds at most ${renderCount(MAX_HTML_BYTES)} bytes, so that it can be sent. Where something had
      no room, it says so, and names the command that shows all. It has no scripts and loads nothing. Send it
      as an attachment: in the body of an email it loses its form. <code>report --markdown</code> writes a
      text for that.
    </p>
  `;
}
