import { type Assumption, SOURCES } from '../../src/api/assumptions-of-records.ts';
import { ASSUMPTIONS } from '../../src/api/assumptions.ts';
import { PROBED } from '../../src/doctor/probe/judge.ts';
import { renderMarkdownTable } from './markdown-table.ts';

export function renderAssumptionsPage(): string {
  const rows = Object.entries<Assumption>(ASSUMPTIONS).map(
    ([number, { subject, assumed, source, breaks, detection }]) => [
      PROBED.some((one) => one === number) ? `${number} ◆` : number,
      subject,
      assumed,
      source.join(', '),
      breaks,
      detection,
    ],
  );
  const sources = Object.entries(SOURCES).map(([name, meaning]) => `- **${name}**: ${meaning}.`);
  return [
    '# Assumptions about the API',
    'The API reference leaves some questions open. This table lists what the program assumes, what goes wrong if an assumption is wrong, and how the program notices. Each place in the code that rests on an assumption names its number in a comment, as in `(A7)`: `grep -rn "A7\\b" src fake-api` finds them.',
    `Where an assumption comes from:\n\n${sources.join('\n')}`,
    '`clearinghouse-mirror doctor --probe` checks the assumptions that are marked with ◆ against the real API, with at most fifteen requests, and `--report FILE` writes a report without your token or any content. If something differs, please [report it](https://github.com/clearinghouse-mirror/clearinghouse-mirror/issues/new?template=api-change.yml).',
    renderMarkdownTable(
      ['', 'about', 'what is assumed', 'source', 'what breaks if not', 'how it is noticed'],
      rows,
    ),
  ].join('\n\n');
}
