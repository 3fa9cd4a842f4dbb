import type { Aim } from '../../lib/command-line.ts';
import type { AuditCount } from '../../db/audits.ts';
import { type DepartedCase, NO_STATUSES } from '../../history/transitions.ts';
import { clipText, wrapText, renderCount, renderPlural } from '../../lib/layout.ts';
import { toLocalMinute } from '../../lib/local-time.ts';
import { renderTable } from './table.ts';
import { toCaseName, toCellText } from './words.ts';
import { toCaseLink } from '../../case/reference.ts';

const GAP = '  ';

/** Lists the departed cases with their last known values; prints `none` if there are none. */
export function* renderDeparted(
  departed: Iterable<DepartedCase>,
  { width, timeZone, none }: { readonly width: number; readonly timeZone: string; readonly none: string },
): Generator<string> {
  let count = 0;
  for (const one of departed) {
    count++;
    const at = `${toLocalMinute(one.departed_at, timeZone)}${GAP}`;
    const rest = ' '.repeat(at.length);
    const isKept = one.redacted_at === null;
    const name =
      one.redacted_at === null
        ? toCellText(toCaseName(one.name))
        : one.is_redaction_pending
          ? `(removal on request begun on ${toLocalMinute(one.redacted_at, timeZone)}, NOT finished: the text is still in the file)`
          : `(removed on request on ${toLocalMinute(one.redacted_at, timeZone)})`;
    const status = isKept ? toCellText(clipText(one.case_ongoing ?? NO_STATUSES.none, 40)) : 'not kept';
    yield wrapText(`${name} (case ${one.id})`, width, { first: at, rest });
    yield wrapText(`last status: ${status}; run ${one.departed_run_id}`, width, { first: rest });
    yield wrapText(toCaseLink(one.id), width, { first: rest });
  }
  yield count === 0
    ? wrapText(none, width)
    : `\n${wrapText(`${renderPlural(count, 'case has', 'cases have')} left the site. What is known of them stays in the mirror.`, width)}`;
}

/** Those of the view `departed_cases`, and what is left to do. */
export const DEPARTED_COLUMNS = [
  'id',
  'name',
  'case_ongoing',
  'case_status',
  'court',
  'filing_date',
  'departed_run_id',
  'departed_at',
  'first_seen_at',
  'redacted_at',
  'is_redaction_pending',
];

export const AUDIT_COUNT_COLUMNS = ['name', 'view', 'count', 'shows'];

/** The counts that `audit` prints as text. */
export function renderAuditCounts(
  counts: readonly AuditCount[],
  width: number,
  isEmpty: boolean,
  aim: Aim,
): string {
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
  return `${table}\n${wrapText(aim(isEmpty ? empty : hint), width)}`;
}
