import { createHash } from 'node:crypto';
import type { Column, ColumnType } from '../columns.ts';
import type { Partition } from '../partition.ts';
import {
  type Check,
  hasShape,
  isListOf,
  isMapOf,
  isOptional,
  isText,
  isTrueOrFalse,
  isWholeNumber,
} from './shape.ts';

/*
 * The log of a Delta table, as far as this program reads and writes it: https://github.com/delta-io/delta/blob/master/PROTOCOL.md.
 * A table is what the actions of its commits make of it, from the first to the last. Everything here is pure.
 */

/** What a reader and a writer must know. These are the versions that every program knows that reads Delta tables. */
const PROTOCOL = { minReaderVersion: 1, minWriterVersion: 2 } as const;

/**
 * By default, programs that tidy a table delete files that only an older version needs after a week, and the log of older
 * versions after a month. Older versions are what these tables are for.
 */
const CONFIGURATION = {
  'delta.deletedFileRetentionDuration': 'interval 36500 days',
  'delta.logRetentionDuration': 'interval 36500 days',
} as const;

const TYPES: Readonly<Record<ColumnType, unknown>> = {
  integer: 'long',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  text: 'string',
  list: { type: 'array', elementType: 'string', containsNull: false },
};

/** A file of a table. */
export interface DataFile {
  /** From the folder of the table, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** The values of the partition columns, by name; empty if the table has none. */
  readonly partition: Readonly<Record<string, string | null>>;
  /** JSON with the number of rows; null for a file of another writer that has none. */
  readonly stats: string | null;
}

export interface TableDefinition {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly partition: Partition | null;
}

/** A table as its log says, and as other programs may have changed it. */
export interface TableState {
  /** The newest version. */
  readonly version: number;
  readonly id: string;
  readonly createdTime: number;
  readonly schema: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  /** The files of the newest version, by path. */
  readonly files: ReadonlyMap<string, DataFile>;
  /** The bytes of each file that any version has. */
  readonly known: ReadonlyMap<string, number>;
  /** The paths of the files that had the rows first, by partition: another program may have written the same rows to other files since. */
  readonly origins: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The run whose state a commit has. */
export interface CommittedRun {
  readonly id: number;
  readonly endedAt: string;
}

/** The schema of a table: its columns, and last the name of the folders into which it is split. */
function toSchema({ columns, partition }: Pick<TableDefinition, 'columns' | 'partition'>): string {
  const fields = columns.map(({ name, type, description }) => ({
    name,
    type: TYPES[type],
    nullable: true,
    metadata: { comment: description },
  }));
  if (partition !== null)
    fields.push({
      name: partition.folder,
      type: TYPES.integer,
      nullable: true,
      metadata: {
        comment: `The least ${partition.column} of the folder, which has ${partition.size} of them.`,
      },
    });
  return JSON.stringify({ type: 'struct', fields });
}

/** The name of a file, which depends on its rows and on the types of its columns alone: the same rows are not written twice. */
export function toFileName(columns: readonly Column[], contentHash: string): string {
  const types = columns.map(({ name, type }) => `${name} ${type}`).join();
  return `${createHash('sha256').update(`${types}\n${contentHash}`).digest('hex').slice(0, 32)}.parquet`;
}

/**
 * What a reader is told of a file before it opens it: the number of rows, and no bounds of values. If some columns have bounds, delta-rs
 * takes those that have none for columns without a value, and leaves out rows. Readers find bounds in the files themselves.
 */
export const toStats = (rows: number): string => JSON.stringify({ numRecords: rows });

/** The id of a table, which depends on nothing but its name: the same run gives the same bytes. */
function toId(name: string): string {
  const hex = createHash('sha256').update(`clearinghouse-mirror ${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

const toKey = (partition: DataFile['partition']): string => JSON.stringify(Object.entries(partition).sort());

/**
 * The text of the commit that makes of a table what is wanted; null if it is that already. `state` is null if there is no
 * table. Files are added and removed by partition, in one commit.
 */
export function planCommit(
  state: TableState | null,
  table: TableDefinition,
  wanted: readonly DataFile[],
  run: CommittedRun,
): string | null {
  const time = Date.parse(run.endedAt);
  const schema = toSchema(table);
  const partitionColumns = table.partition === null ? [] : [table.partition.folder];
  const isChanged =
    state?.schema !== schema ||
    state.partitionColumns.join() !== partitionColumns.join() ||
    Object.entries(CONFIGURATION).some(([name, value]) => state.configuration[name] !== value);
  const byPartition = new Map(wanted.map((file) => [toKey(file.partition), file]));
  const isKept = ({ partition }: DataFile): boolean => {
    const [key, file] = [toKey(partition), byPartition.get(toKey(partition))];
    const origins = state?.origins.get(key);
    return file !== undefined && origins?.size === 1 && origins.has(file.path);
  };
  const added = wanted.filter((file) => !isKept(file));
  const removed = [...(state?.files.values() ?? [])].filter((file) => !isKept(file));
  if (!isChanged && added.length === 0 && removed.length === 0) return null;
  const actions: object[] = [
    {
      commitInfo: {
        timestamp: time,
        operation: 'WRITE',
        operationParameters: { mode: 'Overwrite', partitionBy: JSON.stringify(partitionColumns) },
        isBlindAppend: false,
        engineInfo: 'clearinghouse-mirror',
        userMetadata: `run ${run.id}`,
      },
    },
    ...(state === null ? [{ protocol: PROTOCOL }] : []),
  ];
  if (isChanged)
    actions.push({
      metaData: {
        id: state?.id ?? toId(table.name),
        name: table.name,
        description: table.description,
        format: { provider: 'parquet', options: {} },
        schemaString: schema,
        partitionColumns,
        configuration: { ...state?.configuration, ...CONFIGURATION },
        createdTime: state?.createdTime ?? time,
      },
    });
  for (const { path, bytes, partition } of removed)
    actions.push({
      remove: {
        path,
        deletionTimestamp: time,
        dataChange: true,
        extendedFileMetadata: true,
        partitionValues: partition,
        size: bytes,
      },
    });
  for (const { path, bytes, partition, stats } of added)
    actions.push({
      add: { path, partitionValues: partition, size: bytes, modificationTime: time, dataChange: true, stats },
    });
  return actions.map((action) => `${JSON.stringify(action)}\n`).join('');
}

/** A log that this program cannot continue. */
export class UnknownLog extends Error {}

interface FileAction {
  readonly path: string;
  readonly size?: number | null;
  readonly partitionValues?: Readonly<Record<string, string | null>> | null;
  readonly dataChange?: boolean | null;
  readonly stats?: string | null;
  readonly deletionVector?: unknown;
}

interface Action {
  readonly protocol?: { readonly minReaderVersion: number; readonly minWriterVersion: number };
  readonly metaData?: {
    readonly id: string;
    readonly schemaString: string;
    readonly partitionColumns: readonly string[];
    readonly configuration?: Readonly<Record<string, string>> | null;
    readonly createdTime?: number | null;
  };
  readonly add?: FileAction;
  readonly remove?: FileAction;
}

const isFileAction = hasShape({
  path: isText,
  size: isOptional(isWholeNumber),
  partitionValues: isOptional(isMapOf(isOptional(isText))),
  dataChange: isOptional(isTrueOrFalse),
  stats: isOptional(isText),
});

const ACTIONS: Readonly<Record<keyof Action, Check>> = {
  protocol: hasShape({ minReaderVersion: isWholeNumber, minWriterVersion: isWholeNumber }),
  metaData: hasShape({
    id: isText,
    schemaString: isText,
    partitionColumns: isListOf(isText),
    configuration: isOptional(isMapOf(isText)),
    createdTime: isOptional(isWholeNumber),
  }),
  add: isFileAction,
  remove: isFileAction,
};

const isAction = hasShape(
  Object.fromEntries(
    Object.entries(ACTIONS).map(([name, check]) => [
      name,
      (value: unknown) => value === undefined || check(value),
    ]),
  ),
);

function parseAction(line: string, version: number): Action {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    found = null;
  }
  if (!isAction(found)) throw new UnknownLog(`version ${version} is damaged`);
  return found as Action;
}

/** Reads the state of a table from the texts of all its commits, from version 0 on. Fails with {@link UnknownLog}. */
export function readState(commits: Iterable<string>): TableState | null {
  let version = -1;
  let metaData: Action['metaData'];
  const [files, known, origins] = [
    new Map<string, DataFile>(),
    new Map<string, number>(),
    new Map<string, Set<string>>(),
  ];
  for (const text of commits) {
    version++;
    const actions = text
      .split('\n')
      .filter(Boolean)
      .map((line) => parseAction(line, version));
    for (const { protocol, metaData: found } of actions) {
      if (protocol !== undefined && (protocol.minReaderVersion > 1 || protocol.minWriterVersion > 2))
        throw new UnknownLog(`version ${version} needs a later version of the protocol`);
      metaData = found ?? metaData;
    }
    for (const { remove } of actions) {
      if (remove === undefined) continue;
      const file = files.get(remove.path);
      files.delete(remove.path);
      if (file === undefined || remove.dataChange === false) continue;
      const of = origins.get(toKey(file.partition));
      // Which of the first rows are gone is not known if they are in another file by now.
      if (of?.delete(remove.path) === false) of.clear();
    }
    for (const { add } of actions) {
      if (add === undefined) continue;
      if (add.deletionVector !== undefined && add.deletionVector !== null)
        throw new UnknownLog(`in version ${version}, rows of a file are marked as deleted`);
      const partition = add.partitionValues ?? {};
      const [key, bytes] = [toKey(partition), add.size ?? 0];
      files.set(add.path, { path: add.path, bytes, partition, stats: add.stats ?? null });
      known.set(add.path, bytes);
      if (add.dataChange !== false) origins.set(key, (origins.get(key) ?? new Set()).add(add.path));
    }
  }
  if (version === -1) return null;
  if (metaData === undefined) throw new UnknownLog('no version describes the table');
  return {
    version,
    id: metaData.id,
    createdTime: metaData.createdTime ?? 0,
    schema: metaData.schemaString,
    partitionColumns: metaData.partitionColumns,
    configuration: metaData.configuration ?? {},
    files,
    known,
    origins,
  };
}
