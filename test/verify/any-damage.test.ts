import { beforeAll, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import fc from 'fast-check';
import { LIST_TABLES } from '../../src/db/schema/schema.ts';
import { buildEventfulMirror, verifyFast, verifyFile, writeDamaged } from '../support/eventful-mirror.ts';
import { times } from '../support/times.ts';

/** `npm run test:long` also compares the findings with those of the thorough way. */
const verify = times(verifyFast, verifyFile);

const DATA_TABLES = [
  'cases',
  ...Object.keys(LIST_TABLES),
  'case_defendants',
  'related_cases',
  'dockets',
  'docket_entries',
  'attachments',
  'case_changes',
  'case_versions',
  'docket_entry_versions',
];

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

const RUNS_OF_A_CASE = new Set([
  'mirror_list_id',
  'mirror_first_run_id',
  'mirror_changed_run_id',
  'mirror_departed_run_id',
  'mirror_redacted_run_id',
]);

/** What may be changed without a finding, because nothing else in the file says what it was. */
function isFree(table: string, column: string, row: Row): boolean {
  // Numbers that only name a row. Where another row refers to them, a change is found; the order of changes counts.
  if (
    /^(case_changes\.id|docket_entries\.mirror_id|docket_entry_versions\.mirror_(version_)?id)$/.test(
      `${table}.${column}`,
    )
  )
    return true;
  // The key of an entry without an id was its place in a list of which only the entries are kept.
  if (table === 'docket_entry_versions' && column === 'mirror_key' && Number(row.mirror_key) < 0) return true;
  // A redaction leaves nothing with which these could be compared.
  return table === 'cases' && row.mirror_redacted_run_id !== null && RUNS_OF_A_CASE.has(column);
}

interface Target {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly row: Row;
  readonly keys: readonly string[];
}

/** Every cell of the data tables that may not be changed. */
function listTargets(bytes: Buffer): Target[] {
  const sqlite = openSqlite(writeDamaged(bytes, ''), { readonly: true });
  const targets = DATA_TABLES.flatMap((table) => {
    const columns = sqlite.pragma(`table_info(${table})`) as { name: string; type: string; pk: number }[];
    const keys = columns.filter(({ pk }) => pk > 0).map(({ name }) => name);
    const rows = sqlite.prepare<[], Row>(`SELECT * FROM ${table}`).all();
    return rows.flatMap((row) =>
      columns
        .filter(({ name }) => !isFree(table, name, row))
        .map(({ name, type }): Target => ({ table, column: name, type, row, keys })),
    );
  });
  sqlite.close();
  return targets;
}

const quote = (cell: Cell | undefined): string =>
  typeof cell === 'string'
    ? `'${cell.replaceAll("'", "''").replaceAll('\0', `' || char(0) || '`)}'`
    : String(cell ?? 'NULL');

const TEXT_DAMAGES: Readonly<Record<string, (text: string) => Cell>> = {
  'a longer text': (text) => `${text}x`,
  'a shorter text': (text) => text.slice(0, -1),
  'an upper-case text': (text) => text.toUpperCase(),
  'an empty text': () => '',
  'the text null': () => 'null',
  'an empty list': () => '[]',
  'no text': () => null,
};
const NUMBER_DAMAGES: Readonly<Record<string, (number: number) => Cell>> = {
  'one more': (number) => number + 1,
  'one less': (number) => number - 1,
  'a thousand more': (number) => number + 1000,
  zero: () => 0,
  'no number': () => null,
};
const DAMAGES = [...Object.keys(TEXT_DAMAGES), ...Object.keys(NUMBER_DAMAGES)];

/** Other values for a cell, by the kind of damage: near ones, far ones, and none. */
function listOthers({ row, column, type }: Target): [damage: string, other: Cell][] {
  const cell = row[column] ?? null;
  const all =
    type === 'TEXT'
      ? Object.entries(TEXT_DAMAGES).map(([name, damage]) => [name, damage(String(cell ?? ''))] as const)
      : Object.entries(NUMBER_DAMAGES).map(([name, damage]) => [name, damage(Number(cell ?? 0))] as const);
  return all.flatMap(([name, other]) => (other === cell ? [] : [[name, other]]));
}

let bytes: Buffer;
let targets: Target[];
beforeAll(async () => {
  bytes = await buildEventfulMirror();
  targets = listTargets(bytes);
});

/** A file with another value in one cell; null if a constraint of the table forbids that value. */
function writeOther({ table, column, row, keys }: Target, other: Cell): { sql: string; path: string } | null {
  const where = keys.map((key) => `${key} = ${quote(row[key])}`).join(' AND ');
  const sql = `UPDATE ${table} SET ${column} = ${quote(other)} WHERE ${where}`;
  try {
    return { sql, path: writeDamaged(bytes, sql) };
  } catch (error) {
    if (/constraint failed|datatype mismatch/.test(String(error))) return null;
    throw error;
  }
}

test.each(DATA_TABLES)('any other value in any cell of %s is found', (table) => {
  const ofTable = targets.filter((one) => one.table === table);
  let found = 0;
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (at, which) => {
      const target = ofTable[at % Math.max(1, ofTable.length)];
      if (target === undefined) throw new Error('there is no such row');
      const others = listOthers(target);
      const damaged = writeOther(target, others[which % others.length]?.[1] ?? null);
      fc.pre(damaged !== null);
      expect([damaged.sql, verify(damaged.path).findings.length > 0]).toEqual([damaged.sql, true]);
      found++;
    }),
    { numRuns: times(1, 100), maxSkipsPerRun: 100 },
  );
  expect(found).toBeGreaterThan(0);
});

// The draws of a short run do not bring every kind of damage.
test.each(DAMAGES.map((damage, at) => ({ damage, at })))('a cell with $damage is found', ({ damage, at }) => {
  const tables = [...DATA_TABLES.slice(at), ...DATA_TABLES.slice(0, at)];
  for (const target of tables.flatMap((table) => targets.filter((one) => one.table === table))) {
    const [, other] = listOthers(target).find(([name]) => name === damage) ?? [];
    const damaged = other === undefined ? null : writeOther(target, other);
    if (damaged === null) continue;
    expect([damaged.sql, verify(damaged.path).findings.length > 0]).toEqual([damaged.sql, true]);
    return;
  }
  throw new Error(`no cell can have ${damage}`);
});

test.each(['[]', '{}', '"3"', '1.5', null])(
  'what the departure of a case that was redacted changed from is an id or null, and not %j',
  (before) => {
    const path = writeDamaged(
      bytes,
      `UPDATE case_changes SET old_value = ${quote(before)}
       WHERE field = 'mirror_departed_run_id' AND old_value = 'null' AND case_id IN
         (SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL)`,
    );
    expect(verify(path).findings).not.toEqual([]);
  },
);
