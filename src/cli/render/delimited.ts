import { stringify } from 'csv-stringify/sync';
import type { Cell } from '../../mirror/query.ts';
import { toText } from './cell-values.ts';
import type { RowAnswer, RowStyle, RowTally } from './rows.ts';

/**
 * CSV and TSV. Data stay as they are: NULL is nothing, an empty text is `""`. For a spreadsheet there is a byte-order
 * mark, without which Excel takes letters for others, and a text that it could execute gets an apostrophe before it, which
 * whoever reads the file back takes off again: a text that began with apostrophes and a formula has one more.
 */
export function* renderAsDelimited(
  { columns, rows }: RowAnswer,
  style: RowStyle,
  tally: RowTally,
): Generator<string> {
  const { format, isForSpreadsheet = false } = style;
  const toLine = (cells: readonly Cell[]): string =>
    stringify([cells.map((cell) => toField(cell, style, tally))], {
      delimiter: format === 'tsv' ? '\t' : ',',
      record_delimiter: isForSpreadsheet ? '\r\n' : '\n',
      cast: {
        object: ({ text, isQuoted }) => ({
          value: String(text),
          quoted: isQuoted === true,
          quoted_empty: isQuoted === true,
        }),
      },
    });
  if (isForSpreadsheet) yield '\ufeff';
  yield toLine(columns);
  for (const row of rows) {
    tally.rows++;
    yield toLine(columns.map((_, at) => row[at] ?? null));
  }
}

interface Field {
  readonly text: string;
  /** Whether it stands in quotes though nothing in it needs them: it would be taken for NULL. */
  readonly isQuoted: boolean;
}

function toField(cell: Cell, style: RowStyle, tally: RowTally): Field {
  const { nullText = '', isForSpreadsheet = false, isForTerminal = false } = style;
  if (cell === null) return { text: nullText, isQuoted: false };
  let text = toText(cell);
  if (isForTerminal || isForSpreadsheet) text = text.replace(CONTROLS, '\ufffd');
  if (isForSpreadsheet)
    text = toSpreadsheetText(text, typeof cell === 'string' || Buffer.isBuffer(cell), tally);
  return { text, isQuoted: text === nullText };
}

/** All but the tab and the breaks of lines, which belong to texts. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** A spreadsheet cuts longer texts, or puts the rest into cells of its own. */
const LONGEST_CELL = 32_767;
/** What spreadsheets skip, or people do not see, before a formula; apostrophes, so that each guard can be taken off again. */
const SKIPPED = String.raw`['’＇\s\p{Cc}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffd]*`;
/** What begins a formula: also as wide or small forms, which spreadsheets of East Asia take for the same. */
const FORMULA = new RegExp(String.raw`^(?:[\t\r\n]|${SKIPPED}[=+\-@＝＋－＠﹦﹢﹣﹫−])`, 'u');
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

function toSpreadsheetText(text: string, isText: boolean, tally: RowTally): string {
  const inert = isText && FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  if (inert.length <= LONGEST_CELL) return inert;
  tally.clipped++;
  return `${inert.slice(0, LONGEST_CELL - 1).toWellFormed()}…`;
}
