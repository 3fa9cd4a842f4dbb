import type { cases, docketEntries, documents, texts } from './schema/schema.ts';

/*
 * Which columns of which tables the full-text indexes have, and the triggers that keep them. Only what the public may
 * see of documents is indexed: a trigger takes a document and its text out when the document turns hidden, departs or
 * is redacted. See docs/decisions/0026-words-in-an-index.md.
 */

/** A table whose words are indexed. */
export interface IndexedTable {
  readonly name: string;
  readonly table: string;
  readonly key: string;
  /** The tables on whose rows the index depends: the indexed one, and those by which its columns and conditions are computed. */
  readonly sources: readonly string[];
  /** How much a word in each column counts. */
  readonly weights: Readonly<Record<string, number>>;
  /** The condition that a row, which has this name in SQL, is indexed; null if every row is. */
  readonly isIndexed: ((row: string) => string) | null;
}

type WeightsOf<Table extends { readonly $inferSelect: object }> = Partial<
  Record<keyof Table['$inferSelect'], number>
>;

const CASES = {
  name: 'cases_fts',
  table: 'cases',
  key: 'id',
  sources: ['cases', 'case_defendants', 'dockets'],
  weights: {
    name: 10,
    mirror_defendants: 4,
    court: 2,
    mirror_docket_numbers: 8,
    plaintiff_description: 2,
    mirror_short_summaries: 2,
    mirror_summary_text: 1,
  } satisfies WeightsOf<typeof cases>,
  isIndexed: null,
} as const satisfies IndexedTable;

const ENTRIES = {
  name: 'docket_entries_fts',
  table: 'docket_entries',
  key: 'mirror_id',
  sources: ['docket_entries'],
  weights: { description: 1 } satisfies WeightsOf<typeof docketEntries>,
  isIndexed: null,
} as const satisfies IndexedTable;

/** The columns of a document by which it is for the public or not. */
const MARKS = [
  'mirror_hidden',
  'mirror_departed_run_id',
  'mirror_redacted_run_id',
] as const satisfies readonly (keyof typeof documents.$inferSelect)[];

const isPublic = (row: string): string => MARKS.map((mark) => `${row}.${mark} IS NULL`).join(' AND ');

const DOCUMENTS = {
  name: 'documents_fts',
  table: 'documents',
  key: 'id',
  sources: ['documents'],
  weights: {
    title: 8,
    description: 2,
    document_type: 2,
    document_type_other: 2,
    order_type: 2,
    party_types: 1,
  } satisfies WeightsOf<typeof documents>,
  isIndexed: isPublic,
} as const satisfies IndexedTable;

const TEXTS = {
  name: 'texts_fts',
  table: 'texts',
  key: 'mirror_id',
  sources: ['texts', 'documents', 'document_texts'],
  weights: { value: 1, mirror_words: 1 } satisfies WeightsOf<typeof texts>,
  isIndexed: (row: string) => `EXISTS (SELECT 1 FROM document_texts JOIN documents
    ON documents.id = document_texts.document_id
    WHERE document_texts.text_id = ${row}.mirror_id AND ${isPublic('documents')})`,
} as const satisfies IndexedTable;

export const SEARCH_INDEXES = {
  cases: CASES,
  entries: ENTRIES,
  documents: DOCUMENTS,
  texts: TEXTS,
} as const satisfies Record<string, IndexedTable>;
/** What a search can look in. */
export type SearchKind = keyof typeof SEARCH_INDEXES;
export const INDEXES: readonly IndexedTable[] = Object.values(SEARCH_INDEXES);

export const columnsOf = ({ weights }: IndexedTable): string[] => Object.keys(weights);

/** English words are reduced to their stems; accents do not matter. */
export const TOKENIZER = 'porter unicode61 remove_diacritics 2';

/** The tables in which FTS5 keeps an index. */
export const SHADOWS = ['data', 'idx', 'docsize', 'config'] as const;

/** A trigger: its name without that of its index, and its definition after the name. */
type Trigger = readonly [ending: string, definition: string];

/** Statements that add a row of the indexed table to an index, or take one out, if a condition holds. */
function prepareChanges({ name, key, ...index }: IndexedTable) {
  const columns = [key, ...columnsOf({ name, key, ...index })];
  const listOf = (row: string): string => columns.map((column) => `${row}.${column}`).join(', ');
  const names = columns.slice(1).join(', ');
  return {
    isOther: columns.map((column) => `old.${column} IS NOT new.${column}`).join(' OR '),
    columns: columns.join(', '),
    add: (row: string, rest: string) => `INSERT INTO ${name} (rowid, ${names}) SELECT ${listOf(row)}${rest};`,
    remove: (row: string, rest: string) =>
      `INSERT INTO ${name} (${name}, rowid, ${names}) SELECT 'delete', ${listOf(row)}${rest};`,
  };
}

/**
 * The triggers of an index whose rows are indexed or not by columns of their own. FTS5 takes a row out of an index only
 * if it gets exactly the indexed values: a trigger has them as `old`.
 */
function listOwnTriggers(index: IndexedTable): Trigger[] {
  const { table, isIndexed } = index;
  const { isOther, columns, add, remove } = prepareChanges(index);
  const when = (row: string): string => (isIndexed === null ? '' : ` WHERE ${isIndexed(row)}`);
  const marks = isIndexed === null ? [] : MARKS;
  const isChanged = [isOther, ...marks.map((mark) => `old.${mark} IS NOT new.${mark}`)].join(' OR ');
  return [
    ['insert', `AFTER INSERT ON ${table} BEGIN ${add('new', when('new'))} END`],
    [
      'update',
      `AFTER UPDATE OF ${[columns, ...marks].join(', ')} ON ${table} WHEN ${isChanged} BEGIN ${remove('old', when('old'))} ${add('new', when('new'))} END`,
    ],
    ['delete', `AFTER DELETE ON ${table} BEGIN ${remove('old', when('old'))} END`],
  ];
}

/**
 * The triggers of the index of texts. Whether a text is indexed depends on the documents that have it, so the index
 * itself is asked whether it has the text: FTS5 keeps the length of each indexed row in a table.
 */
function listTextTriggers(index: IndexedTable & { readonly isIndexed: (row: string) => string }): Trigger[] {
  const { name, table, key, isIndexed } = index;
  const { isOther, columns, add, remove } = prepareChanges(index);
  const isIn = (row: string): string => `EXISTS (SELECT 1 FROM ${name}_docsize WHERE id = ${row}.${key})`;
  const settle = (ids: string): string => {
    const from = ` FROM ${table} WHERE ${key} IN (${ids}) AND`;
    return `${remove(table, `${from} ${isIn(table)} AND NOT ${isIndexed(table)}`)} ${add(table, `${from} NOT ${isIn(table)} AND ${isIndexed(table)}`)}`;
  };
  const isRemarked = ['id', ...MARKS].map((column) => `old.${column} IS NOT new.${column}`).join(' OR ');
  const textsOf = (row: 'old' | 'new', ids: string): string =>
    settle(`SELECT text_id FROM document_texts WHERE document_id IN (${ids.replaceAll('row', row)})`);
  return [
    ['insert', `AFTER INSERT ON ${table} BEGIN ${add('new', ` WHERE ${isIndexed('new')}`)} END`],
    [
      'update',
      `AFTER UPDATE OF ${columns} ON ${table} WHEN ${isOther} BEGIN ${remove('old', ` WHERE ${isIn('old')}`)} ${add('new', ` WHERE ${isIndexed('new')}`)} END`,
    ],
    ['delete', `AFTER DELETE ON ${table} BEGIN ${remove('old', ` WHERE ${isIn('old')}`)} END`],
    [
      'fetched',
      `AFTER INSERT ON document_texts WHEN new.text_id IS NOT NULL BEGIN ${settle('new.text_id')} END`,
    ],
    [
      'replaced',
      `AFTER UPDATE OF document_id, text_id ON document_texts WHEN old.document_id IS NOT new.document_id OR old.text_id IS NOT new.text_id BEGIN ${settle('old.text_id, new.text_id')} END`,
    ],
    [
      'dropped',
      `AFTER DELETE ON document_texts WHEN old.text_id IS NOT NULL BEGIN ${settle('old.text_id')} END`,
    ],
    [
      'marked',
      `AFTER UPDATE OF ${['id', ...MARKS].join(', ')} ON documents WHEN ${isRemarked} BEGIN ${textsOf('new', 'old.id, row.id')} END`,
    ],
    ['removed', `AFTER DELETE ON documents BEGIN ${textsOf('old', 'row.id')} END`],
  ];
}

/** The triggers of an index: their names, and the statements that create them. */
export function listTriggers(index: IndexedTable): { readonly name: string; readonly sql: string }[] {
  const triggers = index.name === TEXTS.name ? listTextTriggers(TEXTS) : listOwnTriggers(index);
  return triggers.map(([ending, definition]) => {
    const name = `${index.name}_${ending}`;
    return { name, sql: `CREATE TRIGGER ${name} ${definition}` };
  });
}

/** The names of everything in the schema that belongs to the indexes. */
export const SEARCH_OBJECTS: ReadonlySet<string> = new Set(
  INDEXES.flatMap((index) => [
    index.name,
    ...SHADOWS.map((ending) => `${index.name}_${ending}`),
    ...listTriggers(index).map(({ name }) => name),
  ]),
);
