import { setImmediate as nextTick } from 'node:timers/promises';
import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { readStateAsOf } from '../history/query-as-of/query.ts';
import { NOTHING_WITHHELD, type Withheld, readPublicStateAsOf } from '../history/query-as-of/withhold.ts';
import { type CaseFilters, listConditions } from '../search/filters.ts';
import type { Cell } from './columns.ts';
import type { Format } from './formats/format.ts';
import { provideOtherFields } from './other-fields.ts';
import { type Partition, type PartitionName, findPartition } from './partition.ts';
import type { ExportedRun } from './run.ts';
import type { FolderKind } from './target.ts';
import {
  CHOSEN,
  DOCKET_KEYS,
  ENTRY_KEYS,
  RESOURCE_KEYS,
  TABLE_NAMES,
  type Table,
  type TableName,
  type TableOptions,
} from './table.ts';
import {
  toAttachments,
  toCases,
  toDefendants,
  toDockets,
  toEntries,
  toFurtherEntries,
  toRelated,
} from './tables-of-cases.ts';
import { toCaseChanges, toLinkedChanges, toListSyncs, toRuns } from './tables-of-history.ts';
import {
  toDocumentLinks,
  toDocuments,
  toResourceLinks,
  toResources,
  toTexts,
  toFiles,
} from './tables-of-records.ts';

/*
 * Chooses the tables and the cases of an export, reads their rows, and gives a key to each record that has none on the site. The keys depend on the content
 * alone, not on when the mirror stored the record. All of it is kept in temporary tables of the connection.
 */

/** All tables in the order of {@link TABLE_NAMES}. */
export function toTables(options: TableOptions): readonly Table[] {
  const tables = [
    toCases,
    toDefendants,
    toRelated,
    toDockets,
    toEntries,
    toAttachments,
    toFurtherEntries,
    toDocuments,
    toDocumentLinks,
    toResources,
    toResourceLinks,
    toTexts,
    toFiles,
    toCaseChanges,
    toLinkedChanges,
    toRuns,
    toListSyncs,
  ].map((make) => make(options));
  if (tables.map(({ name }) => name).join() !== TABLE_NAMES.join())
    throw new Error('A table has another place than its name.');
  return tables;
}

interface TablesRequest extends TableOptions {
  /** Null for all tables that the mirror has. */
  readonly tables: readonly TableName[] | null;
  readonly run: ExportedRun;
  readonly format: Format;
  readonly partitionBy: readonly PartitionName[];
  /** Delta tables are always split by what they can be split by. */
  readonly kind: FolderKind;
}

interface ChosenTables {
  readonly tables: readonly Table[];
  readonly partitions: ReadonlyMap<TableName, Partition>;
  readonly leftOut: readonly { readonly table: string; readonly why: string }[];
}

/** Chooses the tables. Without `tables`, those that cannot be exported are left out, with the reason. */
export function chooseTables({ path }: Mirror, request: TablesRequest): ChosenTables {
  const leftOut: { table: string; why: string }[] = [];
  const tables = toTables(request).filter(({ name }) => {
    if (request.tables !== null && !request.tables.includes(name)) return false;
    const why = explainAbsence(name, request);
    if (why === null) return true;
    if (request.tables !== null)
      throw new MirrorError('EXPORT_UNAVAILABLE', `${path} cannot give the table ${name}: ${why}.`, {
        hint: `Leave ${name} out of --tables.`,
      });
    leftOut.push({ table: name, why });
    return false;
  });
  return { tables, leftOut, partitions: choosePartitions(tables, request) };
}

/** Finds how each table is split. Fails with USAGE if the format or the choice of tables makes that impossible. */
function choosePartitions(
  tables: readonly Table[],
  { format, partitionBy, kind }: TablesRequest,
): Map<TableName, Partition> {
  const found = new Map<TableName, Partition>();
  for (const { name } of tables) {
    const partition = findPartition(name, partitionBy);
    if (partition !== null) found.set(name, partition);
  }
  if (partitionBy.length === 0 || kind === 'delta') return found;
  if (!format.isSplittable)
    throw new MirrorError('USAGE', `A table of ${format.ending} is not split into folders.`, {
      hint: '--partition-by goes with --format csv, ndjson or parquet.',
    });
  if (found.size === 0)
    throw new MirrorError('USAGE', `None of these tables is split by ${partitionBy.join(' or ')}.`, {
      hint: 'Leave out --partition-by, or add such a table to --tables.',
    });
  return found;
}

/** The columns that can be NULL, by which no table is split. */
export function listNullable(): ReadonlySet<string> {
  const tables = toTables({ isRaw: false, withoutTexts: false });
  return new Set(
    tables.flatMap(({ columns, key }) =>
      columns.map(({ name }) => name).filter((name) => !key.includes(name)),
    ),
  );
}

/** The tables of what is fetched on request, which has no earlier states. */
const ON_REQUEST: Readonly<Partial<Record<TableName, 'texts' | 'files'>>> = {
  document_texts: 'texts',
  document_files: 'files',
};

/** Why a table is not exported; null if it is. */
function explainAbsence(name: TableName, { format, withoutTexts, run }: TablesRequest): string | null {
  if (format.onlyTable !== undefined && name !== format.onlyTable)
    return `a file of ${format.ending} has the table ${format.onlyTable} alone`;
  const what = ON_REQUEST[name];
  if (what === undefined) return null;
  if (withoutTexts && what === 'texts') return 'texts were not wanted';
  return run.isPast ? `the mirror keeps no earlier state of ${what}` : null;
}

/**
 * Has the connection read the state after the run. Unless it is raw, that is without what the mirror knows by now to have
 * left the site or not to be for the public; returns how much that is. Fails with HISTORY_MISSING or HISTORY_DAMAGED.
 */
export function readRun(mirror: Mirror, { id, isPast }: ExportedRun, isRaw: boolean): Withheld {
  if (!isPast) return NOTHING_WITHHELD;
  if (!isRaw) return readPublicStateAsOf(mirror, id);
  readStateAsOf(mirror, id);
  return NOTHING_WITHHELD;
}

/** Fills the temporary tables and gives the connection what the tables need; returns the ids of the cases in their order. */
export function chooseCases({ sqlite }: Mirror, filters: CaseFilters, isRaw: boolean): number[] {
  provideOtherFields(sqlite);
  const conditions = [
    'cases.mirror_redacted_run_id IS NULL',
    ...(isRaw ? [] : ['cases.mirror_departed_run_id IS NULL']),
    ...listConditions(filters),
  ];
  const toKeys = (table: string, key: string): string =>
    `CREATE TEMP TABLE ${table.slice('temp.'.length)} (${key} INTEGER PRIMARY KEY, key INTEGER)`;
  sqlite.exec(`
    CREATE TEMP TABLE export_cases (id INTEGER PRIMARY KEY);
    INSERT INTO ${CHOSEN} SELECT cases.id FROM cases WHERE ${conditions.join(' AND ')};
    ${toKeys(ENTRY_KEYS, 'mirror_id')};
    ${toKeys(DOCKET_KEYS, 'mirror_key')};
    ${toKeys(RESOURCE_KEYS, 'mirror_key')};
    INSERT INTO ${ENTRY_KEYS} SELECT mirror_id, row_number() OVER (PARTITION BY case_id ORDER BY ${ENTRY_CONTENT}) - 1 - count(*) OVER (PARTITION BY case_id)
      FROM docket_entries AS entry
      WHERE case_id IN (SELECT id FROM ${CHOSEN} AS chosen WHERE (SELECT min(mirror_key) FROM docket_entries WHERE case_id = chosen.id) <= 0)
        AND (mirror_key <= 0 OR EXISTS (
          SELECT 1 FROM docket_entries AS other WHERE other.case_id = entry.case_id AND other.mirror_key <= 0 AND other.id = entry.id));
    INSERT INTO ${DOCKET_KEYS} SELECT mirror_key, -row_number() OVER (ORDER BY mirror_fingerprint) FROM further_dockets WHERE mirror_key <= 0;
    INSERT INTO ${RESOURCE_KEYS} SELECT mirror_key, row_number() OVER (ORDER BY title, mirror_fingerprint) FROM resources
      WHERE mirror_redacted_run_id IS NULL AND mirror_departed_run_id IS NULL ${isRaw ? '' : 'AND mirror_hidden IS NULL'}`);
  return sqlite.prepare<[], number>(`SELECT id FROM ${CHOSEN} ORDER BY id`).pluck().all();
}

const ENTRY_CONTENT =
  'id, row_number, entry_number, date_filed, url, recap_pdf_url, pacer_doc_id, description, attachments, mirror_rest';

/** The rows and characters that are held at a time. */
const [ROWS_A_STEP, CHARACTERS_A_STEP] = [200, 2_000_000];

/** Reads the rows of a table one by one, in the order of its key. Fails with the signal's reason. */
export async function* readRows(
  { sqlite }: Mirror,
  { sql, isPerCase }: Table,
  caseIds: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<readonly Cell[][]> {
  const statement = sqlite.prepare<number[], Cell[]>(sql).raw().safeIntegers();
  let block: Cell[][] = [];
  let characters = 0;
  for (const parameters of isPerCase ? caseIds.map((id) => [id]) : [[]]) {
    for (const row of statement.iterate(...parameters)) {
      block.push(row);
      for (const cell of row) if (typeof cell === 'string') characters += cell.length;
      if (block.length < ROWS_A_STEP && characters < CHARACTERS_A_STEP) continue;
      yield block;
      block = [];
      characters = 0;
      await nextTick();
      signal.throwIfAborted();
    }
  }
  yield block;
}
