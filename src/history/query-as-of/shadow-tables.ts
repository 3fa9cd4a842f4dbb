import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { MirrorError } from '../../errors/mirror-error.ts';
import { isSqliteError } from '../../db/errors.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { listOwnSchema, listSchema, listSchemaDifferences } from '../../db/own-schema.ts';
import * as schema from '../../db/schema/schema.ts';
import { isVersionPast, shadowLinked, toListStateAsOf, wasListRequested } from './shadow-linked.ts';
import { type Fill, shadowByView, shadowCases, shadowChild, shadowEntries } from './shadow-content.ts';

type NameOf<Item> = Item extends SQLiteTable ? Item['_']['name'] : never;
/**
 * The mirror keeps no earlier state of these tables. A query that reads one fails like one that reads a user's table.
 */
type TableName = Exclude<NameOf<(typeof schema)[keyof typeof schema]>, 'mirror_raw_hashes' | 'mirror_seals'>;

/**
 * How the rows of a table that only grows are limited to a run: the rows that existed, and the columns whose value then
 * is unknown.
 */
interface Cut {
  readonly table: SQLiteTable;
  readonly where: (runId: number) => string;
  readonly instead?: (runId: number) => Readonly<Record<string, string>>;
}

const upTo =
  (column: string) =>
  (runId: number): string =>
    `+${column} <= ${runId}`;

/**
 * `last_run_id` is known if it is at most the run. If the record was seen again later, the run that last saw it by then
 * is unknown.
 */
const lastSeen = (runId: number) => ({
  last_run_id: `CASE WHEN last_run_id <= ${runId} THEN last_run_id END`,
});

/** A link or note that a later run ended: its end is unknown at that time. */
const openUntil =
  (...columns: readonly string[]) =>
  (runId: number): Readonly<Record<string, string>> =>
    Object.fromEntries(
      columns.map((column) => [column, `CASE WHEN ${column} <= ${runId} THEN ${column} END`]),
    );

const link = (table: SQLiteTable): Cut => ({
  table,
  where: upTo('mirror_from_run_id'),
  instead: openUntil('mirror_missing_run_id', 'mirror_to_run_id'),
});

const CUTS = {
  sync_runs: { table: schema.syncRuns, where: upTo('id') },
  list_syncs: { table: schema.listSyncs, where: upTo('run_id') },
  mirror_coverage_checks: { table: schema.mirrorCoverageChecks, where: upTo('run_id') },
  mirror_document_list_checks: { table: schema.mirrorDocumentListChecks, where: upTo('run_id') },
  mirror_departure_checks: { table: schema.mirrorDepartureChecks, where: upTo('run_id') },
  mirror_moved_cases: { table: schema.mirrorMovedCases, where: upTo('run_id') },
  rejected_records: { table: schema.rejectedRecords, where: upTo('first_run_id'), instead: lastSeen },
  schema_drift: { table: schema.schemaDrift, where: upTo('first_run_id'), instead: lastSeen },
  case_changes: { table: schema.caseChanges, where: upTo('run_id') },
  docket_entry_versions: { table: schema.docketEntryVersions, where: upTo('mirror_valid_to_run_id') },
  // A version became a past version in the run that stored the next one.
  case_versions: {
    table: schema.caseVersions,
    where: (runId: number) =>
      `(SELECT mirror_changed_run_id FROM main.cases WHERE cases.id = case_versions.case_id) <= ${runId}
      OR EXISTS (SELECT 1 FROM main.case_versions AS next WHERE next.case_id = case_versions.case_id
        AND next.run_id > case_versions.run_id AND next.run_id <= ${runId})`,
  },
  case_documents: link(schema.caseDocuments),
  case_further_dockets: link(schema.caseFurtherDockets),
  case_resources: link(schema.caseResources),
  mirror_docket_differences: {
    table: schema.mirrorDocketDifferences,
    where: upTo('seen_run_id'),
    instead: openUntil('resolved_run_id'),
  },
  linked_changes: { table: schema.linkedChanges, where: upTo('run_id') },
  linked_versions: { table: schema.linkedVersions, where: isVersionPast },
  linked_lists: { table: schema.linkedLists, where: wasListRequested, instead: toListStateAsOf },
  linked_passes: { table: schema.linkedPasses, where: upTo('run_id') },
} as const satisfies Partial<Record<TableName, Cut>>;

/** Tables with rows of a case that are derived from its payload. */
const CHILDREN = {
  ...schema.LIST_TABLES,
  case_defendants: schema.caseDefendants,
  related_cases: schema.relatedCases,
  dockets: schema.dockets,
} as const satisfies Partial<Record<TableName, SQLiteTable>>;

/** The same for a past or present state. */
const STEADY = {
  lists: schema.lists,
  mirror_identity: schema.mirrorIdentity,
  mirror_snapshot: schema.mirrorSnapshot,
} as const satisfies Partial<Record<TableName, SQLiteTable>>;

/** Their earlier state is not kept. A query that reads one is refused, like a query that reads a table of the user. */
const WITHOUT_HISTORY = {
  texts: schema.texts,
  document_texts: schema.documentTexts,
  mirror_replaced_texts: schema.mirrorReplacedTexts,
  text_passes: schema.textPasses,
  document_files: schema.documentFiles,
  file_passes: schema.filePasses,
  mirror_dropped_files: schema.mirrorDroppedFiles,
  mirror_paused_hosts: schema.mirrorPausedHosts,
  mirror_exports: schema.mirrorExports,
} as const satisfies Partial<Record<TableName, SQLiteTable>>;

/** Tables whose rows are rebuilt from their history. */
const SPECIAL = {
  cases: true,
  docket_entries: true,
  attachments: true,
  documents: true,
  further_dockets: true,
  further_docket_entries: true,
  resources: true,
} as const satisfies Partial<Record<TableName, true>>;

type Handled =
  | keyof typeof CUTS
  | keyof typeof CHILDREN
  | keyof typeof STEADY
  | keyof typeof WITHOUT_HISTORY
  | keyof typeof SPECIAL;

/** Fails to compile if a table of the schema is in none of the groups above. */
const HANDLED: Readonly<Record<TableName, true> & Record<Handled, true>> = Object.fromEntries(
  [CUTS, CHILDREN, STEADY, WITHOUT_HISTORY, SPECIAL]
    .flatMap((group) => Object.keys(group))
    .map((name) => [name, true]),
) as Record<Handled, true>;

/**
 * Creates a shadow of every table of the mirror. Returns for each temporary table the function that fills it, except
 * with rows of rebuilt cases.
 */
export function shadowTables(mirror: Mirror, runId: number): Map<string, Fill> {
  const { sqlite } = mirror;
  const fills = new Map([
    ...shadowCases(mirror),
    ...shadowEntries(mirror, runId),
    ...shadowLinked(mirror, runId),
  ]);
  for (const cut of Object.values<Cut>(CUTS))
    shadowByView(sqlite, cut.table, cut.where(runId), cut.instead?.(runId));
  for (const table of Object.values(CHILDREN)) fills.set(getTableName(table), shadowChild(mirror, table));
  return fills;
}

/**
 * Creates an empty shadow of each table without history and of each table and view that a user added, to detect queries
 * that read one: their earlier state was not kept. Reads only the column names of a view, and the hidden columns of a
 * search index, so that a search in one can be compiled. Returns the names.
 */
export function shadowForeign({ sqlite }: Mirror): string[] {
  const ownViews = new Set(listOwnViews().map(({ name }) => name));
  const foreign = listSchema(sqlite).filter(
    ({ type, name }) =>
      (type === 'table' || type === 'view') &&
      (!Object.hasOwn(HANDLED, name) || Object.hasOwn(WITHOUT_HISTORY, name)) &&
      !ownViews.has(name),
  );
  // SQLite reserves the names of the tables in which a virtual table keeps its content, until a temporary table hides
  // the virtual one.
  const isVirtual = ({ sql }: { readonly sql: string }): boolean => /^CREATE VIRTUAL/i.test(sql);
  foreign.sort((a, b) => Number(isVirtual(b)) - Number(isVirtual(a)));
  for (const { name } of foreign) {
    const columns = listForeignColumns(sqlite, name).map(quote);
    sqlite.prepare(`CREATE TEMP TABLE ${quote(name)} (${columns.join(', ')})`).run();
  }
  return foreign.map(({ name }) => name);
}

function listForeignColumns(sqlite: Mirror['sqlite'], name: string): string[] {
  try {
    const columns = sqlite
      .prepare<[string], string>(`SELECT DISTINCT name FROM pragma_table_xinfo(?, 'main')`)
      .pluck()
      .all(name);
    if (columns.length > 0) return columns;
  } catch (error) {
    // The view cannot be read in the present either.
    if (!isSqliteError(error)) throw error;
  }
  return ['unreadable'];
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Creates the views of the mirror over the shadows, because a view in the file would read the tables in the file.
 * Executes this program's own definitions, not those in the file, and one statement each.
 */
export function shadowViews({ sqlite }: Mirror): void {
  for (const { sql } of listOwnViews())
    sqlite.prepare(sql.replace(/^CREATE VIEW/i, 'CREATE TEMP VIEW')).run();
}

const listOwnViews = () => listOwnSchema().filter(({ type }) => type === 'view');

/** Past states are built from the mirror's own tables. Fails if one of them is missing or has another definition. */
export function refuseForeignSchema({ sqlite, path }: Mirror): void {
  const wrong = listSchemaDifferences(sqlite).find(({ type, how }) => type === 'table' && how !== 'foreign');
  if (wrong !== undefined)
    throw new MirrorError(
      'DATABASE_DAMAGED',
      `${path}: the table ${wrong.name} is ${wrong.how === 'missing' ? 'missing' : 'not defined as in a mirror'}.`,
      { hint: 'Run `clearinghouse-mirror verify`, which names everything that is damaged.' },
    );
}
