import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Column, ColumnType } from '../export/columns.ts';
import type { Table, TableName } from '../export/table.ts';
import { PACKAGE } from '../lib/package-info.ts';

/* What the tables look like in Postgres: types, keys, indexes and comments. */

const TYPES: Readonly<Record<ColumnType, string>> = {
  integer: 'bigint',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp with time zone',
  text: 'text',
  list: 'text[]',
};

/** The program's own notes in the schema: what is published, and which rows belong together. */
export const PUBLICATION = 'mirror_publication';
export const PARTS = 'mirror_parts';

/** The column with the words of a row, and the columns that the words are from. */
const WORDS = 'words';
const SEARCHED: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  cases: ['name', 'summary'],
  docket_entries: ['description'],
  further_docket_entries: ['description'],
  documents: ['title', 'description'],
  document_texts: ['text'],
};
/** Words beyond this many characters are not found: the type holds at most 1 MB, and one long text would fail the load. */
const SEARCHED_CHARACTERS = 100_000;

/** Columns with an index besides the key: short ones only, because an index holds no long text. */
const INDEXED: Readonly<Partial<Record<TableName, readonly (readonly string[])[]>>> = {
  cases: [['filing_date'], ['docket_number']],
  related_cases: [['related_id']],
  docket_entries: [['date_filed']],
  dockets: [['courtlistener_docket_id']],
  case_documents: [['document_id']],
  case_resources: [['resource_key']],
  case_changes: [['case_id'], ['run_id']],
  linked_changes: [['case_id'], ['run_id']],
};
/** A court can write anything as a number, and a B-tree holds no long text. */
const BY_HASH: ReadonlySet<string> = new Set(['docket_number']);

export const quote = pg.escapeIdentifier;
const literal = pg.escapeLiteral;
export const quoteAll = (names: readonly string[]): string => names.map((name) => quote(name)).join(', ');
export const inSchema = (schema: string, table: string): string => `${quote(schema)}.${quote(table)}`;

const listSearched = ({ name, columns }: Table): string[] =>
  (SEARCHED[name] ?? []).filter((one) => columns.some((column) => column.name === one));

/** A table for the columns of the mirror alone, without anything that makes a load slower. */
export function createPlainTable(schema: string, { name, columns }: Table): string {
  return `CREATE UNLOGGED TABLE ${inSchema(schema, name)} (${columns.map(toDefinition).join(', ')})`;
}

const toDefinition = ({ name, type }: Column): string => `${quote(name)} ${TYPES[type]}`;

/** A table with its words; keys and indexes follow when it is full. */
export function createTable(schema: string, table: Table): string {
  const searched = listSearched(table);
  const text = searched.map((name) => `coalesce(${quote(name)}, '')`).join(` || ' ' || `);
  const words =
    searched.length === 0
      ? []
      : [
          `${WORDS} tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.english', left(${text}, ${SEARCHED_CHARACTERS}))) STORED`,
        ];
  const columns = [...table.columns.map(toDefinition), ...words];
  return `CREATE TABLE ${inSchema(schema, table.name)} (${columns.join(', ')})`;
}

/** The statements that give a full table its key and its indexes. */
export function listIndexes(schema: string, table: Table): string[] {
  const target = inSchema(schema, table.name);
  const has = (name: string): boolean => table.columns.some((column) => column.name === name);
  const indexes = (INDEXED[table.name] ?? []).filter((names) => names.every(has));
  return [
    `ALTER TABLE ${target} ADD CONSTRAINT ${quote(toKeyName(table))} PRIMARY KEY (${quoteAll(table.key)})`,
    ...indexes.map(
      (names) =>
        `CREATE INDEX ${quote(toIndexName(table, names))} ON ${target} USING ${names.some((name) => BY_HASH.has(name)) ? 'hash' : 'btree'} (${quoteAll(names)})`,
    ),
    ...(listSearched(table).length === 0
      ? []
      : [`CREATE INDEX ${quote(toIndexName(table, [WORDS]))} ON ${target} USING gin (${WORDS})`]),
  ];
}

const toKeyName = ({ name }: Table): string => `${name}_pkey`;
const toIndexName = ({ name }: Table, columns: readonly string[]): string => `${name}_${columns.join('_')}`;
const toReferenceName = ({ name }: Table, columns: readonly string[]): string =>
  `${name}_${columns.join('_')}_fkey`;

/** What a publish made; what else is on its tables is somebody's. */
export interface Own {
  /** Constraints and indexes. */
  readonly names: readonly string[];
  /** Columns, after the name of their table and a dot. */
  readonly columns: readonly string[];
}

export function listOwn(tables: readonly Table[]): Own {
  const columns = tables.flatMap(({ name, columns: all }) =>
    [...all.map((column) => column.name), WORDS].map((one) => `${name}.${one}`),
  );
  return { names: listOwnNames(tables), columns };
}

function listOwnNames(tables: readonly Table[]): string[] {
  return tables.flatMap((table) => [
    toKeyName(table),
    ...(INDEXED[table.name] ?? []).map((names) => toIndexName(table, names)),
    toIndexName(table, [WORDS]),
    ...table.references.map(({ columns }) => toReferenceName(table, columns)),
    `${PARTS}_pkey`,
    `${PUBLICATION}_pkey`,
  ]);
}

/** The foreign keys of a table, as far as the other tables are there. */
export function listReferences(schema: string, table: Table, tables: readonly Table[]): string[] {
  return table.references
    .filter((one) => tables.some(({ name }) => name === one.table))
    .map(
      ({ columns, table: other, to }) =>
        `ALTER TABLE ${inSchema(schema, table.name)} ADD CONSTRAINT ${quote(toReferenceName(table, columns))} FOREIGN KEY (${quoteAll(columns)}) REFERENCES ${inSchema(schema, other)} (${quoteAll(to)})`,
    );
}

export function listComments(schema: string, table: Table): string[] {
  const target = inSchema(schema, table.name);
  const searched = listSearched(table);
  const comments = table.columns.map(({ name, description }) => [name, description] as const);
  if (searched.length > 0)
    comments.push([
      WORDS,
      `The words of ${searched.join(' and ')}, as far as the first ${SEARCHED_CHARACTERS} characters, for searches: words @@ websearch_to_tsquery('english', 'consent decree').`,
    ]);
  return [
    `COMMENT ON TABLE ${target} IS ${literal(table.description)}`,
    ...comments.map(([name, text]) => `COMMENT ON COLUMN ${target}.${quote(name)} IS ${literal(text)}`),
  ];
}

/** The tables of notes, with the column comments. */
export function createNotes(schema: string): string {
  const [publication, parts] = [inSchema(schema, PUBLICATION), inSchema(schema, PARTS)];
  return `CREATE TABLE ${publication} (
      one boolean CONSTRAINT ${PUBLICATION}_pkey PRIMARY KEY CHECK (one), run_id bigint, run_ended_at timestamptz, complete boolean, published_at timestamptz,
      version text, layout text, content text, own jsonb, row_counts jsonb, mirror text, with_texts boolean);
    COMMENT ON TABLE ${publication} IS 'What clearinghouse-mirror published here: the state after run_id, which ended at run_ended_at.';
    CREATE TABLE ${parts} (part_table text, part_key bigint, token text, row_count bigint, row_sum numeric);
    COMMENT ON TABLE ${parts} IS 'What clearinghouse-mirror compares: the rows of each case, of each text and of each other table, with the sum of their hashes.'`;
}

/** The key of the notes, when they are full. */
export const indexNotes = (schema: string): string =>
  `ALTER TABLE ${inSchema(schema, PARTS)} ADD CONSTRAINT ${PARTS}_pkey PRIMARY KEY (part_table, part_key)`;

/** Tables such that each follows those that it refers to. */
export function sortByReferences(tables: readonly Table[]): Table[] {
  const sorted: Table[] = [];
  const add = (table: Table): void => {
    if (sorted.includes(table)) return;
    for (const { table: other } of table.references) {
      const parent = tables.find(({ name }) => name === other);
      if (parent !== undefined) add(parent);
    }
    sorted.push(table);
  };
  for (const table of tables) add(table);
  return sorted;
}

const LAYOUT_VERSION = 1;

const toHash = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);

/** A hash of what the tables look like: tables that have another one must be built anew. */
export function toLayoutHash(tables: readonly Table[]): string {
  const facts = tables.map((table) => [
    createTable('', table),
    listIndexes('', table),
    listReferences('', table, tables),
  ]);
  return toHash([LAYOUT_VERSION, createNotes(''), facts]);
}

/** A hash of how values come about: rows of another one are all loaded again and compared. */
export function toContentHash(tables: readonly Table[], schemaVersion: number): string {
  return toHash([PACKAGE.version, schemaVersion, tables.map(({ sql }) => sql)]);
}
