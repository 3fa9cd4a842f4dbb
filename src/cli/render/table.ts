import stringWidth from 'string-width';

export type Align = 'left' | 'right';

/** Makes a text safe for one cell of a terminal: control characters, which could steer the terminal, become visible. */
export function toCellText(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** Shortens to a width in terminal columns. */
export function clip(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let clipped = '';
  let used = 0;
  for (const character of text) {
    used += stringWidth(character);
    if (used > width - 1) break;
    clipped += character;
  }
  return `${clipped}…`;
}

/** Clips a text of any length without measuring all of it. */
export function clipText(text: string, width: number): string {
  const head = text.slice(0, 4 * width).toWellFormed();
  // Measuring costs far more than the rest, and most texts need none: each letter of theirs is one column.
  const isPlain = /^[\x20-\x7e]*$/.test(head);
  const clipped =
    isPlain && head.length > width ? `${head.slice(0, width - 1)}…` : isPlain ? head : clip(head, width);
  return text.length > head.length && !clipped.endsWith('…') ? `${clipped}…` : clipped;
}

export function pad(text: string, width: number, align: Align): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}

const NARROWEST_COLUMN = 8;

/** Takes from the widest columns until all of them, two apart, fit `available`, or none is wider than a few letters. */
export function fitWidths(widths: readonly number[], available: number): number[] {
  const fitted = [...widths];
  const total = (): number => fitted.reduce((sum, width) => sum + width, 2 * (fitted.length - 1));
  while (total() > available) {
    const widest = fitted.indexOf(Math.max(...fitted));
    const width = fitted[widest] ?? 0;
    if (width <= NARROWEST_COLUMN) break;
    fitted[widest] = width - 1;
  }
  return fitted;
}

/** Renders columns under a heading, each as wide as its widest cell. Cells are clipped at `mostWidth`. */
export function renderTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly Align[] = [],
  mostWidth = 60,
): string {
  const cells = [heading, ...rows].map((row) => row.map((cell) => clip(toCellText(cell), mostWidth)));
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => stringWidth(row[column] ?? ''))));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, aligns[column] ?? 'left'))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].join('\n') + '\n';
}
