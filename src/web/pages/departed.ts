import { toCaseName } from '../../cli/text/words.ts';
import { clipText, renderPlural } from '../../lib/layout.ts';
import { type DepartedCase, NO_STATUSES, listDeparted } from '../../history/transitions.ts';
import { ADDRESS } from '../addresses.ts';
import { html, linkTo } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderDownloads, renderPager, renderTable, toWindow, renderTime, renderDay } from '../html/parts.ts';
import { readPageNumber, type PageRequest } from '../request.ts';

const SIZE = 50;
const MAX_CELL = 120;

const DEPARTED_SQL = 'SELECT * FROM departed_cases ORDER BY departed_run_id DESC, id';

export function makeDepartedPage({ mirror, site, asked }: PageRequest): Page {
  const all = [...listDeparted(mirror)];
  const { page, size, total } = toWindow(readPageNumber(asked), SIZE, all.length);
  const found = renderPlural(total, 'case has left the site', 'cases have left the site');
  return {
    title: 'Departed cases',
    section: 'departed',
    body: html`
      <p class="lead">
        ${total === 0 ? 'No case has left the site, as far as the mirror knows.' : `${found}.`}
      </p>
      <p>What the mirror knows of a departed case stays here, with its history.</p>
      ${
        total === 0
          ? null
          : renderTable({
              caption: 'Departed cases, newest departure first, with their last known values',
              columns: toColumns(site.timeZone),
              rows: all.slice((page - 1) * size, page * size),
            })
      }
      ${renderPager({ page, size, total }, 'Cases', (number) =>
        ADDRESS.departed({ page: number === 1 ? undefined : number }),
      )}
      ${renderDownloads('All departed cases', DEPARTED_SQL, ADDRESS.departed)}
    `,
  };
}

function toColumns(timeZone: string) {
  return [
    {
      heading: 'Case',
      isName: true,
      cell: (one: DepartedCase) => linkTo(ADDRESS.case(one.id), toName(one)),
    },
    { heading: 'Court', cell: ({ court }: DepartedCase) => clipText(court ?? '', MAX_CELL) },
    { heading: 'Filed', cell: ({ filing_date }: DepartedCase) => renderDay(filing_date) },
    {
      heading: 'Last ongoing',
      cell: ({ case_ongoing, redacted_at }: DepartedCase) =>
        redacted_at === null ? clipText(case_ongoing ?? NO_STATUSES.none, MAX_CELL) : 'not kept',
    },
    {
      heading: 'Departed',
      cell: ({ departed_at, departed_run_id: runId }: DepartedCase) =>
        html`${renderTime(departed_at, timeZone)}, ${linkTo(ADDRESS.run(runId), `run ${runId}`)}`,
    },
    { heading: 'Id', isNumber: true, cell: ({ id }: DepartedCase) => String(id) },
  ];
}

function toName({ name, redacted_at, is_redaction_pending }: DepartedCase): string {
  if (redacted_at === null) return toCaseName(name);
  return is_redaction_pending ? '(removal on request begun, not finished)' : '(removed on request)';
}
