import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Zip, ZipDeflate } from 'fflate';
import { type Column, FIRST_DAY, type Misfits, type Value, countMisfit } from '../columns.ts';
import type { Table } from '../table.ts';
import type { Format } from './format.ts';
import { type ReadCell, readSheet } from './read-sheet.ts';

/*
 * A workbook for Excel, LibreOffice and the like, with the table in one sheet and the meaning of its columns in another. It is
 * written row by row. A text is never a formula or a link: it is stored as text. What a cell cannot hold is changed by name
 * and counted: see `fitToCells`.
 */

/** The characters that a cell can hold; Excel takes a file with more for damaged. In UTF-16, as in JavaScript. */
const MAX_CHARACTERS = 32_767;
const MAX_ROWS = 1_048_576;
/** Excel keeps 15 digits of a number. */
const MAX_NUMBER = 999_999_999_999_999n;
const DAY_MS = 86_400_000;
/** The number that Excel gives to 1970-01-01. */
const EPOCH = 25_569;

/** Neither XML nor a workbook can hold these: control characters other than tab and line breaks, and halves of characters. */
const UNWRITABLE = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;
const isWritable = (character: string): boolean => {
  const code = character.charCodeAt(0);
  return code === 9 || code === 10 || code === 13 || (code >= 0x7f && code <= 0x9f);
};

function replaceUnwritable(text: string, name: string, misfits: Misfits): string {
  const writable = text.replaceAll(UNWRITABLE, (one) => (isWritable(one) ? one : '\ufffd'));
  if (writable !== text) countMisfit(misfits.controlsReplaced, name);
  return writable;
}

const toMark = (characters: number): string => ` [cut: the whole text has ${characters} characters]`;

function cut(text: string, name: string, misfits: Misfits): string {
  if (text.length <= MAX_CHARACTERS) return text;
  countMisfit(misfits.cut, name);
  const mark = toMark(text.length);
  return text.slice(0, MAX_CHARACTERS - mark.length).replace(/[\ud800-\udbff]$/, '') + mark;
}

/** Elements are separated by semicolons as long as that is unambiguous; otherwise the cell has JSON. */
const toListText = (list: readonly string[]): string =>
  list.some((one) => one === '' || one !== one.trim() || one.includes(';') || one.startsWith('['))
    ? JSON.stringify(list)
    : list.join('; ');
const parseListText = (text: string): string[] =>
  text.startsWith('[') ? (JSON.parse(text) as string[]) : text.split('; ');

/** Keeps the elements that fit, and says as the last one how many there were. */
function cutList(list: readonly string[], name: string, misfits: Misfits): readonly string[] {
  if (toListText(list).length <= MAX_CHARACTERS) return list;
  countMisfit(misfits.cut, name);
  const mark = `(cut: the whole list has ${list.length} elements)`;
  let kept = list;
  while (kept.length > 0 && toListText([...kept, mark]).length > MAX_CHARACTERS)
    kept = kept.slice(0, kept.length >> 1);
  return [...kept, mark];
}

/** Makes values that cells can hold, and counts what that changes. */
function fitToCells(values: readonly Value[], columns: readonly Column[], misfits: Misfits): Value[] {
  return values.map((value, at) => {
    const { name = '', type } = columns[at] ?? {};
    if (typeof value === 'object' && value !== null)
      return cutList(
        value.map((one) => replaceUnwritable(one, name, misfits)),
        name,
        misfits,
      );
    if (typeof value === 'string' && type === 'text')
      return cut(replaceUnwritable(value, name, misfits), name, misfits);
    if (value !== null && !isNumber(value, type)) countMisfit(misfits.asText, name);
    return value;
  });
}

/** Whether a value that is no text can be a number or a truth value in a cell. */
function isNumber(value: Value, type: Column['type'] | undefined): boolean {
  if (typeof value === 'bigint') return value <= MAX_NUMBER && value >= -MAX_NUMBER;
  return typeof value === 'boolean' || (type === 'date' && typeof value === 'string' && value >= FIRST_DAY);
}

/** `_x0041_` means A in a workbook, so that its first character is written in the same way. */
const ESCAPABLE = /_(?=x[0-9A-Fa-f]{4}_)/g;
const [ESCAPED, UNESCAPED] = ['_x005F_', '_'];
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const toXml = (text: string): string =>
  text
    .replaceAll(ESCAPABLE, ESCAPED)
    .replaceAll(/[&<>"]/g, (one) => ENTITIES[one] ?? one)
    .replaceAll('\r', '&#13;'); // a bare one would become a line feed

/** The letters of a column, from 0: A to Z, AA, AB and so on. */
function toLetters(at: number): string {
  const last = String.fromCharCode(65 + (at % 26));
  return at < 26 ? last : toLetters(Math.trunc(at / 26) - 1) + last;
}

const toTextCell = (place: string, text: string, style = ''): string =>
  `<c r="${place}"${style} t="inlineStr"><is><t xml:space="preserve">${toXml(text)}</t></is></c>`;

function toCell(place: string, type: Column['type'], value: Value): string {
  if (value === null) return '';
  if (typeof value === 'object') return value.length === 0 ? '' : toTextCell(place, toListText(value));
  if (!isNumber(value, type)) return toTextCell(place, String(value));
  if (typeof value === 'boolean') return `<c r="${place}" t="b"><v>${Number(value)}</v></c>`;
  if (typeof value === 'bigint') return `<c r="${place}"><v>${value}</v></c>`;
  return `<c r="${place}" s="1"><v>${Date.parse(value) / DAY_MS + EPOCH}</v></c>`;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const SHEET = 'xl/worksheets/sheet1.xml';

/** The parts of a workbook other than its sheets. */
const toParts = ({ name }: Table): Readonly<Record<string, string>> => ({
  '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/><Override PartName="/${SHEET}" ContentType="${SHEET_TYPE}.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${name}" sheetId="1" r:id="rId1"/><sheet name="columns" sheetId="2" r:id="rId2"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  // Style 0 is plain, 1 a day, 2 the name of a column.
  'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
});

/** The beginning of a sheet: its first row stays in sight, and has the names of the columns. */
function toSheetStart(names: readonly string[], widths: readonly number[]): string {
  const columns = widths.map(
    (width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`,
  );
  const cells = names.map((name, at) => toTextCell(`${toLetters(at)}1`, name, ' s="2"'));
  return `<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData><row r="1">${cells.join('')}</row>`;
}
const SHEET_END = '</sheetData></worksheet>';

function toColumnsSheet({ columns }: Table): string {
  const rows = columns.map(({ name, type, description }, at) => {
    const cells = [name, type, description].map((text, column) =>
      toTextCell(`${toLetters(column)}${at + 2}`, text),
    );
    return `<row r="${at + 2}">${cells.join('')}</row>`;
  });
  return toSheetStart(['column', 'type', 'meaning'], [28, 12, 100]) + rows.join('') + SHEET_END;
}

const WIDE: ReadonlySet<Column['type']> = new Set(['text', 'list']);
const BLOCK = 65_536;

/** Writes parts of a workbook to a file as they come. The compressor is the same in every version of Node. */
function createZipWriter(file: number) {
  const zip = new Zip((error, bytes) => {
    if (error !== null) throw error;
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  });
  const begin = (name: string): ZipDeflate => {
    const part = new ZipDeflate(name, { level: 6 });
    part.mtime = new Date(1980, 0, 1); // the first that the format has, in any time zone
    zip.add(part);
    return part;
  };
  return {
    begin,
    add(name: string, text: string) {
      begin(name).push(Buffer.from(DECLARATION + text), true);
    },
    end() {
      zip.end();
    },
  };
}

export const XLSX: Format = {
  ending: 'xlsx',
  mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  isSplittable: false,
  onlyTable: 'cases',
  fit: fitToCells,
  open(path, table) {
    const { columns } = table;
    const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o666);
    const zip = createZipWriter(file);
    for (const [name, text] of Object.entries(toParts(table))) zip.add(name, text);
    const sheet = zip.begin(SHEET);
    let block =
      DECLARATION +
      toSheetStart(
        columns.map(({ name }) => name),
        columns.map(({ type }) => (WIDE.has(type) ? 30 : 14)),
      );
    let rows = 1;
    const letters = columns.map((_, at) => toLetters(at));
    return {
      write(values) {
        if (++rows > MAX_ROWS) throw new Error(`a sheet has room for ${MAX_ROWS} rows`);
        block += `<row r="${rows}">`;
        for (const [at, { type }] of columns.entries())
          block += toCell(`${letters[at] ?? ''}${rows}`, type, values[at] ?? null);
        block += '</row>';
        if (block.length < BLOCK) return;
        sheet.push(Buffer.from(block));
        block = '';
      },
      finish() {
        try {
          sheet.push(Buffer.from(block + SHEET_END), true);
          zip.add('xl/worksheets/sheet2.xml', toColumnsSheet(table));
          zip.end();
        } finally {
          closeSync(file);
        }
      },
    };
  },
  async *readBack(path, { columns }) {
    let isHeader = true;
    for await (const cells of readSheet(path, SHEET)) {
      if (isHeader) {
        isHeader = false;
        if (
          columns.some(({ name }, at) => cells.get(toLetters(at))?.text !== name) ||
          cells.size !== columns.length
        )
          throw new Error('its columns are others');
        continue;
      }
      yield columns.map((column, at) => toValue(column, cells.get(toLetters(at))));
    }
  },
};

function toValue({ type }: Column, cell: ReadCell | undefined): Value {
  if (cell === undefined) return type === 'list' ? [] : null;
  if (type === 'integer') return BigInt(cell.text);
  if (type === 'boolean') return cell.text === '1';
  const text = cell.isText ? cell.text.replaceAll(ESCAPED, UNESCAPED) : cell.text;
  if (type === 'list') return parseListText(text);
  if (type !== 'date' || cell.isText) return text;
  return new Date((Number(cell.text) - EPOCH) * DAY_MS).toISOString().slice(0, 10);
}
