import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Column, Misfits, Value } from '../columns.ts';
import type { Table, TableName } from '../table.ts';

/* What every format can do: write the rows of a table to a file, and read them back by code of its own. */

/** The names of the formats: each has a file in this folder. */
export const FORMAT_NAMES = ['csv', 'ndjson', 'sqlite', 'parquet', 'xlsx'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

export interface RowWriter {
  readonly write: (values: readonly Value[]) => void;
  /** Completes the file. */
  readonly finish: () => void;
}

export interface Format {
  /** The ending of a file. */
  readonly ending: string;
  readonly mediaType: string;
  /** Whether a table can be in several files. */
  readonly isSplittable: boolean;
  /** The name of the one file that has all tables, if there is one. */
  readonly sharedName?: string;
  /** The one table that the format takes, if it does not take all. */
  readonly onlyTable?: TableName;
  /** Makes values that the format can hold, and counts what that changes. */
  readonly fit?: (values: readonly Value[], columns: readonly Column[], misfits: Misfits) => readonly Value[];
  /** Completes the file of all tables, with the codebook as one more table. */
  readonly finishShared?: (path: string, codebook: Iterable<readonly (string | null)[]>) => void;
  /** Begins a file, which must not exist, or a table in the file of all tables. */
  readonly open: (path: string, table: Table) => RowWriter;
  /** Reads the file with another library, or at least other code, than the one that wrote it. */
  readonly readBack: (path: string, table: Table) => AsyncIterable<readonly Value[]>;
}

/**
 * Writes, and finishes the file in any case. A disk that is full fails the writing and the finishing, which then finds the file closed: the
 * first of the two says why.
 */
export async function finishing(finish: () => void, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (thrown) {
    try {
      finish();
    } catch {
      // The file is removed with its folder.
    }
    throw thrown;
  }
  finish();
}

const BLOCK = 65_536;

export interface TextFile {
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/** Writes a new file in blocks: a system call for each row would take most of the time. */
export function openTextFile(path: string): TextFile {
  const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o666);
  let block = '';
  const flush = (): void => {
    const bytes = Buffer.from(block);
    block = '';
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  };
  return {
    write(text) {
      block += text;
      if (block.length >= BLOCK) flush();
    },
    close() {
      try {
        flush();
      } finally {
        closeSync(file);
      }
    },
  };
}
