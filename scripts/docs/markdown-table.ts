/** A Markdown table; `|` in cells is escaped. */
export function renderMarkdownTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const toLine = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [toLine(heading), toLine(heading.map(() => '---')), ...rows.map(toLine)].join('\n');
}
