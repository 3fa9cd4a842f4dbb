import { createReadStream } from 'node:fs';
import type { Column, Value } from '../columns.ts';
import { type Format, openTextFile } from './format.ts';

/** JSON in one line: several readers take U+2028 and U+2029 for line breaks, although JSON allows them. */
export const toLine = (json: string): string =>
  `${json.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`)}\n`;

const toJson = (value: Value): string =>
  typeof value === 'bigint' ? value.toString() : JSON.stringify(value);

const LF = 0x0a;

/** The lines of a file, by LF alone. */
export async function* readLines(path: string): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      pieces.push(chunk.subarray(from, at));
      yield Buffer.concat(pieces).toString();
      pieces = [];
      from = at + 1;
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
  }
  if (pieces.length > 0) throw new Error('its last line has no end');
}

function toValue({ type }: Column, value: unknown, digits: string | undefined): Value {
  if (type === 'integer' && typeof value === 'number') return BigInt(digits ?? value);
  return value as Value;
}

/** JSON.parse rounds larger integers, so their digits are read from the line. */
function findDigits(line: string, name: string): string | undefined {
  return new RegExp(`[{,]${JSON.stringify(name)}:(-?\\d{16,})`).exec(line)?.[1];
}

export const NDJSON: Format = {
  ending: 'ndjson',
  mediaType: 'application/x-ndjson',
  isSplittable: true,
  open(path, { columns }) {
    const file = openTextFile(path);
    const names = columns.map(({ name }, at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    return {
      write(values) {
        let json = '';
        for (const [at, name] of names.entries()) json += name + toJson(values[at] ?? null);
        file.write(toLine(`${json}}`));
      },
      finish: file.close,
    };
  },
  async *readBack(path, { columns }) {
    const names = columns.map(({ name }) => name).join();
    for await (const line of readLines(path)) {
      const object = JSON.parse(line) as Record<string, unknown>;
      if (Object.keys(object).join() !== names) throw new Error('its members are others');
      yield columns.map((column) => {
        const value = object[column.name] ?? null;
        const isLarge = typeof value === 'number' && !Number.isSafeInteger(value);
        return toValue(column, value, isLarge ? findDigits(line, column.name) : undefined);
      });
    }
  },
};
