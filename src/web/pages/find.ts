import { parseCaseReference } from '../../case/reference.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { type Candidate, findCandidates } from '../../db/find-candidates.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { clipText, renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import { html, linkTo } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderPager, renderTable, toWindow, toDay } from '../html/parts.ts';
import { readPageNumber, type PageRequest, type Redirect } from '../request.ts';

const SIZE = 50;
const MAX_CELL = 120;

/** Finds cases by id, link, docket number or words of the name, as the command `case` does. */
export function makeFindPage({ mirror, asked }: PageRequest): Page | Redirect {
  const words = asked.q ?? '';
  if (words === '') return { redirect: ADDRESS.cases() };
  const found = findCases(mirror, words);
  if (found.kind === 'case') return { redirect: ADDRESS.case(found.id) };
  const { page, size, total } = toWindow(readPageNumber(asked), SIZE, found.cases.length);
  return {
    title: `Cases that go by “${words.slice(0, 100)}”`,
    section: 'cases',
    body:
      total === 0
        ? html`<p class="lead">No case goes by that.</p>
            <p>
              Give the id of a case, its link to clearinghouse.net, a docket number, or words of its name.
              ${linkTo(ADDRESS.cases(), 'All cases')}
            </p>
            <p>
              Words in summaries and docket entries are found by <code>clearinghouse-mirror search</code>.
            </p>`
        : html`${renderTable({
            caption: renderPlural(total, 'case'),
            columns: COLUMNS,
            rows: found.cases.slice((page - 1) * size, page * size),
          })}
          ${renderPager({ page, size, total }, 'Cases', (number) =>
            ADDRESS.find(words, number === 1 ? undefined : number),
          )}`,
  };
}

type Found =
  | { readonly kind: 'case'; readonly id: number }
  | { readonly kind: 'list'; readonly cases: readonly Candidate[] };

function findCases(mirror: Mirror, words: string): Found {
  const reference = parseCaseReference(words);
  if (reference.kind === 'id') return { kind: 'case', id: reference.id };
  if (reference.kind === 'none') return { kind: 'list', cases: [] };
  const cases = findCandidates(mirror, reference);
  const [only, ...others] = cases;
  return only !== undefined && others.length === 0 ? { kind: 'case', id: only.id } : { kind: 'list', cases };
}

const COLUMNS = [
  {
    heading: 'Case',
    isName: true,
    cell: ({ id, name }: Candidate) => linkTo(ADDRESS.case(id), toCaseName(name)),
  },
  { heading: 'Court', cell: ({ court }: Candidate) => clipText(court ?? '', MAX_CELL) },
  { heading: 'Filed', cell: ({ filing_date }: Candidate) => toDay(filing_date) },
  { heading: 'Id', isNumber: true, cell: ({ id }: Candidate) => String(id) },
];
