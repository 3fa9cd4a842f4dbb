import type { Mirror } from '../../db/open-mirror.ts';
import { prepareFindChange } from '../../history/changes.ts';
import { prepareFindRecord } from '../../history/linked-changes.ts';
import { parseAsOf, parseSince } from '../../history/moments.ts';
import { prepareFindStart } from '../../db/run-log.ts';
import { prepareFindFacts, prepareFindName } from '../../db/read-case.ts';
import { type Period, findBaselineId, findPeriod } from '../../history/period.ts';
import {
  ALL_CHANGE_COLUMNS,
  type AnyField,
  findNewestRunWithChanges,
  listAllChangeObjects,
  parseAnyField,
} from '../../cli/text/all-changes.ts';
import { ChangeTotals, findAppearance, isChanged, toFactWords } from '../../cli/text/changes.ts';
import {
  type AllChangesFilter,
  type ChangedCaseAndLists,
  listAllChanges,
  toRunsOfAll,
} from '../../cli/text/linked-changes.ts';
import { toNoneWords, toOutcomeWords, toPeriodWords } from '../../cli/text/period.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { toSqlText } from '../../search/filters.ts';
import { ADDRESS, PAGE_LINKS } from '../addresses.ts';
import type { ListSource } from '../download.ts';
import { type ChangeView, renderRunChanges } from '../html/changes.ts';
import { type Content, type Html, html, linkTo, toHref, renderWords } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import {
  renderDownloads,
  renderPager,
  renderPeriodFields,
  renderTextField,
  renderTime,
  toWindow,
} from '../html/parts.ts';
import { type Asked, type Site, readPageNumber, type ListRequest, type PageRequest } from '../request.ts';

const CASES_A_PAGE = 25;
/** Changes of one case on this page; its history has the others. */
const MAX_RUNS = 3;

export const CHANGE_PARAMETERS = ['since', 'until', 'field', 'page'] as const;

interface AskedChanges extends AnyField {
  readonly period: Period | null;
  readonly isDefault: boolean;
}

/** The runs and the field that an address asks for: by default, the newest run that found any change. */
function readAsked(mirror: Mirror, { now, timeZone }: Site, asked: Asked): AskedChanges {
  const anyField = parseAnyField(mirror, asked.field);
  const clock = { now: now(), timeZone };
  const since = asked.since === undefined ? undefined : parseSince(asked.since, clock);
  const until = asked.until === undefined ? undefined : parseAsOf(asked.until, clock);
  const isDefault = since === undefined && until === undefined;
  const otherwise = isDefault ? () => findNewestRunWithChanges(mirror, anyField) : 'first run';
  return { period: findPeriod(mirror, { since, until, otherwise }), ...anyField, isDefault };
}

export function makeChangesPage({ mirror, site, asked }: PageRequest): Page {
  const { period, isDefault, ...anyField } = readAsked(mirror, site, asked);
  const never = isDefault && period !== null && isNever(mirror, anyField, period);
  return {
    title: period === null || never ? 'Changes' : `Changes found by ${toPeriodWords(period, site.timeZone)}`,
    heading: 'Changes',
    kicker: period === null || never ? undefined : `Found by ${toPeriodWords(period, site.timeZone)}`,
    section: 'changes',
    body: html`${renderForm(asked)}
    ${
      period === null
        ? html`<p>Nothing changed${toNoneWords(period, !isDefault)}</p>`
        : never
          ? html`<p class="lead">No run found a change of ${asked.field ?? ''}.</p>
              ${toOutcomeWords(period, site.timeZone).map((words) => html`<p>${renderWords(words)}</p>`)}`
          : renderPeriod(mirror, site, { period, ...anyField }, asked)
    }`,
  };
}

/** Whether no run ever found a change of a field. A run that is still going on is shown with what it has found so far. */
function isNever(mirror: Mirror, anyField: AnyField, { last }: Period): boolean {
  const hasField = anyField.field !== undefined || anyField.linkedField !== undefined;
  return hasField && last.outcome !== 'running' && findNewestRunWithChanges(mirror, anyField) === undefined;
}

function renderPeriod(mirror: Mirror, site: Site, filter: AllChangesFilter, asked: Asked): Html {
  const baselineId = findBaselineId(mirror);
  const totals = new ChangeTotals(baselineId);
  const changed: ChangedCaseAndLists[] = [];
  const appeared = { new: [] as number[], baseline: [] as number[] };
  for (const one of listAllChanges(mirror, filter)) {
    totals.add(one);
    const appearance = findAppearance(one, baselineId);
    if (isChanged(one)) changed.push(one);
    else if (appearance !== null) appeared[appearance].push(one.caseId);
  }
  const { new: newCases, baseline } = appeared;
  const number = readPageNumber(asked);
  const { page, size, total } = toWindow(
    number,
    CASES_A_PAGE,
    changed.length + newCases.length + baseline.length,
  );
  const offset = (page - 1) * size;
  // The lists follow one another.
  const onPage = <Item>(items: readonly Item[], before: number): readonly Item[] =>
    items.slice(Math.max(0, offset - before), Math.max(0, offset + size - before));
  const { since, until, field } = asked;
  const parameters = { since, until, field };
  return html`
    <p class="lead">${total === 0 ? 'Nothing changed.' : totals.toWords()}</p>
    ${toOutcomeWords(filter.period, site.timeZone).map((words) => html`<p>${renderWords(words)}</p>`)}
    ${renderChangedCases(mirror, site, onPage(changed, 0))}
    ${renderAppeared(mirror, 'new-cases', 'New cases', onPage(newCases, changed.length))}
    ${renderAppeared(
      mirror,
      'baseline',
      'Cases of the baseline',
      onPage(baseline, changed.length + newCases.length),
    )}
    ${renderPager({ page, size, total }, 'Cases', (to) =>
      ADDRESS.changes({ ...parameters, page: to === 1 ? undefined : to }),
    )}
    ${renderDownloads('All of these changes', toSql(filter), ADDRESS.changes, parameters)}
  `;
}

function toSql({ period, field, linkedField }: AllChangesFilter): string {
  const ofRuns = `run_id BETWEEN ${period.first.id} AND ${period.last.id}`;
  if (field !== undefined) return toChangesSql(`${ofRuns} AND field = ${toSqlText(field)}`, ['cases']);
  if (linkedField === undefined) return toChangesSql(ofRuns);
  const ofKind = `${ofRuns} AND record_kind = ${toSqlText(linkedField.kind)}`;
  const condition =
    linkedField.field === null ? ofKind : `${ofKind} AND field = ${toSqlText(linkedField.field)}`;
  return toChangesSql(condition, ['lists']);
}

const LOGS = {
  cases: `SELECT run_id, changed_at, case_id, kind, field, old_value, new_value, entry_key,
  NULL AS record_kind, NULL AS record_key
FROM change_log`,
  lists: `SELECT run_id, changed_at, case_id, replace(record_kind, '_', ' ') || ' ' || event AS kind,
  field, old_value, new_value, NULL AS entry_key, record_kind, record_key
FROM linked_change_log`,
} as const;

/** The SQL that reads changes of cases and of their linked lists. */
export function toChangesSql(
  condition: string,
  logs: readonly (keyof typeof LOGS)[] = ['cases', 'lists'],
): string {
  return `${logs.map((log) => `${LOGS[log]}\nWHERE ${condition}`).join('\nUNION ALL\n')}\nORDER BY case_id, run_id`;
}

/** How the pages read changes. */
export function prepareChangeView(mirror: Mirror): ChangeView {
  return {
    find: prepareFindChange(mirror),
    findRecord: prepareFindRecord(mirror),
    links: PAGE_LINKS,
    elsewhere: 'in the files of this list',
  };
}

function renderChangedCases(
  mirror: Mirror,
  { timeZone }: Site,
  cases: readonly ChangedCaseAndLists[],
): Content {
  const view = prepareChangeView(mirror);
  const nameOf = prepareFindName(mirror);
  const startOf = prepareFindStart(mirror);
  return cases.map((one) => {
    const { caseId } = one;
    const runs = toRunsOfAll(one).toReversed();
    const name = toCaseName(nameOf(caseId));
    const rest = runs.length - MAX_RUNS;
    return html`<article class="change" aria-labelledby="case-${caseId}">
      <h2 id="case-${caseId}">${linkTo(ADDRESS.case(caseId), name)} <small>case ${caseId}</small></h2>
      ${runs.slice(0, MAX_RUNS).map(({ runId, ...changes }) => {
        const caption = `Changed fields of case ${caseId} in run ${runId}`;
        return html`${
          runs.length === 1 ? null : html`<h3>${renderTime(startOf(runId), timeZone)}, run ${runId}</h3>`
        }
        ${renderRunChanges(changes, view, caption)}`;
      })}
      ${rest > 0 ? html`<p>${linkTo(ADDRESS.history(caseId), 'Earlier runs in the history of the case')}</p>` : null}
    </article> `;
  });
}

function renderAppeared(mirror: Mirror, anchor: string, title: string, ids: readonly number[]): Content {
  if (ids.length === 0) return null;
  const nameOf = prepareFindName(mirror);
  const factsOf = prepareFindFacts(mirror);
  return html`<section aria-labelledby="${anchor}">
    <h2 id="${anchor}">${title}</h2>
    <ul class="cases">
      ${ids.map(
        (id) =>
          html`<li>
            ${linkTo(ADDRESS.case(id), toCaseName(nameOf(id)))}
            <span class="off">${toFactWords(factsOf(id)).join(', ')}</span>
          </li> `,
      )}
    </ul>
  </section>`;
}

function renderForm({ since, until, field }: Asked): Html {
  return html`<form class="filters" action="${toHref(ADDRESS.changes())}">
    <fieldset>
      <legend>Runs</legend>
      ${renderPeriodFields({ since, until })}
      ${renderTextField({ name: 'field', label: 'Only the field', value: field, examples: 'case_ongoing, documents' })}
    </fieldset>
    <p><button>Show these changes</button></p>
  </form>`;
}

export function openChanges({ mirror, site, asked }: ListRequest): ListSource {
  const { period, field, linkedField } = readAsked(mirror, site, asked);
  return {
    columns: ALL_CHANGE_COLUMNS,
    objects: period === null ? [] : listAllChangeObjects(mirror, { period, field, linkedField }),
  };
}
