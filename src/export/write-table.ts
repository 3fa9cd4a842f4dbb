import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { noMisfits, prepareToValues } from './columns.ts';
import { CSV } from './formats/csv.ts';
import { type Format, type FormatName, type RowWriter, finishing } from './formats/format.ts';
import { NDJSON } from './formats/ndjson.ts';
import { SQLITE } from './formats/sqlite.ts';
import type { WrittenFile, WrittenTable } from './manifest.ts';
import { readRows } from './select.ts';
import type { Table } from './table.ts';
import { type Part, type Partition, belongsTo, splitRows } from './partition.ts';
import { hashFile } from './target.ts';
import { ContentHash, createTally } from './tally.ts';
import { hashWholeCases, writeWholeCases } from './whole-cases.ts';

/** The formats by their names. A format whose library is large is loaded only if it is used. */
const FORMATS: Readonly<Record<FormatName, () => Promise<Format>>> = {
  csv: () => Promise.resolve(CSV),
  ndjson: () => Promise.resolve(NDJSON),
  sqlite: () => Promise.resolve(SQLITE),
  parquet: async () => (await import('./formats/parquet.ts')).PARQUET,
  xlsx: async () => (await import('./formats/xlsx.ts')).XLSX,
};

export const loadFormat = (name: FormatName): Promise<Format> => FORMATS[name]();

export interface TableRequest {
  readonly format: Format;
  readonly table: Table;
  /** How the table is split; null if it is in one file. */
  readonly partition: Partition | null;
  readonly caseIds: readonly number[];
  readonly isRaw: boolean;
  readonly withoutTexts: boolean;
  /** The folder of the export. */
  readonly root: string;
  /** The folder in it that gets the files. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called after some thousands of rows, which may have left garbage. */
  readonly onRows?: () => void;
}

const ROWS_A_CALL = 2500;
/** Some rows have texts of a megabyte, so that few of them leave as much garbage as thousands of others. */
const CHARACTERS_A_CALL = 4_000_000;

/** Returns a function that calls `onRows` if enough rows or characters were hashed since the last call, and says whether it did. */
function createPulse(hash: ContentHash, onRows: (() => void) | undefined): () => boolean {
  let [rows, characters] = [hash.rows, hash.characters];
  return () => {
    if (hash.rows - rows < ROWS_A_CALL && hash.characters - characters < CHARACTERS_A_CALL) return false;
    [rows, characters] = [hash.rows, hash.characters];
    onRows?.();
    return true;
  };
}

/** Writes a table to a file and reads the file back. Fails with EXPORT_FAILED if it does not have what was written. */
export async function writeTable(mirror: Mirror, request: TableRequest): Promise<WrittenTable> {
  const { format, table, root } = request;
  const isWhole = format.ending === 'ndjson' && table.name === 'cases';
  const { hash, parts, ...facts } = isWhole
    ? await writeWhole(mirror, request)
    : await writeRows(mirror, request);
  const contentHash = hash.digest();
  const found = new ContentHash();
  for (const part of parts) await readBack(request, part, isWhole, found);
  if (found.rows !== hash.rows || found.digest() !== contentHash)
    throw new MirrorError('EXPORT_FAILED', `The table ${table.name} does not read back as it was written.`);
  const files = [];
  for (const { path, rows } of parts) files.push(await toWrittenFile(root, path, rows));
  return { table, isWhole, partition: request.partition, rows: hash.rows, contentHash, files, ...facts };
}

/** The path of the file of a table, or of all tables. */
const toDataPath = ({ folder, format: { ending, sharedName }, table: { name } }: TableRequest): string =>
  `${folder}/${sharedName ?? name}.${ending}`;

/** A file as it is on the disk. */
export async function toWrittenFile(root: string, path: string, rows: number): Promise<WrittenFile> {
  const file = join(root, path);
  return { path, bytes: statSync(file).size, sha256: await hashFile(file), rows };
}

interface Facts extends Pick<WrittenTable, 'misfits' | 'statistics'> {
  readonly hash: ContentHash;
  readonly parts: readonly Part[];
}

async function writeWhole(mirror: Mirror, request: TableRequest): Promise<Facts> {
  const path = toDataPath(request);
  const hash = await writeWholeCases(mirror, join(request.root, path), request);
  return { hash, parts: [{ path, range: null, rows: hash.rows }], misfits: noMisfits(), statistics: [] };
}

async function writeRows(mirror: Mirror, request: TableRequest): Promise<Facts> {
  const { format, table, caseIds, signal, onRows } = request;
  const misfits = noMisfits();
  const toValues = prepareToValues(table.name, table.columns, misfits);
  const [hash, tally] = [new ContentHash(), createTally(table.columns)];
  const pulse = createPulse(hash, onRows);
  const writer = openParts(request);
  await finishing(writer.finish, async () => {
    for await (const block of readRows(mirror, table, caseIds, signal))
      for (const cells of block) {
        const exact = toValues(cells);
        const values = format.fit?.(exact, table.columns, misfits) ?? exact;
        writer.write(values);
        hash.addRow(values);
        tally.add(values);
        pulse();
      }
  });
  return { hash, parts: writer.parts, misfits, statistics: tally.result() };
}

/** Opens the file of a table, or prepares the files of its parts. */
function openParts(request: TableRequest): RowWriter & { readonly parts: Part[] } {
  const { format, table, partition, root } = request;
  const { name } = table;
  const open = (path: string): RowWriter => format.open(path, table);
  if (partition !== null) {
    const at = table.columns.findIndex((column) => column.name === partition.column);
    return splitRows({ root, name, ending: format.ending, partition, at, open });
  }
  const part: Part = { path: toDataPath(request), range: null, rows: 0 };
  const writer = open(join(root, part.path));
  return {
    parts: [part],
    write(values) {
      writer.write(values);
      part.rows++;
    },
    finish: writer.finish,
  };
}

async function readBack(
  { format, table, partition, root, signal, onRows }: TableRequest,
  part: Part,
  isWhole: boolean,
  hash: ContentHash,
): Promise<void> {
  const file = join(root, part.path);
  const at = table.columns.findIndex(({ name }) => name === partition?.column);
  const before = hash.rows;
  const pulse = createPulse(hash, onRows);
  try {
    if (isWhole) {
      await hashWholeCases(file, hash, { signal, onRows });
      return;
    }
    for await (const values of format.readBack(file, table)) {
      if (!belongsTo(part, values[at])) throw new Error('it has a row of another folder');
      hash.addRow(values);
      if (pulse()) signal.throwIfAborted();
    }
    if (hash.rows - before !== part.rows) throw new Error('it has another number of rows');
  } catch (thrown) {
    if (thrown instanceof MirrorError || signal.aborted) throw thrown;
    throw new MirrorError('EXPORT_FAILED', `${file} cannot be read back: ${wordsOf(thrown)}.`, {
      cause: thrown,
    });
  }
}
