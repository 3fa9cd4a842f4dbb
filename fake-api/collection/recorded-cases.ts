import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import { CaseCollection } from './collection.ts';
import { type CaseSlot, inventSlot, slotOf } from './slot.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line without its line ending, and its position in the input. */
export interface Line {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** The lines of an input that arrives in chunks. Only one line is kept in memory. */
async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line, void, void> {
  let pieces: Buffer[] = [];
  let offset = 0;
  const takeLine = (): Line => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    return { offset, bytes: bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes };
  };
  let read = 0;
  for await (const chunk of chunks) {
    let begin = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, begin)) {
      pieces.push(chunk.subarray(begin, end));
      yield takeLine();
      begin = end + 1;
      offset = read + begin;
    }
    if (begin < chunk.length) pieces.push(chunk.subarray(begin));
    read += chunk.length;
  }
  if (pieces.length > 0) yield takeLine();
}

const SEED = 1;

/**
 * Reads a collection from a file with one JSON value per line, gzipped if its name ends in `.gz`. The lines are
 * served byte for byte. The lines of a gzipped file are kept in memory. For any other file, only their positions are,
 * and a line is read from the file on each request, so the file must not change.
 */
export async function readRecordedCases(path: string): Promise<CaseCollection> {
  const slots: CaseSlot[] = [];
  for await (const line of readLines(path)) {
    const value = JSON.parse(line.bytes.toString()) as JsonValue;
    slots.push(slotOf(value, isGzippedName(path) ? toHeld(line) : toPlace(path, line)));
  }
  return toCollection(slots);
}

/**
 * Reads documents from a file with one `{"case_id": ID, "documents": [...]}` per line, gzipped if its name ends in
 * `.gz`, and adds them to the cases of the collection. `_text` of a document is its text; no key that begins with `_`
 * is served.
 * @returns how many documents there are
 */
export async function readRecordedDocuments(path: string, { linked }: CaseCollection): Promise<number> {
  let count = 0;
  for await (const line of readLines(path)) {
    const value = JSON.parse(line.bytes.toString()) as JsonValue;
    const { case_id: caseId, documents } = isJsonObject(value) ? value : {};
    if (typeof caseId !== 'number' || !Array.isArray(documents)) {
      throw new TypeError(`a line has no case_id and documents, at byte ${line.offset}`);
    }
    for (const document of documents.filter(isJsonObject)) {
      const { _text: text = null } = document;
      const served = Object.entries(document).filter(([field]) => !field.startsWith('_'));
      linked.putDocument(caseId, Object.fromEntries(served), typeof text === 'string' ? text : null);
      count += 1;
    }
  }
  return count;
}

function isGzippedName(path: string): boolean {
  return path.endsWith('.gz');
}

/** The lines that are not blank. */
async function* readLines(path: string): AsyncGenerator<Line, void, void> {
  const file = createReadStream(path);
  const input = isGzippedName(path) ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => input.destroy(error));
  for await (const line of splitLines(input as AsyncIterable<Buffer>)) {
    if (line.bytes.toString().trim() !== '') yield line;
  }
}

/** A collection of the given records. Any JSON is allowed, so that odd responses can be served, too. */
export function recordedCases(records: readonly JsonValue[]): CaseCollection {
  return toCollection(records.map((record) => slotOf(record)));
}

function toCollection(slots: readonly CaseSlot[]): CaseCollection {
  return new CaseCollection(slots, {
    seed: SEED,
    nextIndex: 0,
    inventAt: (index) => inventSlot(SEED, index, []),
  });
}

function toHeld({ bytes }: Line): CaseSlot['read'] {
  return () => [bytes];
}

/** Parses the line at once, so that the result does not refer to its bytes. */
function toPlace(path: string, { offset, bytes: { length } }: Line): CaseSlot['read'] {
  return () => {
    const bytes = Buffer.allocUnsafe(length);
    const file = openSync(path, 'r');
    try {
      for (let done = 0; done < length;) {
        const read = readSync(file, bytes, done, length - done, offset + done);
        if (read === 0) throw new RangeError(`${path} is shorter than it was.`);
        done += read;
      }
    } finally {
      closeSync(file);
    }
    return [bytes];
  };
}
