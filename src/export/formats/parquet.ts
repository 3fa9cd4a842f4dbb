import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type SchemaElement,
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Column, ColumnType, Value } from '../columns.ts';
import type { Table } from '../table.ts';
import type { Format } from './format.ts';

/*
 * Parquet with PLAIN and dictionary encoding and GZIP, which every reader knows. The schema is fixed by the columns, not
 * guessed from values. A row group is small: the writer holds one of them.
 */

const ROWS_A_GROUP = 2500;
/** The characters of a row group, of which some rows have a million. */
const CHARACTERS_A_GROUP = 2_000_000;

const TYPES: Readonly<Record<Exclude<ColumnType, 'list'>, Omit<SchemaElement, 'name'>>> = {
  integer: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
};

function toSchema({ columns, key }: Table): SchemaElement[] {
  return [
    { name: 'schema', num_children: columns.length },
    ...columns.flatMap(({ name, type }): SchemaElement[] => {
      if (type !== 'list')
        return [{ name, repetition_type: key.includes(name) ? 'REQUIRED' : 'OPTIONAL', ...TYPES[type] }];
      return [
        {
          name,
          repetition_type: 'REQUIRED',
          num_children: 1,
          converted_type: 'LIST',
          logical_type: { type: 'LIST' },
        },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', repetition_type: 'REQUIRED', ...TYPES.text },
      ];
    }),
  ];
}

/** By default, hyparquet drops a byte-order mark at the beginning of a text. */
const PARSERS = {
  stringFromBytes: (bytes: Uint8Array | undefined): string | undefined =>
    bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
};

/** What hyparquet-writer takes for a value of a column. */
const toStored = ({ type }: Column, value: Value): unknown =>
  (type === 'date' || type === 'timestamp') && value !== null ? new Date(value as string) : value;

function toValue({ type }: Column, stored: unknown): Value {
  if (stored === null || stored === undefined) return null;
  if (stored instanceof Date)
    return type === 'date' ? stored.toISOString().slice(0, 10) : stored.toISOString();
  return stored as Value;
}

/** Writes what the library makes of a row group to the file, and uses its memory again. */
function createFileWriter(file: number): ByteWriter {
  const writer = new ByteWriter();
  const flush = (): void => {
    const bytes = new Uint8Array(writer.buffer, 0, writer.index);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    writer.index = 0;
  };
  return Object.assign(writer, { flush, finish: flush });
}

/** Descriptions of the columns, for which Parquet itself has no place. */
const DESCRIPTIONS = 'column_descriptions';

export const PARQUET: Format = {
  ending: 'parquet',
  mediaType: 'application/vnd.apache.parquet',
  isSplittable: true,
  open(path, table) {
    const { columns } = table;
    const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o666);
    const descriptions = Object.fromEntries(columns.map(({ name, description }) => [name, description]));
    const writer = new ParquetWriter({
      writer: createFileWriter(file),
      schema: toSchema(table),
      codec: 'GZIP',
      compressors: { GZIP: (input) => gzipSync(input) },
      kvMetadata: [
        { key: 'description', value: table.description },
        { key: DESCRIPTIONS, value: JSON.stringify(descriptions) },
      ],
      createdBy: 'clearinghouse-mirror with hyparquet-writer',
    });
    let group: unknown[][] = columns.map(() => []);
    let characters = 0;
    const writeGroup = (): void => {
      const rows = group[0]?.length ?? 0;
      if (rows === 0) return;
      const columnData = columns.map(({ name }, at) => ({ name, data: group[at] ?? [] }));
      // The file is written synchronously, so there is nothing to wait for.
      void writer.write({ columnData, rowGroupSize: rows });
      group = columns.map(() => []);
      characters = 0;
    };
    return {
      write(values) {
        for (const [at, column] of columns.entries()) {
          const value = values[at] ?? null;
          if (typeof value === 'string') characters += value.length;
          group[at]?.push(toStored(column, value));
        }
        if ((group[0]?.length ?? 0) >= ROWS_A_GROUP || characters >= CHARACTERS_A_GROUP) writeGroup();
      },
      finish() {
        try {
          writeGroup();
          void writer.finish();
        } finally {
          closeSync(file);
        }
      },
    };
  },
  async *readBack(path, { columns }) {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const found = parquetSchema(metadata).children.map(
      ({ element, children }) => `${element.name}${children.length === 0 ? '' : ' list'}`,
    );
    const expected = columns.map(({ name, type }) => `${name}${type === 'list' ? ' list' : ''}`);
    if (found.join() !== expected.join()) throw new Error('its columns are others');
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      const rows = await parquetReadObjects({
        file,
        metadata,
        rowStart,
        rowEnd,
        compressors: { GZIP: (input) => gunzipSync(input) },
        parsers: PARSERS,
      });
      for (const row of rows) yield columns.map((column) => toValue(column, row[column.name]));
      rowStart = rowEnd;
    }
  },
};
