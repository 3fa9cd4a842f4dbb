import type { Mirror } from '../db/open-mirror.ts';
import type { ExportedRun } from '../export/run.ts';
import type { Table, TableName } from '../export/table.ts';

/*
 * The rows of the mirror in parts that are replaced and compared as a whole: the rows of each case, each text, and each
 * other table. A part with a known token is as it was published.
 */

/** The tables of which the part is not the whole table, with the column that says to which part a row belongs. */
const PART_COLUMN: Readonly<Partial<Record<TableName, string>>> = {
  cases: 'id',
  case_defendants: 'case_id',
  related_cases: 'case_id',
  docket_entries: 'case_id',
  attachments: 'case_id',
  document_texts: 'document_id',
};

/** Parts are named after the first of their tables. */
export type PartTable = TableName;

export const toPartTable = (table: Table): PartTable => (table.isPerCase ? 'cases' : table.name);
export const toPartColumn = ({ name }: Table): string | null => PART_COLUMN[name] ?? null;

/** The key of the only part of a table. */
export const WHOLE = 0n;

/** The tokens of the parts by their key; null where the part must be loaded to know. */
export type Tokens = ReadonlyMap<bigint, string | null>;

/** Parts that are replaced, by what the mirror has of them or by nothing. */
export type Changed = ReadonlyMap<PartTable, ReadonlySet<bigint>>;

/** The parts with another token than the published one, or without one, and those that the mirror no longer has. */
export function compareTokens(
  tokens: ReadonlyMap<PartTable, Tokens>,
  published: ReadonlyMap<PartTable, Tokens>,
): Changed {
  const changed = new Map<PartTable, Set<bigint>>();
  for (const [table, parts] of tokens) {
    const known = published.get(table) ?? new Map<bigint, string | null>();
    const keys = [...parts]
      .filter(([key, token]) => token === null || known.get(key) !== token)
      .map(([key]) => key);
    const gone = [...known.keys()].filter((key) => !parts.has(key));
    if (keys.length + gone.length > 0) changed.set(table, new Set([...keys, ...gone]));
  }
  return changed;
}

/** The tokens of all parts of the mirror that has its cases chosen: see select.ts of the export. */
export function listTokens(
  mirror: Mirror,
  tables: readonly Table[],
  caseIds: readonly number[],
  run: ExportedRun,
): Map<PartTable, Tokens> {
  const tokens = new Map<PartTable, Tokens>();
  for (const table of tables) {
    if (toPartColumn(table) === null) tokens.set(table.name, new Map([[WHOLE, null]]));
    else if (table.name === 'document_texts') tokens.set(table.name, listTextTokens(mirror, table));
    else if (table.name === 'cases') tokens.set(table.name, listCaseTokens(mirror, caseIds, run));
  }
  return tokens;
}

/**
 * A case that is rebuilt from the history has no fingerprint. A stored case has one, but its fingerprint does not change when a
 * related case leaves the site and may no longer be named, so the token also lists the positions without a name.
 */
function listCaseTokens({ sqlite }: Mirror, caseIds: readonly number[], { isPast }: ExportedRun): Tokens {
  if (isPast) return new Map(caseIds.map((id) => [BigInt(id), null]));
  const read = sqlite
    .prepare<[number], string>(
      `SELECT mirror_fingerprint || '/' || coalesce(mirror_list_id, '') || '/' || coalesce((
         SELECT group_concat(mirror_position) FROM related_cases AS list JOIN clean_related_cases AS clean USING (case_id, mirror_position)
         WHERE case_id = cases.id AND clean.name IS NULL AND trim(list.name) <> ''), '') FROM cases WHERE id = ?`,
    )
    .pluck();
  return new Map(caseIds.map((id) => [BigInt(id), read.get(id) ?? null]));
}

function listTextTokens({ sqlite }: Mirror, { sql }: Table): Tokens {
  const rows = sqlite
    .prepare<[], [bigint, string]>(`SELECT document_id, sha256 FROM (${sql})`)
    .raw()
    .safeIntegers();
  return new Map(rows.iterate());
}

/** Prepares that only these parts are read. */
export function chooseParts({ sqlite }: Mirror, keys: readonly bigint[]): void {
  sqlite.exec(
    'CREATE TEMP TABLE IF NOT EXISTS publish_keys (key INTEGER PRIMARY KEY); DELETE FROM temp.publish_keys',
  );
  const add = sqlite.prepare<[bigint]>('INSERT INTO temp.publish_keys VALUES (?)');
  for (const key of keys) add.run(key);
}

/** The table with only the rows of the chosen parts. Of a table per case, the ids of the cases say which. */
export function limitToParts(table: Table): Table {
  const column = toPartColumn(table);
  if (column === null || table.isPerCase) return table;
  return {
    ...table,
    sql: `SELECT * FROM (${table.sql}) WHERE ${column} IN (SELECT key FROM temp.publish_keys)`,
  };
}
