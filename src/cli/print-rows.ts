import { textWidth, tableWidth, write, writePieces, type Io, type Out } from './io.ts';
import { writeOutputFile } from './output-file.ts';
import { toJsonText } from './render/cell-text.ts';
import {
  type RowAnswer,
  type RowStyle,
  type RowTally,
  renderRows,
  toCell,
  toJsonLines,
  toJsonList,
} from './render/rows.ts';
import { renderPlural } from './render/units.ts';
import type { RowOutput } from './row-format-options.ts';

/** What a command lists: objects, which other formats print as rows, and a text for people. */
export interface Listing {
  /** The members that are columns, in their order. */
  readonly columns: readonly string[];
  readonly objects: () => Iterable<object>;
  readonly text: (width: number) => Iterable<string>;
  /** A text in Markdown; without it Markdown is a table. */
  readonly markdown?: () => Iterable<string>;
  /** What is told where a program gets no object. */
  readonly none?: string;
}

/** Prints the rows of a question in the format that was asked for, to standard output or into a file. */
export async function printAnswer(
  io: Io,
  output: RowOutput,
  database: string,
  answer: RowAnswer,
): Promise<void> {
  const tally: RowTally = { rows: 0, clipped: 0 };
  const { format } = output;
  if (format === 'text') throw new Error('Rows have no text of their own.');
  await deliver(io, output, database, ({ width, isForTerminal }) =>
    renderRows(
      answer,
      toStyle(output, format, tableWidth({ stdout: width, env: io.env }), isForTerminal),
      tally,
    ),
  );
  await remark(io, output, tally, true);
}

/** Prints what a command lists, likewise. */
export async function printListing(
  io: Io,
  output: RowOutput,
  database: string,
  listing: Listing,
): Promise<void> {
  const tally: RowTally = { rows: 0, clipped: 0 };
  const { format } = output;
  const isText = format === 'text' || (format === 'markdown' && listing.markdown !== undefined);
  await deliver(io, output, database, ({ width, isForTerminal }) => {
    if (format === 'text') return listing.text(textWidth({ stdout: width, env: io.env }));
    if (format === 'markdown' && listing.markdown !== undefined) return listing.markdown();
    if (format === 'ndjson') return toJsonLines(toTexts(listing, tally));
    if (format === 'json') return toJsonList(toTexts(listing, tally));
    const answer = { columns: listing.columns, rows: toRows(listing) };
    return renderRows(answer, toStyle(output, format, Infinity, isForTerminal), tally);
  });
  await remark(io, output, tally, !isText);
  if (!isText && tally.rows === 0 && listing.none !== undefined) await write(io.stderr, listing.none);
}

/** Where the pieces go. */
interface Place {
  /** What says how wide it is. */
  readonly width: Out;
  readonly isForTerminal: boolean;
}

async function deliver(
  io: Io,
  { file, mayReplace }: RowOutput,
  database: string,
  render: (place: Place) => Iterable<string>,
): Promise<void> {
  if (file === null) {
    await writePieces(io.stdout, render({ width: io.stdout, isForTerminal: io.stdout.isTTY === true }));
    return;
  }
  const place = {
    width: Object.assign(Object.create(io.stdout) as Out, { isTTY: false }),
    isForTerminal: false,
  };
  writeOutputFile({ path: file, folder: io.folder, database, mayReplace }, render(place));
}

function toStyle(
  { isForSpreadsheet, nullText }: RowOutput,
  format: RowStyle['format'],
  width: number,
  isForTerminal: boolean,
): RowStyle {
  return { format, width, isForSpreadsheet, isForTerminal, ...(nullText === undefined ? {} : { nullText }) };
}

function* toTexts({ objects }: Listing, tally: RowTally): Generator<string> {
  for (const object of objects()) {
    tally.rows++;
    yield toJsonText(object);
  }
}

function* toRows({ columns, objects }: Listing) {
  for (const object of objects())
    yield columns.map((name) => toCell((object as Record<string, unknown>)[name]));
}

/** Most rows of one sheet. */
const MOST_ROWS = 1_048_576;

/** Says what a reader of the rows would not see from them. */
async function remark(
  io: Io,
  { file, format, isForSpreadsheet }: RowOutput,
  { rows, clipped }: RowTally,
  areRows: boolean,
): Promise<void> {
  const cells = renderPlural(clipped, 'cell ends', 'cells end');
  if (clipped > 0 && format === 'table')
    await write(io.stderr, `${cells} in "…": --format csv, markdown or json prints them whole.\n`);
  if (clipped > 0 && isForSpreadsheet)
    await write(io.stderr, `${cells} in "…": a spreadsheet holds 32,767 characters a cell.\n`);
  if (isForSpreadsheet && rows >= MOST_ROWS)
    await write(io.stderr, `${renderPlural(rows, 'row')}: a sheet holds ${MOST_ROWS - 1} of them.\n`);
  if (file !== null) await write(io.stderr, `${file}: ${areRows ? renderPlural(rows, 'row') : 'written'}.\n`);
}
