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

interface Field {
  readonly text: string;
  readonly isQuoted: boolean;
}

const toValue = ({ type }: Column, { text, isQuoted }: Field): Value =>
  text === '' && !isQuoted ? null : PARSE[type](text);

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
    const parser = createReadStream(path, { highWaterMark: 262_144 }).pipe(
      parse({
        record_delimiter: '\r\n',
        cast: (text, { quoting }): Field => ({ text, isQuoted: quoting }),
      }),
    );
    let isHeader = true;
    for await (const record of parser as AsyncIterable<readonly Field[]>) {
      if (isHeader) {
        isHeader = false;
        if (record.map(({ text }) => text).join() !== columns.map(({ name }) => name).join())
          throw new Error('its columns are others');
        continue;
      }
      yield columns.map((column, at) => toValue(column, record[at] ?? { text: '', isQuoted: false }));
    }
  },
};
