import { AUTHOR, toDataCitation } from './citation.ts';
import type { Column, ColumnType } from './columns.ts';
import type { FormatName } from './formats/format.ts';
import type { Export, WrittenFile, WrittenTable } from './manifest.ts';

/* datapackage.json: Data Package 2.0. */

const SCHEMA = 'https://datapackage.org/profiles/2.0/datapackage.json';

/** The published schema has no type for lists, so that a list is an array of JSON. */
const FIELD_TYPES: Readonly<Record<ColumnType, string>> = {
  integer: 'integer',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'datetime',
  text: 'string',
  list: 'array',
};

/** The title of a folder: what it is, and of whose data. */
export function toTitle({ kind, run }: Pick<Export, 'kind' | 'run'>): string {
  return `${run.otherSource === null ? AUTHOR : toDataCitation(run).title}: ${kind === 'delta' ? 'Delta tables' : kind} of a local mirror`;
}

export function toDescriptor(one: Export): object {
  const { author, institution, url, version } = toDataCitation(one.run);
  // A table in several files is several resources, and nothing can refer to it: files with names of columns cannot be joined.
  const names = new Set(
    one.tables.flatMap(({ table, partition }) => (partition === null ? [table.name] : [])),
  );
  return {
    $schema: SCHEMA,
    name: 'clearinghouse-mirror',
    title: toTitle(one),
    description: `The state of the mirror after run ${one.run.id}, which ended at ${one.run.endedAt}. README.md and codebook.md describe it.`,
    homepage: url,
    version,
    created: one.run.endedAt,
    sources: [{ title: `${author}, ${institution}`, path: url }],
    contributors: [{ title: author, path: url, roles: ['creator'] }],
    keywords: ['civil rights', 'litigation', 'court dockets'],
    resources: one.tables.flatMap((written) =>
      written.files.map((file) => toResource(one, written, file, names)),
    ),
  };
}

function toResource(
  { format, mediaType }: Export,
  { table, isWhole, partition }: WrittenTable,
  { path, bytes, sha256 }: WrittenFile,
  names: ReadonlySet<string>,
): object {
  const references = table.references.filter((reference) => names.has(reference.table));
  return {
    name: partition === null ? table.name : `${table.name}-${/=(-?\d+)\//.exec(path)?.[1] ?? ''}`,
    title: table.description,
    path,
    format,
    mediatype: mediaType,
    ...(TEXT_FORMATS.has(format) && { encoding: 'utf-8' }),
    bytes,
    hash: `sha256:${sha256}`,
    ...(isWhole
      ? { description: 'Each line is a whole case with the fields of the API, as JSON.' }
      : {
          type: 'table',
          ...(format === 'csv' && { dialect: DIALECT }),
          ...(format === 'xlsx' && { dialect: { sheetName: table.name } }),
          schema: {
            fields: table.columns.map((column) => toField(column, table.key, format)),
            missingValues: [''],
            primaryKey: table.key,
            ...(references.length > 0 && {
              foreignKeys: references.map(({ columns, table: resource, to }) => ({
                fields: columns,
                reference: { resource, fields: to },
              })),
            }),
          },
        }),
  };
}

const TEXT_FORMATS: ReadonlySet<string> = new Set(['csv', 'ndjson']);
const DIALECT = { delimiter: ',', lineTerminator: '\r\n', quoteChar: '"', doubleQuote: true, header: true };

function toField({ name, type, description }: Column, key: readonly string[], format: FormatName): object {
  return {
    name,
    type: format === 'xlsx' && type === 'list' ? 'string' : FIELD_TYPES[type],
    description,
    ...(key.includes(name) && { constraints: { required: true } }),
  };
}
