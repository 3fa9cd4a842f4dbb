import type Database from 'better-sqlite3';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { type QueryResult, query } from '../../db/query.ts';
import { listCasesChangedSince, rebuildCasesChangedSince } from './rebuild-changed.ts';
import { refuseMissingHistory } from '../rebuild.ts';
import { type Fill, PAST_ATTACHMENTS } from './shadow-content.ts';
import { refuseForeignSchema, shadowForeign, shadowTables, shadowViews } from './shadow-tables.ts';

/** An instruction of SQLite's own program for a statement. */
export interface Instruction {
  readonly opcode: string;
  /** Of an instruction that opens a cursor: the root page, and the database (0 the file, 1 the temporary ones). */
  readonly p2: number;
  readonly p3: number;
}

/** The instructions that open a cursor on a table or an index of a database. */
const OPENING: ReadonlySet<string> = new Set(['OpenRead', 'OpenWrite', 'ReopenIdx']);

/**
 * The instructions of statements that read, of which none opens a table of a database by itself. Not here: what a newer
 * SQLite may bring, and what only statements that write have.
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
 * The temporary tables that a program opens a cursor on, by their root pages. Null when that cannot be known: an
 * instruction is not one of those above, or a table that is opened is not one of `tables`.
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
 * The temporary tables that a statement reads, directly or through views: those on which SQLite's own program for it
 * opens a cursor. A column that nobody asks for is not computed, and the table behind it is not opened. Null when that
 * cannot be known, as of an EXPLAIN, which cannot be explained itself: the statement may read every table then.
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
  /** Cases of then whose content was removed on request since: the result knows only that they were there. */
  readonly redactedCases: number;
}

/**
 * Runs a user's SQL on the state of the mirror after a run that has ended. The connection is used up by it: from now
 * on it reads that state and no other, until it is closed, whatever a sync writes meanwhile. Only the names without a
 * schema before them are of then; `main.cases` is the present. Fails like `query`, and with HISTORY_MISSING or
 * HISTORY_DAMAGED.
 */
export function queryAsOf(mirror: Mirror, runId: number, text: string): ResultAsOf {
  const { sqlite } = mirror;
  query(mirror, text); // refuses what it refuses at any time, in the same words
  sqlite.exec('BEGIN'); // never ended but by closing
  refuseForeignSchema(mirror);
  refuseMissingHistory(mirror, runId);
  const fills = shadowTables(mirror, runId);
  const foreign = shadowForeign(mirror);
  shadowViews(mirror);
  const result = query(mirror, text);
  const opened = listOpened(sqlite, text);
  const unknown = foreign.find((name) => opened?.has(name) ?? isNamed(name, text));
  if (unknown !== undefined)
    throw new MirrorError('HISTORY_MISSING', `Nobody kept what ${unknown} said at that time.`, {
      hint: `"main.${unknown}" reads it as it is now.`,
    });
  const redactedCases = listCasesChangedSince(mirror, runId);
  fillTables(mirror, runId, fills, (table) => opened?.has(table) ?? true);
  return { ...result, redactedCases };
}

/** Whether a statement of which nothing else is known names a table. */
function isNamed(table: string, text: string): boolean {
  return text.toLowerCase().includes(table.toLowerCase());
}

/** Fills the temporary tables that are wanted. */
export function fillTables(
  mirror: Mirror,
  runId: number,
  fills: ReadonlyMap<string, Fill>,
  isWanted: (table: string) => boolean,
): void {
  const wanted = [...fills].filter(([table]) => isWanted(table));
  for (const [, fill] of wanted) fill();
  if (wanted.some(([table]) => table !== PAST_ATTACHMENTS)) rebuildCasesChangedSince(mirror, runId, isWanted);
}
