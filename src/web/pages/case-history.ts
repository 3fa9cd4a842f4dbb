import type { Mirror } from '../../db/open-mirror.ts';
import { findPresence, prepareFindName } from '../../db/read-case.ts';
import { LINKED_KINDS } from '../../api/linked-fields.ts';
import { findListState } from '../../db/linked/read-records.ts';
import { checkCase } from '../../history/changes.ts';
import { prepareFindStart } from '../../db/run-log.ts';
import { findPeriod } from '../../history/period.ts';
import { ALL_CHANGE_COLUMNS, listAllChangeObjects } from '../../cli/text/all-changes.ts';
import { listAllChanges, toRunsOfAll } from '../../cli/text/linked-changes.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import type { ListSource } from '../download.ts';
import { type RunChanges, renderRunChanges } from '../html/changes.ts';
import { prepareChangeView, toChangesSql } from './changes.ts';
import { type Html, html, linkTo } from '../html/html.ts';
import { toRunText } from '../../history/moments.ts';
import type { Page } from '../html/layout.ts';
import { renderDownloads, renderPager, toWindow, renderTime } from '../html/parts.ts';
import { type Site, readPageNumber, type ListRequest, type PageRequest } from '../request.ts';

const RUNS_A_PAGE = 20;

/** The changes of a case in one run. */
export interface RunOfCase extends RunChanges {
  readonly runId: number;
}

/** The changes of a case and of its linked lists, run by run, newest first. */
export function findHistory(mirror: Mirror, caseId: number): readonly RunOfCase[] {
  const period = findPeriod(mirror, { otherwise: 'first run' });
  if (period === null) return [];
  const [found] = [...listAllChanges(mirror, { period, caseId })];
  return found === undefined ? [] : toRunsOfAll(found).toReversed();
}

/** A timeline of runs with the values before and after. */
export function renderHistory(
  mirror: Mirror,
  { timeZone }: Site,
  caseId: number,
  runs: readonly RunOfCase[],
): Html {
  const view = prepareChangeView(mirror);
  const startOf = prepareFindStart(mirror);
  const { redacted_run_id: redacted } = findPresence(mirror, caseId);
  return html`<ol class="timeline">
    ${runs.map(({ runId, ...changes }) => {
      return html`<li>
        <h3>${renderTime(startOf(runId), timeZone)}, ${linkTo(ADDRESS.run(runId), `run ${runId}`)}</h3>
        ${renderRunChanges(changes, view, `Fields that changed in run ${runId}`)}
        ${
          redacted !== null && runId < redacted
            ? null
            : html`<p>${linkTo(ADDRESS.case(caseId, toRunText(runId)), `The case after run ${runId}`)}</p>`
        }
      </li>`;
    })}
  </ol>`;
}

/** Since when the linked lists of a case are known: what was in a list at its first read is not a change. */
export function renderKnownSince(mirror: Mirror, { timeZone }: Site, caseId: number): Html {
  const startOf = prepareFindStart(mirror);
  if (findPresence(mirror, caseId).redacted_run_id !== null)
    return html`<p class="off">Linked lists: removed.</p>`;
  return html`<p class="off">
    Linked lists:
    ${LINKED_KINDS.map((kind, at) => {
      const { state, read } = findListState(mirror, caseId, kind);
      const first = read?.first_read_run_id ?? null;
      return [
        at === 0 ? '' : '; ',
        `${kind} `,
        first === null
          ? state
          : html`first read after run ${first} (${renderTime(startOf(first), timeZone)})`,
      ];
    })}.
  </p>`;
}

export function makeHistoryPage({ mirror, site, asked, id }: PageRequest): Page {
  checkCase(mirror, id);
  const runs = findHistory(mirror, id);
  const { page, size, total } = toWindow(readPageNumber(asked), RUNS_A_PAGE, runs.length);
  return {
    title: `History of ${toCaseName(prepareFindName(mirror)(id))}`,
    kicker: linkTo(ADDRESS.case(id), `Case ${id}`),
    section: 'cases',
    body: html`<h2>Changes of this case in ${renderPlural(total, 'run')}, newest first</h2>
      ${renderKnownSince(mirror, site, id)}
      ${renderHistory(mirror, site, id, runs.slice((page - 1) * size, page * size))}
      ${renderPager({ page, size, total }, 'Runs', (number) =>
        ADDRESS.history(id, { page: number === 1 ? undefined : number }),
      )}
      ${renderDownloads('All changes of this case', toChangesSql(`case_id = ${id}`), (filters, form) =>
        ADDRESS.history(id, filters, form),
      )}`,
  };
}

export function openHistory({ mirror, id }: ListRequest): ListSource {
  checkCase(mirror, id);
  const period = findPeriod(mirror, { otherwise: 'first run' });
  return {
    columns: ALL_CHANGE_COLUMNS,
    objects: period === null ? [] : listAllChangeObjects(mirror, { period, caseId: id }),
  };
}
