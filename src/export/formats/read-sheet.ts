import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { createInflateRaw } from 'node:zlib';
import { Parser } from 'htmlparser2';

/* Reads a sheet of a workbook with code other than that which wrote it: the directory of the archive, zlib and an XML parser. */

const BLOCK = 65_536;

export interface ReadCell {
  readonly isText: boolean;
  readonly text: string;
}

/** Reads the cells of each row, by the letters of their columns. */
export async function* readSheet(path: string, sheet: string): AsyncGenerator<ReadonlyMap<string, ReadCell>> {
  let rows: Map<string, ReadCell>[] = [];
  let row = new Map<string, ReadCell>();
  let [place, text] = ['', ''];
  let [isText, isInside, isComplete] = [false, false, false];
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === 'row') row = new Map();
        if (name === 'c') {
          place = (attributes.r ?? '').replace(/\d+$/, '');
          isText = attributes.t === 'inlineStr';
          text = '';
        }
        isInside = name === 't' || name === 'v';
      },
      ontext(part) {
        if (isInside) text += part;
      },
      onclosetag(name) {
        isInside = false;
        if (name === 'c') row.set(place, { isText, text });
        if (name === 'row') rows.push(row);
        if (name === 'worksheet') isComplete = true;
      },
    },
    { xmlMode: true },
  );
  const decoder = new StringDecoder('utf8');
  const { start, bytes } = findEntry(path, sheet);
  const stream = createReadStream(path, { start, end: start + bytes - 1, highWaterMark: BLOCK }).pipe(
    createInflateRaw(),
  );
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    parser.write(decoder.write(chunk));
    yield* rows;
    rows = [];
  }
  if (!isComplete) throw new Error('its sheet has no end');
}

/** Finds the compressed bytes of a part by the directory at the end of the file. */
function findEntry(path: string, wanted: string): { readonly start: number; readonly bytes: number } {
  const file = openSync(path, constants.O_RDONLY);
  const read = (at: number, length: number): Buffer => {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(file, buffer, 0, length, at));
  };
  try {
    const { size } = fstatSync(file);
    const end = read(size - 22, 22);
    if (end.readUInt32LE(0) !== 0x06054b50) throw new Error('its directory is missing');
    const directory = read(end.readUInt32LE(16), end.readUInt32LE(12));
    for (let at = 0; at < directory.length;) {
      const [name, extra, comment] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
      if (directory.toString('utf8', at + 46, at + 46 + (name ?? 0)) === wanted) {
        const local = directory.readUInt32LE(at + 42);
        const head = read(local, 30);
        return {
          start: local + 30 + head.readUInt16LE(26) + head.readUInt16LE(28),
          bytes: directory.readUInt32LE(at + 20),
        };
      }
      at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    }
    throw new Error(`it has no ${wanted}`);
  } finally {
    closeSync(file);
  }
}
