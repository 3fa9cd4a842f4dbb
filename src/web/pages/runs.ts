import { eq } from 'drizzle-orm';
import { listRuns, seeDead, seeDeadList } from '../../db/dead-rows.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import {
  listSyncs,
  lists,
  mirrorCoverageChecks,
  mirrorDepartureChecks,
  syncRuns,
} from '../../db/schema/schema.ts';
import type { CoverageRow, ListSyncRow, SyncRunRow } from '../../db/state.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { renderBytes, renderDuration, toJsonText } from '../../cli/text/words.ts';
import { renderCoverage } from '../../cli/text/report.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import { ADDRESS, type Links, PAGE_LINKS } from '../addresses.ts';
import { type Content, html, linkTo } from '../html/html.ts';
import { toRunText } from '../../history/moments.ts';
import type { Page } from '../html/layout.ts';
import {
  type ColumnOf,
  renderDownloads,
  renderFacts,
  renderNotice,
  renderPager,
  renderTable,
  toWindow,
  renderMaybeTime,
  renderTime,
} from '../html/parts.ts';
import { readPageNumber, type PageRequest } from '../request.ts';

const SIZE = 50;

/** Newest first. */
export const RUNS_SQL =
  'SELECT id, outcome, trigger, started_at, ended_at, error_code, error_message, version FROM sync_runs ORDER BY id DESC';

function countRuns({ sqlite }: Mirror): number {
  return sqlite.prepare<[], number>('SELECT count(*) FROM sync_runs').pluck().get() ?? 0;
}

/** A run with everything that the run log says of it. */
export interface RunRecord {
  readonly run: SyncRunRow;
  readonly lists: readonly ListRow[];
  readonly departures: typeof mirrorDepartureChecks.$inferSelect | undefined;
  readonly coverage: CoverageRow | undefined;
}

/** Fails with RUN_UNKNOWN. */
export function findRun(mirror: Mirror, id: number): RunRecord {
  const { db, path } = mirror;
  const run = db.select().from(syncRuns).where(eq(syncRuns.id, id)).get();
  if (run === undefined) throw new MirrorError('RUN_UNKNOWN', `${path} has no run ${id}.`);
  return {
    run: seeDead(mirror, 'sync_runs', run),
    lists: db
      .select()
      .from(listSyncs)
      .innerJoin(lists, eq(lists.id, listSyncs.list_id))
      .where(eq(listSyncs.run_id, id))
      .orderBy(listSyncs.list_id)
      .all()
      .map(({ list_syncs, lists: { label } }) => ({ ...seeDeadList(mirror, list_syncs), label })),
    departures: db.select().from(mirrorDepartureChecks).where(eq(mirrorDepartureChecks.run_id, id)).get(),
    coverage: db.select().from(mirrorCoverageChecks).where(eq(mirrorCoverageChecks.run_id, id)).get(),
  };
}

/** What the outcomes of a run and of a list mean. */
const OUTCOMES: Readonly<Record<string, string>> = {
  running: 'It is still going on.',
  complete: 'Every page was read, and the counts of the site match.',
  partial: 'Something is missing; a later run continues.',
  suspicious: 'Implausibly many cases disappeared, so none was marked as departed.',
  failed: 'It ended with an error. Everything stored before stays.',
  interrupted: 'A person or the system stopped it after a page.',
  died: 'Its process was killed.',
};

/** What the outcome of a run means. A redaction reads no list, so that its outcome says nothing of them. */
export function toOutcomeMeaning({
  trigger,
  outcome,
}: Pick<SyncRunRow, 'trigger' | 'outcome'>): string | undefined {
  if (trigger !== 'redact') return OUTCOMES[outcome];
  return outcome === 'complete'
    ? 'Content was removed on request. Such a run reads no list.'
    : 'Content was removed on request. Its bytes may still be in the file: the next run that writes removes them.';
}

export function makeRunsPage({ mirror, site, asked }: PageRequest): Page {
  const { page, size, total } = toWindow(readPageNumber(asked), SIZE, countRuns(mirror));
  return {
    title: 'Runs',
    section: 'runs',
    body: html`
      <p>
        A run reads the lists of the site and stores what is new. Everything that changes the mirror is a run.
      </p>
      ${
        total === 0
          ? html`<p class="lead">No run has begun yet.</p>`
          : renderTable({
              caption: `${renderPlural(total, 'run')}, newest first`,
              columns: toRunColumns(site.timeZone),
              rows: listRuns(mirror, { offset: (page - 1) * size, size }),
            })
      }
      ${renderPager({ page, size, total }, 'Runs', (number) =>
        ADDRESS.runs({ page: number === 1 ? undefined : number }),
      )}
      ${renderDownloads('All runs', RUNS_SQL, ADDRESS.runs)}
    `,
  };
}

/** Also for the overview and for reports. */
export function toRunColumns(timeZone: string, links: Links = PAGE_LINKS): ColumnOf<SyncRunRow>[] {
  return [
    { heading: 'Run', isName: true, cell: ({ id }) => linkTo(links.run(id), `Run ${id}`) },
    { heading: 'Started', cell: ({ started_at }) => renderTime(started_at, timeZone) },
    { heading: 'Took', isNumber: true, cell: toDuration },
    { heading: 'By', cell: ({ trigger }) => trigger },
    { heading: 'Outcome', cell: ({ outcome }) => renderOutcome(outcome) },
    { heading: 'Error', isOptional: true, cell: ({ error_code }) => error_code },
  ];
}

function toDuration({ started_at, ended_at }: SyncRunRow): string {
  return ended_at === null ? '–' : renderDuration(Date.parse(ended_at) - Date.parse(started_at));
}

/** An outcome in words, so that no color alone carries it. */
export function renderOutcome(outcome: string): Content {
  const kind =
    outcome === 'complete' || outcome === 'empty' ? 'good' : outcome === 'running' ? 'busy' : 'bad';
  return html`<span class="outcome ${kind}">${outcome}</span>`;
}

export function makeRunPage({ mirror, site, id }: PageRequest): Page {
  const { run, lists: ofRun, departures, coverage } = findRun(mirror, id);
  const { timeZone } = site;
  return {
    title: `Run ${id}`,
    kicker: linkTo(ADDRESS.runs(), 'Runs'),
    section: 'runs',
    body: html`
      ${
        run.error_message === null
          ? null
          : renderNotice(`${run.error_code ?? ''}: ${localizeTimes(run.error_message, timeZone)}`, 'warning')
      }
      ${renderFacts([
        { label: 'Outcome', value: renderOutcome(run.outcome), meaning: toOutcomeMeaning(run) },
        { label: 'Started', value: renderTime(run.started_at, timeZone) },
        { label: 'Ended', value: renderMaybeTime(run.ended_at, timeZone) },
        { label: 'Started by', value: run.trigger },
        { label: 'Version', value: run.version },
        { label: 'API', value: run.api_url },
      ])}
      <p>
        ${linkTo(ADDRESS.changes({ since: toRunText(id), until: toRunText(id) }), `Changes found by run ${id}`)}
      </p>
      ${
        run.outcome === 'running'
          ? null
          : html`<p>
              A report of this run to send, as one file:
              <code>clearinghouse-mirror report --run ${id} --output run-${id}.html</code>
            </p>`
      }
      ${coverage === undefined ? null : html`<p>${renderCoverage(coverage)}</p>`}
      ${
        departures === undefined
          ? null
          : html`<p>
              ${renderPlural(departures.cases_missing, 'case was', 'cases were')} not in the lists; of these,
              ${renderCount(departures.cases_gone)} had left the site. Earlier departures that came back:
              ${renderCount(departures.cases_returned)}. Outcome of this check: ${departures.outcome}.
            </p>`
      }
      ${
        ofRun.length === 0
          ? html`<p>No list was read.</p>`
          : renderTable({ caption: 'The lists of this run', columns: LIST_COLUMNS, rows: ofRun })
      }
      <details>
        <summary>The run as JSON</summary>
        <pre tabindex="0" role="group" aria-label="The run as JSON"><code>${toJsonText(run, 2)}</code></pre>
      </details>
    `,
  };
}

type ListRow = ListSyncRow & { readonly label: string };
const toNumbers = (heading: string, cell: (row: ListRow) => number): ColumnOf<ListRow> => ({
  heading,
  isNumber: true,
  cell: (row) => renderCount(cell(row)),
});

export const LIST_COLUMNS: readonly ColumnOf<ListRow>[] = [
  { heading: 'List', isName: true, cell: ({ list_id, label }) => `${list_id} ${label}` },
  { heading: 'Outcome', cell: ({ outcome }) => renderOutcome(outcome) },
  toNumbers('Cases', (row) => row.cases_seen),
  toNumbers('New', (row) => row.cases_new),
  toNumbers('Changed', (row) => row.cases_changed),
  toNumbers('Rejected', (row) => row.cases_rejected),
  toNumbers('Pages', (row) => row.pages),
  toNumbers('Retries', (row) => row.retries),
  { heading: 'Received', isNumber: true, cell: ({ bytes }) => renderBytes(bytes) },
  { heading: 'Error', isOptional: true, cell: ({ error_code }) => error_code },
];
