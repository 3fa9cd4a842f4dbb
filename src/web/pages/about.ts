import { findMirrorId, findMirrorState, listCoverage } from '../../db/state.ts';
import { toCoverageJson } from '../../cli/text/report.ts';
import { renderBytes } from '../../cli/text/words.ts';
import { PACKAGE } from '../../lib/package-info.ts';
import { renderCount } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import { type Content, html, linkTo } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { type ColumnOf, renderFacts, renderTable, renderTime } from '../html/parts.ts';
import type { PageRequest } from '../request.ts';

const CHECKS = 20;
const SCHEMA_PAGE = `${PACKAGE.homepage}/blob/main/docs/schema.md`;

export function makeAboutPage({ mirror, site }: PageRequest): Page {
  const state = findMirrorState(mirror, 1, site.now());
  const [newest] = state.runs;
  return {
    title: 'About this mirror',
    section: 'about',
    body: html`
      <p class="lead">
        A copy of the public data of the Civil Rights Litigation Clearinghouse, made through its API and kept
        with its history.
      </p>
      ${renderFacts([
        { label: 'File', value: site.database },
        { label: 'Size', value: renderBytes(state.fileBytes) },
        {
          label: 'Identity',
          value: findMirrorId(site.database) ?? 'none',
          meaning: 'The mirror and its snapshots share it.',
        },
        { label: 'Source', value: newest?.api_url ?? 'no run yet' },
        { label: 'Program', value: `${PACKAGE.name} ${PACKAGE.version}` },
        {
          label: 'Rejected records',
          value: renderCount(state.rejectedRecords),
          meaning:
            'Records of the API that are not valid cases. Their bytes are in the table rejected_records.',
        },
      ])}
      <p>${linkTo(SCHEMA_PAGE, 'What every table and column means')} (a page of the project's website).</p>
      ${renderCoverageTable(mirror, site.timeZone)} ${renderDrift(state.drift)}
    `,
  };
}

type Coverage = ReturnType<typeof toCoverageJson>;

function renderCoverageTable(mirror: PageRequest['mirror'], timeZone: string): Content {
  const checks = listCoverage(mirror, CHECKS).map(toCoverageJson);
  if (checks.length === 0) return html`<p>No run has measured the coverage yet.</p>`;
  const toNumbers = (heading: string, cell: (row: Coverage) => number | null): ColumnOf<Coverage> => ({
    heading,
    isNumber: true,
    cell: (row) => {
      const value = cell(row);
      return value === null ? '–' : renderCount(value);
    },
  });
  return html`<section aria-labelledby="coverage">
    <h2 id="coverage">Coverage</h2>
    <p>
      How many cases the site counts, and how many the mirror holds. The five lists are those of the values of
      <code>case_ongoing</code>, ongoing or not; a case without a value is in none of them.
    </p>
    ${renderTable({
      caption: 'Newest coverage checks',
      columns: [
        { heading: 'Run', isName: true, cell: ({ run_id }) => linkTo(ADDRESS.run(run_id), `Run ${run_id}`) },
        { heading: 'Checked', cell: ({ checked_at }) => renderTime(checked_at, timeZone) },
        toNumbers('On the site', (row) => row.count_all),
        toNumbers('In one of the five lists', (row) => row.count_ongoing),
        toNumbers('In none of them', (row) => row.without_ongoing_status),
        toNumbers('In the mirror', (row) => row.cases_mirrored),
        toNumbers('Missing', (row) => row.not_mirrored),
      ],
      rows: checks,
    })}
  </section>`;
}

function renderDrift(drift: ReturnType<typeof findMirrorState>['drift']): Content {
  if (drift.length === 0) return null;
  return html`<section aria-labelledby="drift">
    <h2 id="drift">Fields that are not as documented</h2>
    <p>Nothing of them is lost.</p>
    ${renderTable({
      caption: 'Fields that differ from the documentation of the API',
      columns: [
        { heading: 'Field', isName: true, cell: ({ field }: (typeof drift)[number]) => field },
        { heading: 'Expected', cell: ({ expected }) => expected },
        { heading: 'Seen', cell: ({ seen }) => seen },
        {
          heading: 'Example',
          cell: ({ example_case_id: id }) => linkTo(ADDRESS.case(id), `case ${id}`),
        },
        { heading: 'Runs', cell: ({ first_run_id, last_run_id }) => `${first_run_id} to ${last_run_id}` },
      ],
      rows: drift,
    })}
  </section>`;
}
