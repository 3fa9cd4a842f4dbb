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

/**
 * SQLite may be unable to read on, or find no table or column of that name: our own SQL fails with SQLITE_ERROR only
 * where the schema is not ours any more. That is a finding then, and no reason to end.
 */
export function* onceDamaged<Done>(flaws: Generator<Flaw, Done>): Generator<Flaw, Done | undefined> {
  try {
    return yield* flaws;
  } catch (thrown) {
    if (!isSqliteError(thrown) || !/^SQLITE_(CORRUPT|ERROR)/.test(thrown.code)) throw thrown;
    yield { what: 'the file', expected: 'readable as a mirror', found: `${thrown.message} (${thrown.code})` };
    return undefined;
  }
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
