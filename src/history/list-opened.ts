import type Database from 'better-sqlite3';

interface Instruction {
  readonly opcode: string;
  /** Of an instruction that opens a cursor: the root page, and the database (0 the file, 1 the temporary ones). */
  readonly p2: number;
  readonly p3: number;
}

/**
 * The temporary tables that a statement reads, directly or through views: those on which SQLite's own program for it
 * opens a cursor. A column that nobody asks for is not computed, and the table behind it is not opened. Null when that
 * cannot be known; of what `query` accepts, only an EXPLAIN cannot be explained itself.
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
  return new Set(
    program
      .filter(({ opcode, p3 }) => /^(Open(Read|Write)|ReopenIdx)$/.test(opcode) && p3 === 1)
      .flatMap(({ p2 }) => tables.get(p2) ?? []),
  );
}
