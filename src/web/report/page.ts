import { createHash } from 'node:crypto';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { toAnchor, SITE_LINKS } from '../addresses.ts';
import { STYLE } from '../assets.ts';
import { type Content, type Html, html, linkTo, toStyleElement } from '../html/html.ts';
import { renderNotice, renderTime } from '../html/parts.ts';
import type { ReportFacts } from './facts.ts';
import type { GatheredChanges, CaseTeller, ToldCases } from './gather.ts';
import {
  toCredit,
  listRunNotes,
  toPeriodName,
  toReportCommand,
  TIME_ZONE,
  toChangesCommand,
  toUnnamedWords,
  toWithheldWords,
} from './words.ts';
import {
  renderAudits,
  renderHealth,
  renderMoves,
  renderSilent,
  renderWeeks,
  renderRest,
} from './page-facts.ts';
import { toFactWords } from '../../cli/text/changes.ts';
import { toRunsOfAll } from '../../cli/text/linked-changes.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { type ChangeView, renderRunChanges } from '../html/changes.ts';

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

function renderAbout(facts: ReportFacts): Content {
  const { period, last } = facts;
  return html`
    <p>${toCredit(facts)}</p>
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

/** Runs of a case that are told; the newest. */
const MAX_RUNS_OF_CASE = 5;

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
