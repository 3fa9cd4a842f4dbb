import type { Cell } from '../../mirror/query.ts';
import { toCellText } from './cell-text.ts';
import { clipText } from './layout.ts';
import type { RowAnswer, RowStyle, RowTally } from './rows.ts';
import { layOut, renderHeading, setRow, type Column, type Layout } from './table.ts';
import { toText } from './cell-values.ts';

/** The layout is taken from so many rows; texts of later ones that are wider are clipped. */
const ROWS_MEASURED = 500;
/** Where nothing limits the width, no cell is wider than this. */
const WIDEST_CELL = 60;
/** What a text that is wrapped may hold in all, so that no cell fills the screen. */
const LONGEST_WRAPPED = 1000;

/** Renders a table row by row: only the first few hundred rows are held, to see how wide the columns are. */
export function* renderRowTable(
  { columns: names, rows, wrapped = [] }: RowAnswer,
  { width, nullText = 'NULL' }: RowStyle,
  tally: RowTally,
): Generator<string> {
  let first: (readonly Cell[])[] | null = [];
  let columns: readonly Column[] = [];
  let layout: Layout = null;
  let isFirst = true;
  const mostOf = (name: string): number =>
    wrapped.includes(name) ? LONGEST_WRAPPED : width === Infinity ? WIDEST_CELL : width * 3;
  const toCells = (row: readonly Cell[]): string[] =>
    names.map((name, at) => {
      const cell = row[at] ?? null;
      return cell === null ? nullText : toCellText(clipText(toText(cell), mostOf(name)));
    });
  const setOne = (row: readonly Cell[]): string => {
    tally.rows++;
    const cells = toCells(row);
    const set = setRow(columns, cells, layout, width, isFirst);
    isFirst = false;
    tally.clipped += set.clipped;
    if (width === Infinity) tally.clipped += countClipped(row, cells);
    return set.text;
  };
  const begin = function* (measured: readonly (readonly Cell[])[]): Generator<string> {
    columns = toColumns(names, measured, wrapped).map((column) => ({
      ...column,
      heading: toCellText(column.heading),
    }));
    layout = layOut(columns, measured.map(toCells), width);
    yield renderHeading(columns, layout);
    for (const row of measured) yield setOne(row);
  };
  for (const row of rows) {
    if (first === null) {
      yield setOne(row);
    } else if (first.push(row) === ROWS_MEASURED) {
      yield* begin(first);
      first = null;
    }
  }
  if (first !== null) yield* begin(first);
}

/** Numbers and addresses are of no use when a part of them is missing. */
function toColumns(
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
  wrapped: readonly string[],
): Column[] {
  return names.map((heading, at) => {
    const cells = rows.map((row) => row[at] ?? null).filter((cell) => cell !== null);
    const isOfAll = (test: (cell: Cell) => boolean): boolean => cells.length > 0 && cells.every(test);
    if (isOfAll((cell) => typeof cell === 'number' || typeof cell === 'bigint'))
      return { heading, align: 'right', fit: 'whole' };
    const isShort = isOfAll(
      (cell) => typeof cell === 'string' && /^(?:https?:\/\/\S{1,60}|[\d: -]{1,19})$/.test(cell),
    );
    return { heading, fit: isShort ? 'whole' : wrapped.includes(heading) ? 'wrap' : 'clip' };
  });
}

function countClipped(row: readonly Cell[], cells: readonly string[]): number {
  return cells.filter((cell, at) => cell.endsWith('…') && !toText(row[at] ?? null).endsWith('…')).length;
}
