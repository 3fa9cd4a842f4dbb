import { type Audit, findAudit, findAuditRows, listAudits } from '../../db/audits.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import type { Cell } from '../../db/query.ts';
import { ADDRESS } from '../addresses.ts';
import type { ListSource } from '../download.ts';
import { type Content, html, linkTo, renderWords } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { type ColumnOf, renderDownloads, renderPager, renderTable, toWindow } from '../html/parts.ts';
import { type ListRequest, type PageRequest, readPageNumber } from '../request.ts';

const SIZE = 50;
const MAX_CELL = 200;

export const toAuditTitle = ({ name }: Audit): string => {
  const words = name.replaceAll('_', ' ');
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`;
};

/** The audits, each with the number of cases that it lists. */
export function makeAuditsPage({ auditCounts }: PageRequest): Page {
  return {
    title: 'Audit',
    heading: 'Contradictions in the data',
    section: 'audit',
    body: html`
      <p>
        Each audit lists cases whose columns contradict each other. A case on the list is a reason to look,
        not proof of a mistake. Departed cases are not counted.
      </p>
      ${renderTable({
        caption: 'The audits',
        isCaptionHidden: true,
        columns: [
          {
            heading: 'Audit',
            isName: true,
            cell: (one: Audit) => linkTo(ADDRESS.audit(one.name), toAuditTitle(one)),
          },
          {
            heading: 'Cases',
            isNumber: true,
            cell: ({ view }) => renderCount(auditCounts?.get(view) ?? 0),
          },
          { heading: 'What it lists', cell: ({ shows }) => renderWords(shows) },
        ],
        rows: listAudits(),
      })}
    `,
  };
}

/** The cases of one audit. */
export function makeAuditPage({ mirror, asked, name, auditCounts }: PageRequest): Page {
  const audit = find(name);
  const total = auditCounts?.get(audit.view) ?? 0;
  const { page, size } = toWindow(readPageNumber(asked), SIZE, total);
  const { columns, rows } = findAuditRows(mirror, audit, page * size);
  const shown = [...rows].slice((page - 1) * size);
  const found = renderPlural(total, 'case');
  return {
    title: toAuditTitle(audit),
    kicker: linkTo(ADDRESS.audit(), 'Audit'),
    section: 'audit',
    body: html`
      <p class="lead">${renderWords(audit.shows)}</p>
      <p>${renderWords(audit.note)}</p>
      <h2>${found}</h2>
      ${
        shown.length === 0
          ? html`<p>No case is listed.</p>`
          : renderTable({
              caption: `${found}, by id`,
              isCaptionHidden: true,
              columns: toColumns(columns),
              rows: shown,
            })
      }
      ${renderPager({ page, size, total }, 'Cases', (number) =>
        ADDRESS.audit(audit.name, { page: number === 1 ? undefined : number }),
      )}
      ${renderDownloads(`All ${found}`, toSql(audit), (filters, form) => ADDRESS.audit(audit.name, filters, form))}
    `,
  };
}

function find(name: string): Audit {
  if (listAudits().some((audit) => audit.name === name)) return findAudit(name);
  throw new MirrorError('PAGE_UNKNOWN', `There is no audit ${JSON.stringify(name.slice(0, 100))}.`);
}

const toSql = ({ view }: Audit): string => `SELECT * FROM ${view} ORDER BY case_id`;

/** The case is one column; the address of the Clearinghouse is on its page. */
function toColumns(columns: readonly string[]): ColumnOf<readonly Cell[]>[] {
  const nameAt = columns.indexOf('name');
  const idAt = columns.indexOf('case_id');
  const toText = (cell: Cell | undefined): Content =>
    cell === null || cell === undefined
      ? html`<span class="off">–</span>`
      : clipText(Buffer.isBuffer(cell) ? cell.toString('base64') : String(cell), MAX_CELL);
  return [
    {
      heading: 'Case',
      isName: true,
      cell: (row) => {
        const name = row[nameAt];
        return linkTo(
          ADDRESS.case(Number(row[idAt])),
          clipText(toCaseName(typeof name === 'string' ? name : null), MAX_CELL),
        );
      },
    },
    ...columns.flatMap((column, at): ColumnOf<readonly Cell[]>[] =>
      ['case_id', 'name', 'url'].includes(column)
        ? []
        : [{ heading: column.replaceAll('_', ' '), cell: (row) => toText(row[at]) }],
    ),
  ];
}

export function openAudit({ name }: ListRequest): ListSource {
  return { sql: toSql(find(name)) };
}
