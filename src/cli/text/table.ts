import { toCellText } from './words.ts';
import { clip, pad, widthOfText, wrap, type Align } from '../../lib/layout.ts';

/** How the cells of a column adapt to a narrow terminal. */
export type Fit =
  /** They are never cut or broken: numbers, file names, addresses. */
  | 'whole'
  /** They go on in further lines. */
  | 'wrap'
  /** They end in "…". */
  | 'clip';

export interface Column {
  readonly heading: string;
  /** Left by default. */
  readonly align?: Align;
  /** `wrap` by default. */
  readonly fit?: Fit;
}

/**
 * The layout of a table: its columns with their widths, or null if it is too narrow and rows are printed as records.
 */
export type Layout = readonly SetColumn[] | null;

interface SetColumn {
  readonly width: number;
  readonly align: Align;
  readonly fit: Fit;
}

const GAP = '  ';
/** A narrower column cannot be read. */
const LEAST = { whole: Infinity, wrap: 16, clip: 12 } as const satisfies Record<Fit, number>;
/** If two columns are both too wide, the one whose text is kept gets this many times the width of the other. */
const SHARE = { whole: 1, wrap: 2, clip: 1 } as const satisfies Record<Fit, number>;

/** Computes the column widths from the cells of some rows to fit `width`. The cells are {@link toCellText}. */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): Layout {
  const set = columns.map(({ heading, align = 'left', fit = 'wrap' }, at) => {
    const cells = rows.reduce((most, row) => Math.max(most, widthOfText(row[at] ?? '')), 0);
    const head = widthOfText(heading);
    // A heading may be broken, but not its words.
    const word = toHeadingWords(heading).reduce((most, part) => Math.max(most, widthOfText(part)), 0);
    return {
      align,
      fit,
      width: Math.max(1, head, cells),
      least: Math.max(1, Math.min(Math.max(word, cells), Math.max(word, LEAST[fit]))),
    };
  });
  const total = (): number => set.reduce((sum, one) => sum + one.width, GAP.length * (set.length - 1));
  while (total() > width) {
    const widest = set
      .filter((one) => one.width > one.least)
      .reduce<(typeof set)[number] | null>(
        (most, one) =>
          most === null || one.width / SHARE[one.fit] > most.width / SHARE[most.fit] ? one : most,
        null,
      );
    if (widest === null) return null;
    widest.width--;
  }
  return set;
}

/** The heading of a table and the line under it; empty for records, which name each value. */
export function renderHeading(columns: readonly Column[], layout: Layout): string {
  if (layout === null) return '';
  const heads = columns.map(({ heading }, at) => wrapHeading(heading, layout[at]?.width ?? 1));
  const rule = layout.map(({ width }) => '─'.repeat(width)).join(GAP);
  return `${setLines(heads, layout)}${rule}\n`;
}

/** Breaks a heading of several words, such as last_checked_date, between the words. */
function toHeadingWords(heading: string): string[] {
  return heading.split(/(?<=_)| /);
}

function wrapHeading(heading: string, width: number): string[] {
  if (widthOfText(heading) <= width) return [heading];
  const lines: string[] = [];
  for (const word of toHeadingWords(heading)) {
    const last = lines.at(-1);
    const joined = last === undefined || last.endsWith('_') ? `${last ?? ''}${word}` : `${last} ${word}`;
    if (last !== undefined && widthOfText(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

/** The maximum number of lines of a clipped text in a record. */
const RECORD_LINES = 3;

export interface SetRow {
  readonly text: string;
  /** The number of cells that were clipped. */
  readonly clipped: number;
}

/** Renders one row. A record has a line for each column and is separated from the record before it by an empty line. */
export function setRow(
  columns: readonly Column[],
  row: readonly string[],
  layout: Layout,
  width: number,
  isFirst: boolean,
): SetRow {
  if (layout === null) return setRecord(columns, row, width, isFirst);
  let clipped = 0;
  const cells = layout.map((column, at) => {
    const cell = row[at] ?? '';
    if (column.fit === 'whole' || widthOfText(cell) <= column.width) return [cell];
    if (column.fit === 'wrap') return wrap(cell, column.width);
    clipped++;
    return [clip(cell, column.width)];
  });
  return { text: setLines(cells, layout), clipped };
}

function setLines(cells: readonly (readonly string[])[], layout: readonly SetColumn[]): string {
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = layout.map(({ width, align }, at) => pad(cells[at]?.[line] ?? '', width, align));
    return `${parts.join(GAP).trimEnd()}\n`;
  }).join('');
}

function setRecord(
  columns: readonly Column[],
  row: readonly string[],
  width: number,
  isFirst: boolean,
): SetRow {
  const longest = Math.max(...columns.map(({ heading }) => widthOfText(heading)));
  const indent = Math.min(longest, Math.floor(width / 2)) + GAP.length;
  let clipped = 0;
  const lines = columns.map(({ heading, fit = 'wrap' }, at) => {
    const cell = row[at] ?? '';
    const label = pad(heading, indent, 'left');
    const isOwnLine = widthOfText(heading) > indent - GAP.length;
    const rest = ' '.repeat(indent);
    const options = { first: isOwnLine ? rest : label, rest };
    const value =
      fit === 'whole'
        ? [`${options.first}${cell}`]
        : wrap(cell, width, { ...options, maxLines: fit === 'clip' ? RECORD_LINES : Infinity });
    if (fit === 'clip' && value.at(-1)?.endsWith('…') === true && !cell.endsWith('…')) clipped++;
    const head = isOwnLine ? wrap(heading, width) : [];
    return [...head, ...value].map((line) => `${line.trimEnd()}\n`).join('');
  });
  return { text: `${isFirst ? '' : '\n'}${lines.join('')}`, clipped };
}

/** Renders a table that fits `width`, or a record for each row if no table fits. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const cells = rows.map((row) => row.map(toCellText));
  const layout = layOut(columns, cells, width);
  const set = cells.map((row, at) => setRow(columns, row, layout, width, at === 0).text);
  return [renderHeading(columns, layout), ...set].join('');
}
