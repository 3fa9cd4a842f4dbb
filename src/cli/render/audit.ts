import type { AuditCount } from '../../audit/count-audits.ts';
import type { QueryAnswer } from '../../mirror/query.ts';
import { renderTable } from './table.ts';
import { renderCount } from './units.ts';

/** The counts as rows, for the formats that a program reads. */
export function toCountRows(counts: readonly AuditCount[]): QueryAnswer {
  return {
    columns: ['name', 'view', 'count', 'shows'],
    rows: counts.map(({ name, view, count, shows }) => [name, view, count, shows]),
  };
}

/** The counts as `audit` prints them for a person. */
export function renderAuditCounts(counts: readonly AuditCount[]): string {
  const table = renderTable(
    ['name', 'cases', 'what they are'],
    counts.map(({ name, count, shows }) => [name, renderCount(count), shows]),
    ['left', 'right'],
    Infinity,
  );
  return `${table}\nThe cases of one: \`clearinghouse-mirror audit NAME\`, or the view audit_NAME in SQL.\n`;
}
