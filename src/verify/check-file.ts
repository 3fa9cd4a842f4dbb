import { messageOf } from '../errors.ts';
import { isSqliteError } from '../mirror/database-error.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import type { Flaw, Flaws } from './checks.ts';

/** How thoroughly the file itself is looked at: `quick` compares no index with its table, and follows no reference. */
export type FileDepth = 'full' | 'quick';

/** Has SQLite look through the file, and through the references between its rows. */
export function* checkFile({ sqlite }: Mirror, depth: FileDepth): Flaws {
  const pages = Number(sqlite.pragma('page_count', { simple: true }));
  yield* onceDamaged(checkStructure(sqlite, depth));
  if (depth === 'full') yield* onceDamaged(checkReferences(sqlite));
  return pages;
}

/** What SQLite says where bytes are not what they should be, or where our own SQL meets a schema that is not ours any more. */
const OF_DAMAGE =
  /^SQLITE_(CORRUPT|ERROR|NOTADB|FORMAT|MISMATCH|RANGE|TOOBIG|NOMEM|INTERNAL|IOERR_SHORT_READ)/;

/**
 * SQLite may be unable to read on, and a check may meet a row that nobody thought of. Both are findings, and no reason
 * to end: what else is wrong has still to be told. A file that cannot be read for another reason is an error.
 */
export function* onceDamaged<Done>(flaws: Generator<Flaw, Done>): Generator<Flaw, Done | undefined> {
  try {
    return yield* flaws;
  } catch (thrown) {
    if (isSqliteError(thrown) ? !OF_DAMAGE.test(thrown.code) : !isOfAValue(thrown)) throw thrown;
    const code = isSqliteError(thrown) ? thrown.code : thrown instanceof Error ? thrown.name : '';
    yield { what: 'the file', expected: 'readable as a mirror', found: `${messageOf(thrown)} (${code})` };
    return undefined;
  }
}

/** What JavaScript throws at a value that is not what its code expects. */
function isOfAValue(thrown: unknown): boolean {
  return thrown instanceof Error && /^(Type|Range|Syntax)Error$/.test(thrown.name);
}

function* checkStructure(sqlite: Mirror['sqlite'], depth: FileDepth): Generator<Flaw> {
  const pragma = depth === 'full' ? 'integrity_check' : 'quick_check';
  const messages = sqlite.prepare<[], string>(`PRAGMA ${pragma}`).pluck();
  for (const message of messages.iterate()) {
    for (const line of message.split('\n')) {
      if (line !== 'ok') yield { what: `PRAGMA ${pragma}`, expected: 'ok', found: line };
    }
  }
}

interface Violation {
  readonly table: string;
  readonly fkid: number;
}

interface Reference {
  readonly id: number;
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

function* checkReferences(sqlite: Mirror['sqlite']): Generator<Flaw> {
  const broken = new Map<string, Violation>();
  for (const one of sqlite.prepare<[], Violation>('PRAGMA foreign_key_check').iterate())
    broken.set(`${one.table} ${one.fkid}`, one);
  // The pragma names a row by its rowid, which half of the tables have not; so the rows are looked up by what they name.
  for (const { table, fkid } of broken.values()) {
    const columns = sqlite.pragma(`table_info(${table})`) as { readonly name: string }[];
    const reference = (sqlite.pragma(`foreign_key_list(${table})`) as Reference[]).find(
      ({ id }) => id === fkid,
    );
    if (reference === undefined) continue;
    const { from, to, table: parent } = reference;
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
}
