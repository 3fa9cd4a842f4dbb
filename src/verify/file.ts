import type Database from 'better-sqlite3';
import { openSqlite } from '../db/engine.ts';
import { isSqliteError } from '../db/errors.ts';
import { isDeferred, listBrokenReferences, listMigrations } from '../db/migrate.ts';
import type { Mirror } from '../db/open-mirror.ts';
import {
  type SchemaDifference,
  isHarmlessAddition,
  listMissingInternal,
  listOwnSchema,
  listSchemaDifferences,
} from '../db/own-schema.ts';
import { BUSY_TIMEOUT_MS } from '../db/open-to-read.ts';
import { SEARCH_OBJECTS, type SearchKind, SEARCH_INDEXES } from '../db/search-tables.ts';
import { messageOf } from '../errors/mirror-error.ts';
import { type Violation, type Violations, show } from './checks.ts';
import { checkIndex, findOptions, hasSearchIndexes } from '../db/search-index.ts';

/**
 * Checks that the tables, views, indexes and triggers of the mirror equal those of a new mirror, that the same
 * migrations created them, and that nothing that was added to the file can interfere with them.
 */
export function* checkSchema({ sqlite }: Mirror): Violations {
  const mayLackIndexes = isFirstFillUnended(sqlite);
  for (const difference of listSchemaDifferences(sqlite)) {
    if (isHarmlessAddition(difference)) continue;
    if (!(mayLackIndexes && isDeferred(difference.name) && difference.how === 'missing'))
      yield toViolation(difference);
  }
  for (const one of listMissingInternal(sqlite)) yield toViolation({ ...one, how: 'missing' });
  yield* checkMigrations(sqlite);
  return listOwnSchema().length;
}

const WORDS = {
  missing: ['as in a new mirror', 'nothing'],
  foreign: ['nothing, as in a new mirror', "an addition that can change or refuse the mirror's rows"],
  other: ['as in a new mirror', 'another definition'],
} as const satisfies Record<SchemaDifference['how'], readonly [expected: string, found: string]>;

function toViolation({ type, name, how }: SchemaDifference): Violation {
  const [expected, found] = WORDS[how];
  return { what: `the ${type} ${show(name)}`, expected, found };
}

/**
 * Some indexes are built at the end of the run that first fills the mirror. They are missing during that run, and after
 * it if it died or the database failed.
 */
function isFirstFillUnended(sqlite: Mirror['sqlite']): boolean {
  const newest = sqlite
    .prepare<[]>(`SELECT outcome FROM sync_runs WHERE "trigger" <> 'redact' ORDER BY id DESC LIMIT 1`)
    .pluck()
    .get();
  return newest === undefined || newest === 'running' || newest === 'died' || newest === 'failed';
}

function* checkMigrations(sqlite: Mirror['sqlite']): Generator<Violation> {
  const found = sqlite
    .prepare<[], { id: unknown; hash: unknown; created_at: unknown }>(
      'SELECT id, hash, created_at FROM __drizzle_migrations ORDER BY rowid',
    )
    .all();
  const expected = listMigrations();
  for (let at = 0; at < Math.max(found.length, expected.length); at++) {
    const [row, migration] = [found[at], expected[at]];
    if (row?.hash === migration?.hash && row?.created_at === migration?.folderMillis && row?.id === null)
      continue;
    yield {
      what: `the record of migration ${at}`,
      expected: migration === undefined ? 'nothing' : `${migration.hash}, ${migration.folderMillis}`,
      found: row === undefined ? 'nothing' : show(row),
    };
  }
}

/** How thoroughly the file is checked: `quick` skips the comparison of indexes with tables, and the references. */
export type FileDepth = 'full' | 'quick';

/** Lets SQLite check the file and the references between its rows. */
export function* checkFile({ sqlite }: Mirror, depth: FileDepth): Violations {
  const pages = Number(sqlite.pragma('page_count', { simple: true }));
  yield* onceDamaged(checkHeader(sqlite));
  yield* onceDamaged(checkStructure(sqlite, depth));
  if (depth === 'full') yield* onceDamaged(checkReferences(sqlite));
  return pages;
}

/** SQLite's error codes for damaged bytes, and for our own SQL on a schema that differs from ours. */
const OF_DAMAGE =
  /^SQLITE_(CORRUPT|ERROR|NOTADB|FORMAT|MISMATCH|RANGE|TOOBIG|NOMEM|INTERNAL|IOERR_SHORT_READ)/;

/**
 * SQLite may be unable to read the file further, and a check may meet an unforeseen row. Both are findings and do not
 * end the verification, because the other damage must still be reported. A file that cannot be read for another reason
 * is an error.
 */
export function* onceDamaged<Done>(
  violations: Generator<Violation, Done>,
): Generator<Violation, Done | undefined> {
  try {
    return yield* violations;
  } catch (thrown) {
    if (isSqliteError(thrown) ? !OF_DAMAGE.test(thrown.code) : !isOfAValue(thrown)) throw thrown;
    const code = isSqliteError(thrown) ? thrown.code : thrown instanceof Error ? thrown.name : '';
    yield { what: 'the file', expected: 'readable as a mirror', found: `${messageOf(thrown)} (${code})` };
    return undefined;
  }
}

/** What JavaScript throws for a value of an unexpected type. */
function isOfAValue(thrown: unknown): boolean {
  return thrown instanceof Error && /^(Type|Range|Syntax)Error$/.test(thrown.name);
}

function* checkStructure(sqlite: Mirror['sqlite'], depth: FileDepth): Generator<Violation> {
  const pragma = depth === 'full' ? 'integrity_check' : 'quick_check';
  const check = (connection: Mirror['sqlite']) => listMessages(connection, pragma);
  yield* depth === 'full' ? withoutSearchIndexes(sqlite, check) : check(sqlite);
}

function* listMessages(sqlite: Mirror['sqlite'], pragma: string): Generator<Violation> {
  const messages = sqlite.prepare<[], string>(`PRAGMA ${pragma}`).pluck();
  for (const message of messages.iterate()) {
    for (const line of message.split('\n')) {
      if (line !== 'ok') yield { what: `PRAGMA ${pragma}`, expected: 'ok', found: line };
    }
  }
}

/**
 * Checks the file on a connection that does not read full-text indexes. Their tables are checked as tables, but their
 * content is not: `checkSearchIndexes` compares it with the rows, which proves more, and to read it twice takes as long as
 * the rest of the check. If the file has another full-text index, nothing is left out.
 */
function* withoutSearchIndexes(
  sqlite: Mirror['sqlite'],
  check: (connection: Mirror['sqlite']) => Generator<Violation>,
): Generator<Violation> {
  if (sqlite.memory || hasOtherVirtualTable(sqlite)) {
    yield* check(sqlite);
    return;
  }
  const connection = openSqlite(sqlite.name, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    connection.table('fts5', EMPTY_MODULE);
    yield* check(connection);
  } finally {
    connection.close();
  }
}

/** Takes the place of FTS5: a module whose tables have no rows. The types of the engine know only tables without arguments. */
const EMPTY_MODULE = (() => ({
  columns: ['word'],
  // The engine takes nothing but a generator.
  *rows() {
    yield* [];
  },
})) as unknown as Parameters<Database.Database['table']>[1];

function hasOtherVirtualTable(sqlite: Mirror['sqlite']): boolean {
  const names = sqlite
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0")
    .pluck()
    .all();
  return names.some((name) => !SEARCH_OBJECTS.has(name));
}

/** The mirror leaves the number that SQLite keeps for applications as it is in a new file. */
function* checkHeader(sqlite: Mirror['sqlite']): Generator<Violation> {
  const found = sqlite.pragma('user_version', { simple: true });
  if (found !== 0) yield { what: 'PRAGMA user_version', expected: '0', found: show(found) };
}

interface Reference {
  readonly id: number;
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

function* checkReferences(sqlite: Mirror['sqlite']): Generator<Violation> {
  // The pragma names a row by its rowid, which half of the tables do not have, so the rows are looked up by their
  // reference.
  for (const [table, ids] of listBrokenReferences(sqlite)) {
    const columns = sqlite.pragma(`table_info(${table})`) as { readonly name: string }[];
    for (const reference of sqlite.pragma(`foreign_key_list(${table})`) as Reference[])
      if (ids.has(reference.id)) yield* checkReference(sqlite, table, reference, columns);
  }
}

function* checkReference(
  sqlite: Mirror['sqlite'],
  table: string,
  { from, to, table: parent }: Reference,
  columns: readonly { readonly name: string }[],
): Generator<Violation> {
  const caseId = columns.some(({ name }) => name === 'case_id')
    ? 'case_id'
    : table === 'cases'
      ? 'id'
      : 'NULL';
  const rows = sqlite.prepare<[], { case_id: number | null; value: number }>(
    `SELECT ${caseId} AS case_id, "${from}" AS value FROM "${table}"
     WHERE "${from}" IS NOT NULL AND "${from}" NOT IN (SELECT "${to}" FROM "${parent}")`,
  );
  for (const { case_id, value } of rows.iterate()) {
    yield {
      what: `${table}.${from}`,
      expected: `a row of ${parent} with ${to} ${value}`,
      found: 'nothing',
      ...(case_id !== null && { caseId: case_id }),
    };
  }
}

/**
 * Checks with SQLite's own check that each search index has the words of its rows, and no others. PRAGMA
 * integrity_check does not compare an index with its rows.
 */
export function* checkSearchIndexes({ sqlite }: Mirror): Violations {
  let checked = 0;
  for (const kind of Object.keys(SEARCH_INDEXES) as SearchKind[]) {
    if (!hasSearchIndexes(sqlite, [kind])) continue; // The check of the schema reports it, unless it may be missing.
    const { name, table } = SEARCH_INDEXES[kind];
    const violation = findViolation(() => {
      checkIndex(sqlite, kind);
    });
    if (violation !== null) yield { what: name, expected: `the words of ${table}`, ...violation };
    const options = findOptions(sqlite, SEARCH_INDEXES[kind]);
    if (options.found !== options.expected) yield { what: `the options of ${name}`, ...options };
    checked += sqlite.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0;
  }
  return checked;
}

function findViolation(check: () => void): Pick<Violation, 'found'> | null {
  try {
    check();
    return null;
  } catch (thrown) {
    if (isSqliteError(thrown) && thrown.code.startsWith('SQLITE_CORRUPT')) return { found: 'other words' };
    throw thrown;
  }
}
