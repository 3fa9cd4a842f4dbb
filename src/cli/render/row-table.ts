import stringWidth from 'string-width';
import type { Cell, QueryAnswer } from '../../mirror/query.ts';
import { toText } from './cell-text.ts';
import { clip, fitWidths, pad, toCellText, type Align } from './table.ts';

/** The layout is taken from so many rows; cells of later ones that are wider are clipped. */
const ROWS_MEASURED = 500;
const WIDEST_CELL = 60;

interface Column {
  readonly width: number;
  readonly align: Align;
}

/** Renders a table row by row: only the first few hundred rows are held, to see how wide the columns are. */
export function* renderRowTable({ columns, rows }: QueryAnswer, width: number): Generator<string> {
  let first: (readonly Cell[])[] | null = [];
  let layout: readonly Column[] = [];
  const begin = function* (measured: readonly (readonly Cell[])[]): Generator<string> {
    layout = measure(columns, measured, width);
    yield renderLine(
      columns,
      layout.map((column) => ({ ...column, align: 'left' })),
    );
    yield `${layout.map((column) => '─'.repeat(column.width)).join('  ')}\n`;
    for (const row of measured) yield renderLine(row, layout);
  };
  for (const row of rows) {
    if (first === null) {
      yield renderLine(row, layout);
    } else if (first.push(row) === ROWS_MEASURED) {
      yield* begin(first);
      first = null;
    }
  }
  if (first !== null) yield* begin(first);
}

function measure(columns: readonly string[], rows: readonly (readonly Cell[])[], width: number): Column[] {
  const aligns = columns.map((_, at): Align => {
    const cells = rows.map((row) => row[at] ?? null).filter((cell) => cell !== null);
    return cells.length > 0 && cells.every((cell) => typeof cell === 'number' || typeof cell === 'bigint')
      ? 'right'
      : 'left';
  });
  const widths = columns.map((column, at) => {
    const cells = rows.map((row) => stringWidth(toCellText(toText(row[at] ?? null))));
    return Math.min(WIDEST_CELL, Math.max(stringWidth(column), ...cells));
  });
  return fitWidths(widths, width).map((fitted, at) => ({ width: fitted, align: aligns[at] ?? 'left' }));
}

function renderLine(row: readonly Cell[], layout: readonly Column[]): string {
  const cells = layout.map(({ width, align }, at) =>
    pad(clip(toCellText(toText(row[at] ?? null)), width), width, align),
  );
  return `${cells.join('  ').trimEnd()}\n`;
}
