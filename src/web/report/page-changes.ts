import { renderCount, renderPlural } from '../../lib/layout.ts';
import { toFactWords } from '../../cli/text/changes.ts';
import { toRunsOfAll } from '../../cli/text/linked-changes.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { SITE_LINKS } from '../addresses.ts';
import { type ChangeView, renderRunChanges } from '../html/changes.ts';
import { type Content, type Html, html, linkTo } from '../html/html.ts';
import { renderTime } from '../html/parts.ts';
import type { ReportFacts } from './facts.ts';
import type { CaseTeller, GatheredChanges, ToldCases } from './gather.ts';
import { renderRest } from './page-facts.ts';
import { TIME_ZONE, toChangesCommand, toUnnamedWords, toWithheldWords } from './words.ts';

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

export function renderChanged({ period }: ReportFacts, { changed, unnamed }: GatheredChanges<Html>): Content {
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

export function renderAppeared({ period }: ReportFacts, { pieces, total }: ToldCases<Html>): Content {
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
