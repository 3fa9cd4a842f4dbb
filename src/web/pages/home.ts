import { isUnrecordedDeath } from '../../db/dead-rows.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import {
  type ListState,
  type MirrorState,
  findFreshAsOf,
  findMirrorState,
  listCoverage,
  listUnproven,
} from '../../db/state.ts';
import { findBaselineId, findPeriod } from '../../history/period.ts';
import { findNewestRunWithChanges } from '../../cli/text/all-changes.ts';
import { ChangeTotals } from '../../cli/text/changes.ts';
import { listAllChanges } from '../../cli/text/linked-changes.ts';
import { toOutcomeWords, toPeriodWords } from '../../cli/text/period.ts';
import { renderCoverage } from '../../cli/text/report.ts';
import { renderBytes, renderDuration } from '../../cli/text/words.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import { type Content, html, linkTo, renderWords } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { type ColumnOf, renderNotice, renderTable, renderMaybeTime, renderTime } from '../html/parts.ts';
import { renderActivity, renderCasesByYear, renderCoverageBars } from './home-plots.ts';
import type { Site, PageRequest } from '../request.ts';
import { renderOutcome, toRunColumns } from './runs.ts';

const NEWEST_RUNS = 5;

export function makeHomePage({ mirror, stamp, index, site }: PageRequest): Page {
  const state = findMirrorState(mirror, NEWEST_RUNS, site.now());
  return {
    title: '',
    heading: 'The mirror at a glance',
    section: 'home',
    body: html`
      ${renderWarnings(state)} ${renderFigures(state)}
      <div class="columns">
        <section aria-labelledby="fresh">
          <h2 id="fresh">Is it fresh and complete?</h2>
          ${renderFreshness(state, site)} ${renderNewestCoverage(mirror)}
        </section>
        <section aria-labelledby="latest">
          <h2 id="latest">What did the last run bring?</h2>
          ${index.remember(stamp, 'latest changes', () => renderLatest(mirror, site))}
        </section>
      </div>
      <section class="plots" aria-labelledby="plots">
        <h2 id="plots">The cases and their dockets</h2>
        <div class="columns">
          ${index.remember(stamp, `plots of ${site.now().toISOString().slice(0, 10)}`, () => [renderCasesByYear(index.refresh(mirror, stamp), site.now()), renderActivity(mirror, site.now())])}
        </div>
        ${renderCoverageBars(listCoverage(mirror, 1)[0])}
      </section>
      ${renderTable({ caption: 'The lists of the site', columns: toListColumns(site.timeZone), rows: state.lists })}
      ${renderTable({
        caption: 'Newest runs',
        columns: toRunColumns(site.timeZone),
        rows: state.runs,
      })}
      <p class="more">${linkTo(ADDRESS.runs(), 'All runs')}</p>
    `,
  };
}

function renderWarnings(state: MirrorState): Content {
  const newest = state.runs[0];
  return [
    ...(newest?.outcome === 'running'
      ? [renderNotice(`Run ${newest.id} is going on. Pages show what it has stored so far.`)]
      : []),
    ...(isUnrecordedDeath(newest)
      ? [renderNotice(`Run ${newest.id} has died. The next sync records it.`, 'warning')]
      : []),
    ...state.pendingRedactions.map(({ runId }) =>
      renderNotice(
        `The redaction of run ${runId} is not finished: the text is still in the file. The next sync finishes it.`,
        'warning',
      ),
    ),
    ...(state.aheadRunIds.length === 0
      ? []
      : [
          renderNotice(
            `The clock was ahead: run ${state.aheadRunIds.join(', ')} ended in the future and does not count for the age.`,
            'warning',
          ),
        ]),
  ];
}

function renderFigures(state: MirrorState): Content {
  const figures = [
    [renderCount(state.cases - state.departed), 'cases on the site', ADDRESS.cases()],
    [renderCount(state.docketEntries), 'docket entries', null],
    [renderCount(state.departed), 'departed cases', ADDRESS.departed()],
    [renderBytes(state.fileBytes), 'file size', ADDRESS.about()],
  ] as const;
  return html`<ul class="figures" aria-label="Figures">
    ${figures.map(
      ([figure, label, address]) =>
        html`<li><strong>${figure}</strong> ${address === null ? label : linkTo(address, label)}</li>`,
    )}
  </ul>`;
}

function renderFreshness({ lists }: MirrorState, { now, timeZone }: Site): Content {
  const freshAsOf = findFreshAsOf(lists);
  const unproven = listUnproven(lists);
  const age =
    freshAsOf === null
      ? html`<p class="lead">Not up to date yet: not every list was read completely.</p>`
      : html`<p class="lead">
          Up to date as of ${renderTime(freshAsOf, timeZone)},
          ${renderDuration(Math.max(0, now().getTime() - Date.parse(freshAsOf)))} ago.
        </p>`;
  const names = unproven.map(({ label, lastReading }) => `${label} (${lastReading?.errorCode ?? 'unknown'})`);
  const proof =
    unproven.length > 0
      ? html`<p>
          ${renderPlural(unproven.length, 'list')} cannot be proven complete: ${names.join(', ')}. The mirror
          has all that the site gives of it.
        </p>`
      : freshAsOf === null
        ? null
        : html`<p>Every list was read to its end, and the counts of the site match.</p>`;
  return [age, proof];
}

function renderNewestCoverage(mirror: Mirror): Content {
  const [newest] = listCoverage(mirror, 1);
  return newest === undefined ? null : html`<p>${renderCoverage(newest)}</p>`;
}

function renderLatest(mirror: Mirror, { timeZone }: Site): Content {
  const period = findPeriod(mirror, { otherwise: () => findNewestRunWithChanges(mirror, {}) });
  if (period === null) return html`<p class="lead">No run has ended in this mirror yet.</p>`;
  const totals = new ChangeTotals(findBaselineId(mirror));
  for (const one of listAllChanges(mirror, { period })) totals.add(one);
  return html`<p class="lead">${totals.toWords()}</p>
    <p>Found by ${toPeriodWords(period, timeZone)}.</p>
    ${toOutcomeWords(period, timeZone).map((words) => html`<p>${renderWords(words)}</p>`)}
    <p class="more">${linkTo(ADDRESS.changes(), 'These changes, case by case')}</p>`;
}

function toListColumns(timeZone: string): ColumnOf<ListState>[] {
  return [
    { heading: 'List', isName: true, cell: ({ label }) => label },
    { heading: 'Cases', isNumber: true, cell: ({ cases }) => renderCount(cases) },
    {
      heading: 'Last sync',
      cell: ({ lastListSync }) => renderMaybeTime(lastListSync?.started_at ?? null, timeZone),
    },
    {
      heading: 'Outcome',
      cell: ({ lastListSync }) =>
        lastListSync === null ? 'never read' : renderOutcome(lastListSync.outcome),
    },
    { heading: 'Last complete', cell: ({ lastGoodAt }) => renderMaybeTime(lastGoodAt, timeZone) },
  ];
}
