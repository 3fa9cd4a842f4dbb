import type { Candidate } from '../../mirror/find-candidates.ts';
import { type Io, textWidth } from '../io.ts';
import { toCaseName } from './case-link.ts';
import { wrapText } from './layout.ts';
import { renderTable } from './table.ts';
import { renderPlural } from './units.ts';

const MOST_SHOWN = 20;

/** The cases that somebody may mean, one a line. */
export function renderCandidates(
  found: readonly Candidate[],
  { stderr, env }: Pick<Io, 'stderr' | 'env'>,
): string {
  const width = textWidth({ stdout: stderr, env });
  const table = renderTable(
    [
      { heading: 'id', align: 'right', fit: 'whole' },
      { heading: 'name' },
      { heading: 'court' },
      { heading: 'filed', fit: 'whole' },
    ],
    found
      .slice(0, MOST_SHOWN)
      .map(({ id, name, court, filing_date }) => [
        String(id),
        toCaseName(name),
        court ?? '',
        filing_date?.slice(0, 10) ?? '',
      ]),
    width,
  );
  const rest = found.length - MOST_SHOWN;
  return `${table}${rest > 0 ? wrapText(`and ${renderPlural(rest, 'more case')}`, width) : ''}`;
}
