import type { Value } from '../columns.ts';
import type { Table } from '../fields.ts';

/* What every format can do: write the rows of a table to a file, and read them back by code of its own. */

export interface RowWriter {
  readonly write: (values: readonly Value[]) => void;
  /** Completes the file. */
  readonly finish: () => void;
}

export interface Format {
  /** The ending of a file. */
  readonly ending: string;
  readonly mediaType: string;
  /** The name of the one file that has all tables, if there is one. */
  readonly sharedName?: string;
  /** Completes the file of all tables, with the codebook as one more table. */
  readonly finishShared?: (path: string, codebook: Iterable<readonly (string | null)[]>) => void;
  /** Begins a file, which must not exist, or a table in the file of all tables. */
  readonly open: (path: string, table: Table) => RowWriter;
  /** Reads the file with another library, or at least other code, than the one that wrote it. */
  readonly readBack: (path: string, table: Table) => AsyncIterable<readonly Value[]>;
}
