import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { findFreeBytes } from '../lib/files.ts';
import type { Table } from './table.ts';
import type { FormatName } from './formats/format.ts';

/*
 * How much space an export will take: from the rows of each large table, with the bytes that a row takes in each format.
 * The figures are rough and rounded up, because a full disk late is worse than a refusal.
 */

/** Bytes a row, estimated; that of docket entries was measured on 12,300 cases. A table that is not listed takes `OTHER`. */
const BYTES_A_ROW: Readonly<Record<FormatName, Readonly<Partial<Record<string, number>>>>> = {
  csv: { cases: 9000, docket_entries: 420 },
  ndjson: { cases: 80_000, docket_entries: 640 },
  sqlite: { cases: 8000, docket_entries: 450 },
  parquet: { cases: 3000, docket_entries: 160 },
  xlsx: { cases: 4000 },
};
const OTHER = 400;

/** The texts of documents take this many times their bytes. */
const TEXTS: Readonly<Record<FormatName, number>> = {
  csv: 1.1,
  ndjson: 1.15,
  sqlite: 1.15,
  parquet: 0.6,
  xlsx: 1,
};

/** Tables of the mirror that have as many rows as a table of the export. */
const COUNTED: Readonly<Partial<Record<string, string>>> = {
  case_changes: 'case_changes',
  linked_changes: 'linked_changes',
  runs: 'sync_runs',
};

/** Fails with EXPORT_NO_ROOM if the disk has less space than the export will take. */
export function checkRoom(
  { sqlite }: Mirror,
  folder: string,
  { format }: { readonly format: FormatName },
  tables: readonly Table[],
  cases: number,
): void {
  const count = (sql: string): number => sqlite.prepare<[], number | null>(sql).pluck().get() ?? 0;
  const all = Math.max(1, count('SELECT count(*) FROM cases'));
  const bytes = tables.map(({ name }) => {
    if (name === 'document_texts')
      return (
        count('SELECT sum(bytes) FROM texts JOIN document_texts ON text_id = texts.mirror_id') * TEXTS[format]
      );
    return count(`SELECT count(*) FROM ${COUNTED[name] ?? name}`) * (BYTES_A_ROW[format][name] ?? OTHER);
  });
  const needed = (bytes.reduce((sum, one) => sum + one, 0) * cases) / all;
  const free = findFreeBytes(folder);
  if (free < needed)
    throw new MirrorError(
      'EXPORT_NO_ROOM',
      `The export takes about ${toMegabytes(needed)} MB, and ${toMegabytes(free)} MB are free.`,
    );
}

const toMegabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
