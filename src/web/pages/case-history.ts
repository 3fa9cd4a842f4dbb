import type { Mirror } from '../../db/open-mirror.ts';
import { findPresence, prepareFindName } from '../../db/read-case.ts';
import { type ChangeKey, checkCase, listChangedCases, prepareFindChange } from '../../history/changes.ts';
import { prepareFindStart } from '../../db/run-log.ts';
import { findPeriod } from '../../history/period.ts';
import { CHANGE_COLUMNS, listChangeObjects, toRuns } from '../../cli/text/changes.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import type { ListSource } from '../download.ts';
import { renderRunChanges } from '../html/changes.ts';
import { type Html, html, linkTo } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderDownloads, renderPager, toWindow, renderTime } from '../html/parts.ts';
import { type Site, readPageNumber, type ListRequest, type PageRequest } from '../request.ts';

const RUNS_A_PAGE = 20;

/** The changes of a case, run by run, newest first. */
export function findHistory(mirror: Mirror, caseId: number): readonly (readonly ChangeKey[])[] {
  const period = findPeriod(mirror, { otherwise: 'first run' });
  if (period === null) return [];
  const [found] = [...listChangedCases(mirror, { period, caseId })];
  return toRuns(found?.keys ?? []).toReversed();
}

/** A timeline of runs with the values before and after. */
export function renderHistory(
  mirror: Mirror,
  { timeZone }: Site,
  caseId: number,
  runs: readonly (readonly ChangeKey[])[],
): Html {
  const find = prepareFindChange(mirror);
  const startOf = prepareFindStart(mirror);
  const { redacted_run_id: redacted } = findPresence(mirror, caseId);
  return html`<ol class="timeline">
    ${runs.map((keys) => {
      const runId = keys[0]?.run_id ?? 0;
      return html`<li>
        <h3>${renderTime(startOf(runId), timeZone)}, ${linkTo(ADDRESS.run(runId), `run ${runId}`)}</h3>
        ${renderRunChanges(keys, find, `Fields that changed in run ${runId}`)}
        ${
          redacted !== null && runId < redacted
            ? null
            : html`<p>${linkTo(ADDRESS.case(caseId, runId), `The case after run ${runId}`)}</p>`
        }
      </li>`;
    })}
  </ol>`;
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
      ${renderHistory(mirror, site, id, runs.slice((page - 1) * size, page * size))}
      ${renderPager({ page, size, total }, 'Runs', (number) =>
        ADDRESS.history(id, { page: number === 1 ? undefined : number }),
      )}
      ${renderDownloads(
        'All changes of this case',
        `SELECT * FROM change_log WHERE case_id = ${id} ORDER BY run_id`,
        (filters, form) => ADDRESS.history(id, filters, form),
      )}`,
  };
}

export function openHistory({ mirror, id }: ListRequest): ListSource {
  checkCase(mirror, id);
  const period = findPeriod(mirror, { otherwise: 'first run' });
  return {
    columns: CHANGE_COLUMNS,
    objects: period === null ? [] : listChangeObjects(mirror, { period, caseId: id }),
  };
}
