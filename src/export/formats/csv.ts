import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import type { Column, ColumnType, Value } from '../columns.ts';
import { type Format, openTextFile } from './format.ts';

/*
 * CSV by RFC 4180. An empty field without quotation marks is NULL, `""` is an empty text. The names of the columns have
 * quotation marks, which tells readers that guess the format that others may have them too.
 */

/** What must be in quotation marks: a lone CR too, and blanks at the ends, which some readers remove. */
const QUOTED = /[",\r\n]|^[\s\ufeff]|[\s\ufeff]$|^$/;

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function toField(value: Value): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return QUOTED.test(text) ? quote(text) : text;
}

/** One line of CSV. */
export function toRecord(values: readonly Value[]): string {
  let line = '';
  for (const [at, value] of values.entries()) line += at === 0 ? toField(value) : `,${toField(value)}`;
  return `${line}\r\n`;
}

const PARSE: Readonly<Record<ColumnType, (text: string) => Value>> = {
  integer: BigInt,
  boolean: (text) => text === 'true',
  date: String,
  timestamp: String,
  text: String,
  list: (text) => JSON.parse(text) as string[],
};

const toValue = ({ type }: Column, text: string, isQuoted: boolean): Value =>
  text === '' && !isQuoted ? null : PARSE[type](text);

/** What the parser makes of a line, and the line itself, which alone tells an empty text from NULL. */
interface Line {
  readonly raw: string;
  readonly record: readonly string[];
}

/** Which fields of a line have quotation marks. */
function listQuoted({ raw, record }: Line): boolean[] {
  const quoted: boolean[] = [];
  for (let at = 0; quoted.length < record.length;) {
    const isQuoted = raw.startsWith('"', at);
    if (isQuoted) {
      at = raw.indexOf('"', at + 1);
      while (at !== -1 && raw.startsWith('"', at + 1)) at = raw.indexOf('"', at + 2);
    }
    quoted.push(isQuoted);
    const next = at === -1 ? -1 : raw.indexOf(',', at);
    at = next === -1 ? raw.length : next + 1;
  }
  return quoted;
}

export const CSV: Format = {
  ending: 'csv',
  mediaType: 'text/csv',
  isSplittable: true,
  open(path, { columns }) {
    const file = openTextFile(path);
    file.write(`${columns.map(({ name }) => quote(name)).join(',')}\r\n`);
    return {
      write(values) {
        file.write(toRecord(values));
      },
      finish: file.close,
    };
  },
  async *readBack(path, { columns }) {
    // The parser also tells of each field whether it was quoted, but with an object that takes five times as long as to parse it.
    const parser = createReadStream(path, { highWaterMark: 262_144 }).pipe(
      parse({ record_delimiter: '\r\n', raw: true }),
    );
    let isHeader = true;
    for await (const line of parser as AsyncIterable<Line>) {
      const { raw, record } = line;
      if (isHeader) {
        isHeader = false;
        if (record.join() !== columns.map(({ name }) => name).join())
          throw new Error('its columns are others');
        continue;
      }
      const quoted = raw.includes('""') && record.includes('') ? listQuoted(line) : [];
      yield columns.map((column, at) => toValue(column, record[at] ?? '', quoted[at] ?? false));
    }
  },
};
