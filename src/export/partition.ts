import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MirrorError } from '../errors/mirror-error.ts';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import type { Value } from './columns.ts';
import type { RowWriter } from './formats/format.ts';
import type { TableName } from './table.ts';

/*
 * Tables split into folders by ranges of an id, as Hive does: `docket_entries/case_id_from=10000/`. An id is never NULL, has no
 * leading zeros and is a number for every reader. Rows without a date would need a folder for NULL, which each reader takes for
 * something else. The name of the folder is no column of the file: some readers refuse a column that is in both.
 */

interface Kind {
  /** Ids a folder. */
  readonly size: bigint;
  /** The column that has the id, by table. */
  readonly columns: Readonly<Partial<Record<TableName, string>>>;
}

const KINDS = {
  case_id: { size: 1000n, columns: { docket_entries: 'case_id', attachments: 'case_id' } },
  document_id: { size: 10_000n, columns: { documents: 'id', document_texts: 'document_id' } },
} as const satisfies Record<string, Kind>;
export type PartitionName = keyof typeof KINDS;
export const PARTITION_NAMES = Object.keys(KINDS) as PartitionName[];

export interface Partition {
  /** The column with the id. */
  readonly column: string;
  /** The name of a folder is this, `=` and the least id that it can hold. */
  readonly folder: string;
  readonly size: bigint;
}

/** How a table is split; null if it is in one file. */
export function findPartition(table: TableName, names: readonly PartitionName[]): Partition | null {
  for (const name of names) {
    const { size, columns }: Kind = KINDS[name];
    const column = columns[table];
    if (column !== undefined) return { column, folder: `${name}_from`, size };
  }
  return null;
}

const listTables = (name: PartitionName): string => Object.keys(KINDS[name].columns).join(' and ');

/** Parses the ids to split by. Fails with USAGE; `nullable` has the columns that can be NULL. */
export function parsePartitions(text: string, nullable: ReadonlySet<string>): PartitionName[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    const known = PARTITION_NAMES.find((one) => one === name);
    if (known !== undefined) return known;
    const why = nullable.has(name)
      ? `${name} can be NULL, and no folder for NULL means the same to every reader`
      : `${JSON.stringify(name.slice(0, 100))} is not an id to split by`;
    const close = suggestNames(listClosest(name, PARTITION_NAMES));
    const ways = PARTITION_NAMES.map((one) => `${one} (${listTables(one)})`).join(' and ');
    throw new MirrorError('USAGE', `The tables cannot be split as --partition-by says: ${why}.`, {
      hint: [close, `--partition-by takes ${ways}, separated by a comma.`].filter(Boolean).join(' '),
    });
  });
}

/** A file of a table. */
export interface Part {
  /** From the folder of the export, with `/`. */
  readonly path: string;
  /** The least id and the first id that is too great; null if the file has the whole table. */
  readonly range: readonly [from: bigint, to: bigint] | null;
  rows: number;
}

interface SplitRequest {
  readonly root: string;
  readonly name: TableName;
  readonly ending: string;
  readonly partition: Partition;
  /** The place of the id in a row. */
  readonly at: number;
  readonly open: (path: string) => RowWriter;
}

/** Writes rows, which come in the order of the id, to a file for each range that has any, and to one if there is none. */
export function splitRows({ root, name, ending, partition, at, open }: SplitRequest) {
  const { folder, size } = partition;
  const parts: Part[] = [];
  let current: { readonly writer: RowWriter; readonly part: Part; readonly from: bigint } | undefined;
  const begin = (from: bigint) => {
    const before = current;
    current = undefined; // It is finished once, even if that fails.
    before?.writer.finish();
    const part: Part = {
      path: `data/${name}/${folder}=${from}/${name}.${ending}`,
      range: [from, from + size],
      rows: 0,
    };
    const path = join(root, part.path);
    mkdirSync(dirname(path), { recursive: true });
    current = { writer: open(path), part, from };
    parts.push(part);
    return current;
  };
  return {
    parts,
    write(values: readonly Value[]) {
      const id = values[at];
      if (typeof id !== 'bigint') throw new Error(`a row of ${name} has no id`);
      const from = id - (((id % size) + size) % size);
      const { writer, part } = current?.from === from ? current : begin(from);
      writer.write(values);
      part.rows++;
    },
    finish() {
      if (parts.length === 0) begin(0n);
      current?.writer.finish();
    },
  };
}

/** Whether a row belongs to a file. */
export const belongsTo = ({ range }: Part, id: Value | undefined): boolean =>
  range === null || (typeof id === 'bigint' && id >= range[0] && id < range[1]);
