import type Database from 'better-sqlite3';

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
export function listOpened(sqlite: Database.Database, text: string): Set<string> | null {
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
