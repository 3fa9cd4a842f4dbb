import type Database from 'better-sqlite3';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { type QueryResult, query } from '../../db/query.ts';
import { SEARCH_OBJECTS } from '../../db/search-tables.ts';
import { listCasesChangedSince, rebuildCasesChangedSince } from './rebuild-changed.ts';
import { refuseMissingHistory } from '../rebuild.ts';
import { type Fill, PAST_ATTACHMENTS } from './shadow-content.ts';
import { LINKED_SHADOWS } from './shadow-linked.ts';
import { refuseForeignSchema, shadowForeign, shadowTables, shadowViews } from './shadow-tables.ts';

/** An instruction of the bytecode that SQLite compiles a statement to. */
export interface Instruction {
  readonly opcode: string;
  /** For an instruction that opens a cursor: the root page, and the database (0 the file, 1 the temporary database). */
  readonly p2: number;
  readonly p3: number;
}

/** The instructions that open a cursor on a table or an index of a database. */
const OPENING: ReadonlySet<string> = new Set(['OpenRead', 'OpenWrite', 'ReopenIdx']);

/**
 * The instructions of statements that read and that open no table of a database. Instructions of newer SQLite versions,
 * and those that only writing statements use, are not listed.
 */
const OTHERS: ReadonlySet<string> = new Set(
  `Abortable Add AddImm Affinity AggFinal AggInverse AggStep AggStep1 AggValue And BeginSubrtn BitAnd BitNot BitOr Blob
  Cast Close ClrSubtype CollSeq Column ColumnsUsed Compare Concat Copy Count CursorHint CursorLock CursorUnlock
  DecrJumpZero DeferredSeek Divide ElseEq EndCoroutine Eq Explain Filter FilterAdd FinishSeek Found Function Ge
  GetSubtype Gosub Goto Gt Halt HaltIfNull IFindKey IdxGE IdxGT IdxInsert IdxLE IdxLT IdxRowid If IfEmpty IfNoHope IfNot
  IfNotOpen IfNotZero IfNullRow IfPos IfSizeBetween Init InitCoroutine Insert Int64 IntCopy Integer IsNull IsTrue IsType
  Jump Last Le Lt MakeRecord MemMax Move Multiply MustBeInt Ne NewRowid Next NoConflict Noop Not NotExists NotFound
  NotNull Null NullRow Offset OffsetLimit Once OpenAutoindex OpenDup OpenEphemeral OpenPseudo Or Param Permutation Prev
  PureFunc Real RealAffinity ReleaseReg Remainder ResetSorter ResultRow Return Rewind RowCell RowData RowSetAdd
  RowSetRead RowSetTest Rowid SCopy SeekEnd SeekGE SeekGT SeekHit SeekLE SeekLT SeekRowid SeekScan Sequence SequenceTest
  SetSubtype ShiftLeft ShiftRight SoftNull Sort SorterCompare SorterData SorterInsert SorterNext SorterOpen SorterSort
  String String8 Subtract TableLock Trace Transaction TypeCheck VColumn VFilter VInitIn VNext VOpen Variable Yield
  ZeroOrNull Delete IdxDelete Clear`.split(/\s+/),
);

const TEMPORARY = 1;
/** The root page of the schema of a database. */
const SCHEMA_ROOT = 1;

/**
 * The temporary tables on which a program opens a cursor, found by their root pages. Null if unknown: the program has
 * an instruction that is not listed above, or opens a table that is not one of `tables`.
 */
export function findOpened(
  program: readonly Instruction[],
  tables: ReadonlyMap<number, string>,
): Set<string> | null {
  const opened = new Set<string>();
  for (const { opcode, p2, p3 } of program) {
    if (!OPENING.has(opcode)) {
      if (OTHERS.has(opcode)) continue;
      return null;
    }
    if (p3 !== TEMPORARY || p2 === SCHEMA_ROOT) continue;
    const table = tables.get(p2);
    if (table === undefined) return null;
    opened.add(table);
  }
  return opened;
}

/**
 * The temporary tables that a statement reads, directly or through views: those on which its bytecode opens a cursor.
 * SQLite does not compute a column that no query reads, and does not open the table behind it. Null if unknown: the
 * statement may then read every table. One example is an EXPLAIN, which cannot itself be explained.
 */
function listOpened(sqlite: Database.Database, text: string): Set<string> | null {
  const tables = new Map(
    sqlite
      .prepare<[], { rootpage: number; name: string }>(
        `SELECT rootpage, tbl_name AS name FROM sqlite_temp_schema WHERE rootpage > 0`,
      )
      .all()
      .map(({ rootpage, name }) => [rootpage, name]),
  );
  let program: Instruction[];
  try {
    program = sqlite.prepare<[], Instruction>(`EXPLAIN ${text}`).all();
  } catch {
    return null;
  }
  return findOpened(program, tables);
}

export interface ResultAsOf extends QueryResult {
  /** Cases of that state whose content was redacted later: the result contains only their ids and presence. */
  readonly redactedCases: number;
}

/**
 * Runs a user's SQL on the state of the mirror after a finished run. The connection can be used for nothing else
 * afterwards: until it is closed it reads that state, whatever a sync writes meanwhile. Only names without a schema
 * refer to the past state; `main.cases` is the present. Fails like `query`, and with HISTORY_MISSING or
 * HISTORY_DAMAGED.
 */
export function queryAsOf(mirror: Mirror, runId: number, text: string): ResultAsOf {
  const { sqlite } = mirror;
  query(mirror, text); // rejects the same statements as any query, with the same messages
  sqlite.exec('BEGIN'); // ended only by closing the connection
  refuseForeignSchema(mirror);
  refuseMissingHistory(mirror, runId);
  const fills = shadowTables(mirror, runId);
  const foreign = shadowForeign(mirror);
  shadowViews(mirror);
  const named = foreign.find((name) => isNamed(name, text));
  const result = queryShadows(mirror, text, named);
  const opened = listOpened(sqlite, text);
  const unknown = opened === null ? named : foreign.find((name) => opened.has(name));
  if (unknown !== undefined) throw toUnknown(unknown);
  const redactedCases = listCasesChangedSince(mirror, runId);
  fillTables(mirror, runId, fills, (table) => opened?.has(table) ?? true);
  return { ...result, redactedCases };
}

/**
 * Has the names of the mirror's tables refer to their state after a finished run, until the connection is closed. Views
 * and attachments are not among them. Fails with HISTORY_MISSING or HISTORY_DAMAGED.
 */
export function readTablesAsOf(mirror: Mirror, runId: number): void {
  if (!mirror.sqlite.inTransaction) mirror.sqlite.exec('BEGIN');
  refuseForeignSchema(mirror);
  refuseMissingHistory(mirror, runId);
  const fills = shadowTables(mirror, runId);
  listCasesChangedSince(mirror, runId);
  fillTables(mirror, runId, fills, (table) => table !== PAST_ATTACHMENTS);
}

/** The same with the views of the mirror, which then read these tables. Texts are those of the present. */
export function readStateAsOf(mirror: Mirror, runId: number): void {
  readTablesAsOf(mirror, runId);
  shadowViews(mirror);
}

/** A table function, such as a search in an index that a user wrote as one, does not exist among the shadows. */
function queryShadows(mirror: Mirror, text: string, foreign: string | undefined): QueryResult {
  try {
    return query(mirror, text);
  } catch (thrown) {
    throw foreign === undefined ? thrown : toUnknown(foreign, thrown);
  }
}

function toUnknown(name: string, cause?: unknown): MirrorError {
  const isSearch = SEARCH_OBJECTS.has(name);
  return new MirrorError('HISTORY_MISSING', `The mirror has no earlier states of ${name}.`, {
    cause,
    hint: isSearch
      ? '`clearinghouse-mirror search --as-of` finds the words of that time.'
      : `"main.${name}" reads it as it is now.`,
  });
}

/** Whether a statement contains the name of a table. Used if nothing else is known about the statement. */
function isNamed(table: string, text: string): boolean {
  return text.toLowerCase().includes(table.toLowerCase());
}

/** Fills the requested temporary tables. */
export function fillTables(
  mirror: Mirror,
  runId: number,
  fills: ReadonlyMap<string, Fill>,
  isWanted: (table: string) => boolean,
): void {
  const wanted = [...fills].filter(([table]) => isWanted(table));
  for (const [, fill] of wanted) fill();
  if (wanted.some(([table]) => table !== PAST_ATTACHMENTS && !LINKED_SHADOWS.has(table)))
    rebuildCasesChangedSince(mirror, runId, isWanted);
}
