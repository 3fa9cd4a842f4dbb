import type { DepartedCase } from '../../history/list-departed.ts';
import { NO_STATUSES } from '../../history/list-transitions.ts';
import { toLocalMinute } from '../../local-time.ts';
import { toCaseLink, toCaseName } from './case-link.ts';
import { toCellText } from './cell-text.ts';
import { clipText, wrapText } from './layout.ts';
import { renderPlural } from './units.ts';

const GAP = '  ';

/** Lists the cases that left the site, with the last that is known of them; `none` is said where there is none. */
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
