import type { DepartedCase } from '../../history/list-departed.ts';
import { NO_STATUSES } from '../../history/list-transitions.ts';
import { toCaseLink, toCaseName } from './case-link.ts';
import { toDayWords } from './period.ts';
import { clipText, toCellText } from './table.ts';
import { renderPlural } from './units.ts';

const INDENT = ' '.repeat(12);

/** Lists the cases that left the site, with the last that is known of them. */
export function* renderDeparted(departed: Iterable<DepartedCase>): Generator<string> {
  let count = 0;
  for (const one of departed) {
    count++;
    const name =
      one.redacted_at === null
        ? toCellText(toCaseName(one.name))
        : `(removed on request on ${toDayWords(one.redacted_at)})`;
    const status =
      one.redacted_at === null ? toCellText(clipText(one.case_ongoing ?? NO_STATUSES.none, 40)) : 'not kept';
    yield `${toDayWords(one.departed_at)}  ${name} (case ${one.id})\n`;
    yield `${INDENT}last status: ${status}; ${toCaseLink(one.id)}\n`;
  }
  yield count === 0
    ? 'No case has left the site, as far as the mirror knows.\n'
    : `\n${renderPlural(count, 'case has', 'cases have')} left the site. What is known of them stays in the mirror.\n`;
}
