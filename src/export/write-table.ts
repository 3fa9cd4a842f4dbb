import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { type Misfits, prepareToValues } from './columns.ts';
import { ContentHash } from './content-hash.ts';
import type { Table } from './fields.ts';
import type { Format } from './formats/format.ts';
import type { WrittenFile, WrittenTable } from './manifest.ts';
import { readRows } from './rows.ts';
import { createTally } from './statistics.ts';
import { hashWholeCases, writeWholeCases } from './whole-cases.ts';

export interface TableRequest {
  readonly format: Format;
  readonly table: Table;
  readonly caseIds: readonly number[];
  readonly withoutTexts: boolean;
  /** The folder of the export. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** Called after some thousands of rows, which may have left garbage. */
  readonly onRows?: () => void;
}

const ROWS_A_CALL = 2500;

/** Writes a table to a file and reads the file back. Fails with EXPORT_FAILED if it does not have what was written. */
export async function writeTable(mirror: Mirror, request: TableRequest): Promise<WrittenTable> {
  const { format, table, root } = request;
  const path = toDataPath(format, table);
  const file = join(root, path);
  const isWhole = format.ending === 'ndjson' && table.name === 'cases';
  const { hash, ...facts } = isWhole
    ? await writeWhole(mirror, request, file)
    : await writeRows(mirror, request, file);
  const contentHash = hash.digest();
  const found = await readBack(request, file, isWhole);
  if (found.rows !== hash.rows || found.digest() !== contentHash)
    throw new MirrorError('EXPORT_FAILED', `${path} does not read back as it was written.`);
  const { rows } = hash;
  const files = [await toWrittenFile(root, path, rows)];
  return { table, isWhole, rows, contentHash, files, ...facts };
}

/** The path of the file of a table, or of all tables. */
const toDataPath = ({ ending, sharedName }: Format, { name }: Table): string =>
  `data/${sharedName ?? name}.${ending}`;

/** A file as it is on the disk. */
export async function toWrittenFile(root: string, path: string, rows: number): Promise<WrittenFile> {
  const file = join(root, path);
  return { path, bytes: statSync(file).size, sha256: await hashFile(file), rows };
}

type Facts = Pick<WrittenTable, 'misfits' | 'statistics'> & { readonly hash: ContentHash };

async function writeWhole(
  mirror: Mirror,
  { caseIds, withoutTexts, signal }: TableRequest,
  file: string,
): Promise<Facts> {
  const hash = await writeWholeCases(mirror, file, caseIds, withoutTexts, signal);
  return { hash, misfits: { untyped: {}, nulReplaced: {} }, statistics: [] };
}

async function writeRows(
  mirror: Mirror,
  { format, table, caseIds, signal, onRows }: TableRequest,
  file: string,
): Promise<Facts> {
  const misfits: Misfits = { untyped: {}, nulReplaced: {} };
  const toValues = prepareToValues(table.name, table.columns, misfits);
  const [hash, tally] = [new ContentHash(), createTally(table.columns)];
  const writer = format.open(file, table);
  try {
    for await (const block of readRows(mirror, table, caseIds, signal))
      for (const cells of block) {
        const values = toValues(cells);
        writer.write(values);
        hash.addRow(values);
        tally.add(values);
        if (hash.rows % ROWS_A_CALL === 0) onRows?.();
      }
  } finally {
    writer.finish();
  }
  return { hash, misfits, statistics: tally.result() };
}

async function readBack(
  { format, table, signal, onRows }: TableRequest,
  file: string,
  isWhole: boolean,
): Promise<ContentHash> {
  try {
    if (isWhole) return await hashWholeCases(file);
    const hash = new ContentHash();
    for await (const values of format.readBack(file, table)) {
      hash.addRow(values);
      if (hash.rows % ROWS_A_CALL !== 0) continue;
      signal.throwIfAborted();
      onRows?.();
    }
    return hash;
  } catch (thrown) {
    if (thrown instanceof MirrorError || signal.aborted) throw thrown;
    throw new MirrorError('EXPORT_FAILED', `${file} cannot be read back: ${wordsOf(thrown)}.`, {
      cause: thrown,
    });
  }
}

/** SHA-256 of a file, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
