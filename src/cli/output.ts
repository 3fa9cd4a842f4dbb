import { type Stats, closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { toPath } from '../config/paths.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import {
  FILE_IN_FOLDER_HINT,
  MAKE_FOLDER_HINT,
  describeKind,
  describeMissingFolder,
  leadsToStream,
  readSqliteHeader,
  takeAfter,
  toRealPath,
} from '../lib/files.ts';
import { createTempFile, moveIntoPlace } from '../lib/replace-file.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import { type Io, type Out, tableWidth, textWidth, write, writePieces } from './io.ts';
import type { RowOutput } from './options.ts';
import {
  type RowResult,
  type RowStyle,
  type RowTally,
  renderRows,
  toJsonLines,
  toJsonList,
  toObjectRows,
} from './text/rows.ts';
import { toJsonText } from './text/words.ts';
import { renderPlural } from '../lib/layout.ts';

export interface OutputFile {
  readonly path: string;
  /** The flag that names the file; `--output` by default. */
  readonly flag?: string;
  /** The folder of relative paths. */
  readonly folder: string;
  /** The absolute path of the mirror, which is never overwritten. */
  readonly database: string;
  readonly mayReplace: boolean;
}

const WHOLE = 64 * 1024;

/**
 * Writes pieces to a file completely or not at all. Follows a symbolic link and keeps it. Fails with OUTPUT_REFUSED or
 * OUTPUT_FAILED.
 */
export function writeOutputFile(output: OutputFile, pieces: Iterable<string>): void {
  const { path, old } = checkTarget(output);
  let temp: string | null = null;
  try {
    temp = createTempFile(path, old === null ? 0o666 : 0o600);
    writeAll(temp, pieces);
    if (old !== null) takeAfter(temp, old);
    moveIntoPlace(temp, path, { mustBeNew: old === null });
  } catch (thrown) {
    if (thrown instanceof MirrorError) throw thrown;
    if (codeOf(thrown) === 'EEXIST') throw toExists(output.path);
    if (!(thrown instanceof Error && 'syscall' in thrown)) throw thrown;
    throw new MirrorError('OUTPUT_FAILED', `${output.path} cannot be written: ${wordsOf(thrown)}.`, {
      cause: thrown,
    });
  } finally {
    if (temp !== null) rmSync(temp, { force: true });
  }
}

/** Writes in blocks: a system call for each row would take most of the time. */
function writeAll(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, 'w');
  try {
    let block = '';
    for (const piece of pieces) {
      block += piece;
      if (block.length < WHOLE) continue;
      writeWhole(file, block);
      block = '';
    }
    writeWhole(file, block);
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

interface Target {
  readonly path: string;
  /** The file to replace; null if no file may exist. */
  readonly old: Stats | null;
}

/** Fails with OUTPUT_REFUSED or OUTPUT_FAILED if the file may not be written. */
export function checkTarget({
  path: named,
  flag = '--output',
  folder,
  database,
  mayReplace,
}: OutputFile): Target {
  const target = toPath(named, flag, folder, true);
  if (SPREADSHEET.test(target))
    throw refuse(named, 'would hold text, which no spreadsheet opens under that name', SPREADSHEET_HINT);
  if (leadsToStream(target)) throw refuse(named, 'is a stream of this process', toStreamHint(flag));
  const path = toRealPath(target);
  const found = look(path, named);
  if (isOfMirror(path, found, database)) throw refuse(named, 'is the mirror, or a file that belongs to it');
  if (found === undefined) {
    const fault = describeMissingFolder(dirname(path));
    if (fault !== null) throw refuse(named, `cannot be written: ${fault}`, MAKE_FOLDER_HINT);
    return { path, old: null };
  }
  const kind = describeKind(found);
  if (found.isDirectory()) throw refuse(named, 'is a folder', FILE_IN_FOLDER_HINT);
  if (kind !== null) throw refuse(named, `is ${kind}, not a regular file`, toStreamHint(flag));
  if (isDatabase(path)) throw refuse(named, 'is an SQLite database');
  if (!mayReplace) throw toExists(named);
  return { path, old: found };
}

const SPREADSHEET = /\.(?:xls[xmb]?|ods|numbers)$/i;
const SPREADSHEET_HINT = 'Add --excel and give the file a name that ends in .csv: spreadsheets open that.';

const toStreamHint = (flag: string): string =>
  `Leave ${flag} out, and redirect standard output to where the result is to go, as with "> /dev/null".`;

/** Fails with OUTPUT_FAILED if this user is not allowed to check. */
function look(path: string, named: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new MirrorError('OUTPUT_FAILED', `${named} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}

function refuse(path: string, why: string, hint?: string): MirrorError {
  return new MirrorError('OUTPUT_REFUSED', `${path} ${why}.`, { ...(hint !== undefined && { hint }) });
}

function toExists(path: string): MirrorError {
  return new MirrorError('OUTPUT_REFUSED', `${path} is there already.`, {
    hint: 'Add --force to replace it, or give another name.',
  });
}

/** The names that SQLite and this program use beside the mirror; SQLite would read a text there as a damaged log. */
const BESIDE = /^(?:-wal|-shm|-journal|\.lock.*|\.nightly\.json.*)$/;

function isOfMirror(path: string, found: Stats | undefined, database: string): boolean {
  const mirror = toRealPath(database);
  const place = statSync(mirror, { throwIfNoEntry: false });
  if (place !== undefined && found?.dev === place.dev && found.ino === place.ino) return true;
  return path === mirror || (path.startsWith(mirror) && BESIDE.test(path.slice(mirror.length)));
}

/** A file that can be written but not read counts as not being a database, because that cannot be checked. */
function isDatabase(path: string): boolean {
  try {
    return readSqliteHeader(path) !== null;
  } catch {
    return false;
  }
}

/** The items of a list: objects, which some formats print as rows, and a text for people. */
export interface Listing {
  /** The members that become columns, in order. */
  readonly columns: readonly string[];
  readonly objects: () => Iterable<object>;
  readonly text: (width: number) => Iterable<string>;
  /** A text in Markdown; without it Markdown is a table. */
  readonly markdown?: () => Iterable<string>;
  /** The message if the output contains no object. */
  readonly none?: string;
}

/** Prints the rows of a query in the requested format, to standard output or to a file. */
export async function printResult(
  io: Io,
  output: RowOutput,
  database: string,
  result: RowResult,
): Promise<void> {
  const tally: RowTally = { rows: 0, clipped: 0 };
  const { format } = output;
  if (format === 'text') throw new Error('Rows have no text of their own.');
  await deliver(io, output, database, ({ width, isForTerminal }) =>
    renderRows(
      result,
      toStyle(output, format, tableWidth({ stdout: width, env: io.env }), isForTerminal),
      tally,
    ),
  );
  await remark(io, output, tally, true);
}

/** Prints the items of a list in the same way. */
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
    const result = toObjectRows({ columns: listing.columns, objects: listing.objects() });
    return renderRows(result, toStyle(output, format, Infinity, isForTerminal), tally);
  });
  await remark(io, output, tally, !isText);
  if (!isText && tally.rows === 0 && listing.none !== undefined) await write(io.stderr, listing.none);
}

/** Where the pieces are written. */
interface Place {
  /** The stream that determines the width. */
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

/** The maximum number of rows of a sheet. */
const MAX_ROWS = 1_048_576;

/** Reports what is missing from the printed rows. */
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
  if (isForSpreadsheet && rows >= MAX_ROWS)
    await write(io.stderr, `${renderPlural(rows, 'row')}: a sheet holds ${MAX_ROWS - 1} of them.\n`);
  if (file !== null) await write(io.stderr, `${file}: ${areRows ? renderPlural(rows, 'row') : 'written'}.\n`);
}
