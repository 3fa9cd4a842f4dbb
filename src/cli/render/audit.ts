import type { AuditCount } from '../../audit/list-audits.ts';
import { wrapText } from './layout.ts';
import { renderTable } from './table.ts';
import { renderCount } from './units.ts';

export const AUDIT_COUNT_COLUMNS = ['name', 'view', 'count', 'shows'];

/** The counts as `audit` prints them for a person. */
export function renderAuditCounts(counts: readonly AuditCount[], width: number, isEmpty: boolean): string {
  const table = renderTable(
    [
      { heading: 'name', fit: 'whole' },
      { heading: 'cases', align: 'right', fit: 'whole' },
      { heading: 'what they are' },
    ],
    counts.map(({ name, count, shows }) => [name, renderCount(count), shows]),
    width,
  );
  const hint = 'The cases of one: `clearinghouse-mirror audit NAME`, or the view audit_NAME in SQL.';
  const empty =
    'The mirror holds no case yet, so there is nothing to find: `clearinghouse-mirror sync` fills it.';
  return `${table}\n${wrapText(isEmpty ? empty : hint, width)}`;
}
